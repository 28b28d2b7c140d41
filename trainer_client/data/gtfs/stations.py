"""The stops of a feed -> stations: platforms with what they are part of, and with their like."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reward_server.core.transit.names import LONGEST_NAME, fold_station, is_name

from .feed import Feed, Stop
from .interchanges import Place, Rides, interchanges
from .names import clean, tidied
from .tables import Tables

#: Why stops are one station that stops.txt says are.
PARTS = "parts of one in stops.txt"
_METRES = 111_195.0  # of a degree of latitude


class Station(NamedTuple):
    """A station, with the stops that are it."""

    name: str
    """Not yet told from another of that name elsewhere."""
    place: Place
    stops: tuple[int, ...]
    spellings: tuple[str, ...]
    """All the names that its stops had in the feed."""
    others: tuple[str, ...]
    """Other names that are its own, of an interchange by transfers.txt."""
    why: str
    """Why its stops are one station; empty where there is one stop."""


def stations_of(
    feed: Feed, lines: Sequence[Sequence[int]], tables: Tables
) -> tuple[list[Station], dict[int, int]]:
    """The stations where anything stops, and stop -> station.

    ``lines``: the feed's routes of each line, by their indices. Stops are one station where
    stops.txt says that they are parts of one, and where they are an interchange. Raises
    ``FeedError`` for one without a name or a place.
    """
    visits: Counter[int] = Counter()
    for patterns in feed.patterns:
        for pattern, runs in patterns.items():
            for stop in pattern:
                visits[stop] += math.ceil(runs)
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for stop in sorted(visits):
        parts[_root(feed.stops, stop)].append(stop)
    given = {root: _given_name(feed.stops, root, of_root) for root, of_root in parts.items()}
    spots = {root: _spot(feed.stops, root, of_root) for root, of_root in parts.items()}
    for root in parts:
        _check(root, given[root], spots[root], tables)
    tidy = tidied(given.values())
    places = _projected(spots)
    rides = Rides(feed, lines, {stop: root for root in parts for stop in parts[root]})
    ways = {(_root(feed.stops, one), _root(feed.stops, other)) for one, other in feed.transfers}
    ways = {(min(way), max(way)) for way in ways if parts.keys() >= set(way)}
    names = {root: tidy[name] for root, name in given.items()}
    stations = []
    for roots, shown, why in interchanges(names, places, rides, ways):
        spelled: Counter[str] = Counter()
        for root in roots:
            spelled[shown[root]] += sum(visits[stop] for stop in parts[root])
        stops = tuple(sorted(stop for root in roots for stop in parts[root]))
        name = min(spelled, key=lambda name: (-spelled[name], name.isupper(), name))
        others = {fold_station(other): other for other in sorted(spelled)}
        others.pop(fold_station(name))
        stations.append(
            Station(
                name,
                (
                    round(sum(places[root][0] for root in roots) / len(roots)),
                    round(sum(places[root][1] for root in roots) / len(roots)),
                ),
                stops,
                tuple(sorted({feed.stops[stop].name for stop in (*roots, *stops)} - {""})),
                tuple(others.values()),
                why or (PARTS if len(stops) > 1 else ""),
            )
        )
    return stations, {stop: at for at, one in enumerate(stations) for stop in one.stops}


def _root(stops: Mapping[int, Stop], stop: int) -> int:
    """The station that a stop is part of, or itself."""
    while stops[stop].parent >= 0:
        stop = stops[stop].parent
    return stop


def _given_name(stops: Mapping[int, Stop], root: int, parts: Sequence[int]) -> str:
    """What the feed calls a station, or else a part of it.

    Where what it is called and its parts differ in what stands behind the name of one of them,
    as in "Elm", "Elm - Airport" and "Elm - Port", that is where trains go, and it is Elm.
    """
    own = stops[root].name
    named = {clean(stops[stop].name) for stop in (root, *parts)}
    named = {name for name in named if is_name(name)}
    if not is_name(own):
        return min(named, default=own)
    head = min(named, key=len)
    others = named - {head}
    if len(others) > 1 and all(
        other.startswith(head) and not other[len(head)].isalnum() for other in others
    ):
        return head
    return own


def _spot(stops: Mapping[int, Stop], root: int, parts: Sequence[int]) -> tuple[float, float]:
    """Latitude and longitude of a station, or the middle of its parts' where it has none."""
    for chosen in ([root], parts):
        spots = [stops[stop][1:3] for stop in chosen if not math.isnan(sum(stops[stop][1:3]))]
        if spots:
            return (
                sum(lat for lat, _ in spots) / len(spots),
                sum(lon for _, lon in spots) / len(spots),
            )
    return math.nan, math.nan


def _check(stop: int, name: str, spot: tuple[float, float], tables: Tables) -> None:
    if not is_name(name):
        raise tables.fault(
            "stops.txt",
            stop,
            f"expected a stop_name with a letter or digit, at most {LONGEST_NAME} long, as trains "
            f"stop there; got {name!r:.80}",
        )
    if math.isnan(spot[0]):
        raise tables.fault(
            "stops.txt",
            stop,
            f"expected stop_lat and stop_lon, as trains stop at {name!r:.80}; got none, or 0, 0",
        )


def _projected(spots: Mapping[int, tuple[float, float]]) -> dict[int, Place]:
    """Spots on a plane that is true near to their middle."""
    if not spots:
        return {}
    north = sum(lat for lat, _ in spots.values()) / len(spots)
    east = sum(lon for _, lon in spots.values()) / len(spots)
    shrunk = math.cos(math.radians(north))
    return {
        stop: ((lon - east) * shrunk * _METRES, (north - lat) * _METRES)
        for stop, (lat, lon) in spots.items()
    }


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
