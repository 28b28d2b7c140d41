"""Maps of the explorer: drawn once, true to the ride, kept to given places, never in the way."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

from reward_server.explorer.transit.figure import figure
from reward_server.explorer.transit.journeys import true_route
from reward_server.explorer.transit.maps import Chart, Charts, NoMapError, text_extent
from reward_server.explorer.transit.scenes import Scene
from reward_server.networks.load import load_bundled, load_folder
from reward_server.networks.network_set import LoadedNetwork, load_network

BUNDLED = load_bundled().loaded
XINGPU = BUNDLED["lanhai/xingpu"]


def drawn(loaded: LoadedNetwork, lines: set[int] | None = None) -> Chart:
    return asyncio.run(Charts(None).chart(loaded, lines))


def test_a_map_is_drawn_once_for_all_who_ask() -> None:
    async def ask() -> list[Chart]:
        charts = Charts(None)
        first = await asyncio.gather(*(charts.chart(XINGPU, {0, 1}) for _ in range(5)))
        return [*first, await charts.chart(XINGPU, [1, 0])]

    assert len(set(map(id, asyncio.run(ask())))) == 1


def test_who_goes_away_leaves_the_map_to_the_others() -> None:
    async def ask() -> Chart:
        charts = Charts(None)
        gone = asyncio.ensure_future(charts.chart(XINGPU, {0}))
        await asyncio.sleep(0)
        gone.cancel()
        return await charts.chart(XINGPU, {0})

    assert asyncio.run(ask()).plan.lines == (XINGPU.network.lines[0].name,)


def test_more_maps_than_can_wait_are_refused() -> None:
    async def ask() -> list[Chart | BaseException]:
        charts = Charts(None)
        pairs = [{one, other} for one in range(6) for other in range(one)]
        asked = (charts.chart(XINGPU, pair) for pair in pairs)
        return await asyncio.gather(*asked, return_exceptions=True)

    refused = [one for one in asyncio.run(ask()) if isinstance(one, BaseException)]
    assert refused
    assert all(isinstance(one, NoMapError) for one in refused)


def test_a_network_too_large_to_draw_has_no_map() -> None:
    side = 18
    rows = {f"r{y}": [f"{x} {y}" for x in range(side)] for y in range(side)}
    columns = {f"c{x}": [f"{x} {y}" for y in range(side)] for x in range(side)}
    with pytest.raises(NoMapError, match="is not drawn"):
        drawn(load_network("x/grid", {**rows, **columns}))


def test_a_part_has_its_lines_and_all_their_stations() -> None:
    chart = drawn(XINGPU, {2, 4})
    network = XINGPU.network
    assert set(chart.lines) == {2, 4}
    assert set(chart.stations) == network.lines[2].stations | network.lines[4].stations
    for station, place in chart.stations.items():
        assert chart.plan.markers[place].name == network.station_names[station]


@pytest.mark.parametrize("name", ["velmora/aldrina", "lanhai/xingpu"])
def test_a_band_leads_from_the_departure_to_the_arrival(name: str) -> None:
    loaded = BUNDLED[name]
    network = loaded.network
    chart = drawn(loaded)
    for destination in range(1, len(network.station_names), 9):
        route = true_route(network, 0, destination)
        shown = figure(chart, Scene(true=route))
        band = re.findall(r'<g class="band">(.*?)</g>', shown)[0]
        ways = [
            [tuple(map(float, point.split())) for point in re.findall(r"[-\d.]+ [-\d.]+", way)]
            for way in re.findall(r'd="([^"]+)"', band)
        ]
        assert len(ways) == len(route)
        for leg, way in zip(route, ways, strict=True):
            for stop, end in ((leg.departure, way[0]), (leg.arrival, way[-1])):
                points = chart.plan.markers[chart.stations[stop]].points
                # within the marker: a bundle of lines is as wide as its capsule
                assert min(math.dist(end, point) for point in points) < 12
            for one, other in pairwise(way):
                assert math.dist(one, other) < 400, "no leap across the map"


def folder(tmp_path: Path, content: str) -> Path:
    city = tmp_path / "here" / "town.json"
    city.parent.mkdir()
    city.write_text(json.dumps({"Red": ["A", "B", "C"], "Blue": ["D", "B", "E"]}))
    city.with_suffix(".map").write_text(content)
    return tmp_path


def test_a_map_file_gives_places_and_colours(tmp_path: Path) -> None:
    places = {"A": [0, 0], "B": [5, 0], "C": [9, 0], "D": [5, -4], "E": [5, 4]}
    content = json.dumps({"positions": places, "colours": {"Red": "#c02040"}, "difficulty": "easy"})
    stations = folder(tmp_path, content)
    loaded = load_folder(stations).loaded["here/town"]
    chart = asyncio.run(Charts(stations).chart(loaded, None))
    at = {marker.name: marker.points[0] for marker in chart.plan.markers}
    assert at["A"][0] < at["B"][0] < at["C"][0]
    assert at["D"][1] < at["B"][1] < at["E"][1]
    assert chart.colours[0] == "#c02040"


@pytest.mark.parametrize(
    "content", ["no json", "[]", '{"positions": {"A": "x"}}', '{"colours": {"Red": "red\\""}}']
)
def test_a_map_file_that_is_not_sound_is_told_of_and_passed_over(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    stations = folder(tmp_path, content)
    loaded = load_folder(stations).loaded["here/town"]
    with caplog.at_level(logging.WARNING):
        chart = asyncio.run(Charts(stations).chart(loaded, None))
    assert len(chart.plan.markers) == 5
    assert "town.map is not read" in caplog.text


def test_names_from_a_hostile_network_are_only_text() -> None:
    name = '"><script>x</script>'
    loaded = load_network("x/y", {f"{name} 1": [f"{name} a", f"{name} b"], "2": [f"{name} a", "c"]})
    shown = figure(drawn(loaded), Scene(name, marks=[(0, "A")]))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_marks_on_letters_take_no_room_of_their_own() -> None:
    for marked, bare in (("पीली", "पल"), ("ที่นั่ง", "ทนง"), ("مُدَرِّس", "مدرس"), ("می\u200cنو", "مینو")):
        # a vowel sign beside its letter is as wide as a letter, one above it is not
        wide = sum(unicodedata.category(sign) == "Mc" for sign in marked)
        expected = text_extent(bare + wide * "ल", 14, False).width
        assert text_extent(marked, 14, False).width == pytest.approx(expected)
