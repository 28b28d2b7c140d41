"""Names: folding settles at once, and every city knows its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.core.budget import Budget
from reward_server.core.transit import names as text
from reward_server.core.transit.build import build
from reward_server.core.transit.name_index import Lookups
from reward_server.networks.load import load_bundled
from reward_server.networks.network_set import LoadedNetwork

from .cities import City, city_of, random_city

Fold = Callable[[str], str]

FORMS = tuple(product((False, True), repeat=2))
FOLDS: dict[str, Fold] = {
    f"{fold.__name__} {accents=} {remarks=}": partial(fold, accents=accents, remarks=remarks)
    for fold in (text.fold_station, text.fold_line)
    for accents, remarks in FORMS
}
SETTLED: dict[str, Fold] = FOLDS | {
    "as spelled": text.as_spelled,
    "normalise": text.normalise,
    "normalise, accents kept": partial(text.normalise, accents=True),
}
NAMED = pytest.mark.parametrize("fold", SETTLED.values(), ids=SETTLED)

# what folding looks for, so that names are made of it more often than by chance
PARTS = st.sampled_from(
    [
        *"Station station Metro Line route East N 号线 地铁 线 站 （换乘站）".split(),
        " (Transfer Station)",
        *"()（）[]【】〔'’-/.,\t 1²Ⅷ½é",
        *"øßﬁİıΣς한가がカＡẚŉª",
        *("11", "e\u0301", "\u0345", "\u00ad", "\u200d", "\U0001f687"),
        *("दि", "ल्", "ค้", "مَ", "שׁ", "\u093f", "\u0e49", "\u064e", "\ufe0f\u20e3", "\ufdfa"),
        *("St", "S. ", "&", " to ", "bound", "Two", "二十", "M", "th", "호선", "역"),
    ]
)
NAMES = st.one_of(st.text(max_size=30), st.lists(PARTS, max_size=10).map("".join))


@NAMED
@given(name=NAMES)
def test_folding_a_folded_name_changes_nothing(fold: Fold, name: str) -> None:
    assert fold(fold(name)) == fold(name)


@NAMED
def test_folding_is_settled_for_every_letter_there_is(fold: Fold) -> None:
    for letter in map(chr, range(0x20000)):
        if unicodedata.category(letter) in ("Cn", "Co", "Cs") or "一" < letter < "鿿":
            continue
        key = fold(f"a{letter} {letter}")
        assert fold(key) == key, hex(ord(letter))


@pytest.mark.parametrize("fold", FOLDS.values(), ids=FOLDS)
@given(name=NAMES)
def test_folding_never_leaves_nothing(fold: Fold, name: str) -> None:
    assert fold(name) or not name.strip()


@given(rng=st.randoms(use_true_random=True))
def test_a_random_city_knows_its_names_with_and_without_notes(rng: Random) -> None:
    assert_knows_itself(random_city(rng))


@pytest.mark.parametrize("loaded", load_bundled().loaded.values(), ids=lambda one: one.network.name)
def test_a_bundled_city_knows_its_names(loaded: LoadedNetwork) -> None:
    assert_knows_itself(city_of(loaded.network, loaded.lines, loaded.overlay))


def test_the_real_cities_know_all_their_pairs_of_line_and_stop(real_cities: list[City]) -> None:
    # all that the files list: those 4,767 that the released code was tried on (D12) and more
    assert sum(map(assert_knows_itself, real_cities)) == 4965


def assert_knows_itself(city: City) -> int:
    """The number of pairs of line and stop, each of which the city finds, without a signal."""
    network, pairs = city.network, 0
    lookups = Lookups(Budget())
    for number, (line, stops) in enumerate(city.lines.items()):
        assert network.line_index.find(line, lookups) == number
        for stop in stops:
            station = network.station(stop)
            assert station in network.lines[number].stations
            assert network.station_index.find(stop, lookups) == station
            assert network.station_index.find(text.strip_annotations(stop), lookups) == station
            lookups.budget.renew(100)
            pairs += 1
    assert not lookups.signals
    return pairs


@given(name=NAMES, rng=st.randoms(use_true_random=True))
def test_a_look_up_answers_alike_cold_and_warm(name: str, rng: Random) -> None:
    city = random_city(rng)
    warm, cold = city.network, build("random", city.lines, city.overlay)
    for index in (warm.station_index, warm.line_index):
        index.find(name, Lookups(Budget()))
    for again, first in (
        (warm.station_index, cold.station_index),
        (warm.line_index, cold.line_index),
    ):
        lookups, other = Lookups(Budget()), Lookups(Budget())
        assert again.find(name, lookups) == first.find(name, other)
        assert (lookups.signals, lookups.effort_left) == (other.signals, other.effort_left)
