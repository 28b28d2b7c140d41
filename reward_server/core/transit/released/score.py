"""Scores of the authors' released code: profile ``released`` only, bug for bug (D1-D17).

Source: ``reason_map.py`` of fscdc/RewardMap at 15428ac.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

from ...budget import NAME_STEPS, Budget
from ...model import NO_SIGNALS, ParseFailure, Record, Verdict
from ..constants import ReleasedPlanning
from ..gold import ReleasedRouteGold, ValueGold
from .names import ReleasedNames
from .parse import ReleasedSegment, parse_boxed, parse_route


@final
class ReleasedRide(Record):
    """A segment with its names as the authors compare them."""

    _fields = ("line", "departure", "arrival", "exact")
    __slots__ = _fields

    def __init__(self, line: str, departure: str, arrival: str, exact: bool) -> None:
        self.line: Final = line
        self.departure: Final = departure
        self.arrival: Final = arrival
        self.exact: Final = exact


def locate_route(
    segments: Sequence[ReleasedSegment], gold: ReleasedRouteGold, budget: Budget
) -> list[ReleasedRide]:
    """The segments with aliased lines (D11) and twice cleaned stops (D12)."""
    names = gold.network.released
    for segment in segments:
        budget.spend(NAME_STEPS * (len(segment.departure) + len(segment.arrival)))
    return [
        ReleasedRide(
            _alias(segment.line),
            names.twice(segment.departure),
            names.twice(segment.arrival),
            segment.exact,
        )
        for segment in segments
    ]


def _alias(line: str) -> str:
    if "八通" in line:
        return "Line 1"
    return "Line 4" if "大兴" in line else line


def score_planning(
    completion: str, gold: ReleasedRouteGold, points: ReleasedPlanning, budget: Budget
) -> Verdict:
    """A route as the authors' code scores it: no format, detail with a cap and no floor."""
    segments = parse_route(completion, budget)
    if isinstance(segments, ParseFailure):
        return Verdict(False, None, 0.0, {}, segments.signals, segments)
    rides = locate_route(segments, gold, budget)
    names = gold.network.released
    terms = detail_terms(rides, gold.station_1, gold.station_2, gold.transfers, names, points)
    correct = is_correct(rides, gold.station_1, gold.station_2, names)
    detail = min(sum(terms.values()), points.detail_max)
    return Verdict(correct, None, detail, terms, NO_SIGNALS, segments, rides)


def is_correct(
    rides: Sequence[ReleasedRide], station_1: str, station_2: str, names: ReleasedNames
) -> bool:
    """Algorithm 1 of ReasonMap: membership and joints; neither order nor optimality (D9)."""
    rides = [ride for ride in rides if ride.exact]
    if not rides or rides[0].departure != station_1 or rides[-1].arrival != station_2:
        return False
    here = station_1
    for ride in rides:
        stations = names.lines.get(ride.line)
        if stations is None or ride.departure != here:
            return False
        if ride.departure not in stations or ride.arrival not in stations:
            return False
        here = ride.arrival
    return True


def detail_terms(
    rides: Sequence[ReleasedRide],
    station_1: str,
    station_2: str,
    transfers: int,
    names: ReleasedNames,
    points: ReleasedPlanning,
) -> dict[str, float]:
    """The terms of the authors' detail before its cap; none for wrong ends.

    ``transfers`` is the question's; segment ``i + 1 > transfers`` is taken for one too many,
    so the last right one always is (D1).
    """
    if not rides or rides[0].departure != station_1 or rides[-1].arrival != station_2:
        return {}
    surplus = lines = joints = 0.0
    last = len(rides) - 1
    for i, ride in enumerate(rides):
        if i + 1 > transfers:
            surplus -= points.surplus
        stations = names.lines.get(ride.line)
        if stations is None:
            continue
        if transfers:
            lines += points.line_exists
        elif station_1 in stations and station_2 in stations:
            lines += points.line_direct
        if (
            i < last
            and i + 1 <= transfers
            and ride.departure in stations
            and ride.arrival in stations
            and ride.arrival == rides[i + 1].departure
        ):
            joints += points.joint
    return {"endpoints": points.endpoints, "lines": lines, "joints": joints, "surplus": surplus}


def score_yes_no(completion: str, gold: ValueGold, _: None, budget: Budget) -> Verdict:
    """TorF: right where the answer is the gold's word."""
    answer = parse_boxed(completion, budget)
    return _verdict(answer, answer == ("yes" if gold.value == 1 else "no"))


def score_letter(completion: str, gold: ValueGold, _: None, budget: Budget) -> Verdict:
    """Counting1: right where the answer is the gold's letter; no detail (D6)."""
    answer = parse_boxed(completion, budget)
    return _verdict(answer, answer == "abcd"[gold.value])


def score_count(completion: str, gold: ValueGold, _: None, budget: Budget) -> Verdict:
    """Counting2 and Counting3: right where Python's ``int`` reads the gold in the answer."""
    answer = parse_boxed(completion, budget)
    try:
        return _verdict(answer, int(answer) == gold.value)
    except ValueError:
        return _verdict(answer, correct=False)


def _verdict(answer: str, correct: bool) -> Verdict:
    return Verdict(correct, None, None, {}, NO_SIGNALS, answer)
