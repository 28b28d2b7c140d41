r"""Boxed answers: text -> the value in its last box.

    box    = "\boxed{" text with balanced braces "}"
    marker = ( "answer" | "答案" ) ( ":" | "=" | ( "is" | "should be" | "是" ) [ ":" ] ) text
           | "####" text

Without a box, or where the last one holds no value of the asked kind, the last marker behind it
counts that something can be read behind; without a box also a short reply. Each character is
looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from ..answer import answer_region, last_place, no_answer
from ..budget import VALUE_STEPS, Budget
from ..model import NO_SIGNALS, ParseFailure
from ..values import (
    LONGEST_VALUE,
    Reading,
    read_count_reply,
    read_integer,
    read_letter,
    read_letter_reply,
    read_verdict_reply,
    read_yes_no,
    unwrap,
    without_marker,
)
from .model import ValueClaim
from .name_lists import find_stops

#: Values, of each kind, whose meaning is remembered.
_REMEMBERED: Final = 1024
_BOX: Final = "oxed{"
_SPACED_BOX: Final = re.compile(r"oxed +\{")
_BRACE: Final = re.compile(r"oxed\{|[{}]")
# gap = white space, "or", "and", ",", "/" and what sets a box in mathematics or bold
_GAP: Final = re.compile(
    r"(?:[\s,，、/$*_{}&]|or|and|或|和|\\(?:text|mathrm|quad)|\\[()\[\],;])*+", re.IGNORECASE
)
_MARKER: Final = re.compile(
    r"(?:nswer|NSWER|答案)[*_\s]*(?:(?:(?:is|IS|are|should\s+be)(?![a-z])|应该是|应为|是|为)[*_\s]*[:：=]?|[:：=])"
    r"|####"
)
_MARKER_WORDS: Final = ("nswer", "NSWER", "答案")
_HASHES: Final = "####"
#: So many of these are looked at, from the last one back.
_TRIED: Final = 8
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s|$)|[。！？;；\n]")

#: Reads the inside of a box, or what stands behind a marker; or a reply without either.
_Read = Callable[[str], Reading | None]
#: Where a box starts, and where its inside starts and ends.
_Box = tuple[int, int, int]


# the same few values come again and again: what each says is remembered
@lru_cache(_REMEMBERED)
def _yes_no(said: str) -> Reading | None:
    return _unmarked(said, read_yes_no)


@lru_cache(_REMEMBERED)
def _count(said: str) -> Reading | None:
    return _unmarked(said, read_integer)


@lru_cache(_REMEMBERED)
def _letter(said: str) -> Reading | None:
    return _unmarked(said, read_letter)


# not remembered: the same values come again with other options
def _letter_among(said: str, options: tuple[str, ...]) -> Reading | None:
    return _unmarked(said, partial(read_letter, options=options))


@lru_cache(_REMEMBERED)
def _yes_no_reply(said: str) -> Reading | None:
    return read_verdict_reply(unwrap(said), _yes_no)


@lru_cache(_REMEMBERED)
def _count_reply(said: str) -> Reading | None:
    return read_count_reply(unwrap(said), _count)


@lru_cache(_REMEMBERED)
def _letter_reply(said: str) -> Reading | None:
    return read_letter_reply(unwrap(said), _letter)


def _letter_reply_among(said: str, options: tuple[str, ...]) -> Reading | None:
    return read_letter_reply(unwrap(said), partial(_letter_among, options=options))


def _unmarked(said: str, read: _Read) -> Reading | None:
    """What a text says, of which "Answer:" in front of a value is no part."""
    bare = unwrap(said)
    value = without_marker(bare)
    reading = read(value)
    return Reading(reading.value, alone=False) if reading and value != bare else reading


def parse_yes_no(completion: str, budget: Budget) -> ValueClaim | ParseFailure:
    """The yes (1) or no (0) of a TorF answer."""
    return _parse(completion, _yes_no, _yes_no_reply, budget)


def parse_count(completion: str, budget: Budget) -> ValueClaim | ParseFailure:
    """The number of a Counting2 or Counting3 answer."""
    return _parse(completion, _count, _count_reply, budget)


def parse_choice(
    completion: str, budget: Budget, options: tuple[str, ...] | None = None
) -> ValueClaim | ParseFailure:
    """The letter (0-3) of a Counting1 answer, and the names in its ``Stops: [...]`` list.

    ``options``: the texts that the letters stand for; one of them is as good as its letter.
    """
    read: _Read = _letter
    read_reply: _Read = _letter_reply
    if options:
        read = partial(_letter_among, options=options)
        read_reply = partial(_letter_reply_among, options=options)
    return _parse(completion, read, read_reply, budget, with_stops=True)


def _parse(
    completion: str, read: _Read, read_reply: _Read, budget: Budget, with_stops: bool = False
) -> ValueClaim | ParseFailure:
    region = answer_region(completion, budget)
    text = region.text
    signals: set[str] = set()
    if region.cut:
        signals.add("truncated")
    stops = None
    if with_stops and (listed := find_stops(text)):
        stops, text = listed

    text, first, boxes = _find_boxes(text)
    reading, in_box = None, False
    last = -1
    if boxes:
        last, inside, end = boxes[-1]
        reading = _read(text[inside:end], read)
        in_box = text.startswith("\\b", last - 2)
        if len(boxes) > 1:
            signals.add("several_answers")
            if reading is not None and (beside := _boxes_beside_last(text, boxes)):
                in_box = False
                for _, inside, end in beside:
                    budget.spend(VALUE_STEPS + end - inside)
                    other = _read(text[inside:end], read)
                    if other is None or other.value != reading.value:
                        return ParseFailure("contradiction", frozenset(signals))
        if reading is None:
            # a box with something else in it does not hide an answer that is said behind it
            in_box = False
            reading = _read_marked(text[boxes[-1][2] :], read, read_reply, budget)
    else:
        said = text if first < 0 else text[:first]
        reading = _read_marked(said, read, read_reply, budget)
        if reading is None and len(said) <= LONGEST_VALUE:
            reading = read_reply(said)
    if first >= 0 and text.find(_BOX, last + 1) >= 0:
        signals.add("truncated")  # a box that is never closed is none, nor is its inside
    if reading is None:
        return no_answer(completion, region, (_BOX, *_MARKER_WORDS), signals)
    return ValueClaim(
        reading.value,
        in_box and reading.alone,
        stops,
        frozenset(signals) if signals else NO_SIGNALS,
    )


def _read(said: str, read: _Read) -> Reading | None:
    """What a text says; what is too long to be a value is as good as empty."""
    return read(said if len(said) <= LONGEST_VALUE else "")


def _find_boxes(text: str) -> tuple[str, int, list[_Box]]:
    """The text with no space in its boxes, where the first starts or -1, and those it closes."""
    brace = text.find("{")  # one character: much quicker to find than the whole of a box
    if brace < 0:
        return text, -1, []
    before = max(brace - len(_BOX), 0)
    if text.find(" {", before) >= 0:
        text = _SPACED_BOX.sub(_BOX, text)
        before = 0
    first = text.find(_BOX, before)
    return text, first, _closed_boxes(text, first) if first >= 0 else []


def _closed_boxes(text: str, first: int) -> list[_Box]:
    """The boxes of a text that are closed, by where they start; ``first``: where to begin."""
    inside = first + len(_BOX)
    end = text.find("}", inside)
    if text.find("{", inside, end) < 0 <= end and text.find(_BOX, end) < 0:
        return [(first, inside, end)]  # the usual case: one box without braces in it
    opened: list[tuple[int, int]] = []
    boxes: list[_Box] = []
    for brace in _BRACE.finditer(text, first):
        if brace[0] != "}":
            opened.append((brace.start() if brace[0] == _BOX else -1, brace.end()))
        elif opened:
            start, within = opened.pop()
            if start >= 0:
                boxes.append((start, within, brace.start()))
    boxes.sort()
    return boxes


def _boxes_beside_last(text: str, boxes: list[_Box]) -> list[_Box]:
    """The boxes before the last, from it back, with no more than a hedge such as "or" between."""
    beside: list[_Box] = []
    after = boxes[-1][0]
    for number in range(len(boxes) - 2, -1, -1):
        start, _, end = boxes[number]
        gap = text[end + 1 : after].removesuffix("b").removesuffix("\\")
        if end >= after or not _GAP.fullmatch(gap):
            break
        beside.append(boxes[number])
        after = start
    return beside


def _read_marked(text: str, read: _Read, read_reply: _Read, budget: Budget) -> Reading | None:
    """What stands behind the last marker that something can be read behind."""
    words = (*_MARKER_WORDS, _HASHES) if "#" in text else _MARKER_WORDS
    place = len(text)
    for _ in range(_TRIED):
        place = last_place(text, words, place)
        if place < 0:
            break
        marker = _MARKER.match(text, place)
        if marker:
            budget.spend(VALUE_STEPS)
            said = text[marker.end() : marker.end() + LONGEST_VALUE].lstrip()
            stop = _SENTENCE_END.search(said)
            said = said[: stop.start()] if stop else said
            reading = _read(said, read) or read_reply(said)
            if reading:
                return reading
    return None
