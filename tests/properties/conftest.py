"""What the properties are tried on: random cities, and ReasonMap's 30 where they are there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from reward_server.networks.load import load_folder

from .cities import City, city_of, random_city


@pytest.fixture(scope="session")
def real_cities(reasonmap: Path) -> list[City]:
    loaded = load_folder(reasonmap / "stations").loaded.values()
    return [city_of(one.network, one.lines, one.overlay) for one in loaded]


@pytest.fixture(scope="session", params=["random cities", "real cities"])
def draw_city(request: pytest.FixtureRequest) -> Callable[[Random], City]:
    """Draws a city; a test that asks for it runs on both kinds."""
    if request.param == "random cities":
        return random_city
    cities: list[City] = request.getfixturevalue("real_cities")
    return lambda rng: rng.choice(cities)
