"""Rows that are not imported may be as they like; small faults that have one reading are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer_client.data.gtfs.make import import_feed

from .breaks import Break, add, put, put_raw, rename
from .feeds import small_city

#: What buses, dead stops and dead services bring along. The bus is route B7: its trips are t68 to
#: t71, rows 69 to 72 of trips.txt, and the last eight rows of stop_times.txt.
NOT_IMPORTED: dict[str, tuple[Break, ...]] = {
    "an on-demand bus in a zone": (
        rename("stop_times.txt", "stop_sequence", "stop_sequence,location_id,location_group_id"),
        add("stop_times.txt", "t68,,,,8,zone 5,", "t69,,,,8,,group 2"),
    ),
    "a bus at a stop that is not there": (add("stop_times.txt", "t68,09:00:00,09:00:00,gone,8"),),
    "a bus without stops in order": (add("stop_times.txt", "t68,09:00:00,09:00:00,A1,next"),),
    "a bus twice at one place of its order": (add("stop_times.txt", "t68,09:00:00,09:00:00,B1,0"),),
    "a stop of a bus in a station that is not there": (add("stops.txt", "X,Mill,48,11,,gone"),),
    "a stop of a bus off the globe": (add("stops.txt", "X,Mill,-200,11,,", "Y,Weir,48,east,,"),),
    "a stop of a bus without a name or a place": (add("stops.txt", "X,,,,,"),),
    "a stop of a bus of a kind that is none": (add("stops.txt", "X,Mill,48,11,9,"),),
    "stops of a bus in each other": (add("stops.txt", "X,Mill,48,11,,Y", "Y,Weir,48,11,,X"),),
    "a stop of a bus twice": (add("stops.txt", "X,Mill,48,11,,", "X,Weir,49,11,,"),),
    "a stop without an id": (add("stops.txt", ",Mill,48,11,,"),),
    "a stop of a bus with a comma in its name": (add("stops.txt", "X,Mill, Old,48,11,,"),),
    "a zone of another feed among the stops": (add("stops.txt", "zone 5,Mill,,,,"),),
    "a bus that runs until midnight": (add("frequencies.txt", "t68,23:00:00,00:00:00,600"),),
    "a bus without a headway": (add("frequencies.txt", "t68,06:00:00,07:00:00,"),),
    "a frequency of a trip that is not there": (add("frequencies.txt", "x,soon,later,0"),),
    "the agency's row twice": (add("agency.txt", "a,Testbahn,http://example.org,Europe/Berlin"),),
    "another agency twice": (add("agency.txt", "b,Bus,,", "b,Coach,,"),),
    "an agency without an id": (add("agency.txt", ",Bus,,"),),
    "an agency of a bus that is not there": (
        add("agency.txt", "b,Bus,,"),
        put("routes.txt", 6, "agency_id", "c"),
    ),
    "a bus without a name": (add("routes.txt", "B8,a,,,3,"),),
    "a bus twice": (add("routes.txt", "B7,a,8,Day bus,3,"),),
    "a route of a type that nobody knows": (
        add("routes.txt", "X1,a,X,,1702,", "X2,a,X,,99999,", "X3,a,X,,-1,"),
    ),
    "trips of routes that are not there": (add("trips.txt", "gone,all,x1", "gone,all,x2"),),
    "a trip of a bus twice": (add("trips.txt", "B7,all,t68", "B7,never,t68"),),
    "a trip of a bus with a comma too many": (add("trips.txt", "B7,all, or never,x1"),),
    "times of trips that are not there": (add("stop_times.txt", "gone,soon,later,gone,none"),),
    "a service of a bus on a day that is none": (
        add("calendar.txt", "bus,1,1,1,1,1,yes,no,20260105,20260201"),
    ),
    "a service of a bus on no date": (
        add("calendar.txt", "bus,1,1,1,1,1,1,1,tomorrow,20261301", "bus,,,,,,,,,"),
        add("calendar_dates.txt", "service_id,date,exception_type", "bus,today,9"),
    ),
    "transfers of a bus": (
        add("transfers.txt", "from_stop_id,to_stop_id,transfer_type", "X,Y,far", "A1,gone,2"),
    ),
    "transfers of trips, not of stops": (
        add("transfers.txt", "from_trip_id,to_trip_id,transfer_type", "t1,t2,4"),
    ),
    "transfers without a row": (add("transfers.txt", "from_stop_id,to_stop_id"),),
    "rows of nothing": (add("routes.txt", ",,,,,"), add("agency.txt", ",,,"), add("stops.txt", "")),
    "columns that nobody knows": (
        rename("routes.txt", "route_color", "route_color,cemv_support"),
        rename("trips.txt", "trip_id", "trip_id,wheelchair_accessible"),
    ),
    "a fare in a currency that is none": (add("fare_attributes.txt", "fare_id,price", "1,free"),),
    "a shape of one point": (add("shapes.txt", "shape_id,shape_pt_lat", "1,north"),),
}

#: Of what is imported, faults that feeds have, and that can be read in one way only.
UNDERSTOOD: dict[str, tuple[Break, ...]] = {
    "rows twice": (
        put_raw("routes.txt", 6, 'R1,a,1,"Airport - Ferry",1,e4002b'),
        add("stop_times.txt", "t1,08:00:00,08:00:30,A1,0"),
        add("trips.txt", "R1,all,t1"),
        add("calendar.txt", "all,1,1,1,1,1,1,1,20260105,20260201"),
        add("stops.txt", 'A1,"Neustadt, Airport - Northbound",48.000090,10.946237,,'),
    ),
    "a station that is a part of itself": (put("stops.txt", 2, "parent_station", "C"),),
    "a station without a place, whose platforms have one": (
        put("stops.txt", 2, "stop_lat", ""),
        put("stops.txt", 2, "stop_lon", ""),
    ),
    "a station at 0, 0, whose platforms are elsewhere": (
        put("stops.txt", 2, "stop_lat", "0"),
        put("stops.txt", 2, "stop_lon", "0.0"),
    ),
    "a station without a name, whose platforms have one": (put("stops.txt", 2, "stop_name", ""),),
    "platforms without a name of their own": (
        put("stops.txt", 3, "stop_name", ""),
        put("stops.txt", 4, "stop_name", "2"),
    ),
    "an agency without a name": (put_raw("agency.txt", 1, "agency_id,agency_fullname,a,b"),),
    "a calendar that ends in another age": (put("calendar.txt", 2, "end_date", "99991231"),),
    "a number with a point": (put("routes.txt", 2, "route_type", "1.0"),),
}


@pytest.mark.parametrize("rows", [*NOT_IMPORTED, *UNDERSTOOD])
def test_the_city_is_what_it_is_without_them(rows: str, tmp_path: Path) -> None:
    whole = import_feed(small_city().write(tmp_path / "whole.zip"), "x/y").city
    feed = small_city()
    for change in {**NOT_IMPORTED, **UNDERSTOOD}[rows]:
        change(feed)
    city = import_feed(feed.write(tmp_path / "feed.zip"), "x/y").city
    assert city.lines == whole.lines
    assert city.overlay == whole.overlay


#: What is left out though it may have been meant for a line, with the words of the report.
LOOKED_AT: dict[str, tuple[*tuple[Break, ...], str]] = {
    "trips of a route that is not there": (
        put("trips.txt", 5, "route_id", "R77"),
        put("trips.txt", 6, "route_id", "R78"),
        "trips.txt: 2 trips of routes that are not in routes.txt, such as 'R77', left out",
    ),
    "times of a trip that is not there": (
        put("stop_times.txt", 13, "trip_id", "t999"),
        "stop_times.txt: 1 row of trips that are not in trips.txt, left out",
    ),
    "a stop in a station that is not there": (
        put("stops.txt", 8, "parent_station", "gone"),
        "Neustadt, Airport: stop 'A2' is a part of 'gone', which is not in stops.txt",
    ),
    "trains that run through their line twice": (
        add("stop_times.txt", *(f"t1,,,{stop}1,{at}00" for at, stop in enumerate("ABCDEF", 1))),
        "Line 1: trains run through all of it twice, from Fähre to Airport at once; no loop?",
    ),
}


@pytest.mark.parametrize("rows", LOOKED_AT)
def test_what_may_have_been_meant_is_to_be_looked_at(rows: str, tmp_path: Path) -> None:
    *breaks, sentence = LOOKED_AT[rows]
    feed = small_city()
    for change in breaks:
        change(feed)
    report = import_feed(feed.write(tmp_path / "feed.zip"), "x/y").report
    told = [f"{change.what}: {change.message}" for change in report.changes]
    assert sentence in told


#: Rows of frequencies.txt for one trip of line 5 -> how often a day they let it start.
FREQUENCIES = {
    "06:00:00,22:00:00,600": 96,
    "23:00:00,00:00:00,600": 6,
    "23:00:00,24:00:00,600": 6,
    "00:00:00,00:00:00,3600": 24,
    "22:00:00,01:00:00,1800": 6,
    "22:00:00,25:00:00,1800": 6,
    "6:00,7:00,600": 6,
    "08:00:00,08:00:00,600": 1,
}


@pytest.mark.parametrize("row", FREQUENCIES)
def test_a_day_ends_at_midnight_or_behind_it(row: str, tmp_path: Path) -> None:
    feed = small_city()
    (trip,) = feed.trips("T5", "P B1")
    feed.files["frequencies.txt"].append(f"{trip},{row}")
    report = import_feed(feed.write(tmp_path / "feed.zip"), "x/y").report
    assert report.lines[2].runs == (10 + FREQUENCIES[row]) * 7


#: Rows of calendar.txt, of calendar_dates.txt -> the busiest week, and line 5's trains in it.
WEEKS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str, int]] = {
    "every day": (("all,1,1,1,1,1,1,1,20260105,20260201",), (), "2026-01-05", 70),
    "only on Sundays": (("all,0,0,0,0,0,0,1,20260105,20260201",), (), "2026-01-05", 10),
    "from the middle of a week": (("all,1,1,1,1,1,1,1,20260107,20260201",), (), "2026-01-12", 70),
    "one day less": (
        ("all,1,1,1,1,1,1,1,20260105,20260201",),
        ("all,20260105,2", "all,20260117,2"),
        "2026-01-19",
        70,
    ),
    "one day more": (
        ("all,1,1,1,1,1,0,0,20260105,20260201",),
        ("all,20260124,1", "all,20260124,1", "all,20260121,1"),
        "2026-01-19",
        60,
    ),
    "dates alone": ((), ("all,20260501,1", "all,20260509,1", "all,20260510,1"), "2026-05-04", 20),
    "a century": (("all,1,1,1,1,1,1,1,20000101,21001231",), (), "2000-01-03", 70),
}


@pytest.mark.parametrize("week", WEEKS)
def test_the_busiest_week_is_the_first_in_which_most_trains_run(week: str, tmp_path: Path) -> None:
    days, dates, monday, runs = WEEKS[week]
    feed = small_city()
    feed.files["calendar.txt"][1:] = days
    feed.files["calendar_dates.txt"] = ["service_id,date,exception_type", *dates]
    report = import_feed(feed.write(tmp_path / "feed.zip"), "x/y").report
    assert (str(report.week), report.lines[2].runs) == (monday, runs)
