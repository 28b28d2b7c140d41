"""Stops that are one station become one, under a name without marks; others never do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from trainer_client.data.gtfs.make import Imported, import_feed
from trainer_client.data.gtfs.marks import mark_of

from .feeds import FeedMaker


class Case(NamedTuple):
    """Stops by their names and places in metres, and what stops there; A, B, D, E lie far off."""

    stops: Mapping[str, tuple[str, int, int]]
    lines: Mapping[str, str]
    want: Mapping[str, str]
    """Line -> its stations, with a comma between."""
    transfers: tuple[str, ...] = ()


#: Far from each other and from where the cases play.
_FAR = {"A": ("Alder", -9000, 0), "B": ("Birch", -5000, 0), "D": ("Damson", 5000, 0),
        "E": ("Elder", 9000, 0)}  # fmt: skip
_TWO_LINES = {"1": "A B x", "2": "y D E"}


def imported(case: Case, folder: Path) -> Imported:
    feed = FeedMaker()
    for stop, (name, x, y) in {**_FAR, **case.stops}.items():
        feed.stop(stop, name, x / 1000, y / 1000)
    for line, stops in case.lines.items():
        feed.route(line, line)
        feed.both_ways(line, stops, 3)
    if case.transfers:
        feed.files["transfers.txt"] = ["from_stop_id,to_stop_id,transfer_type", *case.transfers]
    return import_feed(feed.write(folder / "feed.zip"), "x/y")


def two(one: str, other: str, metres: int = 60, *transfers: str) -> Case:
    """An interchange of two lines, called so on each: it must be Cherry."""
    return Case(
        {"x": (one, 0, 0), "y": (other, metres, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry", "Line 2": "Cherry, Damson, Elder"},
        transfers,
    )


ONE_STATION = {
    "one name": two("Cherry", "Cherry"),
    "one name, a long way to walk": two("Cherry", "Cherry", 390),
    "one name, and a longer way that is in transfers": two("Cherry", "Cherry", 700, "x,y,2"),
    "one name in capitals": two("Cherry", "CHERRY"),
    "counters": two("Cherry_1", "Cherry_2"),
    "a counter on a counter": two("Cherry_1", "Cherry_1_2"),
    "a counter on one of them": two("Cherry", "Cherry_2"),
    "lines behind underscores": two("Cherry_L1", "Cherry_L2"),
    "directions behind underscores": two("Cherry_N", "Cherry_S"),
    "lines behind dashes": two("Cherry-L1", "Cherry-L2"),
    "lines behind dashes, of which one is another's": two("Cherry-M1", "Cherry-M7"),
    "lines in brackets": two("Cherry (Line 1)", "Cherry (Line 2)"),
    "lines in square brackets": two("Cherry [L1]", "Cherry [L2]"),
    "lines in brackets, in short": two("Cherry (1)", "Cherry (2)"),
    "lines in brackets on one of them": two("Cherry", "Cherry (Line 2)"),
    "lines of another tongue": two("Cherry, Línea 1", "Cherry. Linea 2."),
    "lines behind names": two("Cherry Line 1", "Cherry - Line 2"),
    "lines as numbers": two("Cherry 1", "Cherry 2"),
    "lines as numbers behind dashes": two("Cherry-1", "Cherry-2"),
    "lines as numbers behind other signs": two("Cherry #1", "Cherry/2"),
    "lines without a blank": two("Cherry Line1", "Cherry - Linea2"),
    "platforms in short": two("Cherry P1", "Cherry P2"),
    "lines before names": two("Line 1: Cherry", "(L2) Cherry"),
    "a line behind a platform": two("Cherry Platform 3 (Line 1)", "Cherry (Stop B) [L2]"),
    "platforms": two("Cherry Platform 1", "Cherry (Gleis 2)"),
    "directions": two("Cherry NB", "Cherry - Southbound"),
    "modes": two("Cherry (Metro)", "Cherry (Tram)"),
    "a mark on a mark": two("Cherry (Line 1) Platform 2", "Cherry_2"),
    "transfers and a line": two("Cherry (Line 1)", "Cherry (Line 2)", 600, "x,y,0"),
    "signs for a direction": Case(
        {"x": ("樱桃(上行)", 0, 0), "y": ("樱桃（下行）", 60, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, 樱桃", "Line 2": "樱桃, Damson, Elder"},
    ),
    "signs for a line": Case(
        {"x": ("樱桃1号线", 0, 0), "y": ("樱桃（2号线）", 60, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, 樱桃", "Line 2": "樱桃, Damson, Elder"},
    ),
    "lines with names": Case(
        {"x": ("Cherry (Red Line)", 0, 0), "y": ("Cherry - Blue Line", 60, 0)},
        {"Red Line": "A B x", "Blue Line": "y D E"},
        {"Red Line": "Alder, Birch, Cherry", "Blue Line": "Cherry, Damson, Elder"},
    ),
    "a line's letters and number": Case(
        {"x": ("Cherry T1", 0, 0), "y": ("Cherry RE5", 60, 0)},
        {"T1": "A B x", "RE5": "y D E"},
        {"T1": "Alder, Birch, Cherry", "RE5": "Cherry, Damson, Elder"},
    ),
    "three lines, one of them without a mark": Case(
        {"x": ("Cherry_1", 0, 0), "y": ("Cherry_2", 90, 0), "z": ("Cherry", 45, 90)},
        {"1": "A x D", "2": "B y E", "3": "A z E"},
        {
            "Line 1": "Alder, Cherry, Damson",
            "Line 2": "Birch, Cherry, Elder",
            "Line 3": "Alder, Cherry, Elder",
        },
    ),
    "the two directions of one line": Case(
        {"x": ("Cherry_1", 0, 0), "y": ("Cherry_2", 20, 0)},
        {"1": "A B x D E", "1 ": "E D y B A"},
        {"Line 1": "Alder, Birch, Cherry, Damson, Elder"},
    ),
    "where a train gets empty, and where it fills": Case(
        {"x": ("Cherry", 0, 0), "y": ("Cherry", 60, 0)},
        {"1": "A B x y"},
        {"Line 1": "Alder, Birch, Cherry"},
    ),
    "a ring that closes on another platform": Case(
        {"x": ("Cherry_1", 0, 0), "y": ("Cherry_2", 20, 0)},
        {"1": "x A B D y"},
        {"Line 1": "Cherry, Alder, Birch, Damson"},
    ),
    "a mark on one station alone that is its line's": Case(
        {"x": ("Cherry (Line 1)", 0, 0)}, {"1": "A B x"}, {"Line 1": "Alder, Birch, Cherry"}
    ),
    "counters on all stations": Case(
        {"p": ("Pine_1", 0, 0), "q": ("Quince_1", 3000, 0), "r": ("Rowan_3", 6000, 0),
         "s": ("Spruce_1", 9000, 9000)},
        {"1": "p q r s"},
        {"Line 1": "Pine, Quince, Rowan, Spruce"},
    ),
}  # fmt: skip

APART = {
    "one name, far apart": Case(
        {"x": ("Cherry", 0, 0), "y": ("Cherry", 450, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry Line 1", "Line 2": "Cherry Line 2, Damson, Elder"},
    ),
    "one name, far apart, and a way that takes long": Case(
        {"x": ("Cherry", 0, 0), "y": ("Cherry", 2000, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry Line 1", "Line 2": "Cherry Line 2, Damson, Elder"},
        ("x,y,2",),
    ),
    "counters of places far apart": Case(
        {"x": ("Cherry_1", 0, 0), "y": ("Cherry_2", 3000, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry_1", "Line 2": "Cherry_2, Damson, Elder"},
    ),
    "two names": Case(
        {"x": ("Cherry", 0, 0), "y": ("Plum", 20, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry", "Line 2": "Plum, Damson, Elder"},
    ),
    "two names, and no way between them": Case(
        {"x": ("Cherry", 0, 0), "y": ("Plum", 20, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry", "Line 2": "Plum, Damson, Elder"},
        ("x,y,3",),
    ),
    "two names, and a train that goes on as another": Case(
        {"x": ("Cherry", 0, 0), "y": ("Plum", 20, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry", "Line 2": "Plum, Damson, Elder"},
        ("x,y,4",),
    ),
    "two names, and a long way": Case(
        {"x": ("Cherry", 0, 0), "y": ("Plum", 390, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry", "Line 2": "Plum, Damson, Elder"},
        ("x,y,2",),
    ),
    "numbered terminals": Case(
        {"x": ("Terminal 1", 0, 0), "y": ("Terminal 2", 140, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Terminal 1", "Line 2": "Terminal 2, Damson, Elder"},
    ),
    "terminals with counters": Case(
        {"x": ("Terminal_1", 0, 0), "y": ("Terminal_2", 140, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Terminal_1", "Line 2": "Terminal_2, Damson, Elder"},
    ),
    "numbers that are no lines'": Case(
        {"x": ("Cherry 7", 0, 0), "y": ("Cherry 8", 60, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Cherry 7", "Line 2": "Cherry 8, Damson, Elder"},
    ),
    "an airport's terminals, called like trams": Case(
        {"x": ("Airport T1", 0, 0), "y": ("Airport T2", 300, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Airport T1", "Line 2": "Airport T2, Damson, Elder"},
    ),
    "an airport's terminals in brackets": Case(
        {"x": ("Airport (T1)", 0, 0), "y": ("Airport (T2)", 300, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Airport T1", "Line 2": "Airport T2, Damson, Elder"},
    ),
    "piers in brackets": Case(
        {"x": ("Harbour (Pier 1)", 0, 0), "y": ("Harbour (Pier 2)", 300, 0)},
        _TWO_LINES,
        {"Line 1": "Alder, Birch, Harbour Pier 1", "Line 2": "Harbour Pier 2, Damson, Elder"},
    ),
    "neighbours of one line with counters": Case(
        {"x": ("Pier_1", 0, 0), "y": ("Pier_2", 90, 0)},
        {"1": "A x y E"},
        {"Line 1": "Alder, Pier_1, Pier_2, Elder"},
    ),
    "neighbours of one line with lines in brackets": Case(
        {"x": ("Cherry (Line 1)", 0, 0), "y": ("Cherry (Line 2)", 300, 0)},
        {"1": "A x y E"},
        {"Line 1": "Alder, Cherry Line 1, Cherry Line 2, Elder"},
    ),
    "neighbours of one line with remarks": Case(
        {"x": ("Park (North)", 0, 0), "y": ("Park (South)", 300, 0)},
        {"1": "A x y E"},
        {"Line 1": "Alder, Park North, Park South, Elder"},
    ),
    "neighbours of one line with one name": Case(
        {"x": ("Park", 0, 0), "y": ("Park", 300, 0)},
        {"1": "A x y E"},
        {"Line 1": "Alder, Park West, Park East, Elder"},
    ),
    "neighbours of one line, and a way between them": Case(
        {"x": ("Cherry", 0, 0), "y": ("Plum", 200, 0)},
        {"1": "A x y E"},
        {"Line 1": "Alder, Cherry, Plum, Elder"},
        ("x,y,2",),
    ),
    "stations of one line, and a way between them that no train takes": Case(
        {"x": ("Cherry", 0, 0), "y": ("Plum", 200, 0)},
        {"1": "A B x", "1 ": "y D E", "2": "B D"},
        {"Line 1": "Alder, Birch, Cherry", "Line 1 Plum": "Plum, Damson, Elder"},
        ("x,y,2",),
    ),
    "a remark that is no line's": Case(
        {"x": ("Cherry (Old Mill)", 0, 0)},
        {"1": "A B x"},
        {"Line 1": "Alder, Birch, Cherry (Old Mill)"},
    ),
    "a counter on few stations": Case(
        {"x": ("Cherry_1", 0, 0)}, {"1": "A B x D E"},
        {"Line 1": "Alder, Birch, Cherry_1, Damson, Elder"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_STATION)
def test_stops_of_an_interchange_are_one_station(case: str, tmp_path: Path) -> None:
    _compare(ONE_STATION[case], tmp_path)


@pytest.mark.parametrize("case", APART)
def test_what_a_person_keeps_apart_stays_apart(case: str, tmp_path: Path) -> None:
    _compare(APART[case], tmp_path)


def _compare(case: Case, folder: Path) -> None:
    lines = imported(case, folder).city.lines
    for line, want in case.want.items():
        assert list(lines[line]) in (want.split(", "), want.split(", ")[::-1])


def test_what_transfers_join_has_both_names(tmp_path: Path) -> None:
    found = imported(
        Case({"x": ("Cherry", 0, 0), "y": ("Plum", 120, 0)}, _TWO_LINES, {}, ("y,x,",)), tmp_path
    )
    network = found.city.loaded.network
    assert network.rides(network.station("Alder"), network.station("Elder")) == 2
    assert network.station("Cherry") == network.station("Plum")
    why = "2 stops are one station: transfers.txt joins 'Cherry' and 'Plum', 120 m apart"
    assert ("merged", "Cherry", why) in found.report.changes


def test_transfers_between_parts_of_stations_join_the_stations(tmp_path: Path) -> None:
    feed = FeedMaker()
    for stop, (name, x, y) in _FAR.items():
        feed.stop(stop, name, x / 1000, y / 1000)
    for station, name, east in (("c", "Cherry", 0.0), ("p", "Plum", 0.1)):
        feed.stop(station, name, east, 0, "1")
        feed.stop(f"{station}1", f"{name} Platform 1", east, 0, "0", station)
        feed.stop(f"{station}2", f"{name} Platform 2", east, 0, "0", station)
    feed.route("1", "1")
    feed.route("2", "2")
    feed.both_ways("1", "A B c1")
    feed.both_ways("2", "p1 D E")
    feed.files["transfers.txt"] = ["from_stop_id,to_stop_id", "c2,p2"]
    network = import_feed(feed.write(tmp_path / "feed.zip"), "x/y").city.loaded.network
    assert network.station("Cherry") == network.station("Plum")


def test_an_alias_that_is_another_stations_name_is_not_given(tmp_path: Path) -> None:
    case = Case(
        {"x": ("Cherry", 0, 0), "y": ("Plum", 120, 0), "z": ("Plum", 5000, 5000)},
        {"1": "A B x", "2": "y D", "3": "A z"},
        {},
        ("x,y,2",),
    )
    city = imported(case, tmp_path).city
    assert "Plum" in city.lines["Line 3"]
    assert not city.overlay.station_aliases


def test_the_report_says_what_was_joined_and_why(tmp_path: Path) -> None:
    changes = imported(two("Cherry_1", "Cherry (Line 2)"), tmp_path).report.changes
    why = "'Cherry (Line 2)' and 'Cherry_1' differ by marks only, 60 m apart"
    assert ("merged", "Cherry", f"2 stops are one station: {why}") in changes


def test_a_station_is_called_what_it_and_its_platforms_have_in_common(tmp_path: Path) -> None:
    feed = FeedMaker()
    feed.stop("c", "Cherry - Airport", 0, 0, "1")
    feed.stop("c1", "Cherry", 0, 0, "0", "c")
    feed.stop("c2", "Cherry - Harbour", 0, 0, "0", "c")
    feed.stop("g", "Grove - 42 St", 3, 0, "1")
    feed.stop("g1", "Grove", 3, 0, "0", "g")
    feed.route("1", "1")
    feed.trips("1", "c1 g1")
    feed.trips("1", "g1 c2")
    city = import_feed(feed.write(tmp_path / "feed.zip"), "x/y").city
    assert city.lines == {"Line 1": ("Cherry", "Grove - 42 St")}


#: Name -> its stem and its mark, or what is no mark at all.
MARKS = {
    "Cherry_1": ("Cherry", "1", "counter"),
    "Cherry_1_2_3": ("Cherry", "1_2_3", "counter"),
    "Old_Mill_2": ("Old_Mill", "2", "counter"),
    "Cherry (Line 4)": ("Cherry", "Line 4", "line"),
    "Cherry (Metro Line 4)": ("Cherry", "Metro Line 4", "line"),
    "Cherry [M4]": ("Cherry", "M4", "line"),
    "Cherry/U4": ("Cherry", "U4", "line"),
    "Cherry, Linha 4": ("Cherry", "Linha 4", "line"),
    "Cherry - Orange Line": ("Cherry", "Orange Line", "line"),
    "L4 - Cherry": ("Cherry", "L4", "line"),
    "[Line 4] Cherry": ("Cherry", "Line 4", "line"),
    "Line 4: Cherry": ("Cherry", "Line 4", "line"),
    "T4 - Cherry": ("T4 - Cherry", "", ""),
    "A - Cherry": ("A - Cherry", "", ""),
    "Cherry (West)": ("Cherry", "West", "name"),
    "State Line": ("State Line", "", ""),
    "Cherry County Line": ("Cherry", "County Line", "name"),
    "Cherry St. 5": ("Cherry St. 5", "", ""),
    "Cherry 5": ("Cherry", "5", "number"),
    "Sector-12": ("Sector-12", "", ""),
    "Gate B": ("Gate B", "", ""),
    "42": ("42", "", ""),
    "14 St": ("14 St", "", ""),
    "8 1/2": ("8 1/2", "", ""),
    "Cherry_Lane": ("Cherry_Lane", "", ""),
    "_1": ("_1", "", ""),
    "(Line 1)": ("(Line 1)", "", ""),
    "西单1号线": ("西单", "1号线", "line"),
    "西单（四号线）": ("西单", "四号线", "line"),
}


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_is_read_off_the_end_of_a_name(name: str) -> None:
    mark = mark_of(name)
    assert (mark or (name, "", "")) == MARKS[name]
