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
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..model import NO_SIGNALS, FormName, ParseFailure, Question, RouteClaim, Segment
from .answer import answer_region, no_answer

LONGEST_RUN = 64

_LINE, _DEPARTURE, _ARRIVAL, _VIA_COUNT, _VIA_STOPS = range(5)
#: The shape of a run: a letter a line, of these for a field on a line of its own, X for one that
#: is not or was cut off, S for "--", x for anything else but a blank line.
_SHAPES = "RDACV"
_Fields = list[Any]
_TEMPLATE = {
    "Route Name": _LINE,
    "Departure Stop": _DEPARTURE,
    "Arrival Stop": _ARRIVAL,
    "Number of Via Stops": _VIA_COUNT,
    "Via Stops": _VIA_STOPS,
}
_ASKED_SHAPE: dict[FormName, str] = {"short": "RDA", "via_count": "RDAC", "via_stops": "RDAV"}

# label = words; a group for each field, in their order
_LABEL = re.compile(
    r"(?:(route\s+name)|(departure\s+(?:stop|station))|(arrival\s+(?:stop|station))"
    r"|(number\s+of\s+via\s+stops?)|(via\s+stops?))\Z",
    re.IGNORECASE,
)
#: What markdown or JSON puts between a label and its colon.
_LABEL_DECORATION = " \t*_`\"'"
#: What a label ends with: quick to check.
_LABEL_ENDS = ("name", "stop", "stops", "station")
#: In thinking, a sign that the answer stands there.
_LABEL_HINTS = ("oute Name", "oute name", "ROUTE NAME")
#: No label with its decoration is longer.
_LABEL_REACH = 40
_DECORATION = " \t*_`\"'[](){}<>.,;|>-—–―#~=•"

# heading = [ word ] number [ remark ], e.g. "2.", "Segment 2 (Line 1):", "### Leg 2", "第2段"
_HEADING = re.compile(
    r"\W*(?:(?:route|line|travel)\s+)?(?:segment|section|step|leg|part|stage|ride|route|第)?"
    r"\s*(?:no\.?|#)?\s*\d{1,3}\s*(?:段|程)?\W*(?:[(（][^()（）]*[)）]\W*)?",
    re.IGNORECASE,
)
# bullet = ( "-" | "*" | "•" | "+" | number "." ) space text
_BULLET = re.compile(r"(?:[-*•·+–]|\d{1,3}[.)、])\s+\S")
_LONGEST_HEADING = 80
#: What may stand between labels: nothing; dashes and the like, or a numbered heading, which end a
#: segment; an aside (a bullet, a remark in brackets, a fence of code), which changes nothing;
#: prose, which ends the run.
_BLANK, _DASHES, _NUMBER, _ASIDE, _PROSE = range(5)


def parse_route(completion: str, question: Question) -> RouteClaim | ParseFailure:
    """The route that a completion answers with: the last run of segments behind its thinking.

    A segment that lacks a field is none: it ends its run, and at the end of the text it was
    cut off.
    """
    region = answer_region(completion)
    text = region.text
    if "：" in text:
        text = text.replace("：", ":")
    reader = _Reader()
    for line in text.splitlines():
        head, colon, value = line.partition(":")
        field = _TEMPLATE.get(head) if colon else None
        if field is not None and ":" not in value:
            reader.take(field, value, _SHAPES[field])
        elif colon:
            _read_odd_line(line, reader)
        elif line and reader.shape:
            _read_between(line.strip(), reader)
    reader.end_text()

    signals = {"truncated"} if region.cut or reader.cut else set()
    if reader.answer is None:
        return no_answer(completion, region, _LABEL_HINTS, signals)
    if reader.answers > 1:
        signals.add("several_answers")
    segments, shape = reader.answer
    if len(segments) > LONGEST_RUN:
        return ParseFailure("very_long", frozenset(signals | {"very_long"}))
    asked = "S".join([_ASKED_SHAPE[question.question_form]] * len(segments))
    return RouteClaim(
        tuple([Segment(*fields) for fields in segments]),
        "".join(shape).rstrip("Sx") == asked,
        frozenset(signals) if signals else NO_SIGNALS,
    )


