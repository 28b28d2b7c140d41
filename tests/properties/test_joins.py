"""No rule on names joins what a person keeps apart; ``bench_names`` asks it of more cities."""

from __future__ import annotations

import pytest

from reward_server.networks.load import load_bundled
from reward_server.networks.network_set import LoadedNetwork

from .joins import built, joins_in, other_scripts, taken_for_one

SCRIPTS = other_scripts()


@pytest.mark.parametrize("loaded", load_bundled().loaded.values(), ids=lambda one: one.network.name)
def test_nothing_written_around_a_name_of_a_bundled_city_makes_another_of_it(
    loaded: LoadedNetwork,
) -> None:
    result = joins_in(loaded.lines, loaded.network)
    assert result.joins == []
    assert result.own["dress"] / result.tried["dress"] > 0.8
    assert result.own["disguise"] == 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_in_another_script_that_differ_in_a_sign_are_different(script: str) -> None:
    lines = SCRIPTS[script]
    network = built(lines)
    assert len(network.station_names) == len({name for of in lines.values() for name in of})
    assert taken_for_one(lines, network) == []
    assert joins_in(lines, network).joins == []
