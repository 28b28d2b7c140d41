"""A GTFS feed -> a city, with a report of what became of what is in the feed."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from reward_server.core.build import Branch, Overlay
from reward_server.core.text import fold_line, fold_station
from reward_server.drawing.colours import APART, FROM_PAPER, coloured, difference, mixed, palette
from reward_server.networks.check import remarks_on

from ..city import City
from ..difficulty import difficulty_of
from .feed import MODES, Feed, Route, read_feed
from .lines import Pattern, Shape, Shapes, shapes_of
from .names import clean, line_name, natural, told_apart
from .report import Change, LineReport, Report
from .stations import Station, compass, stations_of
from .tables import FeedError, unpacked

#: A link that fewer of a line's trains run, as a share, is no part of the line.
RARE = 0.02


class Imported(NamedTuple):
    """A city with what was made of the feed's contents."""

    city: City
    report: Report


@dataclass(frozen=True)
class _Line:
    """A line to be: its shape with where it comes from."""

    name: str
    mode: str
    agency: str
    long_name: str
    shape: Shape
    routes: tuple[Route, ...]
    colour: str
    """As the feed has it most often; empty where it has none."""


def import_feed(
    feed: Path, name: str, modes: Sequence[str] | None = None, rare: float = RARE
) -> Imported:
    """The city ``country/city`` of a feed, a zip or a folder.

    ``modes``: those of ``MODES`` to take, default all. ``rare``: the share of a line's trains below
    which a part of it is left out. Raises ``FeedError``, which names file and row, where a feed is
    faulty, and ``ValueError`` for a name or a mode that is none.
    """
    modes = tuple(MODES) if modes is None else [mode.strip() for mode in modes]
    for mode in modes:
        if mode not in MODES:
            raise ValueError(f"modes: expected some of {', '.join(MODES)}, got {mode!r:.80}")
    if any(part.startswith(".") for part in name.split("/")):
        raise ValueError(f"expected a city named country/city, got {name!r:.80}")
    City(name, {})  # refuses other names that are none before the work is done
    with unpacked(feed) as tables:
        read = read_feed(tables, modes)
        stations, station_of = stations_of(read, tables)
    changes = list(_left_out(read))
    lines = _lines(read, stations, station_of, rare, changes)
    if not lines:
        raise FeedError(
            f"{feed}: stop_times.txt: expected trips with two stops on routes of "
            f"{', '.join(modes)}, got none that runs"
        )
    stations = _named(stations, lines, changes)
    city = _city(name, stations, lines, changes)
    report = Report(
        name,
        read.week,
        {
            **read.counts,
            "stops of the modes": len(station_of),
            "stations": len(city.loaded.network.station_names),
            "lines": len(lines),
        },
        tuple(
            LineReport(
                line.name,
                line.mode,
                len(line.shape.stations),
                len(line.shape.branches),
                line.shape.ring,
                city.colours[line.name],
                round(line.shape.runs, 1),
                tuple(route.route_id for route in line.routes),
            )
            for line in lines
        ),
        tuple(changes),
    )
    return Imported(city, report)


def _left_out(feed: Feed) -> Iterable[Change]:
    for mode, count in feed.passed_over.items():
        yield Change("dropped", mode, f"{count} route{'s' * (count > 1)} of another mode")
    for route in feed.idle_routes:
        yield Change("dropped", clean(route), "a route on which nothing runs in the busiest week")


def _lines(
    feed: Feed,
    stations: Sequence[Station],
    station_of: Mapping[int, int],
    rare: float,
    changes: list[Change],
) -> list[_Line]:
    """The feed's lines under their final names, by mode and name."""

    def distance(one: int, other: int) -> float:
        return math.dist(stations[one].place, stations[other].place)

    lines: list[_Line] = []
    for group in _grouped(feed.routes):
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
        of_group = [_line(name, shape, running) for shape in found.shapes]
        lines += _apart(of_group, stations)
    modes = list(MODES)
    lines = _lines_told_apart(lines, changes)
    return sorted(lines, key=lambda line: (modes.index(line.mode), natural(fold_line(line.name))))


def _grouped(routes: Sequence[Route]) -> list[list[int]]:
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


def _line(
    name: str, shape: Shape, running: Sequence[tuple[Route, Mapping[Pattern, float]]]
) -> _Line:
    """A line of a group of routes, with those that run on it."""
    colours: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    routes = []
    for route, way in running:
        on_it = sum(n for pattern, n in way.items() if not shape.stations.isdisjoint(pattern))
        if on_it:
            routes.append(route)
            runs[route.long_name] += math.ceil(on_it)
            colours[_colour(route.colour)] += math.ceil(on_it)
    first = routes[0]
    return _Line(
        name,
        first.mode,
        first.agency,
        clean(max(runs, key=lambda long: (runs[long], long))),
        shape,
        tuple(routes),
        max(colours, key=lambda colour: (bool(colour), colours[colour], colour)),
    )


