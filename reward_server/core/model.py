"""Records, one per stage: question -> claim -> rides -> breakdown.

Everything here is immutable and knows nothing of HTTP, files or time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

TaskName = Literal["TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"]
DifficultyName = Literal["easy", "middle", "hard"]
FormName = Literal["short", "via_count", "via_stops"]
GoldErrorKind = Literal["unknown_station", "bad_gold", "missing_gold"]


class GoldError(Exception):
    """The caller's gold data cannot be scored against; never the completion's fault.

    ``kind`` is the error kind of the wire (DESIGN section 4); the message says what was
    expected and where.
    """

    def __init__(self, kind: GoldErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Question:
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

    kind: str
    signals: frozenset[str] = frozenset()


class Segment(NamedTuple):
    """One segment as the completion spells it; ``None`` where a field is missing."""

    line: str | None
    departure: str | None
    arrival: str | None
    via_count: str | None = None
    via_stops: tuple[str, ...] | None = None


class RouteClaim(NamedTuple):
    """The route that a completion answers a planning question with."""

    segments: tuple[Segment, ...]
    keeps_format: bool
    signals: frozenset[str] = frozenset()


class ValueClaim(NamedTuple):
    """The value that a completion answers a boxed question with.

    ``value``: TorF 1/0, Counting1 0-3, Counting2/3 the count; ``None`` where only a
    ``Stops: [...]`` list could be read. ``stops``: that list (Counting1 only).
    """

    value: int
    keeps_format: bool
    stops: tuple[str, ...] | None = None
    signals: frozenset[str] = frozenset()


class Ride(NamedTuple):
    """A segment located in the network: indices of line and stations, negative where unknown."""

    line: int
    departure: int
    arrival: int
    via_count: int | None = None
    via_stops: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All that a profile says of one completion; ``reward`` is the only number to train on.

    ``reward`` = ``weight`` * (format + correctness + alpha * detail); components that the
    profile or the task does not have are ``None``.
    """

    reward: float
    correct: bool
    weight: float
    format: float | None
    correctness: float
    detail: float | None
    terms: Mapping[str, float] = field(default_factory=dict)
    """The named parts of ``detail``, in points before clipping."""
    signals: tuple[str, ...] = ()
    failure: str | None = None
    """Why no answer could be read (``ParseFailure.kind``), else ``None``."""
    segments: tuple[Mapping[str, Any], ...] | None = None
