"""What the two benchmarks say of one rollout, beside whether it is correct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ...core.budget import Budget
from ...core.model import Breakdown, DifficultyName, GoldError
from ...core.tasks import Networks
from ...core.transit.gold import RouteGold, route_gold
from ...core.transit.locate import locate_route
from ...core.transit.model import FormName, LocatedRoute, Question, RouteClaim
from ...core.transit.parse_route import parse_route
from ...wire.transit import TransitFields
from ..marks import Marks, plain_marks
from ..rollouts import Rollout
from .map_score import Leg, answer_legs, map_score, reference_legs
from .table import LEVELS, PLANNING, PLUS_WEIGHT, route_weight


class TransitRollout(Rollout, TransitFields):
    """A rollout of one of the benchmarks' tasks."""


def marks_of(rollout: TransitRollout, breakdown: Breakdown, networks: Networks) -> Marks:
    """The marks of a rollout of one of the benchmarks' tasks.

    Raises ``GoldError`` and ``TooMuchWorkError``: profile ``released`` asks less of its gold than
    the metrics do, and reads otherwise.
    """
    if rollout["task"] == PLANNING:
        return _route_marks(rollout, breakdown, networks)
    return plain_marks(breakdown, PLUS_WEIGHT[city_of(rollout)])


def city_of(rollout: TransitRollout) -> DifficultyName:
    """The difficulty of a question's map."""
    return rollout["difficulty_city"] or "easy"


def form_of(rollout: TransitRollout) -> FormName:
    """The form of answer that a question asks for."""
    return rollout["question_form"] or "short"


def _route_marks(rollout: TransitRollout, breakdown: Breakdown, networks: Networks) -> Marks:
    gold, located = _located(rollout, breakdown, networks)
    level = rollout["difficulty_question"] or LEVELS[min(gold.transfers, 2)]
    legs = [] if located is None else answer_legs(located)
    score, problem = _map_score(rollout, gold, legs, correct=breakdown.correct)
    return Marks(
        route_weight(level, city_of(rollout)),
        tuple((leg.line, leg.departure, leg.arrival) for leg in legs) or None,
        level,
        score,
        problem,
    )


def _located(
    rollout: TransitRollout, breakdown: Breakdown, networks: Networks
) -> tuple[RouteGold, LocatedRoute | None]:
    """The gold and the route that was read; ``None`` where none was."""
    if isinstance(breakdown.gold, RouteGold):
        return breakdown.gold, breakdown.located
    # a profile with a reading of its own, such as ``released``: the metrics read as the others do
    gold = route_gold(cast("Question", rollout), networks)
    completion = cast("str", rollout["completion"])  # one that nobody can read has no breakdown
    budget = Budget()
    budget.renew(len(completion))
    claim = parse_route(completion, gold.form, budget)
    return gold, locate_route(claim, gold, budget) if isinstance(claim, RouteClaim) else None


def _map_score(
    rollout: TransitRollout, gold: RouteGold, legs: Sequence[Leg], *, correct: bool
) -> tuple[float | None, str | None]:
    """The map score, or why there is none."""
    routes = rollout["routes"]
    if not routes:
        return None, "no reference routes"
    ends = (gold.origin, gold.destination)
    try:
        references = [reference_legs(route, gold.form, gold.network) for route in routes]
    except GoldError as error:
        return None, str(error)
    return map_score(legs, references, ends, gold.form, correct=correct), None
