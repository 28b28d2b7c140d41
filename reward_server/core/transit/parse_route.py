"""Planning answers: text -> the last run of segments in it.

    run       = segment { between segment }
    segment   = field field field [ via ]             in any order, with what may stand between
    field     = ("Route Name" | "Departure Stop" | "Arrival Stop") ":" value
    via       = ("Number of Via Stops" | "Via Stops") ":" value { bullet }
    between   = { dashes | heading | aside | blank line }

What a heading and an aside is stands in ``route_lines``.
Labels count in any case, in English or Chinese, decorated with markdown, bullets and quotes, and
anywhere in a line; a value ends with its line or at the next label. In a table a label stands in a
row of its own, or beside its value. A line of prose ends a run. Each character is looked at a
bounded number of times.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ..answer import answer_region, no_answer
from ..budget import Budget
from ..latex import without_shape
from ..model import NO_SIGNALS, ParseFailure
from .model import FormName, RouteClaim, Segment
from .route_lines import (
    BLANK,
    DASHES,
    DECORATION,
    DEPARTURE,
    FIELDS,
    HEADING,
    ITEM,
    LABEL_DECORATION,
    LINE,
    LONGEST_HEAD,
    PROSE,
    VIA_COUNT,
    VIA_STOPS,
    cell_field,
    first_line,
    kind_of,
    label_of,
    labels_in,
)

LONGEST_RUN: Final = 64
#: What a line takes however short it is, and each place that may end a label.
_LINE_STEPS: Final = 20
_COLON_STEPS: Final = 30

#: The shape of a run: a letter a line, of these for a field on a line of its own, X for one that
#: is not or was cut off, S for "--", x for anything else but a blank line.
_SHAPES: Final = "RDACV"
_Fields = list[Any]
_ASKED_SHAPE: Final[dict[FormName, str]] = {
    "short": "RDA",
    "via_count": "RDAC",
    "via_stops": "RDAV",
}

#: What a field may have to look at: items of a list of via stops stood before it; dashes or a
#: heading stand behind a segment that lacks a field; a heading or an aside stands before the next
#: departure.
_LISTING: Final = 1
_PARTED: Final = 2
_BESIDE: Final = 4
#: In thinking, a sign that the answer stands there.
_LABEL_HINTS: Final = ("oute Name", "oute name", "ROUTE NAME")
# placeholder = "x" of the template
_PLACEHOLDER: Final = re.compile(
    r"\W*+(?:(?:line|route)\s*+)?x{1,3}(?:\s*+station)?\W*+", re.IGNORECASE
)


def parse_route(
    completion: str, form: FormName, budget: Budget, every_segment: bool = False
) -> RouteClaim | ParseFailure:
    """The route that a completion answers with: the last run of segments behind its thinking.

    ``form``: what the question asks of a segment; an answer in another one is read as well.

    A segment that lacks a field is none: it ends its run, and at the end of the text it was
    cut off. A run that says the same again and again says it once, without keeping the format; one
    that has nothing but the template's placeholders says nothing. With ``every_segment`` both are
    runs like any other.
    """
    region = answer_region(completion, budget)
    text = region.text
    if "：" in text:
        text = text.replace("：", ":")
    if "\\" in text or "$" in text:
        text = without_shape(text)
    table = text.find("|")
    reader = _Reader(every_segment, [] if table >= 0 else None)
    for line in text[first_line(text, table) :].splitlines():
        budget.spend(_LINE_STEPS + len(line))
        _read_line(line, reader, budget)
    reader.end_text()

    signals = {"truncated"} if region.cut or reader.cut else set()
    if reader.echoed:
        signals.add("template_echo")
    if reader.answer is None:
        return no_answer(completion, region, _LABEL_HINTS, signals)
    if reader.answers > 1:
        signals.add("several_answers")
    run, shape = reader.answer
    block = len(run)
    if block > 1 and not every_segment:
        block = _block(run)
    if block > LONGEST_RUN:
        return ParseFailure("very_long", frozenset(signals | {"very_long"}))
    asked = "S".join([_ASKED_SHAPE[form]] * len(run))
    return RouteClaim(
        tuple([Segment(f[0], f[1], f[2], f[3], f[4]) for f in run[:block]]),
        block == len(run) and "".join(shape).rstrip("Sx") == asked,
        frozenset(signals) if signals else NO_SIGNALS,
    )


def _block(run: list[_Fields]) -> int:
    """How many segments it has that a run repeats: all of them where it repeats nothing."""
    n = len(run)
    # a block ends where the run does, so its last departure stands there more than once
    last: str = run[-1][DEPARTURE]
    at = 0
    while run[at][DEPARTURE] != last:
        at += 1
    if at == n - 1:
        return n
    # of each beginning, how long an end of it begins the run (Knuth, Morris, Pratt)
    same = [0] * n
    length = 0
    for i in range(1, n):
        while length and run[i] != run[length]:
            length = same[length - 1]
        length += run[i] == run[length]
        same[i] = length
    block = n - same[-1]
    return block if n % block == 0 else n


class _Reader:
    """Gathers fields into segments and segments into runs, and keeps the last run that answers.

    ``shape`` has one letter for each line of the open run, as ``_SHAPES`` says. ``columns``: the
    fields that the columns of a table hold, -1 for another; ``None`` where there is no table.
    ``echoed``: a run of placeholders was left out.

    ``_echoes``: placeholders are names like any other. ``_first``: the field that segments begin
    with. ``_missing``: how many of the three fields that it must have the last segment still lacks;
    ``_start``: where in ``shape`` it begins. ``_list``: the items of its list of via stops.
    ``_odd``: what the next field has to look at, ``_LISTING``, ``_PARTED`` and ``_BESIDE``.
    """

    _first: int
    _start: int
    __slots__ = (
        "_echoes",
        "_fields",
        "_first",
        "_list",
        "_missing",
        "_odd",
        "_segments",
        "_start",
        "answer",
        "answers",
        "columns",
        "cut",
        "echoed",
        "shape",
    )

    def __init__(self, echoes: bool, columns: list[int] | None) -> None:
        self.shape: list[str] = []
        self.columns = columns
        self.cut = self.echoed = False
        self.answers = 0
        self.answer: tuple[list[_Fields], list[str]] | None = None
        self._echoes = echoes
        self._segments: list[_Fields] = []
        self._fields: _Fields | None = None
        self._list: list[str] = []
        self._missing = self._odd = 0

    def take(self, field: int, value: str, shape: str) -> None:
        """Take in a field; one that its segment has already begins the next segment."""
        value = value.strip(LABEL_DECORATION)
        if self._odd:
            self._resume(field, value)
        fields = self._fields
        if fields is None or fields[field] is not None:
            if self._missing:
                self.end_run()
            if not self._segments:
                self._first = field
                self._odd = 0
            self._fields = fields = [None] * FIELDS
            self._segments.append(fields)
            self._missing = VIA_COUNT
            self._start = len(self.shape)
        if field >= VIA_COUNT:
            fields[field] = value
            if field == VIA_STOPS and (not value or value.isdecimal()):
                self._list = []
                self._odd |= _LISTING
        elif value.strip(DECORATION):
            fields[field] = value
            self._missing -= 1
        self.shape.append(shape)

    def _resume(self, field: int, value: str) -> None:
        """Go on behind lines without a field: within the segment, or in another."""
        if self._odd & _LISTING:
            self._end_list()
        # dashes within a segment are no matter, but behind them a segment begins as segments do
        if self._odd & _PARTED and field in (LINE, self._first):
            self._fields = None
        self._odd &= _BESIDE
        if self._odd and field == DEPARTURE and value.strip(DECORATION):
            self._odd = 0
            self._part_runs(value)

    def _part_runs(self, departure: str) -> None:
        """Behind a heading or aside, a way from where the run departs is another way."""
        *before, fields = self._segments
        if fields[DEPARTURE] is not None:  # another segment begins with its departure
            if not self._missing and _same_name(self._segments[0][DEPARTURE], departure):
                self.end_run()
        elif before and _same_name(before[0][DEPARTURE], departure):
            missing, shape = self._missing, self.shape[self._start :]
            self._segments, self.shape, self._missing = before, self.shape[: self._start], 0
            self.end_run()
            self._segments, self._fields, self._missing = [fields], fields, missing
            self.shape, self._start = shape, 0

    def is_whole(self) -> bool:
        """Whether the last segment lacks nothing, and no list is open: dashes part nothing else."""
        return self._missing == 0 and self._odd == 0

    def between(self, kind: int, text: str) -> None:
        """Take in a line that has no field."""
        if self._odd & _LISTING and kind != BLANK:
            if kind == ITEM:
                self._list.append(text)
                self.shape.append("X")
                return
            self._end_list()
        if kind == PROSE:
            self.end_run()
            if self.columns:
                self.columns = []
        elif kind != BLANK:
            self.shape.append("S" if text == "--" else "x")
            if self._missing and kind <= HEADING:
                self._odd |= _PARTED
            if kind >= HEADING and not (self._missing and self._departed()):
                self._odd |= _BESIDE

    def _departed(self) -> bool:
        return self._fields is not None and self._fields[DEPARTURE] is not None

    def _end_list(self) -> None:
        """The list of via stops is whole."""
        self._odd &= ~_LISTING
        if self._list and self._fields is not None:
            self._fields[VIA_STOPS] = "\n".join(self._list)

    def end_run(self) -> None:
        """What follows is another run. A last segment that lacks a field is none, and dropped."""
        if self._odd & _LISTING:
            self._end_list()
        if self._missing:
            self._segments.pop()
            self.shape.append("X")
        if self._segments:
            line: str = self._segments[0][LINE]
            # one sign is found quickly, and mostly is not there
            echo = "x" in line or "X" in line
            if echo and not self._echoes and _are_placeholders(self._segments):
                self.echoed = True
            else:
                self.answer = (self._segments, self.shape)
                self.answers += 1
        self._segments, self._fields, self.shape = [], None, []
        self._missing = self._odd = 0

    def end_text(self) -> None:
        self.cut = self._missing > 0
        self.end_run()


def _same_name(name: str, other: str) -> bool:
    return name == other or name.strip(DECORATION).lower() == other.strip(DECORATION).lower()


def _are_placeholders(run: list[_Fields]) -> bool:
    """Whether a run is the template's, with "Line x" and "xx Station" left in."""
    for segment in run:
        for name in segment[:VIA_COUNT]:
            if _PLACEHOLDER.fullmatch(name) is None:
                return False
    return True


