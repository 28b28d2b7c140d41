"""Planning answers: text -> the last run of segments in it.

    run       = segment { between segment }
    segment   = field field field [ via ]             in any order
    field     = ("Route Name" | "Departure Stop" | "Arrival Stop") ":" value
    via       = ("Number of Via Stops" | "Via Stops") ":" value
    between   = { dashes | heading | blank | remark | bullet }

Labels count in any case, decorated with markdown, bullets and quotes, behind a full-width
colon, and anywhere in a line; a value ends with its line or at the next label. A line of
prose ends a run. Each character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from ..answer import answer_region, no_answer
from ..budget import Budget
from ..model import NO_SIGNALS, ParseFailure
from .model import FormName, RouteClaim, Segment

LONGEST_RUN: Final = 64
#: What a line takes however short it is, and each place that may end a label.
_LINE_STEPS: Final = 20
_COLON_STEPS: Final = 30

#: The first and the fourth of five fields: line, departure, arrival, via count, via stops.
_LINE: Final = 0
_VIA_COUNT: Final = 3
_FIELDS: Final = 5
#: The shape of a run: a letter a line, of these for a field on a line of its own, X for one that
#: is not or was cut off, S for "--", x for anything else but a blank line.
_SHAPES: Final = "RDACV"
_Fields = list[Any]
_ASKED_SHAPE: Final[dict[FormName, str]] = {
    "short": "RDA",
    "via_count": "RDAC",
    "via_stops": "RDAV",
}

# label = words; a group for each field, in their order
_LABEL: Final = re.compile(
    r"(?:(route\s+name)|(departure\s+(?:stop|station))|(arrival\s+(?:stop|station))"
    r"|(number\s+of\s+via\s+stops?)|(via\s+stops?))\Z",
    re.IGNORECASE,
)
#: What markdown or JSON puts between a label and its colon.
_LABEL_DECORATION: Final = " \t*_`\"'"
#: What a label ends with: quick to check.
_LABEL_ENDS: Final = ("name", "stop", "stops", "station")
#: In thinking, a sign that the answer stands there.
_LABEL_HINTS: Final = ("oute Name", "oute name", "ROUTE NAME")
#: No label with its decoration is longer.
_LABEL_REACH: Final = 40
#: What stands before a colon is remembered up to this length: it is mostly a label.
_LONGEST_HEAD: Final = 60
_REMEMBERED: Final = 1024
_DECORATION: Final = " \t*_`\"'[](){}<>.,;|>-—–―#~=•"

# heading = [ word ] number [ remark ], e.g. "2.", "Segment 2 (Line 1):", "### Leg 2", "第2段"
# every repeat keeps what it took, so that each character is looked at a few times and no more
_HEADING: Final = re.compile(
    r"\W*+(?:(?:route|line|travel)\s++)?+(?:segment|section|step|leg|part|stage|ride|route|第)?+"
    r"\s*+(?:no\.?+|#)?+\s*+\d{1,3}+\s*+(?:段|程)?+"
    r"(?:\W*+\Z|(?:[^\w()（）]*+[()（）])++(?<=[(（])[^()（）]*+[)）]\W*+)",
    re.IGNORECASE,
)
# bullet = ( "-" | "*" | "•" | "+" | number "." ) space text
_BULLET: Final = re.compile(r"(?:[-*•·+–]|\d{1,3}[.)、])\s+\S")
_LONGEST_HEADING: Final = 80
#: What may stand between labels: nothing; dashes and the like, or a numbered heading, which end a
#: segment; an aside (a bullet, a remark in brackets, a fence of code), which changes nothing;
#: prose, which ends the run.
_BLANK: Final = 0
_DASHES: Final = 1
_NUMBER: Final = 2
_ASIDE: Final = 3
_PROSE: Final = 4


def parse_route(completion: str, form: FormName, budget: Budget) -> RouteClaim | ParseFailure:
    """The route that a completion answers with: the last run of segments behind its thinking.

    ``form``: what the question asks of a segment; an answer in another one is read as well.

    A segment that lacks a field is none: it ends its run, and at the end of the text it was
    cut off.
    """
    region = answer_region(completion)
    text = region.text
    if "：" in text:
        text = text.replace("：", ":")
    reader = _Reader()
    for line in text[_first_line(text) :].splitlines():
        budget.spend(_LINE_STEPS + len(line))
        _read_line(line, reader, budget)
    reader.end_text()

    signals = {"truncated"} if region.cut or reader.cut else set()
    if reader.answer is None:
        return no_answer(completion, region, _LABEL_HINTS, signals)
    if reader.answers > 1:
        signals.add("several_answers")
    run, shape = reader.answer
    if len(run) > LONGEST_RUN:
        return ParseFailure("very_long", frozenset(signals | {"very_long"}))
    asked = "S".join([_ASKED_SHAPE[form]] * len(run))
    return RouteClaim(
        tuple([Segment(f[0], f[1], f[2], f[3], f[4]) for f in run]),
        "".join(shape).rstrip("Sx") == asked,
        frozenset(signals) if signals else NO_SIGNALS,
    )


class _Reader:
    """Gathers fields into segments and segments into runs, and keeps the last run that answers.

    ``_missing``: how many of the three fields that it must have the last segment still lacks.
    ``shape`` has one letter for each line of the run that is open, as ``_SHAPES`` says.
    """

    __slots__ = ("_fields", "_missing", "_segments", "answer", "answers", "cut", "shape")

    def __init__(self) -> None:
        self.shape: list[str] = []
        self.cut = False
        self.answers = 0
        self.answer: tuple[list[_Fields], list[str]] | None = None
        self._segments: list[_Fields] = []
        self._fields: _Fields | None = None
        self._missing = 0

    def take(self, field: int, value: str, shape: str) -> None:
        """Take in a field; one that its segment has already begins the next segment."""
        value = value.strip(_LABEL_DECORATION)
        fields = self._fields
        if fields is None or fields[field] is not None:
            if self._missing:
                self.end_run()
            self._fields = fields = [None] * _FIELDS
            self._segments.append(fields)
            self._missing = _VIA_COUNT
        if field >= _VIA_COUNT:
            fields[field] = value
        elif value.strip(_DECORATION):
            fields[field] = value
            self._missing -= 1
        self.shape.append(shape)

    def end_segment(self) -> None:
        self._fields = None

    def end_run(self) -> None:
        """What follows is another run. A last segment that lacks a field is none, and dropped."""
        if self._missing:
            self._segments.pop()
            self.shape.append("X")
        if self._segments:
            self.answer = (self._segments, self.shape)
            self.answers += 1
        self._segments, self._fields, self._missing, self.shape = [], None, 0, []

    def end_text(self) -> None:
        self.cut = self._missing > 0
        self.end_run()


def _first_line(text: str) -> int:
    """Where the first line begins that may have a label: what is before it need not be read."""
    colon = text.find(":")
    while colon >= 0:
        before = text[max(colon - _LABEL_REACH, 0) : colon].rstrip(_LABEL_DECORATION)
        if before.lower().endswith(_LABEL_ENDS):
            return text.rfind("\n", 0, colon) + 1
        colon = text.find(":", colon + 1)
    return len(text)


def _read_line(line: str, reader: _Reader, budget: Budget) -> None:
    head, colon, value = line.partition(":")
    if not colon:
        if line and reader.shape:
            _read_between(line.strip(), reader)
    elif ":" in value or len(head) > _LONGEST_HEAD:
        _read_odd_line(line, reader, budget)
    else:
        field, kind = _label(head)
        if field >= 0:
            if kind == _PROSE:
                reader.end_run()
            # what stands before an answer is no part of it, even on its first line
            asked = kind <= _DASHES or not reader.shape
            reader.take(field, value, _SHAPES[field] if asked else "X")
        elif reader.shape:
            _read_between(line.strip(), reader)


@lru_cache(_REMEMBERED)
def _label(head: str) -> tuple[int, int]:
    """The field that stands before a colon, -1 for none, and what stands before that."""
    for field, start, _ in _labels(f"{head}:"):
        return field, _kind(head[:start].strip())
    return -1, _BLANK


def _read_odd_line(line: str, reader: _Reader, budget: Budget) -> None:
    """Read a line with more than a short label and its value."""
    budget.spend(_COLON_STEPS * line.count(":"))
    labels = _labels(line)
    if not labels:
        if reader.shape:
            _read_between(line.strip(), reader)
        return
    starts = [start for _, start, _ in labels]
    kind = _kind(line[: starts[0]].strip())
    if kind == _PROSE:
        reader.end_run()
    asked = len(labels) == 1 and (kind <= _DASHES or not reader.shape)
    for (field, _, start), end in zip(labels, [*starts[1:], len(line)], strict=True):
        reader.take(field, line[start:end], _SHAPES[field] if asked else "X")


def _read_between(text: str, reader: _Reader) -> None:
    """Read a line without labels while a run is open."""
    kind = _kind(text)
    if kind == _PROSE:
        reader.end_run()
    elif kind != _BLANK:
        reader.shape.append("S" if text == "--" else "x")
        if kind != _ASIDE:
            reader.end_segment()


def _labels(text: str) -> list[tuple[int, int, int]]:
    """The labels in a text: of each its field, where it begins, and where its value begins."""
    labels: list[tuple[int, int, int]] = []
    start = 0
    colon = text.find(":")
    while colon >= 0:
        start = max(start, colon - _LABEL_REACH)
        before = text[start:colon].rstrip(_LABEL_DECORATION)
        if before.endswith("Route Name"):  # most often
            labels.append((_LINE, start + len(before) - len("Route Name"), colon + 1))
        elif before.lower().endswith(_LABEL_ENDS) and (label := _LABEL.search(before)):
            labels.append((int(label.lastindex or 0) - 1, start + label.start(), colon + 1))
        start = colon + 1
        colon = text.find(":", start)
    return labels


def _kind(text: str) -> int:
    """What a text without labels is to a run."""
    if not text:
        return _BLANK
    if not text.strip(_DECORATION):
        return _DASHES
    if len(text) <= _LONGEST_HEADING and _HEADING.fullmatch(text):
        return _NUMBER
    bare = text.strip("*_ ")
    if bare[0] in "([（【" and bare[-1] in ")]）】":
        return _ASIDE
    if text.startswith("```") or _BULLET.match(text):
        return _ASIDE
    return _PROSE
