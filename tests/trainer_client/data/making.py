"""Datasets of small pictures instead of maps, for tests that are about questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import reward_server
from reward_server.core.transit.build import Branch
from trainer_client.data.city import City, cities_of
from trainer_client.data.generate import generate
from trainer_client.data.load import load
from trainer_client.data.make import Wanted, cities_in

from .conftest import map_of

BUNDLED = Path(reward_server.__file__).parent / "networks" / "bundled"


def bundled() -> Iterator[City]:
    """The bundled cities, each station under one name."""
    return map(tidied, cities_in(BUNDLED, cities_of(BUNDLED)))


def tidied(city: City) -> City:
    """The city with every station under the name that its network shows."""
    network = city.loaded.network

    def named(stops: Iterable[str]) -> tuple[str, ...]:
        return tuple(network.station_names[network.station(stop)] for stop in stops)

    branches = {
        line: tuple(Branch(named([one.junction])[0], named(one.stations)) for one in of_line)
        for line, of_line in city.overlay.branches.items()
    }
    return replace(
        city,
        lines={line: named(stops) for line, stops in city.lines.items()},
        overlay=city.overlay._replace(branches=branches),
    )


def with_pictures(cities: Iterable[City], maps: Path) -> Iterator[City]:
    """The cities, while a small picture for each is put into ``maps``."""
    for city in cities:
        file = maps / f"{city.name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(map_of(city.name))
        yield city


def rows_of(
    cities: Iterable[City], folder: Path, per_city: int, seed: int = 0
) -> Iterable[Mapping[str, Any]]:
    """The loaded rows of a dataset in ``folder / "made"`` on these cities, without pictures."""
    wanted = Wanted(per_city, seed, maps=folder / "maps")
    generate(with_pictures(cities, folder / "maps"), folder / "made", wanted)
    rows: Iterable[Mapping[str, Any]] = load(folder / "made").remove_columns("image")
    return rows
