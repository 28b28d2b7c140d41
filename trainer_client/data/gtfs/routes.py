"""The routes of a feed -> lines: what is one line, its shape, and what it is called."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reward_server.core.transit.names import fold_line

from .colours import readable
from .feed import MODES, Feed, Route
from .lines import Pattern, Shape, Shapes, shapes_of
from .names import clean, line_name, natural, told_apart
from .report import Change
from .stations import Station


@dataclass(frozen=True)
class Line:
    """A line to be: its shape with where it comes from."""

    name: str
    mode: str
    agency: str
    long_name: str
    shape: Shape
    routes: tuple[Route, ...]
    colour: str
    """As the feed has it most often; empty where it has none."""


def lines_of(
    feed: Feed,
    groups: Sequence[Sequence[int]],
    stations: Sequence[Station],
    station_of: Mapping[int, int],
    rare: float,
    changes: list[Change],
) -> list[Line]:
    """The feed's lines under their final names, by mode and name.

    ``groups``: the routes of each, as ``grouped`` gives them. ``station_of``: stop -> station.
    """

    def distance(one: int, other: int) -> float:
        return math.dist(stations[one].place, stations[other].place)

    lines: list[Line] = []
    for group in groups:
        ways = [_at_stations(feed.patterns[index], station_of) for index in group]
        together: defaultdict[Pattern, float] = defaultdict(float)
        for way in ways:
            for pattern, runs in way.items():
                together[pattern] += runs
        if not together:
            continue
        routes = [feed.routes[index] for index in group]
        found = shapes_of(together, rare, distance)
        name = line_name(routes[0].short_name, routes[0].long_name)
        running = [(route, way) for route, way in zip(routes, ways, strict=True) if way]
        if len(running) > 1:
            ids = ", ".join(route.route_id for route, _ in running)
            changes.append(Change("merged", name, f"routes {ids} are one line"))
        changes += _of_shapes(name, found, stations)
        changes += _run_twice(name, together, stations)
        of_group = [_line(name, shape, running) for shape in found.shapes]
        lines += _apart(of_group, stations)
    modes = list(MODES)
    lines = _lines_told_apart(lines, changes)
    return sorted(lines, key=lambda line: (modes.index(line.mode), natural(fold_line(line.name))))


def grouped(routes: Sequence[Route]) -> list[list[int]]:
    """The routes of each line, by their indices: one agency, one mode, one short name.

    Routes without one have a long name, which may tell their ends in either order.
    """
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, route in enumerate(routes):
        if route.short_name:
            key = ["short", fold_line(clean(route.short_name))]
        else:
            ends = re.split(r"\s+[-–—/]\s+|\s*(?:<?[-–—]>|[↔→⇄])\s*", clean(route.long_name))
            key = ["long", *sorted(map(fold_line, ends))]
        groups[route.agency, route.mode, *key].append(index)
    return list(groups.values())


def _at_stations(
    patterns: Mapping[Pattern, float], station_of: Mapping[int, int]
) -> dict[Pattern, float]:
    """Patterns of stops as patterns of stations, of which none follows itself."""
    found: defaultdict[Pattern, float] = defaultdict(float)
    for pattern, runs in patterns.items():
        way = tuple(station for station, _ in groupby(station_of[stop] for stop in pattern))
        if len(way) > 1:
            found[way] += runs
    return dict(found)


def _of_shapes(name: str, found: Shapes, stations: Sequence[Station]) -> Iterable[Change]:
    for gone, share in found.rare:
        listed = ", ".join(sorted(stations[station].name for station in gone))
        yield Change("dropped", name, f"{share:.1%} of the trains go to {listed}")
    for links, why in (
        (found.odd, "which few trains run"),
        (found.cut, "where two ways part and meet"),
    ):
        for one, other in links:
            ends = f"{stations[one].name} and {stations[other].name}"
            yield Change("dropped", name, f"the link between {ends}, {why}")
    if found.expresses:
        many = "patterns that pass stations lie" if found.expresses > 1 else "pattern lies"
        yield Change("merged", name, f"{found.expresses} {many} on those that stop")


def _run_twice(
    name: str, patterns: Iterable[Pattern], stations: Sequence[Station]
) -> Iterable[Change]:
    """Trains with a line's stops twice over: two under one id, or one twice round a loop."""
    for pattern in patterns:
        half = len(pattern) // 2
        if half > 2 and pattern[:half] == pattern[half:]:
            ends = f"{stations[pattern[-1]].name} to {stations[pattern[0]].name}"
            yield Change(
                "look at",
                name,
                f"trains run through all of it twice, from {ends} at once; no loop?",
            )
            return


def _line(
    name: str, shape: Shape, running: Sequence[tuple[Route, Mapping[Pattern, float]]]
) -> Line:
    """A line of a group of routes, with those that run on it."""
    colours: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    routes = []
    for route, way in running:
        on_it = sum(n for pattern, n in way.items() if not shape.stations.isdisjoint(pattern))
        if on_it:
            routes.append(route)
            runs[route.long_name] += math.ceil(on_it)
            colours[readable(route.colour)] += math.ceil(on_it)
    first = routes[0]
    return Line(
        name,
        first.mode,
        first.agency,
        clean(max(runs, key=lambda long: (runs[long], long))),
        shape,
        tuple(routes),
        max(colours, key=lambda colour: (bool(colour), colours[colour], colour)),
    )


def _apart(lines: list[Line], stations: Sequence[Station]) -> list[Line]:
    """Lines of one name that have not all stations in common, each with a name of its own.

    The first keeps the name, unless each is a route of its own with a long name.
    """
    if len(lines) == 1:
        return lines
    long = [line.long_name for line in lines]
    if all(long) and len({fold_line(name) for name in long}) == len(lines):
        return [replace(line, name=f"{line.name} {line.long_name}") for line in lines]
    own = lines[0].shape.stations
    named = [lines[0]]
    for line in lines[1:]:
        ends = (line.shape.main[-1], line.shape.main[0])
        end = next((station for station in ends if station not in own), ends[0])
        named.append(replace(line, name=f"{line.name} {stations[end].name}"))
    return named


def _lines_told_apart(lines: Sequence[Line], changes: list[Change]) -> list[Line]:
    by_mode, by_agency, by_long_name = {}, {}, {}
    for index, line in enumerate(lines):
        by_mode[index] = f"{line.mode.title()} {line.name.removeprefix('Line ')}"
        by_agency[index] = f"{line.agency} {line.name}".strip()
        by_long_name[index] = f"{line.name} {line.long_name}".strip()
    names = told_apart(
        {index: line.name for index, line in enumerate(lines)},
        (by_mode, by_agency, by_long_name),
        fold_line,
    )
    for index, line in enumerate(lines):
        if names[index] != line.name:
            changes.append(Change("renamed", names[index], f"another line is {line.name!r} too"))
    return [replace(line, name=names[index]) for index, line in enumerate(lines)]
