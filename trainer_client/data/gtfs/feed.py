"""What runs in a feed: its stops, its routes on rails, and the stops that their trips make.

First the routes of the wanted modes are picked, then their trips that run, then the stops of these.
What is picked is checked: ids that stand twice or nowhere, numbers that are none, places that are
not on the globe; a ``FeedError`` names the file and the row. The rest may be as it likes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from .names import clean
from .report import Change
from .tables import Array, Column, FeedError, Index, Table, Tables, numbers
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
    parent: int
    """The stop that this one is a part of; -1 where it is of none."""


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

    stops: Mapping[int, Stop]
    """By their records in stops.txt: those of the patterns, and what these are parts of."""
    routes: Sequence[Route]
    patterns: Sequence[Mapping[Pattern, float]]
    """Of each route, with how often each runs in a week."""
    week: date | None
    """The Monday of that week; ``None``: the feed has no calendar, and each trip counts once."""
    passed_over: Mapping[str, int]
    """Other mode -> how many routes it has."""
    idle_routes: Sequence[str]
    """Names of routes of which nothing runs in that week."""
    transfers: Collection[tuple[int, int]]
    """Stops between which transfers.txt knows a way, by their records; the lower one first."""
    remarks: Sequence[Change]
    """What a person should look at."""
    counts: Mapping[str, int]


def mode_of(route_type: int, modes: Mapping[str, tuple[tuple[int, int], ...]] = MODES) -> str:
    """The mode of a route's type, ``""`` where it is none of these."""
    for mode, ranges in modes.items():
        if any(first <= route_type <= last for first, last in ranges):
            return mode
    return ""


def read_feed(tables: Tables, modes: Sequence[str]) -> Feed:
    """The routes of these modes with what runs on them; raises ``FeedError``."""
    remarks: list[Change] = []
    all_stops = tables.table(
        "stops.txt",
        ("stop_id", "stop_lat", "stop_lon"),
        ("stop_name", "location_type", "parent_station"),
    )
    table, kept, passed_over = _routes(tables, modes)
    route_at = {route.route_id: index for index, route in enumerate(kept)}
    all_trips = _trips(tables, table["route_id"], route_at, remarks)
    of_modes = all_trips[all_trips["route_id"].isin(route_at)]
    weights, week = runs_in_a_week(tables, of_modes)
    running = of_modes[weights > 0]
    weights = weights[weights > 0]
    stop_ids = pd.Index(all_stops["stop_id"].drop_duplicates())
    places = _stop_times(tables, all_trips["trip_id"], running["trip_id"], stop_ids, remarks)
    # from the place among the ids to the record
    places[:, 1] = (~all_stops["stop_id"].duplicated()).to_numpy().nonzero()[0][places[:, 1]]
    stops = _stops(tables, all_stops, np.unique(places[:, 1]), remarks)
    patterns: list[dict[Pattern, float]] = [defaultdict(float) for _ in kept]
    short = 0
    starts = np.flatnonzero(np.diff(places[:, 0], prepend=-1))
    routes_of_trips = running["route_id"].to_numpy()
    for run in np.split(places, starts[1:]) if len(places) else ():
        trip = int(run[0, 0])
        if len(run) < 2:
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
        _transfers(tables, all_stops, stops),
        remarks,
        {
            "routes in the feed": len(table),
            "routes of the modes": len(kept),
            "trips of the modes": len(of_modes),
            "trips that never run in the week": len(of_modes) - len(running),
            "trips with less than two stops": short + len(running) - len(starts),
            "stops in the feed": len(all_stops),
        },
    )


