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
from .network import Line

#: Via counts beyond this are no answer.
LARGEST_COUNT = 10**6


def score_route(route: LocatedRoute, gold: RouteGold, points: Planning, budget: Budget) -> Verdict:
    """A route by the robust rules; detail is cut off below 0 and at its maximum."""
    most: float = points.detail_max
    lines = gold.network.lines
    correct = not faults(route.rides, gold)
    if len(route.rides) > 1:
        for ride in route.rides:
            # whether its departure lies on a way of the ride before it that goes on
            budget.spend(WAY_STEPS * len(lines[ride.line].runs) if ride.line >= 0 else 1)
    signals = route.signals
    if correct:
        # it holds every check and leaves no ride to the goal: a shortcut, not a rule
        rides, copies, rides_back = merge(route.rides, lines), 0, False
        unbroken, left = UnbrokenEnds(2 * len(rides), 2 * len(rides)), 0
    else:
        used = used_stops(route, gold)
        rides, copies, rides_back = merge(used.rides, lines), used.copies, used.rides_back
        unbroken = unbroken_ends(rides, gold.origin, gold.destination, lines)
        left = gold.need if rides_back else _rides_left(rides, gold)
        if used.repeats:
            signals |= {"repeated_stop"}
    n = len(rides) + copies
    terms = detail_terms(rides, n, unbroken, left, not correct, gold, points)
    if rides_back:
        terms["destination"] = 0.0
    surplus = terms["surplus"]
    if surplus:
        signals |= {"surplus_segments"}
    detail = min(max(sum(terms.values()), 0.0), most)
    if gold.form != "short":
        fit = via_points(rides, n, unbroken, gold, most, budget)
        # what is too many takes off both halves, or segments with few via stops would pay
        terms["via"] = max(0.0, fit + surplus)
        detail = (1.0 - points.via_share) * detail + points.via_share * terms["via"]
    return Verdict(correct, route.claim.keeps_format, detail, terms, signals, route.claim, route)


@final
class UsedStops(Record):
    """The rides of a wrong route as its detail takes them; see ``used_stops``.

    ``copies``: how many are left out. ``rides_back``: it rides back to where it has been, so that
    nothing behind that is on the way. ``repeats``: it comes to a stop twice.
    """

    _fields = ("rides", "copies", "rides_back", "repeats")
    __slots__ = _fields

    def __init__(self, rides: list[Ride], copies: int, rides_back: bool, repeats: bool) -> None:
        self.rides: Final = rides
        self.copies: Final = copies
        self.rides_back: Final = rides_back
        self.repeats: Final = repeats


def used_stops(route: LocatedRoute, gold: RouteGold) -> UsedStops:
    """A wrong route without copies, its turned segments straight, and void what rides back.

    A void ride has no line, so that no check of it holds and it merges with nothing. Riding on
    from where the one before arrived, back to a stop already used, leaves nothing behind it on the
    way; a ride put in from elsewhere, or to where it departs from, is void alone.
    """
    rides = route.rides
    n = len(rides)
    once = len({rides[0].departure, *[ride.arrival for ride in rides]}) > n
    if not once:
        rides = _without_copies(route)
    copies = n - len(rides)
    straight = _straight(rides, gold)
    if once and straight is rides:
        return UsedStops(rides, 0, False, False)
    rides = straight if straight is not route.rides else list(rides)
    used = {rides[0].departure}
    rides_back = repeats = False
    before = UNKNOWN
    for i, ride in enumerate(rides):
        arrival = ride.arrival
        if ride.departure == arrival:
            repeats = True
        elif arrival in used:
            repeats = True
            if not rides_back:
                rides[i] = Ride(UNKNOWN, ride.departure, arrival, ride.via)
                rides_back = i > 0 and ride.departure == before
        used.add(arrival)
        before = arrival
        if rides_back:
            rides[i] = Ride(UNKNOWN, ride.departure, arrival, ride.via)
    return UsedStops(rides, copies, rides_back, repeats or copies > 0)


def _without_copies(route: LocatedRoute) -> list[Ride]:
    """The rides without those whose line, departure and arrival an earlier one has."""
    seen: set[tuple[object, int, int]] = set()
    rides: list[Ride] = []
    for segment, ride in zip(route.claim.segments, route.rides, strict=True):
        # lines that the network does not know are told apart as they are spelled
        line: object = ride.line if ride.line >= 0 else segment.line
        key = (line, ride.departure, ride.arrival)
        if key not in seen:
            seen.add(key)
            rides.append(ride)
    return rides


def _straight(rides: list[Ride], gold: RouteGold) -> list[Ride]:
    """The rides, of which each sound one has its ends changed that then joins both its neighbours.

    Its line is gone. The same list where there is none.
    """
    straight = rides
    last = len(rides) - 1
    before: int = gold.origin
    for i, ride in enumerate(rides):
        if ride.arrival == before:
            after: int = rides[i + 1].departure if i < last else gold.destination
            if ride.departure == after and is_sound(ride, gold.network.lines):
                if straight is rides:
                    straight = list(rides)
                straight[i] = Ride(UNKNOWN, ride.arrival, ride.departure, ride.via)
        before = straight[i].arrival
    return straight


