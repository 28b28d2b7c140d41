"""A feed that is broken where it is imported is refused in a sentence with the file and the row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trainer_client.data.gtfs.make import import_feed
from trainer_client.data.gtfs.tables import FeedError

from .breaks import Break, add, keep, put, put_raw, rename, without
from .feeds import small_city

FAULTS: dict[str, tuple[*tuple[Break, ...], str]] = {
    "no file": (without("stop_times.txt"), "no stop_times.txt in it"),
    "an empty file": (keep("trips.txt", 0), "trips.txt: expected a header and rows"),
    "no rows": (keep("routes.txt", 1), "routes.txt: expected rows below the header, got none"),
    "no rows of times": (keep("stop_times.txt", 1), "stop_times.txt: expected rows below"),
    "no column": (
        rename("stops.txt", "stop_lat", "latitude"),
        "stops.txt, row 1: no column stop_lat; got stop_id, stop_name, latitude",
    ),
    "no column of times": (
        rename("stop_times.txt", "stop_sequence", "order"),
        "stop_times.txt, row 1: no column stop_sequence",
    ),
    "a column twice": (
        rename("trips.txt", "service_id", "trip_id"),
        "trips.txt, row 1: column trip_id stands twice",
    ),
    "a latitude off the globe": (
        put("stops.txt", 3, "stop_lat", "95"),
        "stops.txt, row 3: expected stop_lat to be a number from -90 to 90, got '95'",
    ),
    "a longitude that is none": (
        put("stops.txt", 4, "stop_lon", "11.5E"),
        "stops.txt, row 4: expected stop_lon to be a number from -180 to 180, got '11.5E'",
    ),
    "no place": (
        put("stops.txt", 8, "stop_lat", ""),
        "stops.txt, row 8: expected stop_lat and stop_lon, as trains stop at",
    ),
    "a stop id twice": (
        add("stops.txt", "A1,Again,48,11,,"),
        "stops.txt, row 27: stop_id 'A1' stands in row 7 already",
    ),
    "no stop id": (
        put("stop_times.txt", 5, "stop_id", ""),
        "stop_times.txt, row 5: stop_id '' is not in stops.txt",
    ),
    "no stop id, and a stop without one": (
        put("stop_times.txt", 5, "stop_id", ""),
        add("stops.txt", ",Nameless,48,11,,"),
        "stop_times.txt, row 5: stop_id '' is not in stops.txt",
    ),
    "no name": (put("stops.txt", 7, "stop_name", ""), "stops.txt, row 7: expected a stop_name"),
    "a station in itself": (
        put("stops.txt", 2, "parent_station", "C1"),
        "stops.txt, row 2: expected parent_station to lead to a station",
    ),
    "a kind of stop that is none": (
        put("stops.txt", 2, "location_type", "7"),
        "stops.txt, row 2: expected a location_type from 0 to 4, got '7'",
    ),
    "a route type that is none": (
        put("routes.txt", 4, "route_type", "metro"),
        "routes.txt, row 4: expected route_type to be a whole number, got 'metro'",
    ),
    "a route without a name": (
        add("routes.txt", "R9,a,,,1,"),
        "routes.txt, row 7: expected a route_short_name or a route_long_name",
    ),
    "a route id twice": (
        add("routes.txt", "R1,a,9,,1,"),
        "routes.txt, row 7: route_id 'R1' stands in row 2 already",
    ),
    "a route id twice, of two modes": (
        add("routes.txt", "B7,a,9,,1,"),
        "routes.txt, row 7: route_id 'B7' stands in row 6 already",
    ),
    "no route id": (add("routes.txt", ",a,9,,1,"), "routes.txt, row 7: expected a route_id"),
    "a trip id twice": (
        put("trips.txt", 22, "trip_id", "t1"),
        "trips.txt, row 22: trip_id 't1' stands in row 2 already",
    ),
    "a trip id that a bus has too": (
        put("trips.txt", 5, "trip_id", "t68"),
        "already",
    ),
    "no trip id": (put("trips.txt", 5, "trip_id", ""), "trips.txt, row 5: expected a trip_id"),
    "a stop that is not there": (
        put("stop_times.txt", 12, "stop_id", "Z9"),
        "stop_times.txt, row 12: stop_id 'Z9' is not in stops.txt",
    ),
    "a sequence that is none": (
        put("stop_times.txt", 9, "stop_sequence", "second"),
        "stop_times.txt, row 9: expected stop_sequence to be a whole number from 0",
    ),
    "a sequence below nothing": (
        put("stop_times.txt", 9, "stop_sequence", "-1"),
        "stop_times.txt, row 9: expected stop_sequence to be a whole number from 0",
    ),
    "a sequence that is empty": (
        put("stop_times.txt", 9, "stop_sequence", ""),
        "stop_times.txt, row 9: expected stop_sequence to be a whole number from 0",
    ),
    "a sequence twice": (
        put("stop_times.txt", 3, "stop_sequence", "0"),
        "stop_times.txt, row 3: stop_sequence 0 of trip 't1' stands in row 2 already",
    ),
    "a comma without quotes in a stop": (
        put_raw("stops.txt", 7, "A1,Air, port,48,11,,"),
        "stops.txt, row 7: expected 6 cells as in the header, got 7",
    ),
    "a comma without quotes in a route": (
        put_raw("routes.txt", 2, "R1,a,1,Airport, Ferry,1,e4002b"),
        "routes.txt, row 2: expected 6 cells as in the header, got 7",
    ),
    "a comma without quotes in a trip": (
        put_raw("trips.txt", 2, "R1,all, t1,t1"),
        "trips.txt, row 2: expected 3 cells as in the header, got 4",
    ),
    "a comma without quotes in a time": (
        put_raw("stop_times.txt", 2, "t1,08:00,00,08:00:30,A1,0"),
        "stop_times.txt, row 2: expected 5 cells as in the header, got 6",
    ),
    "a quote left open": (add("routes.txt", 'R8,a,"8,,1,', "R9,a,9,,1,"), "routes.txt"),
    "a day that is none": (
        put("calendar.txt", 2, "friday", "yes"),
        "calendar.txt, row 2: expected friday to be a whole number from 0 to 1, got 'yes'",
    ),
    "a date that is none": (
        put("calendar.txt", 2, "end_date", "2026-02-01"),
        "calendar.txt, row 2: expected end_date as YYYYMMDD, got '2026-02-01'",
    ),
    "a headway of nothing": (
        add("frequencies.txt", "t1,06:00:00,22:00:00,0"),
        "frequencies.txt, row 2: expected headway_secs to be a whole number from 1",
    ),
    "a time that is none": (
        add("frequencies.txt", "t1,6 o'clock,22:00:00,600"),
        "frequencies.txt, row 2: expected start_time as HH:MM:SS",
    ),
    "an agency id twice": (
        add("agency.txt", "a,Other,http://example.org,Europe/Berlin"),
        "agency.txt, row 3: agency_id 'a' stands in row 2 already",
    ),
    "a service id twice": (
        add("calendar.txt", "all,1,1,1,1,1,0,0,20260105,20260201"),
        "calendar.txt, row 3: service_id 'all' stands in row 2 already",
    ),
    "a kind of exception that is none": (
        add("calendar_dates.txt", "service_id,date,exception_type", "all,20260107,3"),
        "calendar_dates.txt, row 2: expected exception_type to be a whole number from 1 to 2",
    ),
    "a kind of transfer that is none": (
        add("transfers.txt", "from_stop_id,to_stop_id,transfer_type", "N,O,far"),
        "transfers.txt, row 2: expected transfer_type to be a whole number from 0 to 5, got 'far'",
    ),
    "an agency that is not there": (
        add("agency.txt", "b,Other,http://example.org,Europe/Berlin"),
        put("routes.txt", 3, "agency_id", "c"),
        "routes.txt, row 3: agency_id 'c' is not in agency.txt",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_feed_is_refused_by_file_and_row(fault: str, tmp_path: Path) -> None:
    *breaks, sentence = FAULTS[fault]
    feed = small_city()
    for change in breaks:
        change(feed)
    file = feed.write(tmp_path / "feed.zip")
    with pytest.raises(FeedError, match=re.escape(sentence)) as error:
        import_feed(file, "x/y")
    assert str(error.value).startswith(f"{file}: ")
    assert "\n" not in str(error.value)


def test_blank_rows_and_long_cells_do_not_shift_the_row(tmp_path: Path) -> None:
    feed = small_city()
    feed.files["stops.txt"][4:4] = ["", "  ", 'long,"a name\nof two rows",48,11,,']
    feed.files["stops.txt"].append("bad,Bad,100,11,,")
    feed.trips("R1", "A1 bad")
    with pytest.raises(FeedError, match=re.escape("stops.txt, row 31: expected stop_lat")):
        import_feed(feed.write(tmp_path / "feed.zip"), "x/y")


@pytest.mark.parametrize(
    ("file", "row", "cell"),
    [
        ("stops.txt", 3, "Café"),
        ("routes.txt", 2, "Airport"),
        ("agency.txt", 1, "agency_name"),
        ("calendar.txt", 1, "sunday"),
    ],
)
def test_text_that_is_not_utf_8_is_not_guessed_at(
    file: str, row: int, cell: str, tmp_path: Path
) -> None:
    for name, rows in small_city().files.items():
        text = "\n".join(rows).replace(cell, "Möhre") if name == file else "\n".join(rows)
        (tmp_path / name).write_bytes(text.encode("cp1252" if name == file else "utf-8"))
    with pytest.raises(FeedError, match=f"{re.escape(file)}, row {row}: expected text in UTF-8"):
        import_feed(tmp_path, "x/y")


def test_a_row_is_found_in_the_second_piece_of_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer_client.data.gtfs.tables._PIECE", 50)
    feed = small_city()
    put("stop_times.txt", 123, "stop_id", "Z9")(feed)
    with pytest.raises(FeedError, match=re.escape("stop_times.txt, row 123: stop_id 'Z9'")):
        import_feed(feed.write(tmp_path / "feed.zip"), "x/y")


def test_what_is_no_feed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no such file; expected a GTFS feed"):
        import_feed(tmp_path / "none.zip", "x/y")
    (tmp_path / "text.zip").write_text("stop_id")
    with pytest.raises(FeedError, match="expected a zip with a GTFS feed"):
        import_feed(tmp_path / "text.zip", "x/y")
    with pytest.raises(FeedError, match=r"no stops\.txt in it"):
        import_feed(tmp_path, "x/y")
    whole = small_city().write(tmp_path / "whole.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FeedError, match="expected a zip with a GTFS feed"):
        import_feed(tmp_path / "cut.zip", "x/y")


def test_a_feed_without_rails_says_what_it_has(tmp_path: Path) -> None:
    feed = small_city()
    del feed.files["routes.txt"][1:-1]
    for name, column in (("trips.txt", 0), ("stop_times.txt", 0)):
        kept = {row.split(",")[2] for row in feed.files["trips.txt"] if row.startswith("B7")}
        feed.files[name][1:] = [
            row
            for row in feed.files[name][1:]
            if row.startswith("B7") or row.split(",")[column] in kept
        ]
    with pytest.raises(FeedError, match=re.escape("routes.txt: expected a route of metro, tram")):
        import_feed(feed.write(tmp_path / "bus.zip"), "x/y")


def test_names_and_modes_that_are_none_are_refused(tmp_path: Path) -> None:
    file = small_city().write(tmp_path / "feed.zip")
    for name in ("neustadt", "a/b/c", "../x", "x/.y", "/x"):
        with pytest.raises(ValueError, match="expected a city named country/city"):
            import_feed(file, name)
    with pytest.raises(ValueError, match="modes: expected some of metro, tram"):
        import_feed(file, "x/y", ["subway"])