def _routes(tables: Tables, modes: Sequence[str]) -> tuple[Table, list[Route], Counter[str]]:
    name = "routes.txt"
    table = tables.table(
        name,
        ("route_id", "route_type"),
        ("agency_id", "route_short_name", "route_long_name", "route_color"),
    )
    # of a route whose type cannot be read nobody knows whether it is one of the modes
    table = table[(table != "").any(axis=1)].drop_duplicates()
    types = numbers(tables, name, table["route_type"], whole=True, needed=True)
    mode_of_types = {kind: mode_of(int(kind)) for kind in types.unique()}
    wanted = table[types.map(mode_of_types).isin(modes)]
    passed_over = Counter(
        mode_of_types[kind] or mode_of(int(kind), _OTHER_MODES) or f"route_type {int(kind)}"
        for kind in types.drop(wanted.index)
    )
    if wanted.empty:
        found = ", ".join(f"{count} of {mode}" for mode, count in passed_over.most_common())
        raise FeedError(
            f"{tables.feed}: {name}: expected a route of {', '.join(modes)}, got only {found}"
        )
    tables.check_width(name, set(wanted["route_id"]))
    tables.check_text(name, wanted)
    tables.refuse(name, wanted["route_id"] == "", "expected a route_id, got an empty cell")
    tables.check_ids(name, table["route_id"][table["route_id"].isin(wanted["route_id"])])
    tables.refuse(
        name,
        (wanted["route_short_name"] == "") & (wanted["route_long_name"] == ""),
        "expected a route_short_name or a route_long_name",
    )
    agency_of = _agencies(tables, wanted["agency_id"])
    kept = [
        Route(
            row.route_id,
            mode_of_types[types[record]],
            agency_of[row.agency_id],
            row.route_short_name,
            row.route_long_name,
            row.route_color,
        )
        for record, row in zip(wanted.index, wanted.itertuples(), strict=True)
    ]
    return table, kept, passed_over


def _agencies(tables: Tables, ids: Column) -> dict[str, str]:
    """Id -> name of the agencies of routes; of a feed's only one, and where none is said, empty."""
    nobody = dict.fromkeys(ids, "")
    name = "agency.txt"
    table = tables.optional(name, (), ("agency_id", "agency_name"))
    if table is None:
        return nobody
    table = table.drop_duplicates()
    if len(table) == 1:
        return nobody
    tables.check_ids(name, table["agency_id"][table["agency_id"].isin(set(ids) - {""})])
    known = dict(zip(table["agency_id"], table["agency_name"], strict=True))
    tables.refuse(
        "routes.txt", ~ids.isin(known) & (ids != ""), "agency_id {} is not in agency.txt", ids
    )
    return {**nobody, **{agency: known[agency] or agency for agency in nobody if agency}}


def _trips(tables: Tables, routes: Column, wanted: Collection[str], remarks: list[Change]) -> Table:
    """All trips, of which those of the wanted routes have ids of their own."""
    name = "trips.txt"
    table = tables.table(name, ("route_id", "trip_id", "service_id")).drop_duplicates()
    tables.check_width(name, wanted)
    nowhere = ~table["route_id"].isin(routes)
    if nowhere.any():
        example = table["route_id"][nowhere].iloc[0]
        remarks.append(
            Change(
                "look at",
                name,
                f"{_many(int(nowhere.sum()), 'trip')} of routes that are not in routes.txt, such "
                f"as {example!r:.80}, left out",
            )
        )
    of_wanted = table[table["route_id"].isin(wanted)]
    tables.refuse(name, of_wanted["trip_id"] == "", "expected a trip_id, got an empty cell")
    tables.check_ids(name, table["trip_id"][table["trip_id"].isin(of_wanted["trip_id"])])
    return table


def _stop_times(
    tables: Tables, all_trips: Column, running: Column, stops: Index, remarks: list[Change]
) -> Array:
    """The stops of the running trips in order: an array of trip and stop, by their indices."""
    name = "stop_times.txt"
    # of each trip its place among those that run, -1 where it does not
    trip_ids = pd.Index(all_trips.drop_duplicates())
    place = np.append(pd.Index(running).get_indexer(trip_ids), -1)
    kept = []
    nowhere = 0
    columns, others = ("trip_id", "stop_id", "stop_sequence"), ("pickup_type", "drop_off_type")
    for piece in tables.pieces(name, columns, others):
        at = _found(trip_ids, piece["trip_id"])
        nowhere += int((at < 0).sum())
        trip = place[at]
        wanted = trip >= 0
        if set(others) <= set(piece.columns):  # where nobody gets on or off, a train only passes
            passing = (piece["pickup_type"] == "1") & (piece["drop_off_type"] == "1")
            wanted &= ~passing.to_numpy()
        rows = piece[wanted]
        stop = _found(stops, rows["stop_id"])
        tables.refuse(
            name,
            pd.Series((stop < 0) | (rows["stop_id"].str.strip() == "").to_numpy(), rows.index),
            "stop_id {} is not in stops.txt",
            rows["stop_id"],
        )
        order = numbers(tables, name, rows["stop_sequence"], 0, 2**31 - 1, whole=True, needed=True)
        kept.append(
            np.column_stack(
                [trip[wanted], order.to_numpy(np.int64), stop, rows.index.to_numpy()]
            ).astype(np.int32)
        )
    if nowhere:
        remarks.append(
            Change(
                "look at",
                name,
                f"{_many(nowhere, 'row')} of trips that are not in trips.txt, left out",
            )
        )
    rows = np.concatenate(kept)
    rows = rows[np.lexsort((rows[:, 3], rows[:, 1], rows[:, 0]))]
    again = (rows[1:, :2] == rows[:-1, :2]).all(axis=1)
    same = again & (rows[1:, 2] == rows[:-1, 2])
    if (again & ~same).any():
        first, second = rows[np.flatnonzero(again & ~same)[0] :][:2]
        raise tables.fault(
            name,
            int(second[3]),
            f"stop_sequence {second[1]} of trip {running.iloc[second[0]]!r:.80} stands in row "
            f"{tables.row(name, int(first[3]))} already",
        )
    return rows[np.append(True, ~same)[: len(rows)]][:, [0, 2]]


