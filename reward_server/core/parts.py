"""Rewards that are weighted sums of named parts, as most published ones are.

W = alpha = 1, and detail is the reward: its terms are the parts as they are before their weights,
so that they can be compared with what was published.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from .budget import Budget
from .model import NO_SIGNALS, Breakdown, ParseFailure, Verdict
from .tasks import Explanation, Networks, Profile, Task, Weights

Gold = TypeVar("Gold")
Constants = TypeVar("Constants")

#: The weights of such a profile: the reward is its detail, and all questions count alike.
PLAIN_SUM: Final = Weights(
    alpha=1.0, format=0.0, correctness=0.0, gamma_easy=1.0, gamma_middle=1.0, gamma_hard=1.0
)
#: Characters of a claim that an explanation shows.
_SHOWN: Final = 80


def sum_of_parts(
    parts: Mapping[str, float], weights: object, *, correct: bool, claim: object
) -> Verdict:
    """The verdict whose detail is the sum of the parts, each times the constant of its name.

    ``weights``: the task's constants; a part that has none counts once. ``claim``: what was read,
    ``None`` for nothing.
    """
    detail = math.fsum([getattr(weights, name, 1.0) * value for name, value in parts.items()])
    read = ParseFailure("no_answer") if claim is None else claim
    return Verdict(correct, None, detail, parts, NO_SIGNALS, read)


def answer_of(item: Mapping[str, Any], _: Networks) -> Any:  # noqa: ANN401 - as the fields have it
    """The item's ``answer``, where that is all there is to score against."""
    return item["answer"]


def full_weight(_: object, weights: Weights, __: object) -> float:
    """W of every question: that of an easy map, 1."""
    return weights.gamma_easy


def explain_parts(breakdown: Breakdown) -> Explanation:
    """The parts, and what was read."""
    parts = ", ".join([f"{name} {value:.4g}" for name, value in breakdown.terms.items()])
    if isinstance(breakdown.claim, ParseFailure):
        return Explanation(f"no answer could be read: {parts}.")
    claim = str(breakdown.claim)
    shown = claim if len(claim) <= _SHOWN else claim[:_SHOWN] + "…"
    return Explanation(f"read {shown!r}: {parts}.")


def task_of_parts(
    fields: type,
    gold: Callable[[Any, Networks], Gold],
    score: Callable[[str, Gold, Constants, Budget], Verdict],
    constants: Constants,
    terms: Mapping[str, str],
    table: str = "parts",
) -> Task[Gold, Constants]:
    """A task whose reward is a sum of parts, which are its ``terms``; see ``Task``."""
    return Task(
        fields,
        gold=gold,
        score=score,
        weight=full_weight,
        explain=explain_parts,
        constants=constants,
        table=table,
        terms=terms,
        weighted_terms=True,
    )


def profile_of_parts(
    name: str,
    tasks: Mapping[str, Task[Any, Any]],
    *,
    paper: str = "",
    source: str = "",
    layout: str = "",
    formula: str = "",
    left_out: str = "",
    version: str = "1.0.0",
) -> Profile:
    """A profile of such tasks; see ``Profile``."""
    return Profile(
        name,
        version,
        PLAIN_SUM,
        tasks,
        base=name,
        right_beats_wrong=False,
        paper=paper,
        source=source,
        layout=layout,
        formula=formula,
        left_out=left_out,
    )
