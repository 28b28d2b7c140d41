"""Records of questions on maps, one per stage: question -> claim -> rides.

``Literal`` names are those of the dataset's columns.
"""

from __future__ import annotations

from typing import Final, Literal, TypedDict, final

from ..model import NO_SIGNALS, DifficultyName, Record

TaskName = Literal["TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"]
FormName = Literal["short", "via_count", "via_stops"]


class NetworkError(ValueError):
    """A network that cannot be built; the message names the line and the station."""


class Question(TypedDict):
    """What gold is made of: one question of the dataset, in the columns' names.

    ``answer``: TorF 1 yes / 0 no, Counting1 0-3 for A-D, Counting2/3 the count.
    ``question_transfer_count``: transfers of the reference route; ``None``: the network's fewest
    rides - 1. ``options``: the four texts of a Counting1 question, where the caller knows them.
    ``difficulty_city`` and ``question_form``: ``None`` is easy, and short.
    """

    task: TaskName
    network: str | None
    station_1: str | None
    station_2: str | None
    answer: int | None
    options: tuple[str, ...] | None
    difficulty_city: DifficultyName | None
    question_transfer_count: int | None
    question_form: FormName | None


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

    ``value``: TorF 1/0, Counting1 0-3, Counting2/3 the count. ``stops``: the inside of its
    ``Stops: [...]`` list (Counting1 only), ``None`` where there is no list.
    """

    _fields = ("value", "keeps_format", "stops", "signals")
    __slots__ = _fields

    def __init__(
        self,
        value: int,
        keeps_format: bool,
        stops: str | None = None,
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
    """A route claim with its segments located.

    ``strangers``: the folded names of stations that the network does not know: a negative index
    -2 - k of a ride stands for the k-th of them. ``signals``: the claim's and the look-ups'.
    """

    _fields = ("claim", "rides", "strangers", "signals")
    __slots__ = _fields

    def __init__(
        self,
        claim: RouteClaim,
        rides: list[Ride],
        strangers: tuple[str, ...],
        signals: frozenset[str],
    ) -> None:
        self.claim: Final = claim
        self.rides: Final = rides
        self.strangers: Final = strangers
        self.signals: Final = signals


@final
class LocatedChoice(Record):
    """A Counting1 claim with the stations of its list located; ``None`` where it has none."""

    _fields = ("claim", "stops", "signals")
    __slots__ = _fields

    def __init__(self, claim: ValueClaim, stops: list[int] | None, signals: frozenset[str]) -> None:
        self.claim: Final = claim
        self.stops: Final = stops
        self.signals: Final = signals
