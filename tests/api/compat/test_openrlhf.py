"""``POST /openrlhf`` takes what OpenRLHF sends, and answers what it reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from reward_server.api.compat.openrlhf import ExtraLogs, OpenRLHFReply

from .conftest import Sample

Json = dict[str, Any]
REPLY = TypeAdapter(OpenRLHFReply)
PROMPT = "<|im_start|>user\nIs it?<|im_end|>\n<|im_start|>assistant\n"
YES = {"query": [f"{PROMPT}\\boxed{{yes}}<|im_end|>"], "prompts": [PROMPT]}
GOLD = {"task": "TorF1", "answer": 1}


def body_of(samples: list[Sample]) -> Json:
    return {
        "query": [f"{PROMPT}{one.completion}<|im_end|>" for one in samples],
        "prompts": [PROMPT] * len(samples),
        "labels": [one.gold for one in samples],
    }


def post(client: TestClient, body: Json, url: str = "/openrlhf") -> Json:
    """The body of a reply, which must be 200 and of the documented shape."""
    reply = client.post(url, json=body)
    assert reply.status_code == 200, reply.text
    REPLY.validate_json(reply.content, strict=True)
    answer: Json = reply.json()
    return answer


def test_samples_have_the_rewards_of_score(client: TestClient, samples: list[Sample]) -> None:
    reply = post(client, body_of(samples))
    assert reply["rewards"] == [one.result["reward"] for one in samples]
    assert reply["scores"] == [float(one.result["correct"]) for one in samples]
    for name, column in reply["extra_logs"].items():
        within = [{**one.result, **one.result["components"]} for one in samples]
        assert column == [float(one[name] or 0) for one in within]


def test_one_sample_has_the_same_keys_and_only_numbers_whatever_the_task(
    client: TestClient, samples: list[Sample]
) -> None:
    for one in samples:
        reply = post(client, body_of([one]))
        assert reply["rewards"] == one.result["reward"]
        logs = reply["extra_logs"]
        assert list(logs) == list(ExtraLogs.__annotations__)
        assert all(type(value) is float for value in logs.values())


def test_empty_lists_are_answered_with_empty_lists(client: TestClient) -> None:
    # what OpenRLHF before 0.11.2 sends to every further URL
    reply = post(client, {"query": [], "prompts": [], "labels": []})
    assert (reply["rewards"], reply["scores"]) == ([], [])
    assert set(map(tuple, reply["extra_logs"].values())) == {()}


def test_a_label_may_be_json_in_a_string(client: TestClient) -> None:
    assert post(client, {**YES, "labels": [json.dumps(GOLD)]})["rewards"] == 11.0


def test_fields_that_openrlhf_may_add_are_passed_over(client: TestClient) -> None:
    assert post(client, {**YES, "labels": [GOLD], "images": [None]})["rewards"] == 11.0


def test_the_address_may_name_a_profile_and_pin_its_fingerprint(client: TestClient) -> None:
    body = {**YES, "labels": [GOLD]}
    reply = post(client, body, "/openrlhf?profile=released")
    assert (reply["profile"], reply["rewards"]) == ("released", 10.0)
    pinned = f"/openrlhf?profile=released&expect_fingerprint={reply['fingerprint']}"
    assert post(client, body, pinned) == reply
    assert client.post("/openrlhf?expect_fingerprint=x", json=body).status_code == 409
    assert client.post("/openrlhf?profile=x", json=body).status_code == 422


@pytest.mark.parametrize(
    ("change", "path", "told"),
    [
        ({"labels": [{**GOLD, "anwser": 1}]}, "labels[0].anwser", "unknown field"),
        ({"labels": [{"answer": 1}]}, "labels[0].task", "this field is required"),
        ({"labels": [{**GOLD, "completion": "x"}]}, "labels[0].completion", "unknown field"),
        ({"labels": ["yes"]}, "labels[0]", "got 'yes'"),
        ({"labels": [""]}, "labels[0]", "got ''"),
        ({"labels": [None]}, "labels[0]", "got null"),
        ({"labels": ["[]"]}, "labels[0]", "got '[]'"),
        ({"labels": []}, "", "lists of one length, got 1, 1 and 0"),
        ({"prompts": ["Was it?"]}, "query[0]", "expected prompts[0] and then the response"),
        ({"query": "x"}, "query", "expected a list"),
        ({"query": [1]}, "query[0]", "expected a valid string"),
        # what only scoring finds out
        ({"labels": [{"task": "TorF1"}]}, "labels[0]", "missing_gold: TorF1 needs answer"),
        ({"labels": [{"task": "TorF1", "answer": 5}]}, "labels[0]", "bad_gold: answer"),
        (
            {"labels": [{"task": "planning", "network": "x", "station_1": "a", "station_2": "b"}]},
            "labels[0]",
            "unknown_network: network",
        ),
    ],
)
def test_what_cannot_be_scored_is_refused_with_what_was_expected_and_where(
    client: TestClient, change: Json, path: str, told: str
) -> None:
    reply = client.post("/openrlhf", json={**YES, "labels": [GOLD], **change})
    assert reply.status_code == 422
    error = reply.json()["error"]
    assert not error["retryable"]
    assert error["details"][0]["path"] == path
    assert told in error["details"][0]["message"]
    assert told in error["message"]


def test_one_sample_in_error_refuses_its_request_and_is_named(client: TestClient) -> None:
    body = {name: column * 3 for name, column in YES.items()}
    reply = client.post("/openrlhf", json={**body, "labels": [GOLD, {"task": "TorF1"}, GOLD]})
    assert reply.status_code == 422
    assert [one["path"] for one in reply.json()["error"]["details"]] == ["labels[1]"]


def test_more_samples_than_a_batch_may_have_are_refused(client: TestClient) -> None:
    body = {name: column * 20_000 for name, column in YES.items()}
    assert client.post("/openrlhf", json={**body, "labels": [GOLD] * 20_000}).status_code == 413