def _colour(given: str) -> str:
    """A colour of the feed as ``#rrggbb``; empty where it is none, or as good as white."""
    colour = "#" + given.strip().removeprefix("#").lower()
    if not re.fullmatch("#[0-9a-f]{6}", colour) or difference(colour, "#ffffff") < FROM_PAPER:
        return ""
    return colour


def _apart(lines: list[_Line], stations: Sequence[Station]) -> list[_Line]:
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


def _lines_told_apart(lines: Sequence[_Line], changes: list[Change]) -> list[_Line]:
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


def _named(
    stations: Sequence[Station], lines: Sequence[_Line], changes: list[Change]
) -> list[Station]:
    """The stations under names that differ, by a line or else by where they lie."""
    serving: defaultdict[int, list[str]] = defaultdict(list)
    for line in lines:
        for station in line.shape.stations:
            serving[station].append(line.name)
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for station in sorted(serving):
        alike[fold_station(stations[station].name)].append(station)
    by_line, by_compass = {}, {}
    for group in alike.values():
        heading = compass({station: stations[station].place for station in group})
        lines_there = Counter(name for station in group for name in serving[station])
        for station in group:
            name = stations[station].name
            by_compass[station] = f"{name} {heading[station]}"
            if own := [line for line in serving[station] if lines_there[line] == 1]:
                by_line[station] = f"{name} {own[0]}"
    names = told_apart(
        {station: stations[station].name for station in sorted(serving)},
        (by_line, by_compass),
        fold_station,
    )
    for station, name in names.items():
        before = stations[station]
        if name != before.name:
            changes.append(
                Change("renamed", name, f"another station elsewhere is {before.name!r} too")
            )
        elif others := [spelling for spelling in before.spellings if spelling != name]:
            more = " and otherwise too" if len(others) > 1 else ""
            changes.append(Change("renamed", name, f"in the feed {others[0]!r}{more}"))
        if len(before.stops) > 1:
            changes.append(Change("merged", name, f"{len(before.stops)} stops are one station"))
    return [one._replace(name=names.get(index, one.name)) for index, one in enumerate(stations)]


def _city(
    name: str, stations: Sequence[Station], lines: Sequence[_Line], changes: list[Change]
) -> City:
    def named(way: Iterable[int]) -> tuple[str, ...]:
        return tuple(stations[station].name for station in way)

    branches = {
        line.name: tuple(Branch(named(b[:1])[0], named(b[1:])) for b in line.shape.branches)
        for line in lines
        if line.shape.branches
    }
    city = City(
        name,
        {
            line.name: named((*line.shape.main, *(s for b in line.shape.branches for s in b[1:])))
            for line in lines
        },
        Overlay(
            loops=tuple(line.name for line in lines if line.shape.ring),
            branches=branches,
        ),
        _colours(lines, changes),
    )
    for remark in remarks_on(city.loaded):
        if remark.kind != "loop":
            changes.append(Change("look at", remark.kind.replace("_", " "), remark.message))
    served = {station for line in lines for station in line.shape.stations}
    return replace(
        city,
        positions={stations[one].name: stations[one].place for one in sorted(served)},
        surveyed=True,
        difficulty=difficulty_of(city.loaded.network),
    )


def _colours(lines: Sequence[_Line], changes: list[Change]) -> dict[str, str]:
    """The feed's colours; a line whose colour a busier one has gets a shade of it, if it can."""
    kept: dict[str, str] = {}
    for line in sorted(lines, key=lambda line: -line.shape.runs):
        if line.colour and not _is_near(line.colour, kept.values()):
            kept[line.name] = line.colour
    for line in lines:
        if line.colour and line.name not in kept:
            shades = [
                shade
                for step in range(1, 7)
                for ink in ("#ffffff", "#000000")
                if difference(shade := mixed(line.colour, ink, step / 10), "#ffffff") > FROM_PAPER
            ]
            kept[line.name] = palette(1, shades, tuple(kept.values()))[0]
            changes.append(
                Change(
                    "coloured",
                    line.name,
                    f"{kept[line.name]}, as another line's colour is too near to {line.colour}",
                )
            )
    whole = coloured((line.name for line in lines), kept)
    for line in lines:
        if not line.colour:
            given = ", ".join(sorted({route.colour for route in line.routes} - {""})) or "none"
            changes.append(
                Change("coloured", line.name, f"{whole[line.name]}, as the feed's is {given}")
            )
    return whole


def _is_near(colour: str, others: Collection[str]) -> bool:
    return any(difference(colour, other) < APART for other in others)
