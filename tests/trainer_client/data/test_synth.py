"""Cities that nobody has built."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from reward_server.core.budget import Budget
from reward_server.core.model import DifficultyName
from reward_server.core.transit import names as text
from reward_server.core.transit.name_index import CLOSE, Lookups
from reward_server.core.transit.readings import may_be_misspelt
from reward_server.drawing.colours import APART, nearest_two
from reward_server.networks.check import check_folder
from trainer_client.data.city import City, cities_of
from trainer_client.data.synth import synth
from trainer_client.data.synth.figures import FIGURES
from trainer_client.data.synth.names import TONGUES, Apart, Tongue, line_names

DIFFICULTIES: tuple[DifficultyName, ...] = ("easy", "middle", "hard")


@pytest.fixture(scope="module")
def cities() -> list[City]:
    return [city for difficulty in DIFFICULTIES for city in synth(5, difficulty, seed=11)]


def test_the_same_seed_gives_the_same_cities_however_many_are_asked_for() -> None:
    assert list(synth(4, "middle", 3))[:2] == list(synth(2, "middle", 3))
    assert list(synth(2, "middle", 3)) != list(synth(2, "middle", 4))


def test_reward_server_reads_them_and_its_check_has_nothing_to_remark_but_loops(
    cities: list[City], tmp_path: Path
) -> None:
    for city in cities:
        city.write(tmp_path)
    check = check_folder(tmp_path)
    assert check.errors == ()
    assert sorted(check.remarks) == sorted(city.name for city in cities)
    assert {remark.kind for remarks in check.remarks.values() for remark in remarks} <= {"loop"}


def test_each_station_and_line_is_found_by_its_name_and_by_no_near_miss(
    cities: list[City],
) -> None:
    for city in cities:
        network = city.loaded.network
        for index, name in enumerate(network.station_names):
            assert network.station_index.find(name, lookups := Lookups(Budget())) == index
            assert lookups.signals == set()
        for index, line in enumerate(city.lines):
            assert network.line_index.find(line, lookups := Lookups(Budget())) == index
            assert lookups.signals == set()
        keys = [text.fold_station(name) for name in network.station_names]
        letters = [key for key in keys if may_be_misspelt(key)]
        assert max((fuzz.ratio(*pair) for pair in combinations(letters, 2)), default=0) < CLOSE


def test_a_name_too_like_another_is_not_kept() -> None:
    stations = Apart(text.fold_station, marks=False)
    assert stations.add("Millbrook Station")
    assert not stations.add("Millbrook")  # the same for who scores it
    assert not stations.add("Milbrook Station")  # a slip away
    assert stations.add("Ravenford Station")
    lines = Apart(text.fold_line, marks=True)
    assert lines.add("Linie 1")
    assert lines.add("Linie 11")  # its digits tell it apart
    assert not lines.add("Line x")  # a placeholder of the prompt


def test_every_tongue_has_names_enough_for_the_largest_city() -> None:
    for tongue in TONGUES:
        assert len(tongue.heads) * len(tongue.tails) > 500, tongue.country


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.country)
def test_every_way_to_name_lines_has_names_for_as_many_as_it_is_used_for(tongue: Tongue) -> None:
    for seed in range(12):  # with 22 letters, one would be the prompt's placeholder "Line X"
        assert len(set(line_names(tongue, 22, random.Random(seed)))) == 22  # noqa: S311


def test_sizes_are_those_of_the_real_cities(cities: list[City]) -> None:
    for city in cities:
        figures = FIGURES[city.difficulty]
        assert min(figures.lines) <= len(city.lines) <= max(figures.lines)
        assert all(4 <= len(stations) <= figures.most + 12 for stations in city.lines.values())


def test_each_line_has_its_colour_and_each_station_its_place(cities: list[City]) -> None:
    for city in cities:
        assert set(city.colours) == set(city.lines)
        assert nearest_two(city.colours.values()) >= APART
        assert city.positions is not None
        assert set(city.positions) == set(city.loaded.network.station_names)
        assert len(set(city.positions.values())) == len(city.positions)


def test_some_have_loops_branches_and_lines_that_share_tracks() -> None:
    hard = list(synth(20, "hard", 0))
    assert any(city.overlay.loops for city in hard)
    assert any(city.overlay.branches for city in hard)
    assert any(len(lines) > 2 for city in hard for lines in city.loaded.network.lines_at)


def test_a_city_comes_back_from_its_files_as_it_was(cities: list[City], tmp_path: Path) -> None:
    for city in cities:
        city.write(tmp_path)
        assert City.read(tmp_path, city.name) == city
    assert cities_of(tmp_path) == sorted(city.name for city in cities)
