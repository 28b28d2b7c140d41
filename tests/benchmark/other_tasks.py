"""Profiles with a task that no benchmark has, alone and beside those on maps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from reward_server.core.budget import Budget
from reward_server.core.model import Breakdown, GoldError, ParseFailure, Verdict
from reward_server.core.tasks import Explanation, Networks, Task, Weights
from reward_server.profiles import ROBUST


class SumFields(TypedDict):
    """The terms of a sum that is asked for."""

    terms: Annotated[list[int] | None, Field(default=None)]


@dataclass(frozen=True, slots=True)
class SumClaim:
    """The sum that was read; it is compared by its value."""

    value: int
    text: str


def sum_gold(item: SumFields, _: Networks) -> int:
    if item["terms"] is None:
        raise GoldError("missing_gold", "total needs terms, got none")
    return sum(item["terms"])


def score_sum(completion: str, gold: int, _: None, budget: Budget) -> Verdict:
    budget.spend(len(completion))
    text = completion.strip()
    if not text.isdecimal():
        failure = ParseFailure("no_answer", frozenset({"truncated"}))
        return Verdict(False, False, None, {}, failure.signals, failure)
    claim = SumClaim(int(text), text)
    return Verdict(claim.value == gold, True, None, {}, frozenset(), claim)


def sum_weight(_: int, weights: Weights, __: None) -> float:
    return weights.gamma_easy


def explain_sum(breakdown: Breakdown) -> Explanation:
    return Explanation(f"The sum is {breakdown.gold}.")


TOTAL = Task(
    SumFields,
    gold=sum_gold,
    score=score_sum,
    weight=sum_weight,
    explain=explain_sum,
    constants=None,
)
SUMS = replace(ROBUST, name="sums", base="sums", tasks={"total": TOTAL})
MIXED = replace(ROBUST, name="mixed", base="mixed", tasks={"total": TOTAL, **ROBUST.tasks})


def total(completion: str = "5", **columns: object) -> dict[str, object]:
    """A row of a file: 2 + 3."""
    return {"task": "total", "terms": [2, 3], "completion": completion, **columns}
