"""A feed becomes the network that runs in it, which is loaded, drawn and asked about."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from reward_server.core.model import DifficultyName
from reward_server.core.transit.build import Branch, Overlay
from reward_server.networks.check import check_folder
from trainer_client.cli import app
from trainer_client.data.city import City
from trainer_client.data.difficulty import difficulty_of
from trainer_client.data.draw import draw, plan_of
from trainer_client.data.gtfs.make import RARE, Imported, import_feed
from trainer_client.data.gtfs.report import Change
from trainer_client.data.synth.make import synth

from .confirm import confirm
from .feeds import FeedMaker, feed_of, small_city
from .making import rows_of


def imported(feed: FeedMaker, folder: Path, rare: float = RARE) -> Imported:
    return import_feed(feed.write(folder / "feed.zip"), "test/city", rare=rare)


@pytest.fixture(scope="module")
def neustadt(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return imported(small_city(), tmp_path_factory.mktemp("feed"))


def test_lines_have_their_stations_in_order_branches_last(neustadt: Imported) -> None:
    assert neustadt.city.lines == {
        "Line 1": (
            "Airport", "Börsenplatz West", "Café Central", "Dom/Rathaus", "Elm & 5th", "Fähre",
            "Grünau", "Hafen",
        ),
        "Line 2": (
            "Nordtor", "Börsenplatz West", "Südtor", "Dom/Rathaus", "Park Line 2", "Waldau",
        ),
        "Line 5": ("Café Central", "Südtor", "Quai B", "Park Line 5"),
    }  # fmt: skip


def test_the_overlay_has_the_loop_and_the_branches(neustadt: Imported) -> None:
    assert neustadt.city.overlay == Overlay(
        loops=("Line 2",),
        branches={
            "Line 1": (Branch("Dom/Rathaus", ("Grünau", "Hafen")),),
            "Line 2": (Branch("Nordtor", ("Waldau",)),),
        },
    )


def test_colours_are_the_feeds_but_for_white(neustadt: Imported) -> None:
    assert neustadt.city.colours == {
        "Line 1": "#e4002b", "Line 2": "#0057b8", "Line 5": "#00843d",
    }  # fmt: skip
    assert ("coloured", "Line 5", "#00843d, as the feed's is FFFFFF") in neustadt.report.changes


def test_the_report_says_what_was_dropped_merged_and_renamed(neustadt: Imported) -> None:
    changes = neustadt.report.changes
    assert ("dropped", "bus", "1 route of another mode") in changes
    assert ("merged", "Line 1", "routes R1, R1x are one line") in changes
    why = "3 stops are one station: parts of one in stops.txt"
    assert ("merged", "Café Central", why) in changes
    assert ("merged", "Grünau", "2 stops are one station: of one name, 20 m apart") in changes
    assert ("renamed", "Park Line 5", "another station elsewhere is 'Park' too") in changes
    assert not [change for change in changes if change.kind == "look at"]
    assert neustadt.report.counts["routes in the feed"] == 5
    assert neustadt.report.counts["stations"] == 14
    line = neustadt.report.lines[0]
    assert (line.mode, line.stations, line.branches, line.loop) == ("metro", 8, 1, False)
    assert line.runs == 37 * 7


def test_the_service_has_nothing_to_say_of_it_but_that_there_is_a_loop(
    neustadt: Imported, tmp_path: Path
) -> None:
    neustadt.city.write(tmp_path)
    check = check_folder(tmp_path)
    assert not check.errors
    assert [remark.kind for remark in check.remarks["test/city"]] == ["loop"]
    assert City.read(tmp_path, "test/city") == neustadt.city


def test_stations_are_where_the_feed_has_them_in_metres(neustadt: Imported) -> None:
    assert neustadt.city.surveyed
    places = neustadt.city.positions
    assert places is not None
    (ax, ay), (nx, ny) = places["Airport"], places["Nordtor"]
    assert nx - ax == pytest.approx(4000, rel=0.01)
    assert ay - ny == pytest.approx(3000, rel=0.01)


def test_a_map_is_laid_out_near_to_that(neustadt: Imported) -> None:
    plan = plan_of(neustadt.city)
    at = {marker.name: marker.points[0] for marker in plan.markers}
    assert at["Airport"][0] < at["Café Central"][0] < at["Dom/Rathaus"][0] < at["Hafen"][0]
    assert at["Nordtor"][1] < at["Café Central"][1] < at["Südtor"][1]
    assert not plan.crowded


def test_it_is_drawn_with_every_name_in_a_place_of_its_own(neustadt: Imported) -> None:
    drawing = draw(neustadt.city)
    assert drawing.png.startswith(b"\x89PNG")
    for words in ("Elm &amp; 5th", "Dom/Rathaus", "#e4002b", "#0057b8"):
        assert words in drawing.svg


def test_perfect_answers_to_questions_over_it_get_the_full_reward(
    neustadt: Imported, tmp_path: Path
) -> None:
    rows = rows_of([neustadt.city], tmp_path, 60)
    confirmed = confirm(rows, tmp_path / "made" / "stations")
    assert not confirmed.problems
    assert confirmed["planning"]
    assert confirmed["Counting1"]


def ways(city: City) -> dict[str, object]:
    """Line -> what lies between each two of its stations, by name."""
    network = city.loaded.network
    names = network.station_names
    return {
        line.name: {
            (names[one], names[other]): {
                tuple(names[stop] for stop in way) for way in line.between(one, other)
            }
            for one, other in combinations(sorted(line.stations, key=names.__getitem__), 2)
        }
        for line in network.lines
    }


@pytest.mark.parametrize("difficulty", get_args(DifficultyName))
def test_an_invented_city_comes_back_from_its_feed(
    difficulty: DifficultyName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer_client.data.gtfs.tables._PIECE", 700)
    for city in synth(2, difficulty, 23):
        back = imported(feed_of(city), tmp_path)
        assert ways(back.city) == ways(city)
        assert dict(back.city.colours) == dict(city.colours)
        assert back.city.difficulty == difficulty_of(city.loaded.network)


def test_no_stations_are_left_out_where_the_city_is_not_before_every_name(tmp_path: Path) -> None:
    feed = small_city()
    feed.stop("Y", "Altdorf, Park", -10, 0)
    feed.both_ways("R1", "Y A1", 10)
    assert "Altdorf, Park" in imported(feed, tmp_path).city.lines["Line 1"]


@pytest.mark.parametrize(
    "without", [("calendar.txt",), ("agency.txt",), ("calendar.txt", "agency.txt")]
)
def test_files_that_need_not_be_there_are_not_missed(
    without: tuple[str, ...], neustadt: Imported, tmp_path: Path
) -> None:
    found = import_feed(small_city().write(tmp_path / "feed.zip", without), "test/city")
    assert found.city == neustadt.city
    assert (found.report.week is None) == ("calendar.txt" in without)


def test_trips_count_as_often_as_frequencies_say(tmp_path: Path) -> None:
    feed = small_city()
    (trip,) = feed.trips("T5", "P B1")
    feed.files["frequencies.txt"].append(f"{trip},06:00:00,26:00:00,600")
    report = imported(feed, tmp_path).report
    assert report.lines[2].runs == (10 + 120) * 7


def test_what_does_not_run_in_the_busiest_week_is_left_out(tmp_path: Path) -> None:
    feed = small_city()
    feed.files["calendar.txt"].append("fair,1,1,1,1,1,1,1,20260401,20260402")
    feed.files["calendar_dates.txt"] = [
        "service_id,date,exception_type", "all,20260105,2", "once,20260401,1",
    ]  # fmt: skip
    feed.stop("Z", "Neustadt, Fair", 8, 8)
    feed.route("R8", "8", "Fair")
    feed.trips("R8", "A1 Z", 50, service="fair")
    feed.trips("R8", "Z A1", 50, service="once")
    found = imported(feed, tmp_path)
    assert "Line 8" not in found.city.lines
    assert str(found.report.week) == "2026-01-12"
    dropped = Change("dropped", "8", "a route on which nothing runs in the busiest week")
    assert dropped in found.report.changes
    assert found.report.counts["trips that never run in the week"] == 100


def test_where_hardly_a_train_goes_is_left_out_and_named(tmp_path: Path) -> None:
    feed = small_city()
    feed.stop("Z", "Neustadt, Depot", 3, 4)
    feed.trips("T5", "C1 S Z", 1)
    assert "Depot" in imported(feed, tmp_path).city.lines["Line 5"]
    found = imported(feed, tmp_path, rare=0.1)
    assert "Depot" not in found.city.loaded.network.station_names
    assert ("dropped", "Line 5", "9.1% of the trains go to Depot") in found.report.changes


def test_a_train_does_not_stop_where_nobody_gets_on_or_off(tmp_path: Path) -> None:
    feed = small_city()
    times = feed.files["stop_times.txt"]
    times[1:] = [row + (",1,1" if ",Q," in row else ",0,") for row in times[1:]]
    times[0] += ",pickup_type,drop_off_type"
    city = imported(feed, tmp_path).city
    assert city.lines["Line 5"] == ("Café Central", "Südtor", "Park Line 5")


def test_names_that_a_slip_would_confuse_are_to_be_looked_at(tmp_path: Path) -> None:
    feed = small_city()
    feed.stop("Y", "Neustadt, Wiesenfelder Strasse", -8, 0)
    feed.stop("Z", "Neustadt, Wiesenfelde Strasse", -8, 3)
    feed.both_ways("T5", "P Y Z", 5)
    (remark,) = [one for one in imported(feed, tmp_path).report.changes if one.kind == "look at"]
    assert "'Wiesenfelder Strasse' and 'Wiesenfelde Strasse'" in remark.message


def test_only_the_modes_asked_for_are_taken(tmp_path: Path) -> None:
    file = small_city().write(tmp_path / "feed.zip")
    city, report = import_feed(file, "test/city", ["tram"])
    assert set(city.lines) == {"Line 5"}
    assert ("dropped", "metro", "3 routes of another mode") in report.changes


def test_feeds_come_as_folders_as_zips_of_folders_and_with_stray_bytes(
    neustadt: Imported, tmp_path: Path
) -> None:
    feed = small_city()
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as packed:
        for name, rows in feed.files.items():
            text = "\r\n".join(rows).replace(",", " ,", 1)
            (tmp_path / name).write_bytes(text.encode())
            packed.writestr(f"feed/{name}", "\ufeff" + text)
        packed.writestr("__MACOSX/._stops.txt", "x")
    assert import_feed(tmp_path, "test/city").city == neustadt.city
    assert import_feed(tmp_path / "nested.zip", "test/city").city == neustadt.city


def test_equal_names_of_a_metro_and_a_tram_and_equal_colours_are_told_apart(tmp_path: Path) -> None:
    feed = small_city()
    feed.route("T1", "1", "Tram", 0, "e4002c")
    feed.both_ways("T1", "W P", 3)
    found = imported(feed, tmp_path)
    assert list(found.city.lines) == ["Metro 1", "Line 2", "Line 5", "Tram 1"]
    assert found.city.colours["Metro 1"] == "#e4002b"
    assert found.city.colours["Tram 1"] not in ("#e4002b", "#e4002c")
    assert "coloured" in {change.kind for change in found.report.changes if "Tram 1" in change.what}


def test_routes_without_a_short_name_are_one_line_in_both_directions(tmp_path: Path) -> None:
    feed = small_city()
    feed.route("G1", "", "Hill &amp; Dale - Sea", 2, "#8031a7")
    feed.route("G2", "", "Sea - Hill &amp; Dale", 2, "#8031a7")
    feed.trips("G1", "W N O")
    feed.trips("G2", "O N W")
    city = imported(feed, tmp_path).city
    assert list(city.lines)[-1] == "Hill & Dale - Sea"
    assert city.colours["Hill & Dale - Sea"] == "#8031a7"
    assert len(city.lines) == 4


def test_shuttles_of_one_name_are_lines_of_their_own(tmp_path: Path) -> None:
    feed = small_city()
    feed.route("S1", "S", "North Shuttle")
    feed.route("S2", "S", "South Shuttle")
    feed.both_ways("S1", "W N")
    feed.both_ways("S2", "P Q")
    lines = imported(feed, tmp_path).city.lines
    assert {"Line S North Shuttle", "Line S South Shuttle"} < set(lines)


def test_the_command_writes_the_city_and_prints_or_tells_json(tmp_path: Path) -> None:
    file = small_city().write(tmp_path / "feed.zip")
    arguments = ["data", "gtfs", str(file), "--name", "test/city", str(tmp_path / "out")]
    printed = CliRunner().invoke(app, arguments)
    assert printed.exit_code == 0, printed.output
    for words in ("the week of 2026-01-05", "loop, branch", "routes R1, R1x are one line"):
        assert words in printed.output
    assert City.read(tmp_path / "out", "test/city").difficulty == "easy"
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert [line["name"] for line in told["lines"]] == ["Line 1", "Line 2", "Line 5"]
    wrong = CliRunner().invoke(app, [*arguments, "--modes", "metro,subway"])
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("trainer-client: modes: expected some of metro, tram, rail")


def test_without_the_extra_a_sentence_names_it(tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text("raise ModuleNotFoundError('no', name='pandas')")
    main = "from trainer_client.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", main, "data", "gtfs", "x.zip", "--name", "x/y", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "trainer-client: pandas is not installed; pip install 'reward-server[gtfs]' brings it\n"
    )
