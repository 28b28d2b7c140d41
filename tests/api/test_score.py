"""``POST /score`` on good input: what comes back, in which order, under which name."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from reward_server.profiles import PROFILES
from reward_server.wire.replies import ScoreReply
from reward_server.wire.results import Result

Json = dict[str, Any]

KEYS = ["id", "status", "reward", "correct", "weight", "components", "signals", "error"]
REPLY = TypeAdapter(ScoreReply)


def post(client: TestClient, **body: object) -> Json:
    """The body of a reply, which must be 200 and of the documented shape."""
    reply = client.post("/score", json=body)
    assert reply.status_code == 200, reply.text
    answer: Json = reply.json()
    REPLY.validate_json(reply.content, strict=True)
    assert list(answer) == list(ScoreReply.__annotations__)
    return answer


def test_the_example_of_the_contract_gets_what_the_contract_says(
    client: TestClient, toy: Json, planning: Json
) -> None:
    reply = post(client, networks=toy, items=[planning])
    assert reply["profile"] == "robust"
    assert reply["fingerprint"].startswith("robust-1.1.0-")
    assert reply["results"] == [
        {
            "id": "q7-0",
            "status": "ok",
            "reward": 16.0,
            "correct": True,
            "weight": 1.0,
            "components": {"format": 1.0, "correctness": 10.0, "detail": 10.0},
            "signals": [],
            "error": None,
        }
    ]
    assert reply["groups"] == {"q7": {"size": 1, "mean": 16.0, "std": 0.0, "zero_variance": True}}


def test_an_empty_batch_has_empty_results(client: TestClient) -> None:
    reply = post(client, items=[])
    assert (reply["results"], reply["groups"]) == ([], {})


def test_results_keep_the_order_of_the_items_also_where_ids_are_equal_or_absent(
    client: TestClient, boxed: Json
) -> None:
    wrong = boxed | {"completion": "\\boxed{no}"}
    reply = post(client, items=[boxed, wrong, boxed, wrong | {"id": None}])
    assert [one["id"] for one in reply["results"]] == ["q8-0", "q8-0", "q8-0", None]
    assert [one["correct"] for one in reply["results"]] == [True, False, True, False]


def test_an_integer_label_comes_back_as_a_string(client: TestClient, boxed: Json) -> None:
    reply = post(client, items=[boxed | {"id": 7, "group": 3}])
    assert reply["results"][0]["id"] == "7"
    assert list(reply["groups"]) == ["3"]


@pytest.mark.parametrize("verbosity", ["reward", "components", "full"])
def test_keys_are_the_same_for_every_item_of_every_task(
    client: TestClient, toy: Json, planning: Json, verbosity: str
) -> None:
    tasks = ["TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"]
    good = [planning | {"task": task, "answer": 1} for task in tasks]
    bad = [item | {"answer": None, "station_1": None} for item in good]
    results = post(client, networks=toy, items=good + bad, verbosity=verbosity)["results"]
    assert [one["status"] for one in results] == ["ok"] * 6 + ["error"] * 6
    full = ["terms", "segments", "explanation"] if verbosity == "full" else []
    for one in results:
        assert list(one) == KEYS + full
        if verbosity == "reward":
            assert one["components"] is None
        else:
            assert list(one["components"]) == ["format", "correctness", "detail"]


def test_verbosity_full_says_how_the_reward_came_about(
    client: TestClient, toy: Json, planning: Json
) -> None:
    (one,) = post(client, networks=toy, items=[planning], verbosity="full")["results"]
    assert one["terms"]["origin"] == 1.0
    names = {"line": "Line 1", "departure": "A Station", "arrival": "C Station"}
    assert one["segments"] == [names | {"via_count": None, "via_stops": None, "found": names}]
    assert "A Station" in one["explanation"]
    assert list(one) == list(Result.__annotations__)


@pytest.mark.parametrize("profile", ["robust", "paper", "released"])
def test_a_request_names_its_profile(
    client: TestClient, toy: Json, planning: Json, profile: str
) -> None:
    reply = post(client, networks=toy, items=[planning], profile=profile, verbosity="full")
    assert reply["profile"] == profile
    assert reply["fingerprint"].startswith(f"{profile}-{PROFILES[profile].version}-")
    assert reply["results"][0]["correct"] is True
    no_format = reply["results"][0]["components"]["format"] is None
    assert no_format == (profile == "released")


def test_null_stands_for_absent(client: TestClient, toy: Json, planning: Json) -> None:
    optional = [
        "id",
        "group",
        "answer",
        "options",
        "difficulty_city",
        "question_transfer_count",
        "question_form",
    ]
    absent = {key: value for key, value in planning.items() if key not in optional}
    nulls = planning | dict.fromkeys(optional)
    items = [absent, nulls]
    top = dict.fromkeys(["profile", "expect_fingerprint", "verbosity"])
    first, second = post(client, networks=toy, items=items, **top)["results"]
    assert first == second
    assert first["reward"] == 16.0


def test_medium_is_middle(client: TestClient, boxed: Json) -> None:
    items = [boxed | {"difficulty_city": name} for name in ("easy", "middle", "medium", "hard")]
    weights = [one["weight"] for one in post(client, items=items)["results"]]
    assert weights == [1.0, 1.2, 1.2, 1.5]


def test_a_pinned_fingerprint_is_accepted_while_it_is_the_same(
    client: TestClient, boxed: Json
) -> None:
    pinned = post(client, items=[])["fingerprint"]
    assert post(client, items=[boxed], expect_fingerprint=pinned)["fingerprint"] == pinned


def test_the_fingerprint_is_independent_of_inline_networks(
    client: TestClient, toy: Json, planning: Json
) -> None:
    alone = post(client, items=[])["fingerprint"]
    assert post(client, networks=toy, items=[planning])["fingerprint"] == alone


def test_an_inline_network_comes_before_a_loaded_one_of_that_name_for_this_request_only(
    client: TestClient, toy: Json, planning: Json
) -> None:
    name = "velmora/aldrina"
    item = planning | {"network": name}
    (inline,) = post(client, networks={name: toy["toy"]}, items=[item])["results"]
    (loaded,) = post(client, items=[item])["results"]
    assert inline["reward"] == 16.0
    assert loaded["error"]["kind"] == "unknown_station"


def test_group_statistics_are_over_the_scored_items_of_each_group(
    client: TestClient, boxed: Json
) -> None:
    wrong = boxed | {"completion": "\\boxed{no}"}
    unscored = boxed | {"answer": None}
    items = [
        boxed | {"group": "both"},
        wrong | {"group": "both"},
        unscored | {"group": "both"},
        unscored | {"group": "none"},
        wrong,
    ]
    groups = post(client, items=items)["groups"]
    assert groups == {
        "both": {"size": 2, "mean": 6.0, "std": 5.0, "zero_variance": False},
        "none": {"size": 0, "mean": None, "std": None, "zero_variance": None},
    }


def test_one_bad_item_never_fails_its_neighbours(client: TestClient, boxed: Json) -> None:
    items = [boxed, boxed | {"answer": 5}, boxed]
    results = post(client, items=items)["results"]
    assert [one["status"] for one in results] == ["ok", "error", "ok"]
    assert results[0]["reward"] == results[2]["reward"] == 11.0


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def said(content: object, role: str = "assistant", **more: object) -> Json:
    return {"role": role, "content": content, **more}


YES, NO = "\\boxed{yes}", "\\boxed{no}"
CHATS = {
    "one message": [said(YES)],
    "a question before it": [said(NO, "user"), said(YES)],
    "an earlier turn of the assistant does not count": [said(NO), said("Sure?", "user"), said(YES)],
    "a tool's turn in between": [said(NO, tool_calls=[{}]), said(NO, "tool"), said(YES)],
    "what comes after it does not count": [said(YES), said(NO, "user")],
    "two messages of one turn": [said("Let me see."), said(YES)],
    "a word cut in two": [said([text("\\boxed{y"), text("es}")])],
    "an image between": [said([text("\\boxed{"), {"type": "image", "url": 1}, text("yes}")])],
    "fields of chat APIs": [said(YES, refusal=None, reasoning_content=NO, name="a", tool_calls=[])],
}


@pytest.mark.parametrize("messages", CHATS.values(), ids=CHATS)
def test_of_chat_messages_the_assistants_last_turn_is_the_completion(
    client: TestClient, boxed: Json, messages: list[Json]
) -> None:
    (one,) = post(client, items=[boxed | {"completion": messages}])["results"]
    assert one["correct"] is True


@pytest.mark.parametrize("content", [None, "", []])
def test_a_message_without_content_is_an_empty_completion_and_that_is_data(
    client: TestClient, boxed: Json, content: object
) -> None:
    (one,) = post(client, items=[boxed | {"completion": [said(content)]}])["results"]
    (empty,) = post(client, items=[boxed | {"completion": ""}])["results"]
    assert one == empty
    assert (one["status"], one["reward"]) == ("ok", 0.0)


def test_a_batch_large_enough_for_a_thread_gets_the_same_results(
    client: TestClient, toy: Json, planning: Json
) -> None:
    (one,) = post(client, networks=toy, items=[planning])["results"]
    assert post(client, networks=toy, items=[planning] * 500)["results"] == [one] * 500
