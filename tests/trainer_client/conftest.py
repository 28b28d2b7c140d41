"""Services to call, and items with what is right for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reward_server.demo import batch
from reward_server.scorer import Scorer

from ..bench.common import seeded
from ..serving import Served, serving

Json = dict[str, Any]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with the bundled networks; not to be ill-treated."""
    with serving(tmp_path_factory.mktemp("served"), "--workers", "1") as served:
        yield served


@pytest.fixture(scope="session")
def items() -> list[Json]:
    """2,000 items of all kinds in groups of 8, some of which cannot be scored."""
    return made(2000)


@pytest.fixture(scope="session")
def results(items: list[Json]) -> list[Json]:
    """What is right for ``items``."""
    return right(items)


def made(count: int) -> list[Json]:
    """Items in groups of 8 with ids that tell them apart; neighbours differ in their rewards."""
    chance = seeded("client")
    some = batch()
    bad = [
        some[0] | {"network": "nowhere"},
        some[0] | {"station_1": "Z"},
        {"task": "TorF1", "completion": r"\boxed{yes}"},
    ]
    return [
        (chance.choice(bad) if chance.random() < 0.05 else chance.choice(some))
        | {"id": f"i{number}", "group": f"g{number // 8}"}
        for number in range(count)
    ]


def right(items: list[Json]) -> list[Json]:
    """What ``Scorer`` says of items."""
    results: list[Json] = [dict(one) for one in Scorer().score(items)]
    rewards = {one["reward"] for one in results}
    assert None in rewards
    assert len(rewards) > 5
    return results
