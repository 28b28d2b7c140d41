"""The whole path of one completion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args

from .budget import ITEM_STEPS, Budget
from .model import Breakdown, FailureKind, ParseFailure, Verdict
from .tasks import Networks, Profile, Task, Weights


def evaluate(
    completion: str,
    question: Mapping[str, Any],
    profile: Profile,
    networks: Networks,
    budget: Budget,
) -> Breakdown:
    """The breakdown of a completion: what it earns and why.

    ``question``: its task and the fields of that task, all of them, null where there is nothing.
    A completion without a readable answer earns 0. Raises ``GoldError`` where the question's own
    data cannot be scored against, what ``budget`` raises, and ``KeyError`` for a task that the
    profile does not have.
    """
    budget.renew(len(completion))
    budget.spend(ITEM_STEPS + len(completion))
    task = profile.tasks[question["task"]]
    gold = task.gold(question, networks)
    verdict = task.score(completion, gold, task.constants, budget)
    weight = task.weight(gold, profile.weights, task.constants)
    return _weighted(verdict, weight, profile.weights, gold)


def _weighted(verdict: Verdict, weight: float, weights: Weights, gold: object) -> Breakdown:
    """R = W * (R_format + R_correctness + alpha * R_detail) (RewardMap, section 3)."""
    format_points = weights.format if verdict.keeps_format else 0.0
    correctness = weights.correctness if verdict.correct else 0.0
    unweighted = format_points + correctness + weights.alpha * (verdict.detail or 0.0)
    return Breakdown(
        weight * unweighted,
        verdict.correct,
        weight,
        None if verdict.keeps_format is None else format_points,
        correctness,
        verdict.detail,
        verdict.terms,
        verdict.signals,
        verdict.claim,
        verdict.located,
        gold,
    )


def checked(breakdown: Breakdown, task: Task[Any, Any]) -> Breakdown:
    """A breakdown by rules that are not this package's, with plain numbers in it.

    Raises ``ValueError`` or ``TypeError`` for what no result, log or metric can hold.
    """
    if unknown := breakdown.terms.keys() - task.terms.keys():
        raise ValueError(f"terms: the task has none named {', '.join(sorted(map(repr, unknown)))}")
    claim = breakdown.claim
    if isinstance(claim, ParseFailure) and claim.kind not in get_args(FailureKind):
        raise ValueError(f"ParseFailure: expected one of {get_args(FailureKind)}, got {claim.kind}")
    numbers = {name: _finite(name, value) for name, value in breakdown.terms.items()}
    format_points, detail = breakdown.format, breakdown.detail
    return breakdown._replace(
        reward=_finite("reward", breakdown.reward),
        correct=bool(breakdown.correct),
        weight=_finite("weight", breakdown.weight),
        format=None if format_points is None else _finite("format", format_points),
        detail=None if detail is None else _finite("detail", detail),
        terms=numbers,
        signals=frozenset(map(str, breakdown.signals)),
    )


def _finite(name: str, value: Any) -> float:  # noqa: ANN401 - whatever a file of one's own gives
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name}: expected a finite number, got {number}")
    return number
