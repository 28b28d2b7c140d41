"""A reward as the sum of its parts: each component and term with what it adds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from reward_server.core.model import Breakdown
from reward_server.core.tasks import Task, Weights, rules
from reward_server.wire.results import COMPONENTS

from .rules import factors


class Scale(NamedTuple):
    """How a term counts: its share of detail, and the most points it can give, if known."""

    share: float = 1.0
    most: float | None = None


class Bar(NamedTuple):
    """A part of a reward. ``value``: what it adds to it; ``most``: what it could add, if known."""

    name: str
    says: str
    points: float
    times: str
    value: float
    most: float | None
    is_term: bool = False


#: What each component is for.
SAYS: Final[Mapping[str, str]] = {
    "format": "the answer keeps the asked template",
    "correctness": "the answer is right",
    "detail": "how near the answer is",
}


def most_points(weights: Weights, task: Task[Any, Any]) -> dict[str, float | None]:
    """Component -> the most points that it can have; ``None`` where that is not known."""
    return {
        "format": weights.format,
        "correctness": weights.correctness,
        # by convention the name of a constant; the profile holds wrong answers to it
        "detail": getattr(task.constants, "detail_max", None),
    }


def most_reward(breakdown: Breakdown, weights: Weights, task: Task[Any, Any]) -> float | None:
    """The most that a completion can earn; ``None`` where that is not known."""
    most = 0.0
    points, factor_of = most_points(weights, task), factors(weights)
    for name in COMPONENTS:
        if getattr(breakdown, name) is not None:
            of_component = points[name]
            if of_component is None:
                return None
            most += factor_of[name] * of_component
    return breakdown.weight * most


def bars(
    breakdown: Breakdown, task: Task[Any, Any], weights: Weights, scales: Mapping[str, Scale]
) -> list[Bar]:
    """The parts of a reward, in order; their values add up to it.

    Detail is told by its terms, where it has any. ``scales``: term -> how it counts, if known.
    """
    if task.weighted_terms:
        scales = {name: Scale(getattr(task.constants, name, 1.0)) for name in task.terms}
    weight, most_of = breakdown.weight, most_points(weights, task)
    parts: list[Bar] = []
    for name, factor in factors(weights).items():
        points: float | None = getattr(breakdown, name)
        if points is None:
            continue
        if name == "detail" and breakdown.terms:
            parts += _terms(breakdown, task, weights, scales)
            continue
        times = f"× {factor:g} × {weight:g}" if name == "detail" else f"× {weight:g}"
        most = most_of[name]
        top = None if most is None else weight * factor * most
        parts.append(Bar(name, SAYS[name], points, times, weight * factor * points, top))
    return parts


def _terms(
    breakdown: Breakdown,
    task: Task[Any, Any],
    weights: Weights,
    scales: Mapping[str, Scale],
) -> list[Bar]:
    """The terms of detail, and what was cut off of their sum."""
    sentences = rules(task, weights)
    parts: list[Bar] = []
    for name, points in breakdown.terms.items():
        share, most = scales.get(name, Scale())
        factor = breakdown.weight * weights.alpha * share
        times = f"× {weights.alpha:g} × {breakdown.weight:g}"
        times += f" × {share:g}" if share != 1.0 else ""
        top = None if most is None else factor * most
        says = sentences.get(name, "")
        parts.append(Bar(name, says, points, times, factor * points, top, is_term=True))
    total = breakdown.weight * weights.alpha * (breakdown.detail or 0.0)
    rest = total - math.fsum(bar.value for bar in parts)
    if abs(rest) > 1e-9:
        says = "so that detail keeps within its bounds"
        points = rest / breakdown.weight
        parts.append(Bar("cut off", says, points, "", rest, None, is_term=True))
    return parts
