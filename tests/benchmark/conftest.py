"""A small city in which every score can be worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from reward_server.core.transit.build import Overlay
from reward_server.networks.network_set import NetworkSet, load_network
from reward_server.scorer import Scorer

Json = dict[str, Any]

LONG = [f"Long {number}" for number in range(1, 15)]
CITY = {
    "Red Line": ["Alba", "Brook", "Cedar", "Dale", "Elm", "Fern"],
    "Blue Line": ["Cedar", "Grove", "Hill"],
    "Green Line": ["Hill", "Isle", "Jetty"],
    "Gold Line": ["Alba", "Knoll"],
    "Pink Line": ["Knoll", "Hill"],
    "Ring Line": ["North", "Upton", "Quay", "South", "West"],
    "Long Line": LONG,
}


@pytest.fixture(scope="session")
def toy() -> NetworkSet:
    return NetworkSet([load_network("toy", CITY, Overlay(loops=("Ring Line",)))])


@pytest.fixture(scope="session")
def scorer(toy: NetworkSet) -> Scorer:
    return Scorer(toy, "paper")