def _read_line(line: str, reader: _Reader, budget: Budget) -> None:
    if reader.columns is not None and "|" in line and _read_row(line, reader, budget):
        return
    head, colon, value = line.partition(":")
    if not colon:
        if line and reader.shape:
            text = line.strip()
            if text == "--" and reader.is_whole():
                reader.shape.append("S")  # as asked: nothing else comes of it
            else:
                reader.between(kind_of(text), text)
    elif ":" in value or len(head) > LONGEST_HEAD:
        _read_odd_line(line, reader, budget)
    else:
        field, kind = label_of(head)
        if field >= 0:
            if kind == PROSE:
                reader.end_run()
            # what stands before an answer is no part of it, even on its first line
            asked = kind <= DASHES or not reader.shape
            reader.take(field, value, _SHAPES[field] if asked else "X")
        elif reader.shape:
            text = line.strip()
            reader.between(kind_of(text), text)


def _read_odd_line(line: str, reader: _Reader, budget: Budget) -> None:
    """Read a line with more than a short label and its value."""
    budget.spend(_COLON_STEPS * line.count(":"))
    labels = labels_in(line)
    if not labels:
        if reader.shape:
            text = line.strip()
            reader.between(kind_of(text), text)
        return
    starts = [start for _, start, _ in labels]
    kind = kind_of(line[: starts[0]].strip())
    if kind == PROSE:
        reader.end_run()
    asked = len(labels) == 1 and (kind <= DASHES or not reader.shape)
    for (field, _, start), end in zip(labels, [*starts[1:], len(line)], strict=True):
        reader.take(field, line[start:end], _SHAPES[field] if asked else "X")


def _read_row(line: str, reader: _Reader, budget: Budget) -> bool:
    """Read a row of a table; whether it is one that has to do with fields."""
    cells = [cell.strip(DECORATION + ":") for cell in line.strip().strip("|").split("|")]
    budget.spend(_COLON_STEPS * len(cells))
    if ":" in line and labels_in(line):
        return False  # each with its value behind a colon
    fields = [cell_field(cell) for cell in cells]
    if sum(field >= 0 for field in fields) >= VIA_COUNT:
        reader.columns = fields
        return True
    columns = reader.columns or []
    if len(cells) == len(columns) and any(cells):
        for field, cell in zip(columns, cells, strict=True):
            if field >= 0:
                reader.take(field, cell, "X")
        return True
    for at, field in enumerate(fields[:-1]):
        if field >= 0 and fields[at + 1] < 0:
            reader.take(field, cells[at + 1], "X")
    return max(fields) >= 0
