"""What is wrong with a route: at most one fault a segment, the first that a rider would meet.

Contract: docs/reward.md, "Planning": a route without a fault is a right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, final

from ..model import Record
from .gold import RouteGold
from .model import Ride
from .network import Line

FaultKind = Literal[
    "unknown_line",
    "unknown_departure",
    "unknown_arrival",
    "not_on_line",
    "not_joined",
    "comes_back",
    "wrong_end",
]


@final
class Fault(Record):
    """What is wrong with the segment at index ``segment`` of a route.

    ``stop``: the station that is not on the line, that is departed from, come back to, or ended
    at; -1 where a name is unknown. ``expected``: where it should depart from, or end; else -1.
    """

    _fields = ("segment", "kind", "stop", "expected")
    __slots__ = _fields

    def __init__(self, segment: int, kind: FaultKind, stop: int = -1, expected: int = -1) -> None:
        self.segment: Final = segment
        self.kind: Final = kind
        self.stop: Final = stop
        self.expected: Final = expected


def faults(rides: Sequence[Ride], gold: RouteGold) -> list[Fault]:
    """The faults of a route, in order; none where it leads from origin to destination.

    Names are known, both stops are on the line, a ride departs from where the one before arrives
    and comes to no stop twice, and the last one ends at the destination. Behind an arrival that
    is not in the network nothing is asked of the next departure.
    """
    lines = gold.network.lines
    found: list[Fault] = []
    here: int = gold.origin
    visited = {here}
    last = len(rides) - 1
    for i, ride in enumerate(rides):
        departure, arrival = ride.departure, ride.arrival
        if ride.line < 0:
            found.append(Fault(i, "unknown_line"))
        elif departure < 0:
            found.append(Fault(i, "unknown_departure"))
        elif arrival < 0:
            found.append(Fault(i, "unknown_arrival"))
        elif departure not in lines[ride.line].stations:
            found.append(Fault(i, "not_on_line", departure))
        elif arrival not in lines[ride.line].stations:
            found.append(Fault(i, "not_on_line", arrival))
        elif departure != here and here >= 0:
            found.append(Fault(i, "not_joined", departure, here))
        elif arrival in visited or arrival == departure:
            found.append(Fault(i, "comes_back", arrival))
        elif i == last and arrival != gold.destination:
            found.append(Fault(i, "wrong_end", arrival, gold.destination))
        here = arrival
        if arrival >= 0:
            visited.add(arrival)
    return found


def is_sound(ride: Ride, lines: tuple[Line, ...]) -> bool:
    """Whether a train of the ride's line goes from its departure to its arrival."""
    if ride.line < 0 or ride.departure == ride.arrival:
        return False
    stations = lines[ride.line].stations
    return ride.departure in stations and ride.arrival in stations
