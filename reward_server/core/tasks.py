"""The table of tasks: for each set of rules, task -> gold, parse, locate, score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar, final

from .model import ParseFailure, Question, Record, Scored, TaskName
from .profiles import BaseName, Profile
from .transit import algorithm_1, gold, locate, score_boxed, score_route
from .transit import parse_boxed as boxed
from .transit import parse_route as route
from .transit.network import Network
from .transit.released import parse as released
from .transit.released import score as score_released

Gold = TypeVar("Gold")
Claim = TypeVar("Claim")
Located = TypeVar("Located")


@final
class Task(Record, Generic[Gold, Claim, Located]):
    """The way of one task's answers; ``terms`` names the parts of its detail, if it has any."""

    _fields = ("gold", "parse", "locate", "score", "terms", "looks_at_network", "has_format")
    __slots__ = _fields

    def __init__(
        self,
        gold: Callable[[Question, Network | None, Profile], Gold],
        parse: Callable[[str, Question], Claim | ParseFailure],
        locate: Callable[[Claim, Gold], Located],
        score: Callable[[Located, Gold, Profile], Scored],
        *,
        terms: tuple[str, ...] = (),
        looks_at_network: bool = False,
        has_format: bool = True,
    ) -> None:
        self.gold: Final = gold
        self.parse: Final = parse
        self.locate: Final = locate
        self.score: Final = score
        self.terms: Final = terms
        self.looks_at_network: Final = looks_at_network
        self.has_format: Final = has_format


def _as_it_is(claim: Claim, _: object) -> Claim:
    return claim


# Each is a constant of its own, so that the type checker holds its four steps together.
ROUTE = Task(
    gold.route_gold,
    route.parse_route,
    locate.locate_route,
    score_route.score_route,
    terms=("origin", "destination", "lines", "transfers", "progress", "surplus", "via"),
    looks_at_network=True,
)
YES_NO = Task(gold.value_gold, boxed.parse_yes_no, _as_it_is, score_boxed.score_value)
CHOICE = Task(
    gold.choice_gold,
    boxed.parse_choice,
    locate.locate_choice,
    score_boxed.score_choice,
    terms=("stops",),
    looks_at_network=True,
)
COUNT = Task(
    gold.value_gold, boxed.parse_count, _as_it_is, score_boxed.score_count, terms=("near_miss",)
)

PAPER_ROUTE = Task(
    gold.route_gold,
    route.parse_route,
    locate.locate_route,
    algorithm_1.score_route,
    terms=("endpoints", "first_line", "joints", "surplus"),
    looks_at_network=True,
)
PAPER_CHOICE = Task(gold.value_gold, boxed.parse_choice, _as_it_is, score_boxed.score_value)
PAPER_COUNT = Task(gold.value_gold, boxed.parse_count, _as_it_is, score_boxed.score_value)

RELEASED_ROUTE = Task(
    gold.released_route_gold,
    released.parse_route,
    score_released.locate_route,
    score_released.score_route,
    terms=("endpoints", "lines", "joints", "surplus"),
    looks_at_network=True,
    has_format=False,
)
RELEASED_YES_NO = Task(
    gold.value_gold,
    released.parse_boxed,
    _as_it_is,
    score_released.score_yes_no,
    has_format=False,
)
RELEASED_CHOICE = Task(
    gold.value_gold,
    released.parse_boxed,
    _as_it_is,
    score_released.score_choice,
    has_format=False,
)
RELEASED_COUNT = Task(
    gold.value_gold,
    released.parse_boxed,
    _as_it_is,
    score_released.score_count,
    has_format=False,
)

TASKS: Mapping[BaseName, Mapping[TaskName, Task[Any, Any, Any]]] = {
    "robust": {
        "TorF1": YES_NO,
        "TorF2": YES_NO,
        "Counting1": CHOICE,
        "Counting2": COUNT,
        "Counting3": COUNT,
        "planning": ROUTE,
    },
    "paper": {
        "TorF1": YES_NO,
        "TorF2": YES_NO,
        "Counting1": PAPER_CHOICE,
        "Counting2": PAPER_COUNT,
        "Counting3": PAPER_COUNT,
        "planning": PAPER_ROUTE,
    },
    "released": {
        "TorF1": RELEASED_YES_NO,
        "TorF2": RELEASED_YES_NO,
        "Counting1": RELEASED_CHOICE,
        "Counting2": RELEASED_COUNT,
        "Counting3": RELEASED_COUNT,
        "planning": RELEASED_ROUTE,
    },
}


def looks_at_network(task: TaskName, profile: Profile) -> bool:
    """Whether a task's rules need the question's network and stations."""
    return TASKS[profile.base][task].looks_at_network


def terms_of(profile: Profile) -> tuple[str, ...]:
    """The names of all terms of detail under a profile's rules, in a fixed order."""
    return tuple(
        dict.fromkeys(term for task in TASKS[profile.base].values() for term in task.terms)
    )
