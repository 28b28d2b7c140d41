"""One rollout -> what the benchmark says of it, or why it says nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from ..core.model import Breakdown, DifficultyName, FailureKind, GoldError, ParseFailure
from ..core.transit.gold import RouteGold, route_gold
from ..core.transit.model import Question, RouteClaim, ValueClaim
from ..core.transit.network import Network
from ..core.transit.parse_route import parse_route
from ..scorer import Breakdowns, Scorer
from .map_score import Leg, answer_legs, map_score, reference_legs
from .rollouts import Rollout

LEVELS: Final[tuple[DifficultyName, ...]] = ("easy", "middle", "hard")
#: Weight of a question of ReasonMap: 1, and so much for each level of its own and of its map's.
LEVEL_WEIGHT: Final = 0.5
#: Weight of a question of ReasonMap-Plus by its map.
PLUS_WEIGHT: Final[dict[DifficultyName, float]] = {"easy": 1.0, "middle": 1.5, "hard": 2.0}


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one rollout whose gold is sound.

    ``map_score``: ``None`` for what is not planning, and where it cannot be computed, which
    ``map_problem`` then explains. ``answer``: what was read, equal for equal answers.
    """

    correct: bool
    weight: float
    levels: tuple[DifficultyName | None, DifficultyName]
    """Of the question (planning only) and of the map."""
    map_score: float | None
    map_problem: str | None
    answer: Hashable | None
    failure: FailureKind | None
    keeps_format: bool | None
    signals: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A rollout in error: it counts nowhere, and is shown."""

    kind: str
    message: str


def measure(rollout: Rollout, scorer: Scorer) -> Measured | Unmeasured:
    """The benchmark's word on one rollout; ``correct`` is what the scorer's profile says."""
    kept: Breakdowns = defaultdict(list)
    (result,) = scorer.score_valid([rollout], "reward", breakdowns=kept)
    if result["error"] is not None:
        return Unmeasured(result["error"]["kind"], result["error"]["message"])
    (breakdown,) = kept[rollout["task"]]
    if rollout["task"] == "planning":
        return _measure_route(rollout, scorer, breakdown)
    city = rollout["difficulty_city"] or "easy"
    answer = breakdown.claim.value if isinstance(breakdown.claim, ValueClaim) else breakdown.claim
    return _measured(breakdown, (None, city), PLUS_WEIGHT[city], answer)


def question_weight(question: DifficultyName, city: DifficultyName) -> float:
    """ReasonMap's weight of a question: 1 for easy and easy, to 3 for hard and hard."""
    return 1.0 + LEVEL_WEIGHT * (LEVELS.index(question) + LEVELS.index(city))


def _measure_route(rollout: Rollout, scorer: Scorer, breakdown: Breakdown) -> Measured | Unmeasured:
    network = scorer.networks[rollout["network"] or ""]
    city = rollout["difficulty_city"] or "easy"
    form = rollout["question_form"] or "short"
    question = Question(
        "planning",
        rollout["station_1"],
        rollout["station_2"],
        difficulty_city=city,
        question_transfer_count=rollout["question_transfer_count"],
        question_form=form,
    )
    try:
        # profile released asks less of its gold than the metrics do
        gold = route_gold(question, network, scorer.profile)
    except GoldError as error:
        return Unmeasured(error.kind, str(error))
    level = rollout["difficulty_question"] or LEVELS[min(gold.transfers, 2)]
    claim = parse_route(rollout["completion"], question)
    legs = answer_legs(claim, gold) if isinstance(claim, RouteClaim) else []
    score, problem = _map_score(rollout, gold, legs, network, correct=breakdown.correct)
    answer = tuple((leg.line, leg.departure, leg.arrival) for leg in legs) or None
    weight = question_weight(level, city)
    return _measured(breakdown, (level, city), weight, answer, score, problem)


def _map_score(
    rollout: Rollout, gold: RouteGold, legs: Sequence[Leg], network: Network, *, correct: bool
) -> tuple[float | None, str | None]:
    """The map score, or why there is none."""
    routes = rollout["routes"]
    if not routes:
        return None, "no reference routes"
    ends = (gold.origin, gold.destination)
    try:
        references = [reference_legs(route, gold.form, network) for route in routes]
    except GoldError as error:
        return None, str(error)
    return map_score(legs, references, ends, gold.form, correct=correct), None


def _measured(
    breakdown: Breakdown,
    levels: tuple[DifficultyName | None, DifficultyName],
    weight: float,
    answer: Hashable | None,
    score: float | None = None,
    problem: str | None = None,
) -> Measured:
    claim = breakdown.claim
    failed = isinstance(claim, ParseFailure)
    return Measured(
        breakdown.correct,
        weight,
        levels,
        score,
        problem,
        None if failed else answer,
        claim.kind if failed else None,
        claim.keeps_format if isinstance(claim, RouteClaim | ValueClaim) else None,
        breakdown.signals,
    )
