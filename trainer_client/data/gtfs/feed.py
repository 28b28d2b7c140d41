"""What runs in a feed: its stops, its routes on rails, and the stops that their trips make.

Everything is checked before it is used: ids that stand twice or nowhere, numbers that are none,
places that are not on the globe. A ``FeedError`` names the file and the row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from .tables import Array, Column, FeedError, Index, Table, Tables, numbers, with_columns
from .week import runs_in_a_week

#: Mode -> the types of its routes, as first and last; GTFS has ten, and a hundred in its extension.
MODES: Mapping[str, tuple[tuple[int, int], ...]] = {
    "metro": ((1, 1), (400, 404), (500, 699)),
    "tram": ((0, 0), (900, 999)),
    "rail": ((2, 2), (100, 199), (300, 399)),
    "monorail": ((12, 12), (405, 405)),
    "cable": ((5, 5),),
    "funicular": ((7, 7), (1400, 1499)),
}
#: What is not imported, for the report.
_OTHER_MODES = {
    "bus": ((3, 3), (200, 299), (700, 799)),
    "trolleybus": ((11, 11), (800, 899)),
    "ferry": ((4, 4), (1000, 1099), (1200, 1299)),
    "aerial lift": ((6, 6), (1300, 1399)),
    "taxi": ((1500, 1599),),
    "air": ((1100, 1199),),
}
#: Kinds of stops: platform, station, entrance, node on a path, boarding area.
_KINDS = frozenset("01234")


class Stop(NamedTuple):
    """A row of stops.txt."""

    name: str
    lat: float
    lon: float
    """NaN where the row says nothing, as ``lat``."""
    is_station: bool
    parent: int
    """Index of the stop that this one is a part of; -1 where it is of none."""
    row: int


@dataclass(frozen=True)
class Route:
    """A row of routes.txt."""

    route_id: str
    mode: str
    agency: str
    short_name: str
    long_name: str
    colour: str
    """As the feed has it."""


Pattern = tuple[int, ...]
"""The stops at which a trip lets people on or off, in order."""


@dataclass(frozen=True)
class Feed:
    """The part of a feed that is wanted."""

    stops: Sequence[Stop]
    routes: Sequence[Route]
    patterns: Sequence[Mapping[Pattern, float]]
    """Of each route, with how often each runs in a week."""
    week: date | None
    """The Monday of that week; ``None``: the feed has no calendar, and each trip counts once."""
    passed_over: Mapping[str, int]
    """Other mode -> how many routes it has."""
    idle_routes: Sequence[str]
    """Names of routes of which nothing runs in that week."""
    counts: Mapping[str, int]


def mode_of(route_type: int, modes: Mapping[str, tuple[tuple[int, int], ...]] = MODES) -> str:
    """The mode of a route's type, ``""`` where it is none of these."""
    for mode, ranges in modes.items():
        if any(first <= route_type <= last for first, last in ranges):
            return mode
    return ""


def read_feed(tables: Tables, modes: Sequence[str]) -> Feed:
    """The routes of these modes with what runs on them; raises ``FeedError``."""
    stops, stop_index = _stops(tables)
    table, kept, passed_over = _routes(tables, modes)
    trips = _trips(tables, table)
    on_rails = trips["route_id"].isin({route.route_id for route in kept}).to_numpy()
    weights, week = runs_in_a_week(tables, trips, on_rails)
    places = _stop_times(tables, trips, stop_index, on_rails)
    route_at = {route.route_id: index for index, route in enumerate(kept)}
    patterns: list[dict[Pattern, float]] = [defaultdict(float) for _ in kept]
    idle = short = 0
    starts = np.flatnonzero(np.diff(places[:, 0], prepend=-1))
    routes_of_trips = trips["route_id"].to_numpy()
    for run in np.split(places, starts[1:]) if len(places) else ():
        trip = int(run[0, 0])
        if not weights[trip]:
            idle += 1
        elif len(run) < 2:
            short += 1
        else:
            pattern = tuple(map(int, run[:, 1]))
            patterns[route_at[routes_of_trips[trip]]][pattern] += float(weights[trip])
    return Feed(
        stops,
        kept,
        patterns,
        week,
        passed_over,
        [
            route.short_name or route.long_name
            for route, runs in zip(kept, patterns, strict=True)
            if not runs
        ],
        {
            "routes in the feed": len(table),
            "routes of the modes": len(kept),
            "trips of the modes": int(on_rails.sum()),
            "trips that never run in the week": idle,
            "trips with less than two stops": short + int(on_rails.sum()) - len(starts),
            "stops in the feed": len(stops),
        },
    )


def _stops(tables: Tables) -> tuple[list[Stop], Index]:
    name = "stops.txt"
    table = with_columns(tables.table(name, ("stop_id", "stop_lat", "stop_lon")), "stop_name")
    table = with_columns(table, "location_type", "parent_station")
    tables.check_ids(name, table["stop_id"])
    kinds = table["location_type"].replace("", "0")
    tables.refuse(name, ~kinds.isin(_KINDS), "expected a location_type from 0 to 4, got {}", kinds)
    lat = numbers(tables, name, table["stop_lat"], -90, 90)
    lon = numbers(tables, name, table["stop_lon"], -180, 180)
    nowhere = (lat == 0) & (lon == 0)  # in the Gulf of Guinea, where there is no railway
    lat, lon = lat.mask(nowhere), lon.mask(nowhere)
    index = pd.Index(table["stop_id"])
    parents = pd.Series(index.get_indexer(table["parent_station"]), table.index)
    parents = parents.where(table["parent_station"] != "", -1)
    tables.refuse(
        name,
        (parents < 0) & (table["parent_station"] != ""),
        "parent_station {} is no stop_id of this file",
        table["parent_station"],
    )
    above = parents.to_numpy()
    for _ in range(3):  # boarding area, platform, station
        above = np.where(above < 0, -1, parents.to_numpy()[above])
    tables.refuse(
        name,
        pd.Series(above >= 0, table.index),
        "expected parent_station to lead to a station, got a stop that is a part of itself, or "
        "more than three stops in each other: {}",
        table["parent_station"],
    )
    stops = [
        Stop(*cells, record)
        for record, cells in enumerate(
            zip(table["stop_name"], lat, lon, kinds == "1", parents, strict=True)
        )
    ]
    return stops, index


