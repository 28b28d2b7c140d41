"""The 30 cities of ReasonMap, as released."""

from __future__ import annotations

from pathlib import Path

import pytest

from reward_server.core.budget import Budget
from reward_server.core.transit import names as text
from reward_server.core.transit.name_index import Lookups
from reward_server.networks.check import check_folder
from reward_server.networks.load import load_folder
from reward_server.networks.network_set import NetworkSet


@pytest.fixture(scope="module")
def cities(reasonmap: Path) -> NetworkSet:
    return load_folder(reasonmap / "stations")


def test_all_load(cities: NetworkSet) -> None:
    assert len(cities) == 30
    assert "china/beijing" in cities


def test_the_check_finds_no_error_and_what_is_known_to_be_odd(reasonmap: Path) -> None:
    check = check_folder(reasonmap / "stations")
    assert check.errors == ()
    kinds = {(name, r.kind) for name, remarks in check.remarks.items() for r in remarks}
    assert {
        ("china/beijing", "spellings"),
        ("china/shanghai", "loop"),
        ("america/new_york", "station_twice"),
        ("america/new_york", "similar_stations"),
        ("italy/rome", "branch_without_overlay"),
    } <= kinds
    assert "disconnected" not in {kind for _, kind in kinds}


def fresh() -> Lookups:
    """What the look-ups of one completion begin with."""
    return Lookups(Budget())


def test_every_gold_name_resolves_to_itself(cities: NetworkSet) -> None:
    for name, loaded in cities.loaded.items():
        network = loaded.network
        for index, (line, stations) in enumerate(loaded.lines.items()):
            assert network.line_index.find(line, lookups := fresh()) == index, (name, line)
            assert not lookups.signals
            for spelling in stations:
                # with and without the annotation, and in the spelling that is shown
                station = network.station(spelling)
                shown = network.station_names[station]
                for same in (text.strip_annotations(spelling), shown):
                    lookups = fresh()
                    assert network.station_index.find(same, lookups) == station, (name, same)
                    assert not lookups.signals
                assert station in network.lines[index].stations


def test_every_two_stations_of_a_line_have_a_way_between_them(cities: NetworkSet) -> None:
    for network in cities.values():
        for line in network.lines:
            for departure in line.stations:
                for arrival in line.stations - {departure}:
                    ways = line.between(departure, arrival)
                    assert ways
                    assert all({departure, arrival}.isdisjoint(way) for way in ways)