class _Reader:
    """Gathers fields into segments and segments into runs, and keeps the last run that answers.

    ``shape`` has one letter for each line of the run that is open, as ``_SHAPES`` says.
    """

    __slots__ = ("_fields", "_segments", "answer", "answers", "cut", "shape")

    def __init__(self) -> None:
        self.shape: list[str] = []
        self.cut = False
        self.answers = 0
        self.answer: tuple[list[_Fields], list[str]] | None = None
        self._segments: list[_Fields] = []
        self._fields: _Fields | None = None

    def take(self, field: int, value: str, shape: str) -> None:
        """Take in a field; one that its segment has already begins the next segment."""
        value = value.strip(_LABEL_DECORATION)
        fields = self._fields
        if fields is None or fields[field] is not None:
            if self._lacks_field():
                self.end_run()
            self._fields = fields = [None] * 5
            self._segments.append(fields)
        fields[field] = value if field >= _VIA_COUNT or value.strip(_DECORATION) else None
        self.shape.append(shape)

    def end_segment(self) -> None:
        self._fields = None

    def _lacks_field(self) -> bool:
        return bool(self._segments) and None in self._segments[-1][:_VIA_COUNT]

    def end_run(self) -> None:
        """What follows is another run. A last segment that lacks a field is none, and dropped."""
        if self._lacks_field():
            self._segments.pop()
            self.shape.append("X")
        if self._segments:
            self.answer = (self._segments, self.shape)
            self.answers += 1
        self._segments, self._fields, self.shape = [], None, []

    def end_text(self) -> None:
        self.cut = self._lacks_field()
        self.end_run()


def _read_odd_line(line: str, reader: _Reader) -> None:
    """Read a line with a colon that is not simply a label of the template and its value."""
    labels = _labels(line)
    if not labels:
        if reader.shape:
            _read_between(line.strip(), reader)
        return
    kind = _kind(line[: labels[0].start].strip())
    if kind == _PROSE:
        reader.end_run()
    # what stands before an answer is no part of it, even on its first line
    asked = len(labels) == 1 and (kind in (_BLANK, _DASHES) or not reader.shape)
    for field, value in _values(line, labels):
        reader.take(field, value, _SHAPES[field] if asked else "X")


def _read_between(text: str, reader: _Reader) -> None:
    """Read a line without labels while a run is open."""
    kind = _kind(text)
    if kind == _PROSE:
        reader.end_run()
    elif kind != _BLANK:
        reader.shape.append("S" if text == "--" else "x")
        if kind != _ASIDE:
            reader.end_segment()


class _Label(NamedTuple):
    """A label in a line: its field, where it begins, where its value begins."""

    field: int
    start: int
    value: int


def _labels(line: str) -> list[_Label]:
    """The labels in a line, wherever they stand."""
    labels: list[_Label] = []
    colon = -1
    for part in line.split(":")[:-1]:
        part_start = colon + 1
        colon = part_start + len(part)
        tail = part[-_LABEL_REACH:].rstrip(_LABEL_DECORATION)
        if not tail.lower().endswith(_LABEL_ENDS):
            continue
        label = _LABEL.search(tail)
        if label and label.lastindex:
            start = max(part_start, colon - _LABEL_REACH) + label.start()
            labels.append(_Label(label.lastindex - 1, start, colon + 1))
    return labels


def _values(line: str, labels: Sequence[_Label]) -> list[tuple[int, str]]:
    """Each label's field and value; a value ends where the next label begins."""
    ends = [label.start for label in labels[1:]] + [len(line)]
    return [(label.field, line[label.value : end]) for label, end in zip(labels, ends, strict=True)]


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
