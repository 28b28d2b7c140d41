"""Where in a completion its answer stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..model import ParseFailure

# tag = "<" ["/"] ("think" | "answer") ">"
_TAG = re.compile(r"<(/?)(think|answer)>", re.IGNORECASE)
_THOUGHT = "</think>"

# end = { "<|" name "|>" | "</s>" | "<eos>" } end of text
_END = re.compile(r"(?:\s*(?:<\|\w{1,30}\|>|</s>|<eos>))+\Z")
_ENDS = ("|>", "</s>", "<eos>")
_LONGEST_END = 200


class Region(NamedTuple):
    """The part of a completion that may hold the answer.

    ``start``: where it begins in the completion. ``cut``: a tag was opened and never closed.
    """

    text: str
    start: int = 0
    cut: bool = False


def answer_region(completion: str) -> Region:
    """The inside of the last ``<answer>`` behind all thinking, else all that follows the thinking.

    Empty where ``<think>`` is never closed. Tokens that end a text, which some trainers leave
    in, are no part of it.
    """
    if "<" not in completion:
        return Region(completion)
    last = completion[-_LONGEST_END:].rstrip()
    if last.endswith(_ENDS):
        completion = completion[:-_LONGEST_END] + _END.sub("", last)
    # where thinking ends, all that was before it is forgotten
    thought = completion.rfind(_THOUGHT)
    if thought >= 0 and completion.find("<", thought + 1) < 0:
        start = thought + len(_THOUGHT)
        return Region(completion[start:], start)
    start, end, cut = 0, len(completion), False
    thinking = answering = False
    for tag in _TAG.finditer(completion, max(thought, 0)):
        closing, name = tag[1], tag[2].lower()
        if name == "think":
            thinking = not closing
            if closing:
                start, end, cut, answering = tag.end(), len(completion), False, False
        elif thinking:
            continue
        elif not closing:
            start, end, cut, answering = tag.end(), len(completion), True, True
        elif answering or end == len(completion):
            end, cut, answering = tag.start(), False, False
    if thinking:
        return Region("", len(completion), cut=True)
    return Region(completion[start:end], start, cut)


def no_answer(
    completion: str, region: Region, hints: tuple[str, ...], signals: set[str]
) -> ParseFailure:
    """The failure to read an answer; ``hints`` in the thinking tell that one stood there."""
    if region.start:
        for hint in hints:
            if completion.find(hint, 0, region.start) >= 0:
                signals.add("answer_only_in_thinking")
                break
    if not region.text or region.text.isspace():
        signals.add("empty")
        return ParseFailure("empty", frozenset(signals))
    return ParseFailure("no_answer", frozenset(signals))


#: So many places are looked at for a word that may begin an answer.
_TRIED = 8


def last_places(text: str, words: tuple[str, ...]) -> Iterator[int]:
    """Where any of the words stands, from the last place back; not more than are worth a look.

    No word may begin in another.
    """
    place = len(text)
    for _ in range(_TRIED):
        end, place = place, -1
        for word in words:
            place = max(place, text.rfind(word, max(place, 0), end))
        if place < 0:
            return
        yield place
