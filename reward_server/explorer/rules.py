"""The rules of a profile in words, with its constants in them."""

from __future__ import annotations

from reward_server.core.model import Breakdown
from reward_server.core.tasks import Weights
from reward_server.wire.results import COMPONENTS


def factors(weights: Weights) -> dict[str, float]:
    """Component -> what it is multiplied by in the sum of components."""
    return {name: weights.alpha if name == "detail" else 1.0 for name in COMPONENTS}


def formula(weights: Weights) -> str:
    """How the components make up the reward."""
    return f"R = W · ({_sum(weights, {name: name for name in COMPONENTS})})"


def formula_in_numbers(breakdown: Breakdown, weights: Weights) -> str:
    """The reward's formula with the numbers of a breakdown in it."""
    points = {name: f"{getattr(breakdown, name) or 0:.4g}" for name in COMPONENTS}
    return f"{breakdown.weight:g} · ({_sum(weights, points)})"


def _sum(weights: Weights, points: dict[str, str]) -> str:
    return " + ".join(
        points[name] if name != "detail" else f"{factor:g} · {points[name]}"
        for name, factor in factors(weights).items()
    )
