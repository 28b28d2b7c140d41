"""The two algorithms named 1, as printed: profile ``paper``.

Correctness: ReasonMap (arXiv 2505.18675), Algorithm 1. Detail: RewardMap (arXiv 2510.02240),
appendix B.1, Algorithm 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..model import Verdict
from .constants import PaperPlanning
from .gold import RouteGold
from .model import LocatedRoute, Ride
from .network import Line


def score_route(route: LocatedRoute, gold: RouteGold, points: PaperPlanning) -> Verdict:
    """A route by both algorithms; detail has a cap and no floor."""
    rides, lines = route.rides, gold.network.lines
    terms = detail_terms(rides, gold.origin, gold.destination, gold.transfers, lines, points)
    return Verdict(
        is_correct(rides, gold.origin, gold.destination, lines),
        route.claim.keeps_format,
        min(sum(terms.values()), points.detail_max),
        terms,
        route.signals,
        route.claim,
        route,
    )


def is_correct(
    rides: Sequence[Ride], station_1: int, station_2: int, lines: Sequence[Line]
) -> bool:
    """Whether ends and joints agree and all stops are on their lines; their order is not asked."""
    return (
        rides[0].departure == station_1
        and rides[-1].arrival == station_2
        and all(_on_its_line(ride, lines) for ride in rides)
        and all(ride.arrival == after.departure for ride, after in pairwise(rides))
    )


def detail_terms(
    rides: Sequence[Ride],
    station_1: int,
    station_2: int,
    transfers: int,
    lines: Sequence[Line],
    points: PaperPlanning,
) -> dict[str, float]:
    """The terms of detail before the cap on their sum; there is no floor.

    ``transfers``: the question's. "is_correct(route name)" is taken as: the line of the first
    segment holds station_1, as Algorithm 1 asks it where no transfer has been made.
    """
    first = rides[0]
    ends = first.departure == station_1 or rides[-1].arrival == station_2
    starts_right = first.line >= 0 and station_1 in lines[first.line].stations
    joints = sum(
        ride.arrival == after.departure and _on_its_line(ride, lines)
        for ride, after in pairwise(rides)
    )
    return {
        "endpoints": points.endpoints if ends else 0.0,
        "first_line": points.first_line if starts_right else 0.0,
        "joints": points.joint * joints,
        "surplus": points.surplus * min(0, transfers + 1 - len(rides)),
    }


def _on_its_line(ride: Ride, lines: Sequence[Line]) -> bool:
    if ride.line < 0:
        return False
    stations = lines[ride.line].stations
    return ride.departure in stations and ride.arrival in stations
