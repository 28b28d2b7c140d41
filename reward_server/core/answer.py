"""Where in a completion its answer stands."""

from __future__ import annotations

import re
from typing import Final, final

from .model import ParseFailure, Record

# tag = "<" ["/"] ("think" | "answer") ">"
_TAG: Final = re.compile(r"<(/?)(think|answer)>", re.IGNORECASE)
_THOUGHT: Final = "</think>"

# end = { "<|" name "|>" | "</s>" | "<eos>" } end of text
_END: Final = re.compile(r"(?:\s*(?:<\|\w{1,30}\|>|</s>|<eos>))+\Z")
_ENDS: Final = ("|>", "</s>", "<eos>")
_LONGEST_END: Final = 200


@final
class Region(Record):
    """The part of a completion that may hold the answer.

    ``start``: where it begins in the completion. ``cut``: a tag was opened and never closed.
    """

    _fields = ("text", "start", "cut")
    __slots__ = _fields

    def __init__(self, text: str, start: int = 0, cut: bool = False) -> None:
        self.text: Final = text
        self.start: Final = start
        self.cut: Final = cut


def answer_region(completion: str) -> Region:
    """The inside of the last ``<answer>`` behind all thinking, else all that follows the thinking.

    Empty where ``<think>`` is never closed. Tokens that end a text, which some trainers leave
    in, are no part of it.
    """
    if "<" not in completion:
        return Region(completion)
    behind = completion.rfind(">") + 1
    if completion[behind - len(_THOUGHT) : behind] == _THOUGHT:  # no tag or token behind it
        return Region(completion[behind:], behind)
    last = completion[-_LONGEST_END:].rstrip()
    if last.endswith(_ENDS):
        completion = completion[:-_LONGEST_END] + _END.sub("", last)
    # where thinking ends, all that was before it is forgotten
    thought = completion.rfind(_THOUGHT)
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
            # one character alone is found much quicker, and mostly is not there either
            if completion.find(hint[-1], 0, region.start) < 0:
                continue
            if completion.rfind(hint, 0, region.start) >= 0:
                signals.add("answer_only_in_thinking")
                break
    if not region.text or region.text.isspace():
        signals.add("empty")
        return ParseFailure("empty", frozenset(signals))
    return ParseFailure("no_answer", frozenset(signals))


def last_place(text: str, words: tuple[str, ...], end: int) -> int:
    """Where the last of the words stands before ``end``, -1 for nowhere.

    No word may begin in another.
    """
    place = -1
    for word in words:
        place = max(place, text.rfind(word, max(place, 0), end))
    return place
