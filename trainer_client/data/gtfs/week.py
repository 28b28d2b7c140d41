"""How often trips run: in the week in which most of them do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
import partridge

from .tables import Array, Column, Table, Tables, numbers, without_partridge_warning

_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


def runs_in_a_week(tables: Tables, trips: Table, wanted: Array) -> tuple[Array, date | None]:
    """How often each trip runs in the busiest week, and the Monday of that week.

    ``wanted``: an array of booleans, the trips by which weeks are compared. Where the feed has no
    calendar, or none of these runs by it, each trip counts once, and there is no Monday.
    """
    starts = _starts(tables, trips)
    dates = _dates(tables)
    services = trips["service_id"]
    by_service = pd.Series(starts)[wanted].groupby(services[wanted].to_numpy()).sum().to_dict()
    per_week: Counter[date] = Counter()
    for day, running in dates.items():
        monday = day - timedelta(days=day.weekday())
        per_week[monday] += sum(by_service.get(service, 0.0) for service in running)
    if not any(per_week.values()):
        return starts, None
    week = min(per_week, key=lambda monday: (-per_week[monday], monday))
    days: Counter[str] = Counter()
    for offset in range(7):
        days.update(dates.get(week + timedelta(days=offset), ()))
    return starts * np.array([days[service] for service in services]), week


def _starts(tables: Tables, trips: Table) -> Array:
    """How often a day each trip starts: once, or as often as frequencies.txt says."""
    name = "frequencies.txt"
    starts = np.ones(len(trips))
    table = tables.optional(name, ("trip_id", "start_time", "end_time", "headway_secs"))
    if table is None:
        return starts
    trip = pd.Index(trips["trip_id"]).get_indexer(table["trip_id"])
    tables.refuse(
        name,
        pd.Series(trip < 0, table.index),
        "trip_id {} is not in trips.txt",
        table["trip_id"],
    )
    headway = numbers(tables, name, table["headway_secs"], 1, 7 * 86400, whole=True, needed=True)
    start, end = (_seconds(tables, name, table[column]) for column in ("start_time", "end_time"))
    tables.refuse(
        name, end < start, "expected an end_time after the start_time, got {}", table["end_time"]
    )
    starts[trip] = 0
    np.add.at(starts, trip, np.maximum(1, (end - start) // headway).to_numpy())
    return starts


def _seconds(tables: Tables, name: str, times: Column) -> Column:
    parts = times.str.extract(r"^(\d{1,3}):([0-5]\d):([0-5]\d)$")
    tables.refuse(name, parts[0].isna(), f"expected {times.name} as HH:MM:SS, got {{}}", times)
    hours, minutes, seconds = (parts[i].astype(int) for i in range(3))
    return hours * 3600 + minutes * 60 + seconds


def _dates(tables: Tables) -> Mapping[date, frozenset[str]]:
    """Date -> what runs on it; empty where the feed has no calendar, or an empty one."""
    days = tables.optional("calendar.txt", ("service_id", *_DAYS, "start_date", "end_date"))
    if days is not None:
        tables.check_ids("calendar.txt", days["service_id"])
        for day in _DAYS:
            numbers(tables, "calendar.txt", days[day], 0, 1, whole=True, needed=True)
        for column in ("start_date", "end_date"):
            _check_dates(tables, "calendar.txt", days[column])
    dates = tables.optional("calendar_dates.txt", ("service_id", "date", "exception_type"))
    if dates is not None:
        name = "calendar_dates.txt"
        _check_dates(tables, name, dates["date"])
        numbers(tables, name, dates["exception_type"], 1, 2, whole=True, needed=True)
    if days is None and dates is None:
        return {}
    try:
        with without_partridge_warning():
            found: Mapping[date, frozenset[str]] = partridge.read_service_ids_by_date(
                str(tables.folder)
            )
    except AssertionError:  # nothing runs on any date
        return {}
    return found


def _check_dates(tables: Tables, name: str, cells: Column) -> None:
    found = pd.to_datetime(cells, format="%Y%m%d", errors="coerce")
    wrong = found.isna() | (cells.str.len() != 8)
    tables.refuse(name, wrong, f"expected {cells.name} as YYYYMMDD, got {{}}", cells)
