"""Which stops of a feed are one station, where stops.txt does not say so.

Platforms of an interchange have one name but for marks of theirs, and lie near to each other, or
transfers.txt knows a way between them. Two stations of one name lie apart; or one train stops at
both, and then they are neighbours or a line's Pier 1 and Pier 2, however near they are.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, groupby, pairwise, product
from typing import NamedTuple

from reward_server.core.transit.names import fold_station, is_name

from .feed import Feed
from .marks import Mark, line_key, mark_of, tells_a_place

#: Stops of one name are one station where they are no farther apart, in metres.
NEAR = 400.0
#: And where transfers.txt knows a way between them, within this.
_LINKED = 800.0
#: Stops of different names that transfers.txt links are one interchange within this.
_ADJOINING = 250.0
#: Two stops of one name at which a train stops one after the other are one station within this,
#: as where people get off and on at a terminal. Farther apart they are two stops of a tram.
_TERMINAL = 100.0
#: Where so many names of a feed, and at least ``_FEW``, end with a counter, all do by custom.
_CUSTOM, _FEW = 0.5, 4

Place = tuple[float, float]
"""Metres to the east and to the south of somewhere in the city."""


class Interchange(NamedTuple):
    """Stops that are one station; a stop that no other is one with is one alone."""

    stops: tuple[int, ...]
    names: Mapping[int, str]
    """Of each, without what tells it from the others."""
    why: str
    """Why they are one; empty where there is one alone."""


class Rides:
    """Which trains stop where."""

    def __init__(
        self, feed: Feed, lines: Sequence[Sequence[int]], part_of: Mapping[int, int]
    ) -> None:
        """``lines``: the routes of each. ``part_of``: stop -> the station that it counts as."""
        self.lines_at: defaultdict[int, set[int]] = defaultdict(set)
        """Stop -> the lines that stop there, by their places in ``lines``."""
        self.line_keys_at: defaultdict[int, set[str]] = defaultdict(set)
        """Stop -> their names, by ``line_key``."""
        self._ways_by: defaultdict[int, set[tuple[int, ...]]] = defaultdict(set)
        for line, routes in enumerate(lines):
            for route in routes:
                names = (feed.routes[route].short_name, feed.routes[route].long_name)
                keys = {line_key(name) for name in names if name}
                ways = {
                    tuple(stop for stop, _ in groupby(part_of[stop] for stop in pattern))
                    for pattern in feed.patterns[route]
                }
                for way in ways:
                    for stop in way:
                        self.lines_at[stop].add(line)
                        self.line_keys_at[stop] |= keys
                        self._ways_by[stop].add(way)

    def follow(self, one: int, other: int) -> bool:
        """Whether a train stops at one right after the other."""
        pairs = ((one, other), (other, one))
        return any(
            link in pairs
            for way in self._ways_by[one] & self._ways_by[other]
            for link in pairwise(way)
        )

    def stop_at_both(self, one: int, other: int) -> bool:
        """Whether a train stops at both, and not only where it starts and where it ends."""
        return any(
            len(way) == 2 or not {one, other}.isdisjoint(way[1:-1])
            for way in self._ways_by[one] & self._ways_by[other]
        )


def interchanges(
    names: Mapping[int, str],
    places: Mapping[int, Place],
    rides: Rides,
    ways: Collection[tuple[int, int]],
) -> list[Interchange]:
    """The stops of these names and places as interchanges, namesakes one after the other.

    ``ways``: pairs of stops between which transfers.txt knows a way.
    """

    def distance(pair: tuple[int, int]) -> float:
        return math.dist(places[pair[0]], places[pair[1]])

    stems = _without_marks(names, places, rides)
    group_of = {stop: [stop] for stop in names}

    def join(one: int, other: int) -> None:
        joined = sorted({*group_of[one], *group_of[other]})
        group_of.update(dict.fromkeys(joined, joined))

    def are_apart(one: int, other: int) -> bool:
        """Whether they are two stations, whatever their names are."""
        if names[one] == names[other]:
            return distance((one, other)) > _TERMINAL and rides.follow(one, other)
        left = [mark_of(stems[stop]) for stop in (one, other) if stems[one] != stems[other]]
        return rides.stop_at_both(one, other) or any(mark and tells_a_place(mark) for mark in left)

    alike: defaultdict[str, list[int]] = defaultdict(list)
    for stop in names:
        alike[fold_station(stems[stop])].append(stop)
    of_one_name = [
        pair
        for stops in alike.values()
        for pair in combinations(stops, 2)
        if distance(pair) <= (_LINKED if pair in ways else NEAR)
    ]
    for one, other in sorted(of_one_name, key=lambda pair: (distance(pair), pair)):
        if not any(are_apart(*pair) for pair in product(group_of[one], group_of[other])):
            join(one, other)
    linked = [pair for pair in ways if distance(pair) <= _ADJOINING]
    for one, other in sorted(linked, key=lambda pair: (distance(pair), pair)):
        lines_here, lines_there = (
            {line for stop in group_of[end] for line in rides.lines_at[stop]}
            for end in (one, other)
        )
        if lines_here.isdisjoint(lines_there):
            join(one, other)
    return [
        Interchange(
            tuple(group_of[stop]),
            _shown(group_of[stop], stems),
            _why(group_of[stop], names, stems, places),
        )
        for stops in alike.values()
        for stop in stops
        if stop == group_of[stop][0]
    ]


def _without_marks(
    names: Mapping[int, str], places: Mapping[int, Place], rides: Rides
) -> dict[int, str]:
    """The names without their marks of platforms and lines, as far as anything speaks for these."""
    marks = {stop: mark for stop, name in names.items() if (mark := mark_of(name))}
    counted = sum(mark.kind == "counter" for mark in marks.values())
    by_custom = counted >= max(_FEW, _CUSTOM * len(names))
    of_stem: defaultdict[str, list[int]] = defaultdict(list)
    for stop, name in names.items():
        of_stem[fold_station(marks[stop].stem if stop in marks else name)].append(stop)

    def is_a_lines(stop: int) -> bool:
        return line_key(marks[stop].text) in rides.line_keys_at[stop]

    def tells_platforms(stop: int, mark: Mark) -> bool:
        others = [
            other for other in of_stem[fold_station(mark.stem)] if names[other] != names[stop]
        ]
        if any(rides.stop_at_both(stop, other) for other in others):
            return False  # Pier 1 and Pier 2 of one line
        near = [other for other in others if math.dist(places[stop], places[other]) <= NEAR]
        match mark.kind:
            case "counter":
                return bool(near) or (by_custom and not others)
            case "line":
                return bool(near) or is_a_lines(stop)
            case "name":
                return is_a_lines(stop)
            case "number":
                numbered = (o for o in near if o in marks and marks[o].kind == "number")
                return is_a_lines(stop) and any(map(is_a_lines, numbered))

    return {
        stop: marks[stop].stem if stop in marks and tells_platforms(stop, marks[stop]) else name
        for stop, name in names.items()
    }


def _shown(stops: Sequence[int], stems: Mapping[int, str]) -> dict[int, str]:
    """The names of stops that are one station: no remark where they differ in their remarks."""
    remarks: defaultdict[str, set[str]] = defaultdict(set)
    for stop in stops:
        remarks[fold_station(stems[stop])].add(stems[stop])
    shown = {}
    for stop in stops:
        name = stems[stop]
        bare = re.sub(r"\s*[(\[（【][^()\[\]（）【】]*[)\]）】]$", "", name)
        shown[stop] = bare if len(remarks[fold_station(name)]) > 1 and is_name(bare) else name
    return shown


def _why(
    stops: Sequence[int],
    names: Mapping[int, str],
    stems: Mapping[int, str],
    places: Mapping[int, Place],
) -> str:
    """Why stops are one station, in words; empty for one alone."""
    if len(stops) < 2:
        return ""
    metres = max(math.dist(places[one], places[other]) for one, other in combinations(stops, 2))
    far = f"at most {metres:.0f} m apart" if len(stops) > 2 else f"{metres:.0f} m apart"
    spelled = " and ".join(sorted({repr(names[stop]) for stop in stops}))
    if len({fold_station(stems[stop]) for stop in stops}) > 1:
        return f"transfers.txt joins {spelled}, {far}"
    if len({names[stop] for stop in stops}) > 1:
        return f"{spelled} differ by marks only, {far}"
    return f"of one name, {far}"
