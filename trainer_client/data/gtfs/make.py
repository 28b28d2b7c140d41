"""A GTFS feed -> a city, with a report of what became of what is in the feed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reward_server.core.transit.build import Branch, Overlay
from reward_server.core.transit.names import fold_station
from reward_server.networks.check import remarks_on

from ..city import City
from ..difficulty import difficulty_of
from .colours import colours_of
from .feed import MODES, Feed, read_feed
from .names import clean, told_apart
from .report import Change, LineReport, Report
from .routes import Line, grouped, lines_of
from .stations import PARTS, Station, compass, stations_of
from .tables import FeedError, unpacked

#: A link that fewer of a line's trains run, as a share, is no part of the line.
RARE = 0.02


class Imported(NamedTuple):
    """A city with what was made of the feed's contents."""

    city: City
    report: Report


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
        groups = grouped(read.routes)
        stations, station_of = stations_of(read, groups, tables)
    changes = [*read.remarks, *_left_out(read)]
    lines = lines_of(read, groups, stations, station_of, rare, changes)
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


def _named(
    stations: Sequence[Station], lines: Sequence[Line], changes: list[Change]
) -> list[Station]:
    """The stations under names that differ, by a line or else by where they lie."""
    serving: defaultdict[int, list[str]] = defaultdict(list)
    for line in lines:
        for station in line.shape.stations:
            serving[station].append(line.name)
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for station in sorted(serving):
        alike[fold_station(stations[station].name)].append(station)
    by_remark, by_line, by_compass = {}, {}, {}
    for group in alike.values():
        heading = compass({station: stations[station].place for station in group})
        lines_there = Counter(name for station in group for name in serving[station])
        for station in group:
            name = stations[station].name
            by_remark[station] = " ".join(re.sub(r"[()\[\]（）【】]", " ", name).split())
            by_compass[station] = f"{name} {heading[station]}"
            if own := [line for line in serving[station] if lines_there[line] == 1]:
                by_line[station] = f"{name} {own[0]}"
    names = told_apart(
        {station: stations[station].name for station in sorted(serving)},
        (by_remark, by_line, by_compass),
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
    # what the feed itself says is told last
    for station, name in sorted(names.items(), key=lambda item: stations[item[0]].why == PARTS):
        if why := stations[station].why:
            many = f"{len(stations[station].stops)} stops are one station"
            changes.append(Change("merged", name, f"{many}: {why}"))
    return [one._replace(name=names.get(index, one.name)) for index, one in enumerate(stations)]


def _city(
    name: str, stations: Sequence[Station], lines: Sequence[Line], changes: list[Change]
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
            _aliases(stations, lines),
            loops=tuple(line.name for line in lines if line.shape.ring),
            branches=branches,
        ),
        colours_of(lines, changes),
    )
    for remark in remarks_on(city.loaded):
        if remark.kind != "loop":
            changes.append(Change("look at", remark.kind.replace("_", " "), remark.message))
    served = _served(lines)
    return replace(
        city,
        positions={stations[one].name: stations[one].place for one in sorted(served)},
        surveyed=True,
        difficulty=difficulty_of(city.loaded.network),
    )


def _served(lines: Iterable[Line]) -> set[int]:
    return {station for line in lines for station in line.shape.stations}


def _aliases(stations: Sequence[Station], lines: Iterable[Line]) -> dict[str, str]:
    """Other name -> name of the stations that have several, but for what others are called."""
    served = [stations[station] for station in sorted(_served(lines))]
    taken = Counter(fold_station(station.name) for station in served)
    taken.update(fold_station(other) for station in served for other in station.others)
    return {
        other: station.name
        for station in served
        for other in station.others
        if taken[fold_station(other)] == 1
    }
