"""The invented cities that come with the package."""

from __future__ import annotations

from itertools import combinations

import pytest
from rapidfuzz import fuzz

from reward_server.core.budget import Budget
from reward_server.core.transit import names as text
from reward_server.core.transit.name_index import CLEARLY, CLOSE, Lookups
from reward_server.core.transit.readings import may_be_misspelt
from reward_server.networks.load import BUNDLED_DIFFICULTY, load_bundled

NETWORKS = load_bundled()


def test_each_has_a_difficulty_and_each_difficulty_a_city() -> None:
    assert set(BUNDLED_DIFFICULTY) == set(NETWORKS)
    assert set(BUNDLED_DIFFICULTY.values()) == {"easy", "middle", "hard"}


@pytest.mark.parametrize(
    ("name", "lines", "stations"),
    [("velmora/aldrina", 3, 26), ("lanhai/xingpu", 6, 67), ("nordmark/skjoldhavn", 12, 151)],
)
def test_harder_cities_are_larger(name: str, lines: int, stations: int) -> None:
    network = NETWORKS[name]
    assert (len(network.lines), len(network.station_names)) == (lines, stations)


def test_among_them_are_loops_branches_accents_annotations_and_stray_spaces() -> None:
    rings = {line.name for network in NETWORKS.values() for line in network.lines if line.ring}
    assert rings == {"星环线", "Circle Line"}  # one closes in its list, one by its overlay
    branched = {n for loaded in NETWORKS.loaded.values() for n in loaded.overlay.branches}
    assert branched == {"Line 3", "Fjord Line"}
    spellings = {
        station
        for loaded in NETWORKS.loaded.values()
        for stations in loaded.lines.values()
        for station in stations
    }
    assert {" Monte Perdiz Station", "听潮站（换乘站）", "荷风站（支线起始站）"} <= spellings


@pytest.mark.parametrize("name", NETWORKS)
def test_any_station_can_be_reached_from_any_other(name: str) -> None:
    network = NETWORKS[name]
    stations = range(len(network.station_names))
    assert all(network.rides(0, station) for station in stations[1:])


@pytest.mark.parametrize("name", NETWORKS)
def test_no_two_names_can_be_confused(name: str) -> None:
    keys = [text.fold_station(station) for station in NETWORKS[name].station_names]
    for one, other in combinations(keys, 2):
        assert one not in other
        assert other not in one
        if may_be_misspelt(one) and may_be_misspelt(other):
            assert fuzz.ratio(one, other) < CLOSE - CLEARLY


@pytest.mark.parametrize("name", NETWORKS)
def test_transfer_stations_are_annotated_and_no_others(name: str) -> None:
    network = NETWORKS[name]
    for stations in NETWORKS.loaded[name].lines.values():
        for station in stations:
            annotated = "Transfer Station" in station or "换乘站" in station
            assert annotated == (len(network.lines_at[network.station(station)]) > 1), station


@pytest.mark.parametrize(
    ("name", "alias", "meant"),
    [
        ("lanhai/xingpu", "Xingpu Central", "星浦中央站"),
        ("lanhai/xingpu", "feilian airport station", "飞廉机场"),
        ("nordmark/skjoldhavn", "Central Station", "Skjoldhavn Sentral"),
        ("nordmark/skjoldhavn", "Bjorkealleen", "Bjørkealléen"),
    ],
)
def test_stations_have_other_names(name: str, alias: str, meant: str) -> None:
    assert NETWORKS[name].station(alias) == NETWORKS[name].station(meant) >= 0


@pytest.mark.parametrize(
    ("name", "alias", "meant"),
    [
        ("lanhai/xingpu", "Star Loop Line", "星环线"),
        ("lanhai/xingpu", "地铁2号线", "Line 2"),
        ("nordmark/skjoldhavn", "Ringen", "Circle Line"),
    ],
)
def test_lines_have_other_names(name: str, alias: str, meant: str) -> None:
    network, lookups = NETWORKS[name], Lookups(Budget())
    assert network.lines[network.line_index.find(alias, lookups)].name == meant
    assert lookups.signals == set()