def _found(index: Index, ids: Column) -> Array:
    """The places of ids in an index, -1 where one is not there."""
    places = index.get_indexer(ids)
    if (places < 0).any():
        places = index.get_indexer(ids.str.strip())
    return places


def _stops(tables: Tables, table: Table, used: Array, remarks: list[Change]) -> dict[int, Stop]:
    """The stops of these records, and what they are parts of, by their records."""
    name = "stops.txt"
    record_of = dict(zip(table["stop_id"][::-1], table.index[::-1], strict=True))
    parent_of: dict[int, int] = {}
    pending = [int(record) for record in used]
    while pending:
        record = pending.pop()
        if record in parent_of:
            continue
        parent = table["parent_station"][record]
        above = record_of.get(parent, -1) if parent else -1
        if parent and above < 0:
            remarks.append(
                Change(
                    "look at",
                    clean(table["stop_name"][record]),
                    f"stop {table['stop_id'][record]!r:.80} is a part of {parent!r:.80}, which is "
                    "not in stops.txt",
                )
            )
        # some feeds call each station a part of itself
        parent_of[record] = -1 if above == record else above
        if above >= 0:
            pending.append(above)
    rows = table.loc[sorted(parent_of)]
    tables.check_width(name, set(rows["stop_id"]))
    tables.check_text(name, rows)
    alike = table[table["stop_id"].isin(rows["stop_id"])].drop_duplicates()
    tables.check_ids(name, alike["stop_id"])
    kinds = rows["location_type"].replace("", "0")
    tables.refuse(name, ~kinds.isin(_KINDS), "expected a location_type from 0 to 4, got {}", kinds)
    lat = numbers(tables, name, rows["stop_lat"], -90, 90)
    lon = numbers(tables, name, rows["stop_lon"], -180, 180)
    nowhere = (lat == 0) & (lon == 0)  # in the Gulf of Guinea, where there is no railway
    lat, lon = lat.mask(nowhere), lon.mask(nowhere)
    for record in rows.index:
        above, steps = record, 0
        while above >= 0 and steps < 4:  # boarding area, platform, station
            above, steps = parent_of[above], steps + 1
        if above >= 0:
            raise tables.fault(
                name,
                record,
                "expected parent_station to lead to a station, got a stop that is a part of "
                "itself, or more than three stops in each other: "
                f"{rows['parent_station'][record]!r:.80}",
            )
    return {
        record: Stop(table["stop_name"][record], lat[record], lon[record], parent_of[record])
        for record in rows.index
    }


def _transfers(tables: Tables, table: Table, stops: Collection[int]) -> set[tuple[int, int]]:
    """The pairs of these stops between which transfers.txt knows a way, also by parts of theirs."""
    name = "transfers.txt"
    rows = tables.optional(name, (), ("from_stop_id", "to_stop_id", "transfer_type"))
    if rows is None:
        return set()
    record_of = {table["stop_id"][record]: record for record in stops}
    part = table[table["parent_station"].isin(record_of) & ~table["stop_id"].isin(record_of)]
    record_of.update(zip(part["stop_id"], part["parent_station"].map(record_of), strict=True))
    rows = rows[rows["from_stop_id"].isin(record_of) & rows["to_stop_id"].isin(record_of)]
    kinds = numbers(tables, name, rows["transfer_type"], 0, 5, whole=True)
    ways = rows[kinds.isna() | (kinds <= 2)]  # 3: no way; 4 and 5: staying on the train
    pairs = zip(ways["from_stop_id"].map(record_of), ways["to_stop_id"].map(record_of), strict=True)
    return {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
