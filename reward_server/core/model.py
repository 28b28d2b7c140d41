"""Records, one per stage: question -> claim -> rides -> breakdown.

Everything here is immutable and knows nothing of HTTP, files or time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

TaskName = Literal["TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"]
DifficultyName = Literal["easy", "middle", "hard"]
FormName = Literal["short", "via_count", "via_stops"]
#: Why no answer could be read: nothing there, no answer in what is there, answers side by side
#: that contradict each other, or more segments than are read.
FailureKind = Literal["empty", "no_answer", "contradiction", "very_long"]
GoldErrorKind = Literal["unknown_station", "bad_gold", "missing_gold"]


NO_SIGNALS: frozenset[str] = frozenset()


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


class Question(NamedTuple):
    """One question of the dataset with its gold, in the columns' names."""

    task: TaskName
    station_1: str | None = None
    station_2: str | None = None
    answer: int | None = None
    """Gold: TorF 1 yes / 0 no, Counting1 0-3 for A-D, Counting2/3 the count."""
    difficulty_city: DifficultyName = "easy"
    question_transfer_count: int | None = None
    """Transfers of the reference route; ``None``: the network's fewest rides - 1."""
    question_form: FormName = "short"
    options: tuple[str, ...] | None = None
    """The four texts of a Counting1 question, where the caller knows them."""


class ParseFailure(NamedTuple):
    """No answer could be read from the completion. A value: a bad completion is data."""

    kind: FailureKind
    signals: frozenset[str] = NO_SIGNALS


class Segment(NamedTuple):
    """One segment as the completion spells it; ``None`` where it has no such via field."""

    line: str
    departure: str
    arrival: str
    via_count: str | None = None
    via_stops: str | None = None


class RouteClaim(NamedTuple):
    """The route that a completion answers a planning question with."""

    segments: tuple[Segment, ...]
    keeps_format: bool
    signals: frozenset[str] = NO_SIGNALS


class ValueClaim(NamedTuple):
    """The value that a completion answers a boxed question with.

    ``value``: TorF 1/0, Counting1 0-3, Counting2/3 the count. ``stops``: the names in its
    ``Stops: [...]`` list (Counting1 only), ``None`` where there is no list.
    """

    value: int
    keeps_format: bool
    stops: tuple[str, ...] | None = None
    signals: frozenset[str] = NO_SIGNALS


class Ride(NamedTuple):
    """A segment located in the network: indices of line and stations, negative where unknown.

    ``via``: the number of via stops or the stations themselves, as the question's form asks;
    ``None`` where it asks for none or none was given.
    """

    line: int
    departure: int
    arrival: int
    via: int | tuple[int, ...] | None = None


class LocatedRoute(NamedTuple):
    """A route claim with its segments located."""

    rides: Sequence[Ride]
    keeps_format: bool
    signals: frozenset[str]


class LocatedChoice(NamedTuple):
    """A Counting1 claim with the stations of its list located."""

    value: int
    keeps_format: bool
    stops: Sequence[int] | None
    signals: frozenset[str]


class Scored(NamedTuple):
    """What a task's rules say of an answer, before weights; ``None``: no such component.

    ``terms``: the named parts of ``detail``, in points before it is cut off.
    """

    correct: bool
    keeps_format: bool | None
    detail: float | None
    terms: Mapping[str, float]
    signals: frozenset[str] = NO_SIGNALS


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
