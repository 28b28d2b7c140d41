"""Samples of every task with what ``/score`` says of them, and the service's address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from reward_server.demo import batch
from reward_server.scorer import Scorer
from trainer_client.client.shared import client

from ...serving import Served, fetch

Json = dict[str, Any]


class Sample(NamedTuple):
    """One completion of a trainer, with its gold, and the result it should have."""

    gold: Json
    completion: str
    result: Json


@pytest.fixture(scope="session")
def samples() -> list[Sample]:
    """Every sample of the demo that has a score, good and bad."""
    items = batch()
    results = Scorer().score(items)
    found = [
        Sample(
            {name: value for name, value in item.items() if name not in {"completion", "id"}},
            item["completion"],
            dict(result),
        )
        for item, result in zip(items, results, strict=True)
        if result["status"] == "ok" and isinstance(item["completion"], str)
    ]
    assert {one.gold["task"] for one in found} >= {"planning", "TorF1", "Counting1", "Counting2"}
    return found


@pytest.fixture
def url(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real service, which the environment of this process names."""
    monkeypatch.setenv("REWARD_URL", served.url)
    client.cache_clear()
    yield served.url
    client.cache_clear()


def requests_for_scores(url: str) -> float:
    """How many batches the service has scored."""
    found = re.search(
        r"^reward_server_batch_items_count (\S+)$", fetch(f"{url}/metrics")[1], re.MULTILINE
    )
    assert found is not None
    return float(found[1])


def parts_of(result: Json) -> Json:
    """What the adapters give beside the reward."""
    components = {name: value or 0.0 for name, value in result["components"].items()}
    return {"correct": float(result["correct"]), "weight": result["weight"], **components}
