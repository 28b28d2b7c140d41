"""How often trips run: in the week in which most of them do."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from .tables import Array, Column, Index, Table, Tables, numbers

_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_DAY = 86400


def runs_in_a_week(tables: Tables, trips: Table) -> tuple[Array, date | None]:
    """How often each of these trips runs in their busiest week, and the Monday of that week.

    Where the feed has no calendar, or none of these runs by it, each trip counts once, and there
    is no Monday. Only the services of these trips are looked at.
    """
    starts = _starts(tables, trips)
    services = pd.Index(trips["service_id"].unique())
    service, day = _days(tables, services)
    if not len(day):
        return starts, None
    service_of = services.get_indexer(trips["service_id"])
    trips_a_day = np.bincount(service_of, starts, len(services))
    week = (day - 1) // 7  # the first day of the year 1 was a Monday
    first = int(week.min())
    busiest = first + int(np.argmax(np.bincount(week - first, trips_a_day[service])))
    days = np.bincount(service[week == busiest], minlength=len(services))
    return starts * days[service_of], date.fromordinal(busiest * 7 + 1)


def _starts(tables: Tables, trips: Table) -> Array:
    """How often a day each trip starts: once, or as often as frequencies.txt says."""
    name = "frequencies.txt"
    starts = np.ones(len(trips))
    table = tables.optional(name, ("trip_id", "start_time", "end_time", "headway_secs"))
    if table is None:
        return starts
    trip_ids = pd.Index(trips["trip_id"])
    tables.check_width(name, trip_ids)
    table = table[table["trip_id"].isin(trip_ids)].drop_duplicates()
    trip = trip_ids.get_indexer(table["trip_id"])
    headway = numbers(tables, name, table["headway_secs"], 1, 7 * _DAY, whole=True, needed=True)
    start, end = (_seconds(tables, name, table[column]) for column in ("start_time", "end_time"))
    # a clock's midnight, and an end before the start, are on the next day
    end = end.mask((end == 0) | (end < start), end + _DAY)
    tables.refuse(
        name, end < start, "expected an end_time after the start_time, got {}", table["end_time"]
    )
    starts[trip] = 0
    np.add.at(starts, trip, np.maximum(1, (end - start) // headway).to_numpy())
    return starts


def _seconds(tables: Tables, name: str, times: Column) -> Column:
    parts = times.str.extract(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$").fillna({2: "0"})
    tables.refuse(name, parts[0].isna(), f"expected {times.name} as HH:MM:SS, got {{}}", times)
    hours, minutes, seconds = (parts[i].astype(int) for i in range(3))
    return hours * 3600 + minutes * 60 + seconds


def _days(tables: Tables, services: Index) -> tuple[Array, Array]:
    """The days on which these services run: their places in the index, and the days, as ordinals.

    Both are empty where the feed has no calendar, or where nothing runs by it.
    """
    weekly, dates = _calendar(tables, services), _exceptions(tables, services)
    # behind the last change fewer and fewer run: the week after it is the last to be the busiest
    last = max([*weekly["start_date"], *dates["date"]], default=0) + 13
    running = [np.empty(0, np.int64)]
    for service, start, end, *on in weekly.itertuples(index=False):
        days = np.arange(start, min(end, last) + 1, dtype=np.int64)
        running.append(_keyed(service, days[np.array(on, dtype=bool)[(days - 1) % 7]]))
    keys = np.unique(np.concatenate(running))
    exceptions = _keyed(dates["service"].to_numpy(np.int64), dates["date"].to_numpy(np.int64))
    added = (dates["exception_type"] == 1).to_numpy()
    keys = np.setdiff1d(np.union1d(keys, exceptions[added]), exceptions[~added])
    return keys >> 24, keys & 0xFFFFFF


def _keyed(service: Array | int, days: Array) -> Array:
    """A service and a day in one number; no date has more than 22 bits."""
    return days | (service << 24)


def _calendar(tables: Tables, services: Index) -> Table:
    """The weeks of these services: service, start_date, end_date, and of each weekday 1 or 0."""
    name = "calendar.txt"
    columns = ("service_id", *_DAYS, "start_date", "end_date")
    table = tables.optional(name, columns)
    if table is None:
        return pd.DataFrame(columns=["service", "start_date", "end_date", *_DAYS])
    tables.check_width(name, services)
    table = table[table["service_id"].isin(services)].drop_duplicates(columns)
    tables.check_ids(name, table["service_id"])
    dates = {column: _ordinals(tables, name, table[column]) for column in columns[-2:]}
    on = {
        day: numbers(tables, name, table[day], 0, 1, whole=True, needed=True).astype(int)
        for day in _DAYS
    }
    service = services.get_indexer(table["service_id"])
    return pd.DataFrame({"service": service, **dates, **on}, index=table.index)


def _exceptions(tables: Tables, services: Index) -> Table:
    """The dates on which these services run otherwise: service, date, exception_type 1 or 2."""
    name = "calendar_dates.txt"
    table = tables.optional(name, ("service_id", "date", "exception_type"))
    if table is None:
        return pd.DataFrame(columns=["service", "date", "exception_type"])
    tables.check_width(name, services)
    table = table[table["service_id"].isin(services)]
    kinds = numbers(tables, name, table["exception_type"], 1, 2, whole=True, needed=True)
    service = services.get_indexer(table["service_id"])
    dates = _ordinals(tables, name, table["date"])
    return pd.DataFrame(
        {"service": service, "date": dates, "exception_type": kinds}, index=table.index
    )


def _ordinals(tables: Tables, name: str, cells: Column) -> Column:
    """Dates as days since the year 1."""
    ordinals = cells.map({text: _ordinal(text) for text in cells.unique()})
    tables.refuse(name, ordinals.isna(), f"expected {cells.name} as YYYYMMDD, got {{}}", cells)
    return ordinals.astype("int64")


def _ordinal(text: str) -> int | None:
    if len(text) != 8 or not text.isdecimal():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        return None
