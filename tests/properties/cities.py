"""Cities to ask questions about: random ones, and any that are loaded.

What a city's fewest rides are, and what lies between two stations of a line, is worked out here
once more, from its lines and its overlay alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

from reward_server.core.transit.build import NO_OVERLAY, Branch, Overlay, build
from reward_server.core.transit.model import NetworkError
from reward_server.core.transit.network import Network

Lines = Mapping[str, Sequence[str]]

# names of one pool share words, and some differ in a letter, a digit or a direction only
_POOLS = (
    (
        "Oakwood|Oakwood Park|Park Oakwood|Ashford|Ashworth|Ashford Road|Kingsbury|Queensbury|"
        "Riverside|Riverbank|Victoria Park|Victoria Park East|Victoria Park West|Union|Reunion"
    ),
    (
        "São Bento|São Bentinho|Österås|Øster|L'Enfant Plaza|Plaza|Mt. Vernon|Vernon|"
        "Place du 1er-Août|Place du 2er-Août|Expo/La Brea|La Brea|Długa|Tøyen|Châtelet–Les Halles"
    ),
    (
        "5 Street North|5 Street South|6 Street North|15 Street|5 Street|Terminal 1|Terminal 2|"
        "Terminal 11|North Gate|South Gate|Gate|Northgate Hill|A|B|10"
    ),
    (
        "东门|西门|南门|北门|人民广场|人民公园|火车东站|火车西站|火车|大学城|大学城南|老街|新街口|"
        "机场|太平湖（省委党校）|太平"
    ),
    (
        "Red Mill|Mill|Mill Hill|东门|Düne|Dune Park|7|Österås|Stop|Name|Route|Answer|Via|"
        "Station Road|Metro Center"
    ),
)
_LINES = (
    "Line 1|Line 2|Line 10|Line 11|Line 1A",
    "Red Line|Blue Line|Red|Orange Line|Infrared Line",
    "1号线|2号线|10号线|机场线|房山线",
    "A|B|C|S|7",
    "Linha Azul|Linha Amarela|Ekspres (Nord)|Ekspres (Sør)|Line 1",
)


class Track(NamedTuple):
    """A line by itself.

    ``stops``: its stations as its list has them, by the name that the network shows.
    ``neighbours``: the places of that list, joined where trains go from the one to the other.
    """

    stops: Sequence[str]
    neighbours: Mapping[int, Sequence[int]]

    def paths(self, path: list[int], stop: str) -> Iterator[list[int]]:
        """Each way to go on from the end of ``path`` to a place of ``stop``, never twice by one."""
        for place in self.neighbours[path[-1]]:
            if self.stops[place] == stop:
                yield [*path, place]
            elif place not in path:
                yield from self.paths([*path, place], stop)


class City(NamedTuple):
    """A network beside what the tests know of it.

    ``stops``: line -> its stations, once each, by the name that the network shows.
    """

    network: Network
    stops: Mapping[str, Sequence[str]]
    tracks: Mapping[str, Track]
    lines: Lines
    overlay: Overlay = NO_OVERLAY

    def stations(self) -> list[str]:
        return sorted({stop for stops in self.stops.values() for stop in stops})

    def rides_to(self, goal: str) -> dict[str, int]:
        """Station -> fewest rides to the goal, of those that there is a way from."""
        rides, reached, unridden = {goal: 0}, [goal], list(self.stops.values())
        for here in reached:
            for stops in [stops for stops in unridden if here in stops]:
                unridden.remove(stops)
                for stop in stops:
                    if stop not in rides:
                        rides[stop] = rides[here] + 1
                        reached.append(stop)
        return rides

    def ways(self, line: str, departure: str, arrival: str) -> list[tuple[str, ...]]:
        """The via stops of each way round, once each; none where a stop is not on the line."""
        if line not in self.tracks:
            return []
        track = self.tracks[line]
        ways = (
            tuple(track.stops[place] for place in path[1:-1])
            for start in track.neighbours
            if track.stops[start] == departure
            for path in track.paths([start], arrival)
        )
        return list(dict.fromkeys(way for way in ways if departure not in way))


def city_of(network: Network, lines: Lines, overlay: Overlay = NO_OVERLAY) -> City:
    """The city of a network that was built from ``lines``."""

    def shown(spellings: Sequence[str]) -> list[str]:
        return [network.station_names[network.station(spelling)] for spelling in spellings]

    tracks = {}
    for line, spellings in lines.items():
        branches = [
            (shown([branch.junction])[0], shown(branch.stations))
            for branch in overlay.branches.get(line, ())
        ]
        tracks[line] = _track(shown(spellings), line in overlay.loops, branches)
    stops = {line: list(dict.fromkeys(track.stops)) for line, track in tracks.items()}
    return City(network, stops, tracks, lines, overlay)


def _track(
    stops: Sequence[str], loop: bool, branches: Sequence[tuple[str, Sequence[str]]]
) -> Track:
    """A line; each branch is the station that it leaves at, and its own stations in order."""
    main = list(range(len(stops)))
    joined: list[tuple[int, int]] = []
    starts = []
    for junction, path in branches:
        start = stops.index(path[0])
        own = range(start, start + len(path))
        main = [place for place in main if place not in own]
        joined += pairwise(own)
        starts.append((junction, start))
    if len(main) > 3 and stops[main[0]] == stops[main[-1]]:
        main.pop()
        loop = True
    joined += pairwise(main)
    if loop:
        joined.append((main[-1], main[0]))
    for junction, start in starts:
        joined.append((next(place for place in main if stops[place] == junction), start))
    neighbours: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in joined:
        neighbours[one].append(other)
        neighbours[other].append(one)
    return Track(stops, neighbours)


def random_city(rng: Random) -> City:
    """A small city: plain lines, rings by list or overlay, branches, stations that stand twice."""
    names = rng.choice(_POOLS).split("|")
    suffix = rng.choice(["", " Station"]) if names[0].isascii() else rng.choice(["", "站"])
    some = rng.sample(names, rng.randint(3, len(names)))
    stations = [name + suffix for name in some]
    lines: dict[str, list[str]] = {}
    for line in rng.sample(rng.choice(_LINES).split("|"), rng.randint(1, 5)):
        lines[line] = rng.sample(stations, rng.randint(2, min(9, len(stations))))
    overlay = _bend(lines, rng)
    try:
        network = build("random", lines, overlay)
    except NetworkError:  # two stations side by side became one, or a ring too small
        lines = {line: list(dict.fromkeys(stops)) for line, stops in lines.items()}
        overlay = NO_OVERLAY
        network = build("random", lines)
    return city_of(network, lines, overlay)


def _bend(lines: dict[str, list[str]], rng: Random) -> Overlay:
    """Close, cross and annotate some lines in place; the overlay says what the lists cannot."""
    loops: list[str] = []
    branches: dict[str, tuple[Branch, ...]] = {}
    join: tuple[tuple[str, ...], ...] = ()
    for line, stops in lines.items():
        match rng.randrange(8):
            case 0 if len(stops) > 3:
                stops.append(stops[0])
            case 1 if len(stops) > 2:
                loops.append(line)
            case 2 if len(stops) > 4:
                start = rng.randint(2, len(stops) - 2)
                path = tuple(stops[start : rng.randint(start + 1, len(stops))])
                branches[line] = (Branch(stops[rng.randrange(start)], path),)
                if rng.randrange(3) == 0:
                    loops.append(line)
            case 3 if len(stops) > 4:
                stops.insert(rng.randint(3, len(stops)), stops[rng.randrange(2)])
            case 4:
                at = rng.randrange(len(stops))
                if stops[at].endswith("Station") and stops.count(stops[at]) == 1:
                    stops[at] += " (Transfer Station)"
    together = sorted({stop for stops in lines.values() for stop in stops})
    if rng.randrange(6) == 0 and len(together) > 4 and not branches:
        join = (tuple(rng.sample(together, 2)),)
    aliases = {"Old Harbour Pier": rng.choice(together)} if rng.randrange(4) == 0 else {}
    return Overlay(station_aliases=aliases, loops=tuple(loops), branches=branches, join=join)
