"""Planning under profile ``robust``: correctness and the terms of detail.

Contract: docs/reward.md, "Planning".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, final

from ..budget import LINE_STEPS, LIST_STEPS, WAY_STEPS, Budget
from ..model import Record, Verdict
from .constants import Planning
from .faults import faults, is_sound
from .gold import RouteGold
from .model import LocatedRoute, Ride
from .name_index import UNKNOWN
from .network import Line, Network

#: Via counts beyond this are no answer.
LARGEST_COUNT = 10**6


def score_route(route: LocatedRoute, gold: RouteGold, points: Planning, budget: Budget) -> Verdict:
    """A route by the robust rules; detail is cut off below 0 and at its maximum."""
    most: float = points.detail_max
    origin, destination, network = gold.origin, gold.destination, gold.network
    correct = not faults(route.rides, gold)
    if len(route.rides) > 1:
        for ride in route.rides:
            # whether its departure lies on a way of the ride before it that goes on
            budget.spend(WAY_STEPS * len(network.lines[ride.line].runs) if ride.line >= 0 else 1)
    rides = merge(route.rides, network.lines)
    signals = route.signals
    void = False
    if correct:
        # it holds every check and leaves no ride to the goal: a shortcut, not a rule
        unbroken, left = UnbrokenEnds(2 * len(rides), 2 * len(rides)), 0
    else:
        unbroken = unbroken_ends(rides, origin, destination, network.lines)
        left = _rides_left(rides, origin, destination, network)
        void = _repeats_stop(route.rides)
    terms = detail_terms(rides, unbroken, left, gold, points)
    if void:
        terms["destination"] = terms["progress"] = 0.0
        signals |= {"repeated_stop"}
    if terms["surplus"]:
        signals |= {"surplus_segments"}
    detail = min(max(sum(terms.values()), 0.0), most)
    if gold.form != "short":
        terms["via"] = via_points(rides, unbroken, gold.need, network.lines, most, budget)
        detail = (1.0 - points.via_share) * detail + points.via_share * terms["via"]
    return Verdict(correct, route.claim.keeps_format, detail, terms, signals, route.claim, route)


def _repeats_stop(rides: Sequence[Ride]) -> bool:
    return len({rides[0].departure, *(ride.arrival for ride in rides)}) <= len(rides)


def merge(rides: list[Ride], lines: tuple[Line, ...]) -> list[Ride]:
    """The rides with those on one line joined where their joint lies strictly between the ends.

    The first ride that arrives at a stop already used, and all behind it, are void: they merge
    with nothing and their line is unknown.
    """
    if len(rides) == 1 and rides[0].departure != rides[0].arrival:
        return rides
    merged: list[Ride] = []
    used = {rides[0].departure}
    void = False
    for ride in rides:
        arrival = ride.arrival
        if void or arrival in used:
            void = True
            merged.append(Ride(UNKNOWN, ride.departure, arrival, ride.via))
            continue
        used.add(arrival)
        if merged:
            before = merged[-1]
            if (
                before.line == ride.line
                and before.arrival == ride.departure
                and is_sound(before, lines)
                and is_sound(ride, lines)
                and lines[ride.line].is_between(before.departure, ride.departure, arrival)
            ):
                joined = _join_via(before.via, ride.departure, ride.via)
                merged[-1] = Ride(ride.line, before.departure, arrival, joined)
                continue
        merged.append(ride)
    return merged


def _join_via(
    before: int | tuple[int, ...] | None, joint: int, after: int | tuple[int, ...] | None
) -> int | tuple[int, ...] | None:
    if isinstance(before, int) and isinstance(after, int):
        return before + 1 + after
    if isinstance(before, tuple) and isinstance(after, tuple):
        return (*before, joint, *after)
    return None


@final
class UnbrokenEnds(Record):
    """The checks of a route, two a ride, that hold without a break from either of its ends.

    Checks below ``start`` and from ``end`` on hold so; each is an index into the 2n checks.
    """

    _fields = ("start", "end")
    __slots__ = _fields

    def __init__(self, start: int, end: int) -> None:
        self.start: Final = start
        self.end: Final = end

    def whole(self, ride: int) -> bool:
        """Whether both checks of a ride hold so."""
        return 2 * ride + 1 < self.start or 2 * ride >= self.end

    def joint(self, ride: int) -> bool:
        """Whether the arrival of a ride and the departure of the next hold so."""
        return 2 * ride + 2 < self.start or 2 * ride + 1 >= self.end


def unbroken_ends(
    rides: list[Ride], origin: int, destination: int, lines: tuple[Line, ...]
) -> UnbrokenEnds:
    """What holds of merged rides: each stop is on its line and where the journey puts it."""
    last = len(rides) - 1
    start = end = 2 * len(rides)
    before = origin
    for i, ride in enumerate(rides):
        departs = arrives = False
        if ride.line >= 0 and ride.departure != ride.arrival:
            stations = lines[ride.line].stations
            goal = rides[i + 1].departure if i < last else destination
            departs = ride.departure == before and ride.departure in stations
            arrives = ride.arrival == goal and ride.arrival in stations
        if not departs:
            start, end = min(start, 2 * i), 2 * i + 1
        if not arrives:
            start, end = min(start, 2 * i + 1), 2 * i + 2
        before = ride.arrival
    return UnbrokenEnds(start, end)


def detail_terms(
    rides: list[Ride], unbroken: UnbrokenEnds, left: int, gold: RouteGold, points: Planning
) -> dict[str, float]:
    """The terms of detail but ``via``, in points, before their sum is cut off.

    ``rides``: merged. ``left``: their ``_rides_left``.
    """
    need = gold.need
    n = len(rides)
    longer = max(n, need)
    if need == 1:
        lines, joints = points.lines_direct, 0.0
    else:
        sound = 0
        for i in range(n - 1):
            if unbroken.joint(i) and rides[i].line != rides[i + 1].line:
                sound += 1
        lines, joints = points.lines, points.transfers * sound / (longer - 1)
    return {
        "origin": points.origin if rides[0].departure == gold.origin else 0.0,
        "destination": points.destination if rides[-1].arrival == gold.destination else 0.0,
        "lines": lines * (unbroken.start + 2 * n - unbroken.end) / (2 * longer),
        "transfers": joints,
        "progress": points.progress * max(0, need - left) / need,
        "surplus": points.surplus * min(0, max(gold.transfers + 1, need) - n),
    }


def _rides_left(rides: list[Ride], origin: int, destination: int, network: Network) -> int:
    """Fewest rides to the destination from where the sound, joined beginning of a route ends.

    As many as from the origin where the route comes by the destination and rides on.
    """
    here = origin
    last = len(rides) - 1
    for i, ride in enumerate(rides):
        if ride.departure != here or not is_sound(ride, network.lines):
            break
        here = ride.arrival
        if here == destination and i < last:
            here = origin
            break
    return network.rides(here, destination)


def via_points(
    rides: list[Ride],
    unbroken: UnbrokenEnds,
    need: int,
    lines: tuple[Line, ...],
    most: float,
    budget: Budget,
) -> float:
    """Points, of ``most``, for the via counts or lists of the rides whose checks both hold."""
    value = sum(
        _via_value(ride, lines[ride.line], budget)
        for i, ride in enumerate(rides)
        if ride.via is not None and unbroken.whole(i)
    )
    return most * value / max(len(rides), need)


def _via_value(ride: Ride, line: Line, budget: Budget) -> float:
    """How well a via count or list fits, 0 to 1; of several ways round, the one it fits best."""
    ways = line.ways(ride.departure, ride.arrival)
    budget.spend(WAY_STEPS * len(ways))
    if isinstance(ride.via, int):
        return max(_count_value(ride.via, len(way)) for way in ways)
    given = [stop for stop in ride.via or () if stop not in (ride.departure, ride.arrival)]
    budget.spend(sum([LIST_STEPS * len(given) + LINE_STEPS * len(way) for way in ways]))
    return max(_list_value(given, way.stations()) for way in ways)


def near_miss(count: int, true: int, scale: int) -> float:
    """1 for the true count, falling to 0 at ``scale`` away from it; 0 for absurd counts."""
    if abs(count) > LARGEST_COUNT:
        return 0.0
    return max(0.0, 1.0 - abs(count - true) / scale)


def _count_value(count: int, true: int) -> float:
    return near_miss(count, true, max(count, true, 1))


def _list_value(given: Sequence[int], true: Sequence[int]) -> float:
    """2 * LCS / (given + true); 1 where both are empty."""
    if not given and not true:
        return 1.0
    places: dict[int, list[int]] = {}
    for place in range(len(true) - 1, -1, -1):
        places.setdefault(true[place], []).append(place)
    # longest increasing subsequence of the places (patience sorting): n log n
    tails: list[int] = []
    for stop in given:
        for place in places.get(stop, ()):
            at = bisect_left(tails, place)
            tails[at : at + 1] = [place]
    return 2 * len(tails) / (len(given) + len(true))
