"""The whole path of one completion."""

from __future__ import annotations

from .model import Breakdown, ParseFailure, Question, Scored
from .profiles import Profile
from .tasks import TASKS
from .transit.network import Network


def evaluate(
    completion: str, question: Question, network: Network | None, profile: Profile
) -> Breakdown:
    """The breakdown of a completion: what it earns and why.

    A completion without a readable answer earns 0. Raises ``GoldError`` where the question's
    own data cannot be scored against.
    """
    task = TASKS[profile.base][question.task]
    gold = task.gold(question, network, profile)
    claim = task.parse(completion, question)
    if isinstance(claim, ParseFailure):
        scored = Scored(
            False,
            False if task.has_format else None,
            0.0 if task.terms else None,
            {},
            claim.signals,
        )
    else:
        scored = task.score(task.locate(claim, gold), gold, profile)
    return _weighted(scored, gold.weight, claim, profile)


def _weighted(scored: Scored, weight: float, claim: object, profile: Profile) -> Breakdown:
    """R = W * (R_format + R_correctness + alpha * R_detail) (paper, section 3)."""
    weights = profile.weights
    format_points = weights.format if scored.keeps_format else 0.0
    correctness = weights.correctness if scored.correct else 0.0
    unweighted = format_points + correctness + weights.alpha * (scored.detail or 0.0)
    return Breakdown(
        weight * unweighted,
        scored.correct,
        weight,
        None if scored.keeps_format is None else format_points,
        correctness,
        scored.detail,
        scored.terms,
        scored.signals,
        claim,
    )
