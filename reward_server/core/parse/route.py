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

from ..model import FormName, ParseFailure, Question, RouteClaim, Segment
from .answer import answer_region, no_answer

LONGEST_RUN = 64

_LINE, _DEPARTURE, _ARRIVAL, _VIA_COUNT, _VIA_STOPS = range(5)
#: One letter a field for the shape of a run; S is a line "--", X anything out of place.
_SHAPES = "RDACV"
_Fields = list[str | None]
_TEMPLATE = (
    "Route Name: ",
    "Departure Stop: ",
    "Arrival Stop: ",
    "Number of Via Stops: ",
    "Via Stops: ",
)
_AS_ASKED = {label.removesuffix(": "): field for field, label in enumerate(_TEMPLATE)}
_ASKED_SHAPE: dict[FormName, str] = {"short": "RDA", "via_count": "RDAC", "via_stops": "RDAV"}

# label = words, then what markdown or JSON put between them and the colon
_LABEL = re.compile(
    r"(?:(?P<line>route\s+name)|(?P<departure>departure\s+(?:stop|station))"
    r"|(?P<arrival>arrival\s+(?:stop|station))|(?P<count>number\s+of\s+via\s+stops?)"
    r"|(?P<stops>via\s+stops?))[\s*_`\"']*\Z",
    re.IGNORECASE,
)
#: What the character before a label's colon can be: quick to check.
_LABEL_ENDS = frozenset("eEpPsSnN *_`\"'\t")
#: In thinking, a sign that the answer stands there.
_LABEL_HINTS = ("oute Name", "oute name", "ROUTE NAME")
_LABEL_GROUPS = {"line": 0, "departure": 1, "arrival": 2, "count": 3, "stops": 4}
#: No label with its decoration is longer.
_LABEL_REACH = 40
_DECORATION = " \t*_`\"'[](){}<>.,;|>-—–―#~=•"

# heading = [ word ] number [ punctuation ], e.g. "2.", "Segment 2:", "### Leg 2", "第2段"
_HEADING = re.compile(
    r"\W*(?:(?:route|line|travel)\s+)?(?:segment|section|step|leg|part|stage|ride|route|第)?"
    r"\s*(?:no\.?|#)?\s*\d{1,3}\s*(?:段|程)?\W*",
    re.IGNORECASE,
)
# bullet = ( "-" | "*" | "•" | "+" | number "." ) space text
_BULLET = re.compile(r"(?:[-*•·+–]|\d{1,3}[.)、])\s+\S")


#: Lines longer than this are neither headings nor remarks: they are prose.
_SHORT = 80


class _Reader:
    """Gathers fields into segments and segments into runs; keeps the last run that answers.

    ``shape`` has a letter for each line of the run that is open: its letter of ``_SHAPES``
    for a field that stands as the template asks, S for "--", X for anything else; blank
    lines leave none.
    """

    __slots__ = ("_closed", "_fields", "_segments", "answer", "answers", "cut", "shape")

    def __init__(self) -> None:
        self.answer: tuple[list[_Fields], str] | None = None
        self.answers = 0
        self.cut = False
        self._open()

    def _open(self) -> None:
        self._segments: list[_Fields] = []
        self._fields: _Fields = []
        self._closed = True
        self.shape = ""

    def field(self, field: int, value: str, shape: str) -> None:
        """Take in a label's value; a field that its segment has already begins the next one."""
        self.shape += shape
        fields = self._fields
        if field < _VIA_COUNT:
            if self._closed or fields[field] is not None:
                self._fields = fields = [None] * 5
                self._segments.append(fields)
                self._closed = False
            value = value.strip()
            fields[field] = value if value.strip(_DECORATION) else None
        elif not self._closed and fields[field] is None:
            fields[field] = value.strip()

    def between(self, line: str) -> None:
        """Take in a line without a label."""
        stripped = line.strip()
        if not stripped:
            return
        if not stripped.strip(_DECORATION) or _is_heading(stripped):
            self.shape += "S" if stripped == "--" else "X"
            self._closed = True
        elif _is_aside(stripped):
            self.shape += "X"
        else:
            self.prose()

    def prose(self) -> None:
        """End the run: what follows is another one."""
        if any(None not in fields[:_VIA_COUNT] for fields in self._segments):
            self.answer = (self._segments, self.shape)
            self.answers += 1
        self._open()

    def end(self) -> None:
        """End the text: a last segment that lacks a field was cut off, and is dropped."""
        if self._segments and None in self._segments[-1][:_VIA_COUNT]:
            self._segments.pop()
            self.shape += "X"
            self.cut = True
        self.prose()


def parse_route(completion: str, question: Question) -> RouteClaim | ParseFailure:
    """The route that a completion answers with: the last run of segments behind its thinking.

    A last segment that breaks off with the text is dropped; any other segment that lacks a
    field stays, with ``None`` for it.
    """
    region = answer_region(completion)
    text = region.text
    if "：" in text:
        text = text.replace("：", ":")
    reader = _Reader()
    for line in text.splitlines():
        head, colon, value = line.partition(":")
        if colon:
            field = _AS_ASKED.get(head)
            if field is not None and ":" not in value:
                reader.field(field, value, _SHAPES[field] if value[:1] == " " else "X")
                continue
            found = _fields(line)
            if found:
                _read_fields(line, found, reader)
                continue
        if reader.shape:
            reader.between(line)
    reader.end()

    signals = set()
    if region.cut or reader.cut:
        signals.add("truncated")
    if reader.answer is None:
        return no_answer(completion, region, _LABEL_HINTS, signals)
    if reader.answers > 1:
        signals.add("several_answers")
    segments, shape = reader.answer
    if len(segments) > LONGEST_RUN:
        return ParseFailure("very_long", frozenset(signals | {"very_long"}))
    asked = "S".join([_ASKED_SHAPE[question.question_form]] * len(segments))
    return RouteClaim(
        tuple([Segment(*fields) for fields in segments]), shape == asked, frozenset(signals)
    )


def _fields(line: str) -> list[tuple[int, int, int]]:
    """The labels in a line: field, where the label begins, where its value begins."""
    found: list[tuple[int, int, int]] = []
    value = 0
    colon = line.find(":")
    while colon >= 0:
        if line[colon - 1 : colon] in _LABEL_ENDS:
            label = _LABEL.search(line, max(value, colon - _LABEL_REACH), colon)
            if label and label.lastgroup:
                value = colon + 1
                found.append((_LABEL_GROUPS[label.lastgroup], label.start(), value))
        colon = line.find(":", colon + 1)
    return found


def _read_fields(line: str, found: list[tuple[int, int, int]], reader: _Reader) -> None:
    """Take in a line with labels that is not simply a label of the template and its value."""
    lead = line[: found[0][1]].strip()
    stray = lead.strip(_DECORATION)
    if stray and not _is_heading(lead):
        reader.prose()
    # what stands before an answer is no part of it, even on its first line
    clean = len(found) == 1 and not (lead and reader.shape)
    ends = [start for _, start, _ in found[1:]] + [len(line)]
    for (field, start, value), end in zip(found, ends, strict=True):
        asked = clean and line.startswith(_TEMPLATE[field], start)
        reader.field(field, line[value:end], _SHAPES[field] if asked else "X")


def _is_heading(text: str) -> bool:
    return len(text) <= _SHORT and _HEADING.fullmatch(text) is not None


def _is_aside(text: str) -> bool:
    """Whether a line is a bullet, a remark in brackets or a fence of code: no prose."""
    if text[0] in "([（【" and text[-1] in ")]）】":
        return True
    return text.startswith("```") or _BULLET.match(text) is not None
