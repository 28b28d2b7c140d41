"""A task that is added to a profile's table is everywhere, with nothing else changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server import ItemsError, Scorer
from reward_server.app import create_app
from reward_server.core.tasks import derive
from reward_server.profiles import PROFILES
from reward_server.settings import Settings

from .number_task import PROFILE

ITEMS: list[dict[str, Any]] = [
    {"id": "near", "task": "number", "answer": 10, "tolerance": 0.5, "completion": "10.25"},
    {"id": "off", "group": "g", "task": "number", "answer": 10, "completion": "5"},
    {"id": "none", "group": "g", "task": "number", "answer": 10, "completion": "many"},
    {"id": "yes", "task": "TorF1", "answer": 1, "completion": "\\boxed{yes}"},
]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setitem(PROFILES, "robust", PROFILE)
    with TestClient(create_app(Settings(profile="robust"))) as client:
        yield client


def test_a_batch_may_mix_it_with_the_others(service: TestClient) -> None:
    reply = service.post("/score", json={"items": ITEMS, "verbosity": "full"}).json()
    near, off, none, yes = reply["results"]
    assert [result["correct"] for result in reply["results"]] == [True, False, False, True]
    assert near["components"] == {"format": 1, "correctness": 10, "detail": 8 * 0.975}
    assert (off["reward"], none["reward"], yes["reward"]) == (1 + 0.5 * 4, 0, 11)
    assert off["terms"]["near"] == 4
    assert off["terms"].keys() == yes["terms"].keys() == near["terms"].keys()
    assert off["explanation"] == "read 5.0, expected 10.0."
    assert reply["groups"]["g"]["size"] == 2


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"answer": "ten"}, "items[1].answer", "expected"),
        ({"station_1": "A"}, "items[1].station_1", "unknown field"),
        ({"task": "nmber"}, "items[1].task", "expected one of 'TorF1'"),
        ({"task": None}, "items[1].task", "expected one of 'TorF1'"),
    ],
)
def test_a_problem_of_an_item_says_where(
    service: TestClient, change: dict[str, Any], path: str, message: str
) -> None:
    reply = service.post("/score", json={"items": [ITEMS[3], ITEMS[0] | change]})
    assert reply.status_code == 422
    (problem,) = reply.json()["error"]["details"]
    assert problem["path"] == path
    assert message in problem["message"]


def test_an_item_without_a_task_is_told_so() -> None:
    with pytest.raises(ItemsError, match=r"items\[0\]\.task: this field is required"):
        Scorer(profile=PROFILE).score([{"answer": 1, "completion": ""}])


def test_bad_gold_is_the_items_error(service: TestClient) -> None:
    item = ITEMS[0] | {"tolerance": -1}
    (result,) = service.post("/score", json={"items": [item]}).json()["results"]
    assert result["error"]["kind"] == "bad_gold"
    assert result["reward"] is None


def test_metadata_and_the_document_have_it(service: TestClient) -> None:
    metadata = service.get("/metadata").json()
    assert "number" in metadata["tasks"]
    assert "near" in metadata["terms"]["robust"]
    constants = {one["name"]: one["constants"] for one in metadata["profiles"]}
    assert constants["robust"]["number"] == {"detail_max": 8}
    assert "number" not in constants["paper"]
    schemas = service.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["NumberItem"]["properties"]["tolerance"]["description"] == "Absent or null: 0."
    items = schemas["ScoreRequest"]["properties"]["items"]["items"]["anyOf"]
    assert {one["$ref"].rpartition("/")[2] for one in items} == {"TransitItem", "NumberItem"}
    assert "tolerance" in str(schemas["Gold"])


def test_metrics_count_it(service: TestClient) -> None:
    assert 'task="number"' in service.get("/metrics").text
    service.post("/score", json={"items": ITEMS})
    text = service.get("/metrics").text
    assert 'reward_server_items_total{status="ok",task="number"} 3.0' in text
    assert 'reward_server_correct_total{task="number"} 1.0' in text
    assert 'reward_server_term_points_total{sign="plus",task="number",term="near"} 11.8' in text
    assert 'reward_server_parse_failures_total{kind="no_answer",task="number"} 1.0' in text


def test_other_trainers_formats_take_its_gold(service: TestClient) -> None:
    sample = {"prompt": "", "response": "9", "label": {"task": "number", "answer": 10}}
    reply = service.post("/slime", json=sample).json()
    assert (reply["correct"], reply["detail"]) == (False, pytest.approx(7.2))


def test_its_constants_are_the_profiles() -> None:
    profile = derive(PROFILE, "other", {"number": {"detail_max": 2}})
    (off,) = Scorer(profile=profile).score([ITEMS[1]])
    assert off["components"] is not None
    assert off["components"]["detail"] == 1
