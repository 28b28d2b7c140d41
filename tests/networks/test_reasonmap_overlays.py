"""The bundled overlays for ReasonMap's cities, on cities of the same shape and on the real ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reward_server.core.budget import Budget
from reward_server.core.transit.build import Overlay
from reward_server.core.transit.name_index import Lookups
from reward_server.core.transit.network import Network
from reward_server.networks.check import check_folder
from reward_server.networks.load import load_networks
from reward_server.networks.network_set import NetworkSet
from reward_server.networks.overlay import NetworkOverlay
from reward_server.networks.overlay_files import BUNDLED, read_overlays
from reward_server.scorer import Scorer

FOLDER = BUNDLED["reasonmap"]
READING = read_overlays("reasonmap")
OVERLAYS = {city: file.overlay for city, file in READING.overlays.items()}

# city, line -> (junction, first and last station of the branch): the lists that announce a branch
ANNOUNCED = {
    ("china/dalian", "Line 3"): ("开发区站", "通世泰站", "九里站"),
    ("china/hangzhou", "Line 3"): ("西溪湿地南站", "留下站", "石马站"),
    ("china/hangzhou", "Line 6"): ("美院象山站", "霞鸣街站", "双浦站"),
    ("china/hefei", "Line 4"): ("北雁湖站", "复兴集站", "烧脉岗站"),
    ("china/kunming", "Line 1"): ("春融街站", "市级行政中心站", "昆明南火车站"),
    ("china/shanghai", "Line 5"): ("东川路站", "金平路站", "闵行开发区站"),
    ("china/shanghai", "Line 10"): ("龙溪路站", "龙柏新村站", "航中路站"),
    ("china/shanghai", "Line 11"): ("嘉定新城站", "上海赛车场站", "花桥站"),
    ("italy/rome", "Line B"): ("Bologna", "S. Agnese Annibaliano", "Jonio"),
    ("singapore/singapore", "Circle Line"): ("Promenade", "Bayfront", "Marina Bay"),
    ("united_arab_emirates/dubai", "Red Line"): ("Jabal Ali", "The Gardens", "Expo 2020"),
}
# not announced: they leave a ring
OTHER_BRANCHES = {("china/beijing", "首都机场线"), ("norway/oslo", "Line 5")}
LOOPS = {
    ("china/beijing", "Line 2"),
    ("china/beijing", "Line 10"),
    ("china/beijing", "首都机场线"),
    ("china/shanghai", "Line 4"),
    ("china/xian", "Line 8"),
    ("norway/oslo", "Line 5"),
}


def test_the_folder_is_sound_and_says_what_it_is_known_to_say() -> None:
    assert READING.faults == ()
    branches = {
        (city, line): [(each.junction, each.stations[0], each.stations[-1]) for each in of_line]
        for city, overlay in OVERLAYS.items()
        for line, of_line in overlay.branches.items()
    }
    assert {key: branches[key] for key in ANNOUNCED} == {k: [v] for k, v in ANNOUNCED.items()}
    assert branches.keys() - ANNOUNCED.keys() == OTHER_BRANCHES
    assert {(city, line) for city, each in OVERLAYS.items() for line in each.loops} == LOOPS


@pytest.mark.parametrize("city", OVERLAYS)
def test_each_fact_has_its_source(city: str) -> None:
    overlay = NetworkOverlay.model_validate_json(
        (FOLDER / f"{city}.overlay.json").read_text("utf8")
    )
    facts = overlay.facts()
    assert facts
    assert [names for names in facts if overlay.sources.keys().isdisjoint(names)] == []


# --- cities of the same shape: what the overlay names, in a list as ReasonMap's are --------------


def stand_in(overlay: Overlay) -> dict[str, list[str]]:
    """A city with the lines and stations that an overlay names, and others between them.

    Of a line with branches, first the main part as far as it is known, then the branches; where a
    loop has two, the first one stands in front of it, from its far end.
    """
    lines: dict[str, list[str]] = {}
    for name in dict.fromkeys((*overlay.loops, *overlay.branches, *overlay.line_aliases.values())):
        branches = list(overlay.branches.get(name, ()))
        front = branches.pop(0).stations[::-1] if name in overlay.loops and branches else ()
        stops = [*front]
        for branch in overlay.branches.get(name, ()):
            stops += [branch.junction, f"After {branch.junction} on {name}"]
        stops += [f"{name} at {place}" for place in ("Ash", "Birch", "Cedar")]
        lines[name] = [*stops, *(stop for branch in branches for stop in branch.stations)]
    others = [name for group in overlay.join for name in group]
    others += [name for name in overlay.station_aliases.values() if name not in others]
    for number, name in enumerate(others):
        lines.setdefault(f"Shuttle {number}", [name, f"Depot {number}"])
    return lines


@pytest.mark.parametrize("city", OVERLAYS)
def test_an_overlay_does_what_it_says_on_a_city_of_the_same_shape(
    city: str, tmp_path: Path
) -> None:
    overlay = OVERLAYS[city]
    file = tmp_path / f"{city}.json"
    file.parent.mkdir()
    file.write_text(json.dumps(stand_in(overlay), ensure_ascii=False), encoding="utf-8")
    network = load_networks(tmp_path, "reasonmap")[city]
    lines = {line.name: line for line in network.lines}
    for name, branches in overlay.branches.items():
        for junction, stations in branches:
            between = lines[name].between(network.station(junction), network.station(stations[-1]))
            on_the_way = tuple(map(network.station, stations[:-1]))
            assert between == [on_the_way]
            ash = network.station(f"{name} at Ash")
            for way in lines[name].between(ash, network.station(stations[-1])):
                assert way[-len(stations) :] == (network.station(junction), *on_the_way)
    for name in overlay.loops:
        main = lines[name].runs[0]
        assert () in lines[name].between(main[0], main[-1])
    for alias, meant in overlay.station_aliases.items():
        assert network.station(alias) == network.station(meant) >= 0
    for alias, meant in overlay.line_aliases.items():
        assert network.lines[network.line_index.find(alias, Lookups(Budget()))].name == meant
    for group in overlay.join:
        assert len(set(map(network.station, group))) == 1


# a line with a branch, as ReasonMap flattens it: 3 stops from Mill to Spur End, not 5
ROME_LIKE = {
    "Line B": ["Mill", "Fork (Branch-starting Station)", "Ash", "Birch", "Spur 1", "Spur 2", "End"]
}


def test_a_right_via_count_wins_only_with_the_overlay(tmp_path: Path) -> None:
    for folder, name, content in (
        ("stations", "y.json", ROME_LIKE),
        (
            "overlays",
            "y.overlay.json",
            {
                "branches": {
                    "Line B": [{"junction": "Fork", "stations": ["Spur 1", "Spur 2", "End"]}]
                }
            },
        ),
    ):
        (tmp_path / folder / "x").mkdir(parents=True)
        (tmp_path / folder / "x" / name).write_text(json.dumps(content))
    bare = Scorer(tmp_path / "stations")
    overlaid = Scorer(tmp_path / "stations", overlays=tmp_path / "overlays")
    right, wrong = (
        rewards(each, "x/y", "Line B", "Mill", "End", [3, 5]) for each in (overlaid, bare)
    )
    assert right[0] == wrong[1] == 16.0
    assert right[1] == wrong[0] != 16.0


def rewards(
    scorer: Scorer, city: str, line: str, origin: str, destination: str, counts: list[int]
) -> list[float | None]:
    """The rewards of one right ride, told with these numbers of via stops."""
    route = f"Route Name: {line}\nDeparture Stop: {origin}\nArrival Stop: {destination}\n"
    items = [
        {
            "task": "planning",
            "network": city,
            "station_1": origin,
            "station_2": destination,
            "difficulty_city": "easy",
            "question_transfer_count": 0,
            "question_form": "via_count",
            "completion": f"{route}Number of Via Stops: {count}",
        }
        for count in counts
    ]
    return [result["reward"] for result in scorer.score(items)]


# --- the real cities -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stations(reasonmap: Path) -> Path:
    return reasonmap / "stations"


@pytest.fixture(scope="module")
def cities(stations: Path) -> NetworkSet:
    return load_networks(stations, "reasonmap")


def test_all_real_cities_load_and_each_overlay_has_its_city(stations: Path) -> None:
    check = check_folder(stations, "reasonmap")
    assert check.errors == ()
    assert check.unused_overlays == ()
    assert {city for city, files in check.overlays.items() if files} == set(OVERLAYS)
    assert set(check.offered.values()) == {()}
    found = {(city, each.kind) for city, remarks in check.remarks.items() for each in remarks}
    assert "branch_without_overlay" not in {kind for _, kind in found}
    assert {city for city, kind in found if kind == "loop"} == {city for city, _ in LOOPS}


def test_all_real_lines_and_stations_still_match_themselves(cities: NetworkSet) -> None:
    pairs = 0
    for city, loaded in cities.loaded.items():
        network = loaded.network
        for index, (line, stops) in enumerate(loaded.lines.items()):
            lookups = Lookups(Budget())
            assert network.line_index.find(line, lookups) == index, (city, line)
            for stop in stops:
                station = network.station_index.find(stop, lookups)
                assert station in network.lines[index].stations, (city, line, stop)
                pairs += 1
            assert lookups.signals == set()
    assert pairs == 4965


# city, line, from, to -> via stops that are right, by each way that trains or the map allow
VIA_COUNTS = [
    ("italy/rome", "Line B", "Termini", "Jonio", {6}),
    ("italy/rome", "Line B", "Jonio", "Rebibbia", {10}),
    ("italy/rome", "Line B", "Bologna", "Rebibbia", {6}),
    ("united_arab_emirates/dubai", "Red Line", "DMCC", "Ibn Battuta", {1}),
    ("united_arab_emirates/dubai", "Red Line", "UAE Exchange", "Expo 2020", {9}),
    ("singapore/singapore", "Circle Line", "Dhoby Ghaut", "Bayfront", {3}),
    ("china/shanghai", "Line 5", "东川路", "江川路", {0}),
    ("china/shanghai", "Line 10", "水城路", "航中路", {3}),
    ("china/shanghai", "Line 11", "花桥", "迪士尼", {35}),
    ("china/kunming", "Line 1", "大学城南", "昆明南火车站", {8}),
    ("china/dalian", "Line 3", "金石滩", "九里", {9}),
    ("china/hangzhou", "Line 3", "洪园", "石马", {4}),
    ("china/hangzhou", "Line 6", "枫桦西路", "双浦", {3}),
    ("china/hefei", "Line 4", "玉兰大道", "烧脉岗", {7}),
    ("china/shanghai", "Line 4", "宜山路", "上海体育馆", {0, 24}),
    ("china/beijing", "Line 2", "西直门", "车公庄", {0, 16}),
    ("china/beijing", "Line 10", "巴沟", "火器营", {0, 43}),
    ("china/beijing", "机场线", "2号航站楼", "三元桥", {0, 1}),
    ("china/xian", "Line 8", "山门口", "省体育馆", {0, 35}),
    ("norway/oslo", "Line 5", "Sinsen", "Tøyen", {1, 10}),
    ("norway/oslo", "Line 5", "Vestli", "Carl Berners plass", {13}),
    ("norway/oslo", "Line 5", "Majorstuen", "Sognsvann", {8, 15}),
]


@pytest.mark.parametrize(("city", "line", "origin", "destination", "counts"), VIA_COUNTS)
def test_real_rides_have_as_many_via_stops_as_trains_make(
    cities: NetworkSet, city: str, line: str, origin: str, destination: str, counts: set[int]
) -> None:
    network = cities[city]
    on = network.lines[network.line_index.find(line, Lookups(Budget()))]
    ways = on.between(network.station(origin), network.station(destination))
    assert {len(way) for way in ways} == counts


def test_rome_line_b_is_right_only_with_the_overlay(stations: Path, cities: NetworkSet) -> None:
    ride = ("italy/rome", "Line B", "Termini Station", "Jonio Station", [6, 13])
    overlaid, bare = rewards(Scorer(cities), *ride), rewards(Scorer(stations), *ride)
    assert overlaid == bare[::-1] == pytest.approx([16.0, 14.6538], abs=1e-4)


# line -> share of its rides whose shortest way has another number of via stops without the overlay
CONCERNED = [
    ("italy/rome", "Line B", 0.271),
    ("united_arab_emirates/dubai", "Red Line", 0.202),
    ("china/beijing", "Line 2", 0.235),
    ("china/beijing", "Line 10", 0.256),
]


@pytest.mark.parametrize(("city", "line", "share"), CONCERNED)
def test_a_fifth_and_more_of_the_rides_of_four_lines_needs_the_overlay(
    stations: Path, cities: NetworkSet, city: str, line: str, share: float
) -> None:
    bare = load_networks(stations)[city]
    (shortest, listed) = (shortest_rides(each, line) for each in (cities[city], bare))
    concerned = sum(listed[ride] != count for ride, count in shortest.items())
    assert concerned / len(shortest) == pytest.approx(share, abs=5e-4)


def shortest_rides(network: Network, line: str) -> dict[tuple[str, str], int]:
    """From and to, by name -> via stops on the shortest way, for all rides of a line."""
    (on,) = (each for each in network.lines if each.name == line)
    names = network.station_names
    return {
        (names[one], names[other]): min(map(len, on.between(one, other)))
        for one in on.stations
        for other in on.stations - {one}
    }
