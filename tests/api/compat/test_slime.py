"""``POST /slime`` takes what slime and miles send, and answers what their flags can use."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from reward_server.api.compat.slime import SlimeReply

from .conftest import Sample

Json = dict[str, Any]
REPLY = TypeAdapter(SlimeReply)
GOLD = {"task": "TorF1", "answer": 1}


def post(client: TestClient, response: str, label: object, url: str = "/slime") -> Json:
    """The body of a reply, which must be 200 and of the documented shape."""
    reply = client.post(url, json={"prompt": "Is it?", "response": response, "label": label})
    assert reply.status_code == 200, reply.text
    REPLY.validate_json(reply.content, strict=True)
    answer: Json = reply.json()
    assert list(answer) == list(SlimeReply.__annotations__)
    return answer


def test_samples_have_the_results_of_score(client: TestClient, samples: list[Sample]) -> None:
    for one in samples:
        reply = post(client, f"{one.completion}<|im_end|>", one.gold)
        for name in ("reward", "correct", "weight", "signals"):
            assert reply[name] == one.result[name]
        assert {name: reply[name] for name in one.result["components"]} == one.result["components"]


@pytest.mark.parametrize(
    ("response", "category"),
    [
        ("\\boxed{yes}", "correct"),
        ("\\boxed{no}", "wrong"),
        ("", "empty"),
        ("Who knows?", "no_answer"),
    ],
)
def test_the_category_says_why_a_reward_is_low(
    client: TestClient, response: str, category: str
) -> None:
    assert post(client, response, GOLD)["category"] == category


def test_a_label_may_be_json_in_a_string(client: TestClient) -> None:
    assert post(client, "\\boxed{yes}", json.dumps(GOLD))["reward"] == 11.0


@pytest.mark.parametrize("prompt", ["Is it?", [{"role": "user", "content": "Is it?"}], None])
def test_the_prompt_is_not_read(client: TestClient, prompt: object) -> None:
    body = {"prompt": prompt, "response": "\\boxed{yes}", "label": GOLD}
    assert client.post("/slime", json=body).json()["reward"] == 11.0


def test_the_address_may_name_a_profile(client: TestClient) -> None:
    reply = post(client, "\\boxed{yes}", GOLD, "/slime?profile=released")
    assert (reply["profile"], reply["reward"], reply["format"]) == ("released", 10.0, None)


@pytest.mark.parametrize(
    ("change", "path", "told"),
    [
        ({"label": {**GOLD, "anwser": 1}}, "label.anwser", "unknown field"),
        ({"label": None}, "label", "got null"),
        ({"label": 1}, "label", "got a number"),
        ({"label": {"task": "TorF1"}}, "label", "missing_gold: TorF1 needs answer"),
        ({"response": None}, "response", "expected a valid string"),
        ({"response": "x" * 300_000}, "label", "completion_too_long: completion"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_what_was_expected_and_where(
    client: TestClient, change: Json, path: str, told: str
) -> None:
    body = {"prompt": "Is it?", "response": "\\boxed{yes}", "label": GOLD, **change}
    reply = client.post("/slime", json=body)
    assert reply.status_code == 422
    error = reply.json()["error"]
    assert not error["retryable"]
    assert error["details"][0]["path"] == path
    assert told in error["details"][0]["message"]
