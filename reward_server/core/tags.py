"""Readers of the layouts that published rewards ask for: tags, layouts, boxes of LaTeX.

Each looks for literal tags, case and all, and in one pass: a lazy pattern between tags would look
again from every tag that is never closed.
"""

from __future__ import annotations

import re
from typing import Final

#: A part of a layout: a literal, or a pattern where more than one spelling will do.
Chunk = str | re.Pattern[str]

_SPACE_TO_ANSWER: Final = re.compile(r"</think>\s*<answer>")
#: ``<think>…</think>``, white space, ``<answer>…</answer>`` and nothing else.
THINK_ANSWER: Final[tuple[Chunk, ...]] = ("<think>", _SPACE_TO_ANSWER, "</answer>")


def keeps_layout(text: str, chunks: tuple[Chunk, ...]) -> bool:
    """Whether the text is the chunks in order, with anything or nothing between two of them.

    The first begins the text and the last, a literal, ends it. To take each where it stands first
    leaves the most room to those behind it, so none is looked for twice.
    """
    place = -1
    for chunk in chunks[:-1]:
        if isinstance(chunk, str):
            start = 0 if text.startswith(chunk) else -1
            if place >= 0:
                start = text.find(chunk, place)
            place = -1 if start < 0 else start + len(chunk)
        else:
            match = chunk.match(text) if place < 0 else chunk.search(text, place)
            place = -1 if match is None else match.end()
        if place < 0:
            return False
    last = chunks[-1]
    assert isinstance(last, str)
    return text.endswith(last) and place <= len(text) - len(last)


def first_block(text: str, tag: str = "answer", *, one_line: bool = False) -> str | None:
    """The inside of the first ``<tag>…</tag>``, as it stands; ``None`` where there is none.

    ``one_line``: of the first one without a line break inside.
    """
    opening, closing = f"<{tag}>", f"</{tag}>"
    start = text.find(opening)
    end = line_break = -1
    while start >= 0:
        start += len(opening)
        if end < start:
            end = text.find(closing, start)
        if end < 0:
            return None
        if one_line and line_break < start:
            line_break = text.find("\n", start)
            line_break = len(text) if line_break < 0 else line_break
        if not one_line or end < line_break:
            return text[start:end]
        # no tag before the line's end can have its closing one on the same line
        start = text.find(opening, line_break)
    return None


def last_block(text: str, tag: str = "answer") -> str | None:
    """The inside of the last of the ``<tag>…</tag>``, taken from left to right; or ``None``."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    inside: str | None = None
    place = 0
    while (start := text.find(opening, place)) >= 0:
        start += len(opening)
        end = text.find(closing, start)
        if end < 0:
            break
        inside, place = text[start:end], end + len(closing)
    return inside


def has_block(text: str, tag: str) -> bool:
    """Whether ``<tag>`` stands anywhere before a ``</tag>``."""
    opening = f"<{tag}>"
    start = text.find(opening)
    return start >= 0 and text.rfind(f"</{tag}>") >= start + len(opening)


def boxed(text: str, *, first: bool = False) -> str | None:
    r"""The inside of the last (or first) ``\boxed{…}`` up to its own brace; ``None`` without one.

    A box that is never closed goes to the end of the text; ``boxed_closed`` reads none there.
    """
    inside, _ = _box(text, first)
    return inside


def boxed_closed(text: str) -> str | None:
    r"""The inside of the last ``\boxed{…}``; ``None`` where there is none, or it is not closed."""
    inside, closed = _box(text, first=False)
    return inside if closed else None


# a brace, whether or not it is escaped: LaTeX's own readers count them alike
_BRACE: Final = re.compile(r"[{}]")
_BOX: Final = "\\boxed{"


def _box(text: str, first: bool) -> tuple[str | None, bool]:
    """The inside of a box, and whether it is closed."""
    start = text.find(_BOX) if first else text.rfind(_BOX)
    if start < 0:
        return None, False
    start += len(_BOX)
    depth = 1
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return text[start : brace.start()], True
    return text[start:], False
