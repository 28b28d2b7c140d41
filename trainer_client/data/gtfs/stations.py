"""The stops of a feed -> stations: platforms with what they are part of, and with their like."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reward_server.core.transit.names import LONGEST_NAME, fold_station, is_name

from .feed import Feed, Stop
from .names import tidied
from .tables import Tables

#: Stops of one name are one station where they are no farther apart, in metres.
NEAR = 400.0
_METRES = 111_195.0  # of a degree of latitude

Place = tuple[float, float]
"""Metres to the east and to the south of somewhere in the city."""


class Station(NamedTuple):
    """A station, with the stops that are it."""

    name: str
    """Not yet told from another of that name elsewhere."""
    place: Place
    stops: tuple[int, ...]
    spellings: tuple[str, ...]
    """All the names that its stops had in the feed."""


def stations_of(feed: Feed, tables: Tables) -> tuple[list[Station], dict[int, int]]:
    """The stations where anything stops, and stop -> station, by their indices.

    Stops are one station where stops.txt says that they are parts of one, and where their names
    fold alike and they are ``NEAR``. Raises ``FeedError`` for one without a name or a place.
    """
    visits: Counter[int] = Counter()
    for patterns in feed.patterns:
        for pattern, runs in patterns.items():
            for stop in pattern:
                visits[stop] += math.ceil(runs)
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for stop in sorted(visits):
        parts[_root(feed.stops, stop)].append(stop)
    for root in parts:
        _check(feed.stops, root, tables)
    places = _projected(feed.stops, list(parts))
    names = tidied(feed.stops[root].name for root in parts)
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for root in parts:
        alike[fold_station(names[feed.stops[root].name])].append(root)
    stations = []
    for roots in alike.values():
        for group in _near_each_other(roots, places):
            spelled: Counter[str] = Counter()
            for root in group:
                spelled[names[feed.stops[root].name]] += sum(visits[stop] for stop in parts[root])
            stops = tuple(sorted(stop for root in group for stop in parts[root]))
            given = {feed.stops[stop].name for stop in (*group, *stops)} - {""}
            x = round(sum(places[root][0] for root in group) / len(group))
            y = round(sum(places[root][1] for root in group) / len(group))
            name = min(spelled, key=lambda name: (-spelled[name], name))
            stations.append(Station(name, (x, y), stops, tuple(sorted(given))))
    return stations, {stop: at for at, one in enumerate(stations) for stop in one.stops}


def _root(stops: Sequence[Stop], stop: int) -> int:
    """The station that a stop is part of, or itself."""
    while stops[stop].parent >= 0:
        stop = stops[stop].parent
    return stop


def _check(stops: Sequence[Stop], stop: int, tables: Tables) -> None:
    name, lat, lon = stops[stop][:3]
    if not is_name(name):
        raise tables.fault(
            "stops.txt",
            stops[stop].row,
            f"expected a stop_name with a letter or digit, at most {LONGEST_NAME} long, as trains "
            f"stop there; got {name!r:.80}",
        )
    if math.isnan(lat) or math.isnan(lon):
        raise tables.fault(
            "stops.txt",
            stops[stop].row,
            f"expected stop_lat and stop_lon, as trains stop at {name!r:.80}; got none, or 0, 0",
        )


def _projected(stops: Sequence[Stop], chosen: Sequence[int]) -> dict[int, Place]:
    """Stops on a plane that is true near to their middle."""
    if not chosen:
        return {}
    north = sum(stops[stop].lat for stop in chosen) / len(chosen)
    east = sum(stops[stop].lon for stop in chosen) / len(chosen)
    shrunk = math.cos(math.radians(north))
    return {
        stop: (
            (stops[stop].lon - east) * shrunk * _METRES,
            (north - stops[stop].lat) * _METRES,
        )
        for stop in chosen
    }


def _near_each_other(roots: Sequence[int], places: Mapping[int, Place]) -> list[list[int]]:
    """The stops in groups: each is near to another of its group, and to none of the others."""
    groups: list[list[int]] = []
    for root in roots:
        near = [
            group
            for group in groups
            if any(math.dist(places[root], places[other]) <= NEAR for other in group)
        ]
        joined = [root, *(other for group in near for other in group)]
        groups = [*(group for group in groups if group not in near), sorted(joined)]
    return groups


def compass(places: Mapping[int, Place]) -> dict[int, str]:
    """Where each of some places lies of their middle, in a word: North, East, South or West."""
    x = sum(place[0] for place in places.values()) / len(places)
    y = sum(place[1] for place in places.values()) / len(places)
    found = {}
    for key, (east, south) in places.items():
        if abs(east - x) > abs(south - y):
            found[key] = "East" if east > x else "West"
        else:
            found[key] = "South" if south > y else "North"
    return found
