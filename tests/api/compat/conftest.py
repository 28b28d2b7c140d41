"""The demo's batch as samples of a trainer: a label, a completion, and what ``/score`` says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient

from ...serving import serving

Json = dict[str, Any]


class Sample(NamedTuple):
    """One completion of a trainer, with its gold as a label, and the result it should have."""

    gold: Json
    completion: str
    result: Json


@pytest.fixture(scope="session")
def samples(client: TestClient) -> list[Sample]:
    """Every sample of the demo, of every task, good and bad."""
    lines = (files("reward_server") / "demo.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    results = client.post("/score", json={"items": items}).json()["results"]
    found = []
    for item, result in zip(items, results, strict=True):
        gold = dict(item)
        completion = gold.pop("completion")
        if result["status"] == "ok" and isinstance(completion, str):
            found.append(Sample(gold, completion, result))
    assert {one.gold["task"] for one in found} >= {"planning", "TorF1", "Counting1", "Counting2"}
    return found


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real service with two workers on the bundled cities."""
    with serving(tmp_path_factory.mktemp("compat"), "--workers", "2") as one:
        yield one.url
