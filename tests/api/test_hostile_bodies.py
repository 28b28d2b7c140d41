"""Bodies that would take far more work or memory than their bytes, each refused before it does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server.api import batch, score
from reward_server.api.body import MOST_VALUES_BYTES, values_bytes
from reward_server.app import create_app
from reward_server.core.transit.network import Network
from reward_server.networks.inline import MANY_VALUES, InlineNetwork, build_networks
from reward_server.settings import Settings
from reward_server.wire.fields import MANY_FIELDS
from reward_server.wire.requests import MANY_NETWORKS

from ..bench import hostile

Json = dict[str, Any]

MOST_ITEMS = 1000
TRUE = {"task": "TorF1", "answer": 1}
WIDE = {f"field {number}": 0 for number in range(MANY_FIELDS + 1)}
TOY = hostile.lines_of({"1": ["A", "B", "C"]})


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(max_items=MOST_ITEMS))) as client:
        yield client


def refused(client: TestClient, body: object) -> tuple[int, str, list[Json]]:
    """Status, kind and problems of a refusal."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = client.post("/score", content=content)
    error = reply.json()["error"]
    return reply.status_code, error["kind"], error["details"]


# -- counts before checks


def test_items_are_counted_before_they_are_looked_at(client: TestClient) -> None:
    assert refused(client, {"items": [0] * (MOST_ITEMS + 1)})[:2] == (413, "batch_too_large")


def test_no_more_items_are_checked_behind_the_first_problems(client: TestClient) -> None:
    status, _, problems = refused(client, {"items": [0] * MOST_ITEMS})
    assert status == 422
    assert [problem["path"] for problem in problems] == [f"items[{n}]" for n in range(20)]
    right = {**TRUE, "completion": ""}
    status, _, problems = refused(client, {"items": [right] * 700 + [0] * 300})
    # 700 of 1000 are right; problems are told by where they really are
    assert [problem["path"] for problem in problems][:2] == ["items[700]", "items[701]"]


OBJECT = f"expected an object of at most {MANY_FIELDS} fields, got "


@pytest.mark.parametrize(
    ("body", "path", "got"),
    [
        ({**WIDE, "items": []}, "", len(WIDE) + 1),
        ({"items": [{**TRUE, "completion": "", **WIDE}]}, "items[0]", len(WIDE) + 3),
    ],
)
def test_fields_are_counted_before_each_is_told_of(
    client: TestClient, body: Json, path: str, got: int
) -> None:
    assert refused(client, body) == (
        422,
        "malformed",
        [{"path": path, "message": f"{OBJECT}{got}"}],
    )


@pytest.mark.parametrize(
    "messages", [[WIDE], [{"role": "assistant", "content": [{"type": "text"}, WIDE]}]]
)
def test_of_messages_with_many_fields_none_is_told(
    client: TestClient, messages: list[Json]
) -> None:
    # what a message has besides is left alone; where its text is, nobody can tell
    items = [{**TRUE, "completion": messages}, {**TRUE, "completion": "\\boxed{yes}"}]
    reply = client.post("/score", json={"items": items})
    wide, plain = reply.json()["results"]
    assert wide["error"]["kind"] == "unreadable_completion"
    assert len(wide["error"]["message"]) < 500
    assert plain["status"] == "ok"


def test_of_messages_that_are_none_the_first_is_told_alone(client: TestClient) -> None:
    _, _, problems = refused(client, {"items": [{**TRUE, "completion": [0] * 5000}]})
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("networks", "path", "message"),
    [
        ([], "networks", "expected an object of at most 64 networks, got a list"),
        (
            {str(number): TOY for number in range(MANY_NETWORKS + 1)},
            "networks",
            "expected an object of at most 64 networks, got 65 of them",
        ),
        (
            {"x" * 201: TOY},
            f"networks.{'x' * 200}",
            "expected a name of at most 200 characters, got 201",
        ),
        (
            {"toy": {"lines": {"1": [0] * (MANY_VALUES + 1)}}},
            "networks.toy",
            f"expected at most {MANY_VALUES} names, lists and objects",
        ),
        ({"toy": {"lines": {"1": [0, 0]}}}, "networks.toy.lines.1[0]", "expected a valid string"),
        ({"toy": TOY, "other": {}}, "networks.other.lines", "this field is required"),
    ],
)
def test_networks_are_counted_and_checked_one_by_one(
    client: TestClient, networks: object, path: str, message: str
) -> None:
    status, kind, (problem,) = refused(client, {"items": [], "networks": networks})
    assert (status, kind, problem["path"]) == (422, "malformed", path)
    assert problem["message"].startswith(message)


def test_a_network_that_takes_too_much_work_is_refused(client: TestClient) -> None:
    ways = {"ways": hostile.bushy(1500, of_spur=5)}
    status, kind, _ = refused(client, {"items": [], "networks": ways})
    assert (status, kind) == (422, "too_much_work")


def test_an_options_text_is_no_essay(client: TestClient) -> None:
    item = {**TRUE, "task": "Counting1", "completion": "", "options": ["a", "b", "c", "d" * 1001]}
    status, _, (problem,) = refused(client, {"items": [item]})
    assert (status, problem["path"]) == (422, "items[0].options[3]")


# -- memory


def test_what_values_take_is_known_before_they_are_made(client: TestClient) -> None:
    empty = b'{"items":[%b]}' % b",".join([b"{}"] * (2 * 2**20))
    assert refused(client, empty)[:2] == (413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "least", "most"),
    [
        (b"[" + b"{}," * 1000 + b"0]", 64_000, 300_000),
        (b'["' + b"{[,:" * 1000 + b'"]', 0, 200),
        (b'["' + b'\\"{},' * 1000 + b'"]', 0, 200),
        (b'["' + b"\\\\" * 1000 + b'",{},{}]', 200, 700),
        (b"[" + b'"ab",' * 1000 + b"0]", 51_000, 120_000),
        (b'["' + b'\\"' * 100_000, 0, 200),
        (b'["\\', 0, 200),
    ],
)
def test_values_are_told_from_texts_that_look_like_them(body: bytes, least: int, most: int) -> None:
    assert least <= values_bytes(body, 200 if most < 1000 else MOST_VALUES_BYTES) <= most


def test_a_reply_is_bounded_as_a_body_is(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = hostile.full_replies(100_000)
    whole = client.post("/score", content=body)
    assert whole.status_code == 200
    monkeypatch.setattr(score, "LARGEST_REPLY", len(whole.content) // 2)
    assert refused(client, body)[:2] == (413, "reply_too_large")
    monkeypatch.setattr(score, "LARGEST_REPLY", len(whole.content))
    assert client.post("/score", content=body).json() == whole.json()


# -- the event loop


@pytest.mark.parametrize("key", ['"networks"', '"\\u006eetworks"', '"networ\\u006bs"'])
def test_nothing_with_networks_is_built_on_the_event_loop(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    threads: list[str] = []

    def build(
        networks: Mapping[str, InlineNetwork],
        *more: Any,  # noqa: ANN401 - as they come
    ) -> dict[str, Network]:
        threads.append(threading.current_thread().name)
        return build_networks(networks, *more)

    monkeypatch.setattr(batch, "build_networks", build)
    body = f'{{{key}:{{"toy":{json.dumps(TOY)}}},"items":[]}}'
    assert client.post("/score", content=body).status_code == 200
    assert [name.rpartition("_")[0] for name in threads] == ["score"]
