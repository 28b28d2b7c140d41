"""What lies between two stations of a line: the network says what the line's list says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.core.transit.build import Branch, Overlay, build
from reward_server.networks.load import load_bundled
from reward_server.networks.network_set import LoadedNetwork

from .cities import City, city_of

RING_WITH_BRANCHES = Overlay(
    loops=("1",), branches={"1": (Branch("B", ("E", "F")), Branch("C", ("G",)))}
)


@pytest.mark.parametrize(
    ("stops", "overlay", "departure", "arrival", "expected"),
    [
        ("ABCD", Overlay(), "A", "D", ["BC"]),
        ("ABCD", Overlay(), "D", "C", [""]),
        ("ABCD", Overlay(loops=("1",)), "A", "D", ["", "BC"]),
        ("ABCDA", Overlay(), "B", "D", ["A", "C"]),
        ("ABCAD", Overlay(), "B", "D", ["CA"]),
        ("ABCDEF", Overlay(branches={"1": (Branch("B", ("E", "F")),)}), "F", "A", ["EB"]),
        ("ABCDEFG", RING_WITH_BRANCHES, "F", "G", ["EBADC", "EBC"]),
    ],
)
def test_the_ways_of_the_tests_are_those_that_a_train_can_take(
    stops: str, overlay: Overlay, departure: str, arrival: str, expected: list[str]
) -> None:
    lines = {"1": list(stops)}
    city = city_of(build("toy", lines, overlay), lines, overlay)
    assert sorted(map("".join, city.ways("1", departure, arrival))) == expected


@given(rng=st.randoms(use_true_random=True))
def test_the_network_has_the_ways_of_a_citys_lists(
    draw_city: Callable[[Random], City], rng: Random
) -> None:
    city = draw_city(rng)
    line = rng.choice(list(city.lines))
    assert_ways_agree(city, line, rng.sample(city.stops[line], min(8, len(city.stops[line]))))


@pytest.mark.parametrize("loaded", load_bundled().loaded.values(), ids=lambda one: one.network.name)
def test_a_bundled_citys_network_has_the_ways_of_its_lists(loaded: LoadedNetwork) -> None:
    city = city_of(loaded.network, loaded.lines, loaded.overlay)
    for line, stops in city.stops.items():
        assert_ways_agree(city, line, stops)


def assert_ways_agree(city: City, line: str, stops: Sequence[str]) -> None:
    names, index = city.network.station_names, city.network.station
    ridden = city.network.lines[list(city.lines).index(line)]
    for departure, arrival in permutations(stops, 2):
        between = ridden.between(index(departure), index(arrival))
        ways = {tuple(names[stop] for stop in way) for way in between}
        assert len(ways) == len(between)
        assert ways == set(city.ways(line, departure, arrival)) != set(), (line, departure, arrival)
