"""A seventh task, as docs/architecture.md adds one: a number, right within a tolerance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from reward_server.core.budget import Budget
from reward_server.core.model import NO_SIGNALS, Breakdown, GoldError, ParseFailure, Verdict
from reward_server.core.tasks import Explanation, Networks, Profile, Task, Weights
from reward_server.profiles import ROBUST


class NumberFields(TypedDict):
    """A number, right within a tolerance."""

    answer: Annotated[float, Field(description="Gold.")]
    tolerance: Annotated[float | None, Field(default=None, description="Absent or null: 0.")]


@dataclass(frozen=True, slots=True)
class Number:
    """Points of the detail of a number."""

    detail_max: float = 8.0
    """For the number itself."""


def number_gold(item: Mapping[str, Any], _: Networks) -> tuple[float, float]:
    """The number and its tolerance; raises ``GoldError``."""
    tolerance = item["tolerance"] or 0.0
    if tolerance < 0:
        raise GoldError("bad_gold", f"tolerance: expected at least 0, got {tolerance}")
    return item["answer"], tolerance


def score_number(completion: str, gold: tuple[float, float], points: Number, _: Budget) -> Verdict:
    """Right within the tolerance; a near miss earns detail."""
    number, tolerance = gold
    try:
        claim = float(completion)
    except ValueError:
        return Verdict(False, False, 0.0, {}, NO_SIGNALS, ParseFailure("no_answer"))
    off = abs(claim - number)
    near = points.detail_max * max(0.0, 1.0 - off / max(abs(number), 1.0))
    return Verdict(off <= tolerance, True, near, {"near": near}, NO_SIGNALS, claim)


def explain_number(breakdown: Breakdown) -> Explanation:
    """The number that was read, and the right one."""
    return Explanation(f"read {breakdown.claim}, expected {breakdown.gold[0]}.")


def number_weight(_: tuple[float, float], weights: Weights, __: Number) -> float:
    """W of a number: that of an easy map."""
    return weights.gamma_easy


NUMBER = Task(
    NumberFields,
    gold=number_gold,
    score=score_number,
    weight=number_weight,
    explain=explain_number,
    constants=Number(),
    table="number",
    terms={"near": "{detail_max:g} for the number itself, falling to 0 as it is missed by more"},
)
PROFILE = Profile(
    name="robust",
    version="1.0.0",
    base="robust",
    weights=Weights(),
    tasks={**ROBUST.tasks, "number": NUMBER},
)
