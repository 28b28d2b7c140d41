"""What counts of one rollout beside whether it is correct."""

from __future__ import annotations

from typing import NamedTuple

from ..core.model import Breakdown, DifficultyName


class Marks(NamedTuple):
    """``weight``: of its question. ``answer``: what was read, equal for equal answers.

    The others are of ReasonMap's planning alone. ``level``: how difficult the question is.
    ``map_score``: ``None`` where it cannot be computed, which ``map_problem`` then explains.
    """

    weight: float
    answer: object | None
    level: DifficultyName | None = None
    map_score: float | None = None
    map_problem: str | None = None


def plain_marks(breakdown: Breakdown, weight: float = 1.0) -> Marks:
    """The marks of a question that has none but its weight."""
    # a claim is more than its value: it also says how that was written
    return Marks(weight, getattr(breakdown.claim, "value", breakdown.claim))