def _routes(tables: Tables, modes: Sequence[str]) -> tuple[Table, list[Route], Counter[str]]:
    name = "routes.txt"
    table = with_columns(
        tables.table(name, ("route_id", "route_type")),
        "agency_id", "route_short_name", "route_long_name", "route_color",
    )  # fmt: skip
    tables.check_ids(name, table["route_id"])
    types = numbers(tables, name, table["route_type"], 0, 1799, whole=True, needed=True)
    agencies = _agencies(tables)
    kept: list[Route] = []
    passed_over: Counter[str] = Counter()
    for record, route_type in enumerate(types.astype(int)):
        mode = mode_of(route_type)
        if mode not in modes:
            other = mode or mode_of(route_type, _OTHER_MODES) or f"route_type {route_type}"
            passed_over[other] += 1
            continue
        row = table.iloc[record]
        if not (row["route_short_name"] or row["route_long_name"]):
            raise tables.fault(name, record, "expected a route_short_name or a route_long_name")
        agency = row["agency_id"] if len(agencies) > 1 else ""
        if agency and agency not in agencies:
            raise tables.fault(name, record, f"agency_id {agency!r} is not in agency.txt")
        kept.append(
            Route(
                row["route_id"],
                mode,
                agencies.get(agency, agency),
                row["route_short_name"],
                row["route_long_name"],
                row["route_color"],
            )
        )
    if not kept:
        found = ", ".join(f"{count} of {mode}" for mode, count in passed_over.most_common())
        raise FeedError(
            f"{tables.feed}: {name}: expected a route of {', '.join(modes)}, got only {found}"
        )
    return table, kept, passed_over


def _agencies(tables: Tables) -> dict[str, str]:
    """Id -> name; without the file there is one agency, of which nothing is known."""
    found = tables.optional("agency.txt", ("agency_name",))
    if found is None:
        return {}
    table = with_columns(found, "agency_id")
    if len(table) > 1:
        tables.check_ids("agency.txt", table["agency_id"])
    return dict(zip(table["agency_id"], table["agency_name"], strict=True))


def _trips(tables: Tables, routes: Table) -> Table:
    name = "trips.txt"
    table = tables.table(name, ("route_id", "trip_id", "service_id"))
    tables.check_ids(name, table["trip_id"])
    tables.refuse(
        name,
        ~table["route_id"].isin(routes["route_id"]),
        "route_id {} is not in routes.txt",
        table["route_id"],
    )
    return table[["route_id", "trip_id", "service_id"]]


def _stop_times(tables: Tables, trips: Table, stops: Index, on_rails: Array) -> Array:
    """The stops of the trips on rails, in order: an array of trip and stop, by their indices."""
    name = "stop_times.txt"
    trip_ids = pd.Index(trips["trip_id"])
    kept = []
    columns, others = ("trip_id", "stop_id", "stop_sequence"), ("pickup_type", "drop_off_type")
    for piece in tables.pieces(name, columns, others):
        trip = _found(trip_ids, piece["trip_id"])
        tables.refuse(
            name, pd.Series(trip < 0, piece.index), "trip_id {} is not in trips.txt",
            piece["trip_id"],
        )  # fmt: skip
        stop = _found(stops, piece["stop_id"])
        tables.refuse(
            name, pd.Series(stop < 0, piece.index), "stop_id {} is not in stops.txt",
            piece["stop_id"],
        )  # fmt: skip
        order = numbers(tables, name, piece["stop_sequence"], 0, 2**31 - 1, whole=True, needed=True)
        wanted = on_rails[trip]
        if set(others) <= set(piece.columns):  # where nobody gets on or off, a train only passes
            passing = (piece["pickup_type"] == "1") & (piece["drop_off_type"] == "1")
            wanted &= ~passing.to_numpy()
        rows = np.column_stack([trip, order.to_numpy(np.int64), stop, piece.index.to_numpy()])
        kept.append(rows[wanted].astype(np.int32))
    rows = np.concatenate(kept)
    rows = rows[np.lexsort((rows[:, 3], rows[:, 1], rows[:, 0]))]
    again = (rows[1:, :2] == rows[:-1, :2]).all(axis=1)
    if again.any():
        first, second = rows[np.flatnonzero(again)[0] :][:2]
        raise tables.fault(
            name,
            int(second[3]),
            f"stop_sequence {second[1]} of trip {trip_ids[second[0]]!r:.80} stands in row "
            f"{tables.row(name, int(first[3]))} already",
        )
    return rows[:, [0, 2]]


def _found(index: Index, ids: Column) -> Array:
    """The places of ids in an index, -1 where one is not there."""
    places = index.get_indexer(ids)
    if (places < 0).any():
        places = index.get_indexer(ids.str.strip())
    return places
