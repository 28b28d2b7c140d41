"""The whole path of one completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .budget import ITEM_STEPS, Budget
from .model import Breakdown, Verdict
from .tasks import Networks, Profile, Weights


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
