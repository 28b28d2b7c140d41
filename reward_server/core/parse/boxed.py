r"""Boxed answers: text -> the value in its last box.

    box    = "\boxed{" text with balanced braces "}"
    marker = ( "answer" | "答案" ) ( ":" | "=" | ( "is" | "should be" | "是" ) [ ":" ] ) text

Without a box the last marker counts that something can be read behind, and without that a
reply of at most five words. Each character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..model import ParseFailure, Question, ValueClaim
from .answer import answer_region, last_places, no_answer
from .names import find_stops
from .values import LONGEST_VALUE, Reading, read_integer, read_letter, read_yes_no, unwrap

_SHORT_REPLY = 5
_BOX = "oxed{"
_SPACED_BOX = re.compile(r"oxed +\{")
_BRACE = re.compile(r"oxed\{|[{}]")
# gap = white space, "or", "," , "/" and what sets a box in mathematics or bold
_GAP = re.compile(r"(?:[\s,，、/$*_{}]|or|或|\\(?:text|mathrm)|\\[()\[\]])*", re.IGNORECASE)
_MARKER = re.compile(
    r"(?:nswer|NSWER|答案)[*_\s]*(?:(?:(?:is|IS|are|should\s+be)(?![a-z])|应该是|应为|是|为)[*_\s]*[:：=]?|[:：=])"
)
_MARKER_WORDS = ("nswer", "NSWER", "答案")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？;；\n]")

Read = Callable[[str], Reading | None]


def parse_yes_no(completion: str, _: Question) -> ValueClaim | ParseFailure:
    """The yes (1) or no (0) of a TorF answer."""
    return _parse(completion, read_yes_no)


def parse_count(completion: str, _: Question) -> ValueClaim | ParseFailure:
    """The number of a Counting2 or Counting3 answer."""
    return _parse(completion, read_integer)


def parse_choice(completion: str, question: Question) -> ValueClaim | ParseFailure:
    """The letter (0-3) of a Counting1 answer, and the names in its ``Stops: [...]`` list."""
    return _parse(completion, partial(read_letter, options=question.options), with_stops=True)


def _parse(completion: str, read: Read, with_stops: bool = False) -> ValueClaim | ParseFailure:
    region = answer_region(completion)
    text = region.text
    signals = {"truncated"} if region.cut else set()
    stops = None
    if with_stops and (listed := find_stops(text)):
        stops, text = listed

    reading, in_box = None, False
    first, boxes = -1, []
    brace = text.find("{")  # one character: much quicker to find than the whole of a box
    if brace >= 0:
        before = max(brace - len(_BOX), 0)
        if text.find(" {", before) >= 0:
            text = _SPACED_BOX.sub(_BOX, text)
            before = 0
        first = text.find(_BOX, before)
        boxes = _closed_boxes(text, first) if first >= 0 else []
    if boxes:
        last = boxes[-1]
        reading = _read_box(text, last, read)
        in_box = text.startswith("\\b", last.start - 2)
        if len(boxes) > 1:
            signals.add("several_answers")
        for box, after in zip(boxes[-2::-1], boxes[:0:-1], strict=True):
            if reading is None or not _side_by_side(text, box, after):
                break
            beside = _read_box(text, box, read)
            if beside is None or beside.value != reading.value:
                return ParseFailure("contradiction", frozenset(signals))
            in_box = False
    else:
        reading = _read_unboxed(text if first < 0 else text[:first], read)
    if first >= 0 and text.rfind(_BOX) > (boxes[-1].start if boxes else -1):
        signals.add("truncated")  # a box that is never closed is none, nor is its inside
    if reading is None:
        return no_answer(completion, region, (_BOX, *_MARKER_WORDS), signals)
    return ValueClaim(reading.value, in_box and reading.alone, stops, frozenset(signals))


class _Box(NamedTuple):
    start: int
    inside: int
    end: int


def _closed_boxes(text: str, first: int) -> list[_Box]:
    """The boxes of a text that are closed, by where they start; ``first``: where to begin."""
    inside = first + len(_BOX)
    end = text.find("}", inside)
    if text.find("{", inside, end) < 0 <= end and text.find(_BOX, end) < 0:
        return [_Box(first, inside, end)]  # the usual case: one box without braces in it
    opened: list[tuple[int, int]] = []
    boxes = []
    for brace in _BRACE.finditer(text, first):
        if brace[0] != "}":
            opened.append((brace.start() if brace[0] == _BOX else -1, brace.end()))
        elif opened:
            start, within = opened.pop()
            if start >= 0:
                boxes.append(_Box(start, within, brace.start()))
    boxes.sort()
    return boxes


def _read_box(text: str, box: _Box, read: Read) -> Reading | None:
    return read(unwrap(text[box.inside : box.end]))


def _side_by_side(text: str, box: _Box, after: _Box) -> bool:
    """Whether nothing but a hedge such as "or" stands between two boxes."""
    gap = text[box.end + 1 : after.start].removesuffix("b").removesuffix("\\")
    return box.end < after.start and _GAP.fullmatch(gap) is not None


def _read_unboxed(text: str, read: Read) -> Reading | None:
    for start in last_places(text, _MARKER_WORDS):
        marker = _MARKER.match(text, start)
        if marker:
            said = text[marker.end() : marker.end() + LONGEST_VALUE].lstrip()
            stop = _SENTENCE_END.search(said)
            reading = read(unwrap(said[: stop.start()] if stop else said))
            if reading:
                return reading
    if len(text.split(None, _SHORT_REPLY)) <= _SHORT_REPLY:
        return read(unwrap(text))
    return None
