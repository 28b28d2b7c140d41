"""What a feed puts behind a station's name, or before it, to tell platforms and lines apart.

``Cedar_1_2``, ``Cedar-L2``, ``Cedar (Line 2)``, ``Cedar, Línea 2`` and ``Cedar 2`` may all be stops
of a station that a map calls Cedar; but ``Pier 2``, ``Airport T2`` and ``Sector-5`` are names. So a
mark is read here, and ``stations`` looks for what speaks for it: a line of that name that
stops there, or a stop nearby whose name differs by its mark only.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from reward_server.core.transit.names import fold_line, is_name

from .names import clean

MarkKind = Literal["counter", "line", "name", "number"]


class Mark(NamedTuple):
    """A name cut in two."""

    stem: str
    text: str
    kind: MarkKind
    """``counter``: behind an underscore, which no name for people has. ``line``: says that it is
    a line. ``name``: may be a line's name. ``number``: may be a line's, but is more often a
    name's.
    """


_LINE = (
    r"(?:(?:metro|subway|tram|train|mrt|lrt)\s+)?"
    r"(?:lines?|l[ií]nea|linha|ligne|linie|linea|lijn|linje|línia|линия|γραμμή)"
)
_CODE = r"[^\W\d_]{1,2}\d{1,2}[a-z]?"  # L1, M2, U6, RE5
_TERMINAL = r"t\d{1,2}[a-z]?"  # which may be a tram too
_NUMBERED = r"\d{1,2}\s*(?:号线|號線|号線|番線|호선)|[一二三四五六七八九十]{1,3}(?:号线|號線)"
_SEPARATOR = r"\s*[–—/|,;:.·-]\s*"
_OPEN, _INSIDE, _CLOSE = r"\s*[(\[（【]\s*", r"[^()\[\]（）【】]", r"\s*[)\]）】]"
_COUNTER = r"(?:\d{1,2}|[a-z]\d{0,2})"
# what follows a stem, in the order in which it is tried
_TAILS: tuple[tuple[MarkKind, str], ...] = (
    # "_1_2" | "_L1" | "_N"
    ("counter", rf"_(?P<text>{_COUNTER}(?:_{_COUNTER})*)"),
    # "(Line 1)" | "[Línea 3]" | "(1号线)"
    ("line", rf"{_OPEN}(?P<text>{_LINE}(?:\d|\W\s*\w){_INSIDE}*|{_NUMBERED}){_CLOSE}"),
    # "(L1)" | "(Blue Line)"
    ("line", rf"{_OPEN}(?P<text>(?!{_TERMINAL}){_CODE}|[^\W\d_]+\s+line){_CLOSE}"),
    ("name", rf"{_OPEN}(?P<text>{_INSIDE}+?){_CLOSE}"),
    # ", Línea 3." | " - Line 1" | " Line 1"
    ("line", rf"(?:{_SEPARATOR}|\s+)(?P<text>{_LINE}(?:\s*\d{{1,2}}[a-z]?|\s+[a-z]))\.?"),
    # " - Line Red" | " - Red Line" | " 1号线"
    ("line", rf"{_SEPARATOR}(?P<text>{_LINE}\s+\w+|[^\W\d_]+\s+line)"),
    ("line", rf"(?:{_SEPARATOR}|\s*)(?P<text>{_NUMBERED})"),
    # "-L1" | " P1"
    ("line", r"(?:[-–/|]|\s+(?=p))(?P<text>[lmup]\d{1,2}[a-z]?)"),
    # " T2" | " Red Line"
    ("name", rf"(?:{_SEPARATOR}|\s+)(?P<text>{_CODE}|[^\W\d_]+\s+line)"),
    # "-1" | " 1" | "/1" | "#1"
    ("number", r"(?:\s*[-–—/:.#]\s*|\s+)(?P<text>\d{1,2}[a-z]?|[a-z])"),
)
# what precedes one: "(Line 1) " | "[L1] " | "Line 1: " | "L1 - "
_HEADS: tuple[tuple[MarkKind, str], ...] = (
    ("line", rf"{_OPEN}(?P<text>{_LINE}(?:\d|\W\s*\w){_INSIDE}*|{_NUMBERED}){_CLOSE}\s*"),
    ("line", rf"{_OPEN}(?P<text>(?!{_TERMINAL}){_CODE}){_CLOSE}\s*"),
    ("line", rf"(?P<text>{_LINE}\s+\w+|(?!{_TERMINAL}){_CODE})(?::|\s+[–—-])\s+"),
)
# a stem ends with a letter or digit, a dot or a bracket
_STEM = r"(?P<stem>.*?[\w.)\]])(?<!_)"
_MARKS = [
    *((kind, re.compile(_STEM + tail, re.IGNORECASE)) for kind, tail in _TAILS),
    *((kind, re.compile(head + r"(?P<stem>\w.*)", re.IGNORECASE)) for kind, head in _HEADS),
]
#: What has a number of its own.
_PLACES = frozenset(
    "terminal pier gate sector block phase zone area exit dock quay berth platform ward district "
    "building hall station stage level highway route km mile ave avenue av street st road".split()
)


def mark_of(name: str) -> Mark | None:
    """The mark at the end of a name, or at its beginning, if anything there may be one."""
    for kind, pattern in _MARKS:
        match = pattern.fullmatch(name)
        if match and is_name(match["stem"]):
            words = re.findall(r"[^\W\d_]+", match["stem"].casefold())
            if kind in ("counter", "number") and (not words or words[-1] in _PLACES):
                continue
            # what tells a platform may stand before it
            return Mark(clean(match["stem"].rstrip(" ,;:|-–—.")), match["text"], kind)
    return None


def tells_a_place(mark: Mark) -> bool:
    """Whether a mark is the name of a part that people know apart: "T2", "Gate B", "Pier 1"."""
    first = re.findall(r"[^\W\d_]+", mark.text.casefold())[:1]
    is_terminal = re.fullmatch(_TERMINAL, mark.text, re.IGNORECASE)
    return bool(is_terminal) or not _PLACES.isdisjoint(first)


def line_key(name: str) -> str:
    """What is equal for a line's names: "Line 1", "L1", "M1", "U1" and "1" are one."""
    folded = fold_line(re.sub(rf"^{_LINE}\b", "", name.strip(), flags=re.IGNORECASE) or name)
    return re.sub(r"^[lmu](?=\d)", "", folded)
