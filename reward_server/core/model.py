"""Records, one per stage: question -> claim -> rides -> breakdown.

Everything here is immutable and knows nothing of HTTP, files or time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, NamedTuple, Self, final

TaskName = Literal["TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"]
DifficultyName = Literal["easy", "middle", "hard"]
FormName = Literal["short", "via_count", "via_stops"]
#: Why no answer could be read: nothing there, no answer in what is there, answers side by side
#: that contradict each other, or more segments than are read.
FailureKind = Literal["empty", "no_answer", "contradiction", "very_long"]
GoldErrorKind = Literal["unknown_station", "bad_gold", "missing_gold"]


NO_SIGNALS: Final[frozenset[str]] = frozenset()


class GoldError(Exception):
    """The caller's gold data cannot be scored against; never the completion's fault.

    ``kind`` is the error kind of the wire (DESIGN section 4); the message says what was
    expected and where.
    """

    def __init__(self, kind: GoldErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class NetworkError(ValueError):
    """A network that cannot be built; the message names the line and the station."""


class Record:
    """What one stage hands to the next: fields with names, and equal where they all are.

    Of all kinds of records these are the quickest to make and to read, interpreted and compiled.
    What else they can is named as in ``NamedTuple``; ``Final`` keeps them as they were made.
    """

    # not only ``__slots__``: of those nothing is left in a compiled class
    _fields: ClassVar[tuple[str, ...]] = ()
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._asdict() == other._asdict()

    def __hash__(self) -> int:
        return hash(tuple(self._asdict().values()))

    def __repr__(self) -> str:
        fields = ", ".join([f"{name}={value!r}" for name, value in self._asdict().items()])
        return f"{type(self).__name__}({fields})"

    def _asdict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._fields}

    def _replace(self, **changes: Any) -> Self:  # noqa: ANN401 -- of any field
        kind: Any = type(self)
        replaced: Self = kind(**(self._asdict() | changes))
        return replaced


@final
class Question(Record):
    """One question of the dataset with its gold, in the columns' names.

    ``answer``: gold: TorF 1 yes / 0 no, Counting1 0-3 for A-D, Counting2/3 the count.
    ``question_transfer_count``: transfers of the reference route; ``None``: the network's fewest
    rides - 1. ``options``: the four texts of a Counting1 question, where the caller knows them.
    """

    _fields = (
        "task",
        "station_1",
        "station_2",
        "answer",
        "difficulty_city",
        "question_transfer_count",
        "question_form",
        "options",
    )
    __slots__ = _fields

    def __init__(
        self,
        task: TaskName,
        station_1: str | None = None,
        station_2: str | None = None,
        answer: int | None = None,
        difficulty_city: DifficultyName = "easy",
        question_transfer_count: int | None = None,
        question_form: FormName = "short",
        options: tuple[str, ...] | None = None,
    ) -> None:
        self.task: Final = task
        self.station_1: Final = station_1
        self.station_2: Final = station_2
        self.answer: Final = answer
        self.difficulty_city: Final = difficulty_city
        self.question_transfer_count: Final = question_transfer_count
        self.question_form: Final = question_form
        self.options: Final = options


@final
class ParseFailure(Record):
    """No answer could be read from the completion. A value: a bad completion is data."""

    _fields = ("kind", "signals")
    __slots__ = _fields

    def __init__(self, kind: FailureKind, signals: frozenset[str] = NO_SIGNALS) -> None:
        self.kind: Final = kind
        self.signals: Final = signals


@final
class Segment(Record):
    """One segment as the completion spells it; ``None`` where it has no such via field."""

    _fields = ("line", "departure", "arrival", "via_count", "via_stops")
    __slots__ = _fields

    def __init__(
        self,
        line: str,
        departure: str,
        arrival: str,
        via_count: str | None = None,
        via_stops: str | None = None,
    ) -> None:
        self.line: Final = line
        self.departure: Final = departure
        self.arrival: Final = arrival
        self.via_count: Final = via_count
        self.via_stops: Final = via_stops


@final
class RouteClaim(Record):
    """The route that a completion answers a planning question with."""

    _fields = ("segments", "keeps_format", "signals")
    __slots__ = _fields

    def __init__(
        self,
        segments: tuple[Segment, ...],
        keeps_format: bool,
        signals: frozenset[str] = NO_SIGNALS,
    ) -> None:
        self.segments: Final = segments
        self.keeps_format: Final = keeps_format
        self.signals: Final = signals


@final
class ValueClaim(Record):
    """The value that a completion answers a boxed question with.

    ``value``: TorF 1/0, Counting1 0-3, Counting2/3 the count. ``stops``: the names in its
    ``Stops: [...]`` list (Counting1 only), ``None`` where there is no list.
    """

    _fields = ("value", "keeps_format", "stops", "signals")
    __slots__ = _fields

    def __init__(
        self,
        value: int,
        keeps_format: bool,
        stops: tuple[str, ...] | None = None,
        signals: frozenset[str] = NO_SIGNALS,
    ) -> None:
        self.value: Final = value
        self.keeps_format: Final = keeps_format
        self.stops: Final = stops
        self.signals: Final = signals


@final
class Ride(Record):
    """A segment located in the network: indices of line and stations, negative where unknown.

    ``via``: the number of via stops or the stations themselves, as the question's form asks;
    ``None`` where it asks for none or none was given.
    """

    _fields = ("line", "departure", "arrival", "via")
    __slots__ = _fields

    def __init__(
        self, line: int, departure: int, arrival: int, via: int | tuple[int, ...] | None = None
    ) -> None:
        self.line: Final = line
        self.departure: Final = departure
        self.arrival: Final = arrival
        self.via: Final = via


@final
class LocatedRoute(Record):
    """A route claim with its segments located."""

    _fields = ("rides", "keeps_format", "signals")
    __slots__ = _fields

    def __init__(self, rides: list[Ride], keeps_format: bool, signals: frozenset[str]) -> None:
        self.rides: Final = rides
        self.keeps_format: Final = keeps_format
        self.signals: Final = signals


@final
class LocatedChoice(Record):
    """A Counting1 claim with the stations of its list located."""

    _fields = ("value", "keeps_format", "stops", "signals")
    __slots__ = _fields

    def __init__(
        self,
        value: int,
        keeps_format: bool,
        stops: list[int] | None,
        signals: frozenset[str],
    ) -> None:
        self.value: Final = value
        self.keeps_format: Final = keeps_format
        self.stops: Final = stops
        self.signals: Final = signals


@final
class Scored(Record):
    """What a task's rules say of an answer, before weights; ``None``: no such component.

    ``terms``: the named parts of ``detail``, in points before it is cut off.
    """

    _fields = ("correct", "keeps_format", "detail", "terms", "signals")
    __slots__ = _fields

    def __init__(
        self,
        correct: bool,
        keeps_format: bool | None,
        detail: float | None,
        terms: Mapping[str, float],
        signals: frozenset[str] = NO_SIGNALS,
    ) -> None:
        self.correct: Final = correct
        self.keeps_format: Final = keeps_format
        self.detail: Final = detail
        self.terms: Final = terms
        self.signals: Final = signals


class Breakdown(NamedTuple):
    """All that a profile says of one completion; ``reward`` is the only number to train on.

    ``reward`` = ``weight`` * (``format`` + ``correctness`` + alpha * ``detail``); a component
    that profile or task do not have is ``None``.
    """

    reward: float
    correct: bool
    weight: float
    format: float | None
    correctness: float
    detail: float | None
    terms: Mapping[str, float]
    """The named parts of ``detail``, in points before it is cut off."""
    signals: frozenset[str]
    claim: Any
    """The answer that was read, or the ``ParseFailure``."""
