"""Boxed answers: correctness, near-miss counts and lists of via stops.

Contract: docs/reward.md, "Boxed questions". Profile ``paper`` has no detail for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..budget import LINE_STEPS, WAY_STEPS, Budget
from ..model import Verdict
from .constants import Counting
from .gold import ChoiceGold, ValueGold
from .model import LocatedChoice, ValueClaim
from .network import Network
from .score_route import near_miss


def score_value(claim: ValueClaim, gold: ValueGold) -> Verdict:
    """Right where the value is the gold one; no detail."""
    correct = claim.value == gold.value
    return Verdict(correct, claim.keeps_format, None, {}, claim.signals, claim)


def score_count(claim: ValueClaim, gold: ValueGold, points: Counting) -> Verdict:
    """Right where the count is the gold one; a near miss earns detail."""
    near = points.detail_max * near_miss(claim.value, gold.value)
    correct = claim.value == gold.value
    return Verdict(correct, claim.keeps_format, near, {"near_miss": near}, claim.signals, claim)


def score_choice(
    choice: LocatedChoice, gold: ChoiceGold, points: Counting, budget: Budget
) -> Verdict:
    """Right where the letter is the gold one; a list of the stops between earns detail."""
    fit = 0.0
    if choice.stops is not None:
        fit = stops_fit(choice.stops, gold.station_1, gold.station_2, gold.network, budget)
    claim = choice.claim
    detail = points.detail_max * fit
    correct = claim.value == gold.value
    terms = {"stops": detail}
    return Verdict(correct, claim.keeps_format, detail, terms, choice.signals, claim, choice)


def stops_fit(
    given: Sequence[int], station_1: int, station_2: int, network: Network, budget: Budget
) -> float:
    """F1 of a list, in any order, against the stops between two stations of one line, 0 to 1.

    Of several lines or ways round, the one that fits best; 0 where no line holds both
    stations. The stations themselves do not count; a repeated stop counts as wrong.
    """
    given = [stop for stop in given if stop not in (station_1, station_2)]
    named = set(given)
    best = 0.0
    for line in network.lines_at[station_1]:
        budget.spend(LINE_STEPS)
        for way in network.lines[line].ways(station_1, station_2):
            budget.spend(WAY_STEPS + LINE_STEPS * len(way))
            total = len(given) + len(way)
            shared = len(named.intersection(way.stations()))
            best = max(best, 2 * shared / total if total else 1.0)
    return best
