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
from collections.abc import Iterator
from typing import Any

from ..model import NO_SIGNALS, FormName, ParseFailure, Question, RouteClaim, Segment
from .answer import answer_region, no_answer

LONGEST_RUN = 64

_LINE, _DEPARTURE, _ARRIVAL, _VIA_COUNT, _VIA_STOPS = range(5)
#: The shape of a run: a letter a line, of these for a field on a line of its own, X for one that
#: is not or was cut off, S for "--", x for anything else but a blank line.
_SHAPES = "RDACV"
_Fields = list[Any]
_CUT = frozenset({"truncated"})
_TEMPLATE = {
    "Route Name": _LINE,
    "Departure Stop": _DEPARTURE,
    "Arrival Stop": _ARRIVAL,
    "Number of Via Stops": _VIA_COUNT,
    "Via Stops": _VIA_STOPS,
}
_ASKED_SHAPE: dict[FormName, str] = {"short": "RDA", "via_count": "RDAC", "via_stops": "RDAV"}

# What most answers are: segments that differ from the template in nothing that counts.
# segment = label("Route Name") gap label("Departure Stop") gap label("Arrival Stop")
#           ( break "--" break | white space, end of text )
# label   = words [ bold ] ":" value ; no value holds a colon or ends a line
# gap     = line break, white space, [ bold ]
_BREAK = r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*"
_VALUE = r"[*_]*:([^:\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)"
_PLAIN_SEGMENT = re.compile(
    rf"Route Name{_VALUE}{_BREAK}[*_]*Departure Stop{_VALUE}{_BREAK}[*_]*Arrival Stop{_VALUE}"
    rf"(?:{_BREAK}-- *{_BREAK}[*_]*|\s*\Z)",
    re.ASCII | re.IGNORECASE,
)

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
    # nothing before the first label is looked at
    _, start, _ = next(_labels(text), (None, len(text), None))
    if segments := _plain_segments(text, start):
        return RouteClaim(
            segments, question.question_form == "short", _CUT if region.cut else NO_SIGNALS
        )
    reader = _Reader()
    for line in text[start:].splitlines():
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
    run, shape = reader.answer
    if len(run) > LONGEST_RUN:
        return ParseFailure("very_long", frozenset(signals | {"very_long"}))
    asked = "S".join([_ASKED_SHAPE[question.question_form]] * len(run))
    return RouteClaim(
        tuple([Segment(*fields) for fields in run]),
        "".join(shape).rstrip("Sx") == asked,
        frozenset(signals) if signals else NO_SIGNALS,
    )


def _plain_segments(text: str, start: int) -> tuple[Segment, ...] | None:
    """The segments of a text that has nothing but those of the template from ``start`` on.

    What ``_Reader`` would gather, line by line, in several times the time; else ``None``.
    """
    segments: list[Segment] = []
    end = start
    while match := _PLAIN_SEGMENT.match(text, end):
        end = match.end()
        line, departure, arrival = match.groups()
        if not (
            line.strip(_DECORATION)
            and departure.strip(_DECORATION)
            and arrival.strip(_DECORATION)
            and len(segments) < LONGEST_RUN
        ):
            return None
        segments.append(
            Segment(
                line.strip(_LABEL_DECORATION),
                departure.strip(_LABEL_DECORATION),
                arrival.strip(_LABEL_DECORATION),
            )
        )
    return tuple(segments) if end == len(text) else None


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
    labels = list(_labels(line))
    if not labels:
        if reader.shape:
            _read_between(line.strip(), reader)
        return
    starts = [start for _, start, _ in labels]
    kind = _kind(line[: starts[0]].strip())
    if kind == _PROSE:
        reader.end_run()
    # what stands before an answer is no part of it, even on its first line
    asked = len(labels) == 1 and (kind in (_BLANK, _DASHES) or not reader.shape)
    for (field, _, start), end in zip(labels, (*starts[1:], len(line)), strict=True):
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


def _labels(text: str) -> Iterator[tuple[int, int, int]]:
    """The labels in a text: of each its field, where it begins, and where its value begins."""
    start = 0
    colon = text.find(":")
    while colon >= 0:
        start = max(start, colon - _LABEL_REACH)
        before = text[start:colon].rstrip(_LABEL_DECORATION)
        if before.endswith("Route Name"):  # most often
            yield _LINE, start + len(before) - len("Route Name"), colon + 1
        elif before.lower().endswith(_LABEL_ENDS) and (label := _LABEL.search(before)):
            yield int(label.lastindex or 0) - 1, start + label.start(), colon + 1
        start = colon + 1
        colon = text.find(":", start)


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
