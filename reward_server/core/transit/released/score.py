"""Scores of the authors' released code: profile ``released`` only, bug for bug (D1-D17).

Source: ``reason_map.py`` of fscdc/RewardMap at 15428ac.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

from ...model import Record, Scored
from ...profiles import Profile, ReleasedDetail
from ..gold import ReleasedRouteGold, ValueGold
from .names import ReleasedNames
from .parse import ReleasedSegment


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
    segments: Sequence[ReleasedSegment], gold: ReleasedRouteGold
) -> list[ReleasedRide]:
    """The segments with aliased lines (D11) and twice cleaned stops (D12)."""
    names = gold.network.released
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


def score_route(rides: Sequence[ReleasedRide], gold: ReleasedRouteGold, profile: Profile) -> Scored:
    """A route as the authors' code scores it: no format, detail with a cap and no floor."""
    points: ReleasedDetail = profile.detail
    names = gold.network.released
    terms = detail_terms(rides, gold.station_1, gold.station_2, gold.transfers, names, points)
    return Scored(
        is_correct(rides, gold.station_1, gold.station_2, names),
        None,
        min(sum(terms.values()), profile.weights.detail_max),
        terms,
    )


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
    points: ReleasedDetail,
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


def score_yes_no(answer: str, gold: ValueGold, _: Profile) -> Scored:
    """TorF: right where the answer is the gold's word."""
    return Scored(answer == ("yes" if gold.value == 1 else "no"), None, None, {})


def score_choice(answer: str, gold: ValueGold, _: Profile) -> Scored:
    """Counting1: right where the answer is the gold's letter; no detail (D6)."""
    return Scored(answer == "abcd"[gold.value], None, None, {})


def score_count(answer: str, gold: ValueGold, _: Profile) -> Scored:
    """Counting2 and Counting3: right where Python's ``int`` reads the gold in the answer."""
    try:
        return Scored(int(answer) == gold.value, None, None, {})
    except ValueError:
        return Scored(False, None, None, {})
