"""What an answer says lies between the ends of a ride: true, wrong or made up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from statistics import fmean

from reward_server.core.transit.network import Network
from tests.bench.policies.case import Case, Leg

Via = Callable[[Case, Leg], Sequence[int]]
"""The stations that an answer says lie between; where counts are asked, how many."""


def none_between(_: Case, __: Leg) -> Sequence[int]:
    return ()


def true_via(case: Case, leg: Leg) -> Sequence[int]:
    """What does lie between, by the shorter way; nothing where the line does not go there."""
    ways = case.network.lines[leg.line].between(leg.departure, leg.arrival)
    return min(ways, key=len, default=())


def one_too_many(case: Case, leg: Leg) -> Sequence[int]:
    """The true ones and one that is elsewhere."""
    via = true_via(case, leg)
    others = set(range(len(case.network.station_names))).difference(via, leg[1:])
    return (*via, min(others)) if others else via


def last_left_out(case: Case, leg: Leg) -> Sequence[int]:
    return true_via(case, leg)[:-1]


def every_station(case: Case, _: Leg) -> Sequence[int]:
    return range(len(case.network.station_names))


def whole_line(case: Case, leg: Leg) -> Sequence[int]:
    return case.network.lines[leg.line].runs[0]


def as_many_as_usual(case: Case, leg: Leg) -> Sequence[int]:
    """As many as lie between two stations of a line of this city on average: the line's first."""
    return whole_line(case, leg)[: usual_count(case.network)]


@cache
def usual_count(network: Network) -> int:
    """Via stops between two stations of a line: their mean."""
    counts = [
        abs(i - j) - 1 for line in network.lines for i in range(len(line.runs[0])) for j in range(i)
    ]
    return round(fmean(counts))


def both_ends(_: Case, leg: Leg) -> Sequence[int]:
    return leg[1:]