def merge(rides: list[Ride], lines: tuple[Line, ...]) -> list[Ride]:
    """The rides with those on one line joined where their joint lies strictly between the ends."""
    if len(rides) == 1:
        return rides
    merged: list[Ride] = []
    for ride in rides:
        if merged:
            before = merged[-1]
            if (
                before.line == ride.line
                and before.arrival == ride.departure
                and is_sound(before, lines)
                and is_sound(ride, lines)
                and lines[ride.line].is_between(before.departure, ride.departure, ride.arrival)
            ):
                joined = _join_via(before.via, ride.departure, ride.via)
                merged[-1] = Ride(ride.line, before.departure, ride.arrival, joined)
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

    def holds(self, check: int) -> bool:
        """Whether a check holds so."""
        return check < self.start or check >= self.end

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
    rides: list[Ride],
    n: int,
    unbroken: UnbrokenEnds,
    left: int,
    zigzags: bool,
    gold: RouteGold,
    points: Planning,
) -> dict[str, float]:
    """The terms of detail but ``via``, in points, before their sum is cut off.

    ``rides``: merged. ``n``: how many there are with their copies. ``left``: their ``_rides_left``.
    ``zigzags``: whether to look for them, as in a wrong route.
    """
    need = gold.need
    longer = max(n, need)
    held = unbroken.start + 2 * len(rides) - unbroken.end
    sound = 0
    for i in range(len(rides) - 1):
        if rides[i].line != rides[i + 1].line:
            sound += unbroken.joint(i)
        elif zigzags and is_zigzag(rides[i], rides[i + 1], gold.network.lines):
            # what holds there is no sign that the rider knows the way
            held -= unbroken.holds(2 * i + 1) + unbroken.holds(2 * i + 2)
    direct = need == 1
    return {
        "origin": points.origin if rides[0].departure == gold.origin else 0.0,
        "destination": points.destination if rides[-1].arrival == gold.destination else 0.0,
        "lines": (points.lines_direct if direct else points.lines) * held / (2 * longer),
        "transfers": 0.0 if direct else points.transfers * sound / (longer - 1),
        "progress": points.progress * max(0, need - left) / need,
        "surplus": points.surplus * min(0, max(gold.transfers + 1, need) - n),
    }


def is_zigzag(ride: Ride, after: Ride, lines: tuple[Line, ...]) -> bool:
    """Whether two merged rides are one journey badly split: past a stop of their line, and back."""
    return (
        ride.line == after.line
        and ride.arrival == after.departure
        and is_sound(ride, lines)
        and is_sound(after, lines)
    )


def _rides_left(rides: list[Ride], gold: RouteGold) -> int:
    """Fewest rides to the destination from where the sound, joined beginning of a route ends.

    As many as from the origin where the route comes by the destination and rides on.
    """
    network = gold.network
    here: int = gold.origin
    last = len(rides) - 1
    for i, ride in enumerate(rides):
        if ride.departure != here or not is_sound(ride, network.lines):
            break
        here = ride.arrival
        if here == gold.destination and i < last:
            here = gold.origin
            break
    return network.rides(here, gold.destination)


def via_points(
    rides: list[Ride], n: int, unbroken: UnbrokenEnds, gold: RouteGold, most: float, budget: Budget
) -> float:
    """Points, of ``most``, for the via counts or lists of the rides whose checks both hold."""
    lines = gold.network.lines
    value = sum(
        _via_value(ride, lines[ride.line], budget)
        for i, ride in enumerate(rides)
        if ride.via is not None and unbroken.whole(i)
    )
    return most * value / max(n, gold.need)


def _via_value(ride: Ride, line: Line, budget: Budget) -> float:
    """How well a via count or list fits, 0 to 1; of several ways round, the one it fits best."""
    ways = line.ways(ride.departure, ride.arrival)
    budget.spend(WAY_STEPS * len(ways))
    if isinstance(ride.via, int):
        return max(near_miss(ride.via, len(way)) for way in ways)
    given = [stop for stop in ride.via or () if stop not in (ride.departure, ride.arrival)]
    budget.spend(sum([LIST_STEPS * len(given) + LINE_STEPS * len(way) for way in ways]))
    return max(_list_value(given, way.stations()) for way in ways)


def near_miss(count: int, true: int) -> float:
    """1 for the true count, falling as the larger of the two is more of the other; 0 for absurd.

    Scaled by the larger, so that one too many of few is not worth as little as all of them wrong.
    """
    if abs(count) > LARGEST_COUNT:
        return 0.0
    return max(0.0, 1.0 - abs(count - true) / max(count, true, 1))


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
