"""The routes of a NeMo Gym resources server, as its agents and verifiers call them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from reward_server.api.compat.nemo_gym import VerifyReply

from .conftest import Sample

Json = dict[str, Any]
REPLY = TypeAdapter(VerifyReply)
GOLD = {"task": "TorF1", "answer": 1}
ROW = {
    "agent_ref": {"type": "responses_api_agents", "name": "simple_agent"},
    "responses_create_params": {"input": [{"role": "user", "content": "Is it?"}]},
    "verifier_metadata": GOLD,
    "_ng_task_index": 3,
}


def said(*texts: str, role: str = "assistant") -> Json:
    content = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"id": "m", "type": "message", "role": role, "status": "completed", "content": content}


def rollout(*output: Json, gold: object = GOLD, **response: object) -> Json:
    return {
        **ROW,
        "verifier_metadata": gold,
        "response": {"id": "r", "object": "response", "output": list(output), **response},
    }


def post(client: TestClient, body: Json) -> Json:
    """The body of a reply, which must be 200 and of the documented shape."""
    reply = client.post("/verify", json=body)
    assert reply.status_code == 200, reply.text
    REPLY.validate_json(reply.content, strict=True)
    answer: Json = reply.json()
    return answer


def test_rollouts_have_the_rewards_of_score(client: TestClient, samples: list[Sample]) -> None:
    for one in samples:
        reply = post(client, rollout(said(one.completion), gold=one.gold))
        assert reply["reward"] == one.result["reward"]
        assert reply["correct"] == float(one.result["correct"])
        expected = {name: value or 0.0 for name, value in one.result["components"].items()}
        assert reply["reward_components"] == expected
        # once more at the top, where clients make metrics of numbers
        assert {name: reply[name] for name in expected} == expected


def test_the_request_comes_back_whole(client: TestClient) -> None:
    body = rollout(said("\\boxed{yes}"), usage={"output_tokens": 7})
    reply = post(client, body)
    assert {name: reply[name] for name in body} == body


def test_a_saved_rollout_is_scored_again(client: TestClient) -> None:
    saved = post(client, rollout(said("\\boxed{yes}")))
    assert post(client, saved | {"reward": -1.0}) == saved
    reply = client.get("/reverify_mode")
    assert (reply.status_code, reply.json()) == (200, "stateless")


CALL = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c", "output": "no"}
THOUGHT = {
    "type": "reasoning",
    "id": "t",
    "summary": [],
    "content": [{"type": "reasoning_text", "text": "\\boxed{no}"}],
}


@pytest.mark.parametrize(
    "output",
    [
        [said("\\boxed{yes}")],
        [said("\\boxed{y", "es}")],
        [THOUGHT, said("\\boxed{yes}")],
        [said("Let me see."), THOUGHT, said("\\boxed{yes}")],
        [said("\\boxed{no}"), CALL, RESULT, said("\\boxed{yes}")],
        [said("\\boxed{no}", role="user"), said("\\boxed{yes}")],
        [said("\\boxed{yes}"), CALL, RESULT],
        [{"type": "message", "role": "assistant", "content": "\\boxed{yes}"}],
    ],
)
def test_the_completion_is_the_text_of_the_models_last_turn(
    client: TestClient, output: list[Json]
) -> None:
    assert post(client, rollout(*output))["correct"] == 1.0


@pytest.mark.parametrize(
    "output",
    [
        [],
        [THOUGHT],
        [CALL, RESULT],
        [{**said(), "content": [{"type": "refusal", "refusal": "I won't"}]}],
    ],
)
@pytest.mark.parametrize("status", ["completed", "incomplete", None])
def test_a_model_that_wrote_no_text_gave_an_empty_completion_and_that_is_data(
    client: TestClient, output: list[Json], status: str | None
) -> None:
    assert post(client, rollout(*output, status=status))["reward"] == 0.0


@pytest.mark.parametrize(
    ("body", "path", "told"),
    [
        (rollout(gold={**GOLD, "anwser": 1}), "verifier_metadata.anwser", "unknown field"),
        (rollout(gold=None), "verifier_metadata", "got null"),
        (rollout(gold={"task": "TorF1"}), "verifier_metadata", "missing_gold: TorF1 needs answer"),
        (ROW, "response", "this field is required"),
        ({**ROW, "response": {}}, "response.output", "this field is required"),
        # what failed is not the model's answer
        (rollout(status="failed"), "response.status", "'completed' or 'incomplete'"),
        (rollout(status="in_progress"), "response.status", "'completed' or 'incomplete'"),
        (rollout(error={"code": "server_error"}), "response.error", "got an object"),
        (
            rollout({**said(), "content": [{"type": "output_text"}]}),
            "response.output[0].content[0].text",
            "this field is required",
        ),
        ({"response": {"output": []}, "verifier_metadata": GOLD}, "responses_create_params", ""),
    ],
)
def test_what_cannot_be_scored_is_refused_with_what_was_expected_and_where(
    client: TestClient, body: Json, path: str, told: str
) -> None:
    reply = client.post("/verify", json=body)
    assert reply.status_code == 422, reply.text
    error = reply.json()["error"]
    assert not error["retryable"]
    assert error["details"][0]["path"] == path
    assert told in error["details"][0]["message"]


@pytest.mark.parametrize("deep", [300, 2000])
def test_what_cannot_be_sent_back_is_refused(client: TestClient, deep: int) -> None:
    body = json.dumps(rollout(said("\\boxed{yes}")))[:-1]
    reply = client.post("/verify", content=f'{body}, "deep": {"[" * deep}{"]" * deep}}}')
    assert reply.status_code == 422


def test_the_gold_may_be_json_in_a_string(client: TestClient) -> None:
    assert post(client, rollout(said("\\boxed{yes}"), gold=json.dumps(GOLD)))["reward"] == 11.0


@pytest.mark.parametrize("body", [{}, ROW, {**ROW, "resources_session_id": "s"}])
def test_a_rollout_needs_no_session(client: TestClient, body: Json) -> None:
    reply = client.post("/seed_session", json=body)
    assert (reply.status_code, reply.json()) == (200, {})
    assert "set-cookie" not in reply.headers


def test_the_service_says_that_it_lives(client: TestClient) -> None:
    assert client.get("/").json() == {"status": "ok"}


def test_metrics_are_aggregated_over_all_replies_and_by_task(client: TestClient) -> None:
    replies = [
        {"_ng_task_index": 1, "_ng_rollout_index": 0, "reward": 2.0, "correct": True},
        {"_ng_task_index": 0, "_ng_rollout_index": 0, "reward": 1.0, "correct": True, "name": "x"},
        {"_ng_task_index": 0, "reward": 3.0, "response": {"usage": {"output_tokens": 5}}},
    ]
    reply = client.post("/aggregate_metrics", json={"verify_responses": replies})
    assert reply.status_code == 200, reply.text
    told = reply.json()
    assert told["key_metrics"] == {
        "mean/reward": 2.0,
        "mean/correct": 1.0,
        "mean/output_tokens": 5.0,
    }
    assert told["agent_metrics"]["std/reward"] == 1.0
    assert [one["_ng_task_index"] for one in told["group_level_metrics"]] == [0, 1]
    first, second = told["group_level_metrics"]
    assert (first["mean/reward"], first["max/reward"], first["min/reward"]) == (2.0, 3.0, 1.0)
    assert (second["median/reward"], second["std/reward"]) == (2.0, 0.0)


def test_no_replies_have_no_metrics(client: TestClient) -> None:
    reply = client.post("/aggregate_metrics", json={"verify_responses": []})
    assert reply.json() == {"group_level_metrics": [], "agent_metrics": {}, "key_metrics": {}}


@pytest.mark.parametrize(
    "replies", ["x", [1], [{"_ng_task_index": "x"}], [{"reward": 1e308}] * 3, None]
)
def test_what_cannot_be_aggregated_is_refused(client: TestClient, replies: object) -> None:
    reply = client.post("/aggregate_metrics", json={"verify_responses": replies})
    assert reply.status_code == 422, reply.text
