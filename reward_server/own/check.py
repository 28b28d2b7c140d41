"""Looks whether a profile can be trained on: scores cases by it in several ways."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from ..core.model import Breakdown
from ..scorer import Outcome, Scorer
from ..wire.items import Item, ItemsError

#: Microseconds of an item from which it is called slow: a step has thousands of them.
SLOW_MICROSECONDS: Final = 1000.0
#: By how much a reward may differ from what a case expects.
TOLERANCE: Final = 1e-9
_TIMES: Final = 3


@dataclass(slots=True)
class Findings:
    """What was found; ``faults`` are of a kind that no training should begin with."""

    cases: int = 0
    scored: int = 0
    microseconds: float = math.nan
    """Of an item, on average."""
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def check(scorer: Scorer, lines: Iterable[bytes]) -> Findings:
    """Score the cases of a file and tell what is wrong or odd.

    A case is an item; beside its fields it may have ``expected``: ``reward``, and ``components``,
    name -> the value of that term. Told of are: lines that are no items, items in error, rewards
    that are not the same each time, not finite, or not as expected; items that take long, and
    questions that pay an empty completion.
    """
    findings = Findings()
    items: list[Item] = []
    expected: list[Any] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, 1):
        findings.cases += 1
        try:
            case = orjson.loads(line)
            wanted = case.pop("expected", None) if isinstance(case, dict) else None
            items.append(scorer.items.read_one(case))
        except (orjson.JSONDecodeError, ItemsError) as error:
            findings.faults.append(f"line {number}: {error}")
            continue
        expected.append(wanted)
        numbers.append(number)
    if not items:
        findings.faults.append("expected at least one case")
        return findings
    outcomes, seconds = _timed(scorer, items)
    _look_at_outcomes(findings, numbers, expected, outcomes)
    _look_at_repetition(findings, scorer, items, numbers, outcomes)
    _look_at_time(findings, numbers, seconds)
    _look_at_empty(findings, scorer, items, numbers, outcomes)
    return findings


def _timed(scorer: Scorer, items: Sequence[Item]) -> tuple[list[Outcome], list[float]]:
    """What comes of each item, and the least time that it took."""
    outcomes: list[Outcome] = []
    seconds: list[float] = []
    for item in items:
        least = math.inf
        for _ in range(_TIMES):
            started = time.perf_counter()
            (outcome,) = scorer.evaluate([item])
            least = min(least, time.perf_counter() - started)
        outcomes.append(outcome)
        seconds.append(least)
    return outcomes, seconds


def _look_at_outcomes(
    findings: Findings, numbers: Sequence[int], expected: Sequence[Any], outcomes: Sequence[Outcome]
) -> None:
    for number, wanted, outcome in zip(numbers, expected, outcomes, strict=True):
        if not isinstance(outcome, Breakdown):
            why = " (not finite, or the profile raised: see above)" * (outcome.kind == "internal")
            findings.faults.append(f"line {number}: {outcome.kind}: {outcome.message}{why}")
            continue
        findings.scored += 1
        if isinstance(wanted, dict):
            findings.faults += [f"line {number}: {each}" for each in _differences(wanted, outcome)]


def _differences(wanted: dict[str, Any], breakdown: Breakdown) -> list[str]:
    pairs: list[tuple[str, float, float | None]] = []
    if "reward" in wanted:
        pairs.append(("reward", wanted["reward"], breakdown.reward))
    for name, value in (wanted.get("components") or {}).items():
        pairs.append((name, value, breakdown.terms.get(name)))
    return [
        f"{name}: expected {value!r}, got {given!r}"
        for name, value, given in pairs
        if given is None or not abs(given - value) <= TOLERANCE
    ]


def _look_at_repetition(
    findings: Findings,
    scorer: Scorer,
    items: Sequence[Item],
    numbers: Sequence[int],
    outcomes: Sequence[Outcome],
) -> None:
    """Whether an item has the same reward in another place of another batch."""
    again = scorer.evaluate(list(reversed(items)))[::-1]
    for number, first, second in zip(numbers, outcomes, again, strict=True):
        rewards = [one.reward if isinstance(one, Breakdown) else None for one in (first, second)]
        if rewards[0] != rewards[1]:
            findings.faults.append(
                f"line {number}: not deterministic: {rewards[0]} at first, then {rewards[1]}"
            )


def _look_at_time(findings: Findings, numbers: Sequence[int], seconds: Sequence[float]) -> None:
    findings.microseconds = 1e6 * sum(seconds) / len(seconds)
    slow = [number for number, each in zip(numbers, seconds, strict=True) if _is_slow(each)]
    if slow:
        findings.remarks.append(
            f"slow: {len(slow)} items take more than {SLOW_MICROSECONDS:g} µs, the first on line "
            f"{slow[0]}; the slowest takes {1e6 * max(seconds):,.0f}"
        )


def _is_slow(seconds: float) -> bool:
    return seconds * 1e6 > SLOW_MICROSECONDS


def _look_at_empty(
    findings: Findings,
    scorer: Scorer,
    items: Sequence[Item],
    numbers: Sequence[int],
    outcomes: Sequence[Outcome],
) -> None:
    """Whether a completion that says nothing earns anything, or as much as one that tries."""
    empty = scorer.evaluate([{**item, "completion": ""} for item in items])

    def pairs(pays: Callable[[float, float], bool]) -> list[int]:
        return [
            number
            for number, tried, said_nothing in zip(numbers, outcomes, empty, strict=True)
            if isinstance(tried, Breakdown)
            and isinstance(said_nothing, Breakdown)
            and pays(said_nothing.reward, tried.reward)
        ]

    paid = pairs(lambda nothing, _: nothing > 0)
    if paid:
        findings.remarks.append(
            f"pays the empty answer: {len(paid)} of {len(numbers)} questions give it a reward "
            f"above 0, the first on line {paid[0]}"
        )
    beaten = pairs(lambda nothing, tried: nothing > tried)
    if beaten:
        findings.remarks.append(
            f"pays the empty answer more: than the completion on line {beaten[0]}, and on "
            f"{len(beaten)} lines in all"
        )
