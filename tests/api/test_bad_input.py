"""Bad input, as tables: the right status or error kind, and a message that says what was expected.

None is a 500, none is a score.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from reward_server.app import create_app
from reward_server.settings import Settings
from reward_server.wire.replies import ErrorReply, ScoreReply

Json = dict[str, Any]

ERROR = TypeAdapter(ErrorReply)
MALFORMED_BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "Invalid JSON: Input is a zero-length, empty document"),
    "half a body": (b'{"items": [', "Invalid JSON: unexpected end of data: line 1 column 12"),
    "two bodies": (b'{"items": []} {}', "Invalid JSON: unexpected content after document"),
    "single quotes": (
        b"{'items': []}",
        "Invalid JSON: unexpected character, expected a string key",
    ),
    "a list": (b"[]", "expected an object, got a list"),
    "null": (b"null", "expected an object, got null"),
    "a string": (b'"items"', "expected an object, got 'items'"),
    "no items": (b"{}", "items: this field is required"),
    "items that are no list": (b'{"items": {}}', "items: expected a list, got an object"),
    "an item that is no object": (b'{"items": [1]}', "items[0]: expected an object, got 1"),
    "deep nesting": (b'{"items": ' + b"[" * 100_000, "Invalid JSON: depth limit exceeded"),
    "deep nesting in an unknown field": (
        b'{"items": [], "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        "Invalid JSON: depth limit exceeded",
    ),
    "bytes that are no UTF-8": (
        b'{"items": [], "profile": "\xff"}',
        "Invalid JSON: str is not valid UTF-8",
    ),
    "half a surrogate pair": (b'{"items": [], "profile": "\\ud800"}', "got '\ufffd'"),
    "a number too long to read": (
        b'{"items": [{"task": "TorF1", "completion": "", "answer": ' + b"9" * 10_000 + b"}]}",
        "Invalid JSON: number is infinity when parsed as double",
    ),
    "no number": (
        b'{"items": [{"task": "TorF1", "completion": "", "answer": NaN}]}',
        "Invalid JSON: unexpected character",
    ),
    "an infinite number": (
        b'{"items": [{"task": "TorF1", "completion": "", "answer": Infinity}]}',
        "Invalid JSON: unexpected character",
    ),
    "another encoding": ('{"items": []}'.encode("utf-16"), "Invalid JSON"),
    "an unknown profile": (
        b'{"items": [], "profile": "x"}',
        "profile: expected one of robust, paper, released, got 'x'",
    ),
    "no profile's name": (b'{"items": [], "profile": ""}', "profile: expected one of robust,"),
    "a profile that is no string": (
        b'{"items": [], "profile": 1}',
        "profile: expected a valid string, got 1",
    ),
    "an unknown verbosity": (
        b'{"items": [], "verbosity": "loud"}',
        "verbosity: expected 'reward', 'components' or 'full', got 'loud'",
    ),
    "a fingerprint that is no string": (
        b'{"items": [], "expect_fingerprint": 1}',
        "expect_fingerprint: expected a valid string, got 1",
    ),
    "an unknown field at the top": (b'{"items": [], "model": "x"}', "model: unknown field"),
    "an unknown field of an inline network": (
        b'{"items": [], "networks": {"toy": {"lines": {"1": ["A", "B"]}, "city": 1}}}',
        "networks.toy.city: unknown field",
    ),
    "an inline network without lines": (
        b'{"items": [], "networks": {"toy": {}}}',
        "networks.toy.lines: this field is required",
    ),
    "an inline network of one station": (
        b'{"items": [], "networks": {"toy": {"lines": {"1": ["A"]}}}}',
        "line '1': expected at least two stations, got 1",
    ),
}


@pytest.mark.parametrize(("body", "message"), MALFORMED_BODIES.values(), ids=MALFORMED_BODIES)
def test_a_malformed_body_is_refused_with_what_was_expected(
    client: TestClient, body: bytes, message: str
) -> None:
    reply = client.post("/score", content=body)
    error = refusal(reply.content)
    assert reply.status_code == 422, reply.text
    assert error["kind"] in {"malformed", "unknown_profile"}
    assert message in error["message"]
    assert error["retryable"] is False


def refusal(content: bytes) -> Json:
    """The error of a reply, which must be of the documented shape."""
    ERROR.validate_json(content, strict=True)
    error: Json = json.loads(content)["error"]
    assert "Traceback" not in error["message"]
    return error


MESSAGES = "a valid string or a list"
MALFORMED_ITEMS: dict[str, tuple[Json, str]] = {
    "unknown field": ({"anwser": 1}, "items[1].anwser: unknown field"),
    "unknown task": (
        {"task": "TorF3"},
        "'TorF1', 'TorF2', 'Counting1', 'Counting2', 'Counting3' or 'planning', got 'TorF3'",
    ),
    "task null": ({"task": None}, "items[1].task: expected 'TorF1'"),
    "answer as a string": ({"answer": "1"}, "items[1].answer: expected a valid integer, got '1'"),
    "answer as a float": ({"answer": 1.0}, "items[1].answer: expected a valid integer, got 1.0"),
    "answer as a boolean": (
        {"answer": True},
        "items[1].answer: expected a valid integer, got true",
    ),
    "answer beyond 64 bits": (
        {"answer": 10**30},
        "items[1].answer: expected a valid integer, got a number of more than 64 bits",
    ),
    "id as a float": ({"id": 1.5}, "items[1].id: expected a valid string or a valid integer"),
    "group as a list": (
        {"group": []},
        "items[1].group: expected a valid string or a valid integer",
    ),
    "network as a number": ({"network": 1}, "items[1].network: expected a valid string, got 1"),
    "station as a list": ({"station_1": ["A"]}, "items[1].station_1: expected a valid string"),
    "three options": ({"options": ["1", "2", "3"]}, "items[1].options[3]: missing"),
    "five options": ({"options": list("12345")}, "items[1].options: expected"),
    "option as a number": (
        {"options": [1, "2", "3", "4"]},
        "items[1].options[0]: expected a valid",
    ),
    "unknown difficulty": (
        {"difficulty_city": "extreme"},
        "items[1].difficulty_city: expected 'easy', 'middle' or 'hard' or 'medium', got 'extreme'",
    ),
    "unknown form": (
        {"question_form": "long"},
        "items[1].question_form: expected 'short', 'via_count' or 'via_stops', got 'long'",
    ),
    "transfers as a string": (
        {"question_transfer_count": "1"},
        "items[1].question_transfer_count: expected a valid integer, got '1'",
    ),
    "completion null": (
        {"completion": None},
        f"items[1].completion: expected {MESSAGES}, got null",
    ),
    "completion a number": ({"completion": 5}, f"items[1].completion: expected {MESSAGES}, got 5"),
    "completion an object": ({"completion": {}}, f"items[1].completion: expected {MESSAGES}"),
    "a message that is text": (
        {"completion": ["\\boxed{yes}"]},
        "items[1].completion[0]: expected an object",
    ),
}


@pytest.mark.parametrize(("change", "message"), MALFORMED_ITEMS.values(), ids=MALFORMED_ITEMS)
def test_a_malformed_item_is_refused_with_its_place_and_what_was_expected(
    client: TestClient, boxed: Json, change: Json, message: str
) -> None:
    body = json.dumps({"items": [boxed, boxed | change]})
    reply = client.post("/score", content=body)
    error = refusal(reply.content)
    assert reply.status_code == 422, reply.text
    assert error["kind"] == "malformed"
    assert message in error["message"]
    assert [f"{one['path']}: {one['message']}" for one in error["details"]] == [error["message"]]


@pytest.mark.parametrize("field", ["task", "completion"])
def test_an_item_without_a_required_field_is_refused(
    client: TestClient, boxed: Json, field: str
) -> None:
    del boxed[field]
    error = refusal(client.post("/score", json={"items": [boxed]}).content)
    assert error["message"] == f"items[0].{field}: this field is required"


def test_of_many_problems_the_first_are_told_and_the_others_counted(client: TestClient) -> None:
    error = refusal(client.post("/score", json={"items": [{}] * 100}).content)
    assert len(error["details"]) == 20
    assert error["message"].endswith("; and 180 more")


def test_a_long_value_is_not_repeated_in_the_message(client: TestClient, boxed: Json) -> None:
    reply = client.post("/score", json={"items": [boxed | {"answer": "9" * 10**6, "x" * 10**6: 1}]})
    assert reply.status_code == 422
    assert len(reply.content) < 2000


ITEMS_IN_ERROR: dict[str, tuple[Json, str, str]] = {
    "a network that is not there": (
        {"network": "nowhere"},
        "unknown_network",
        "no network 'nowhere'",
    ),
    "a network that is almost there": (
        {"network": "velmora/aldrin"},
        "unknown_network",
        "'velmora/aldrina'",
    ),
    "no network": ({"network": None}, "unknown_network", "planning is scored on a network"),
    "a gold station of another city": (
        {"station_1": "Atlantis"},
        "unknown_station",
        "station_1 'Atlantis' is not a station of network 'toy'",
    ),
    "another gold station of another city": (
        {"station_2": "Atlantis"},
        "unknown_station",
        "station_2 'Atlantis'",
    ),
    "a gold station without a name": ({"station_1": ""}, "unknown_station", "station_1 ''"),
    "no first station": ({"station_1": None}, "missing_gold", "planning needs station_1"),
    "no second station": ({"station_2": None}, "missing_gold", "planning needs station_2"),
    "twice the same station": ({"station_2": "A Station"}, "bad_gold", "expected two"),
    "fewer transfers than none": (
        {"question_transfer_count": -1},
        "bad_gold",
        "question_transfer_count: expected at least 0, got -1",
    ),
    "no answer to TorF1": ({"task": "TorF1"}, "missing_gold", "TorF1 needs answer"),
    "no answer to TorF2": ({"task": "TorF2"}, "missing_gold", "TorF2 needs answer"),
    "no answer to Counting1": ({"task": "Counting1"}, "missing_gold", "Counting1 needs answer"),
    "no answer to Counting2": ({"task": "Counting2"}, "missing_gold", "Counting2 needs answer"),
    "no answer to Counting3": ({"task": "Counting3"}, "missing_gold", "Counting3 needs answer"),
    "an answer to TorF1 beyond 1": (
        {"task": "TorF1", "answer": 2},
        "bad_gold",
        "answer of TorF1: expected 1 for yes or 0 for no, got 2",
    ),
    "an answer to Counting1 beyond D": (
        {"task": "Counting1", "answer": 4},
        "bad_gold",
        "expected 0 to 3 for A to D, got 4",
    ),
    "a negative count": ({"task": "Counting2", "answer": -1}, "bad_gold", "got -1"),
    "a completion of 1 MB": (
        {"completion": "x" * 10**6},
        "completion_too_long",
        "completion: expected at most 262144 characters, got 1000000",
    ),
}


@pytest.mark.parametrize(("change", "kind", "message"), ITEMS_IN_ERROR.values(), ids=ITEMS_IN_ERROR)
def test_an_item_that_cannot_be_scored_has_an_error_and_no_reward(
    client: TestClient, toy: Json, planning: Json, change: Json, kind: str, message: str
) -> None:
    body = {"networks": toy, "items": [planning, planning | change, planning]}
    reply = client.post("/score", json=body)
    TypeAdapter(ScoreReply).validate_json(reply.content, strict=True)
    before, bad, after = reply.json()["results"]
    assert reply.status_code == 200
    assert before == after
    assert before["reward"] == 16.0
    assert bad["status"] == "error"
    assert (bad["reward"], bad["correct"], bad["weight"], bad["signals"]) == (None, None, None, [])
    assert bad["components"] == {"format": None, "correctness": None, "detail": None}
    assert bad["error"]["kind"] == kind
    assert message in bad["error"]["message"]
    assert bad["error"]["retryable"] is False


@pytest.mark.parametrize("task", ["TorF1", "TorF2", "Counting2", "Counting3"])
def test_a_task_that_never_looks_at_its_network_needs_none(
    client: TestClient, boxed: Json, task: str
) -> None:
    item = boxed | {"task": task, "network": "nowhere"}
    (one,) = client.post("/score", json={"items": [item]}).json()["results"]
    assert one["status"] == "ok"


COMPLETIONS = {
    "control characters": "\x00\x01\x7f\\boxed{yes}",
    "a pair of surrogates": "\U0001f687\\boxed{yes}",
    "text from right to left": "\u202e\\boxed{yes}",
    "as long as is allowed": "x" * 262_133 + "\\boxed{yes}",
}


@pytest.mark.parametrize("completion", COMPLETIONS.values(), ids=COMPLETIONS)
def test_an_odd_completion_is_data(client: TestClient, boxed: Json, completion: str) -> None:
    (one,) = client.post("/score", json={"items": [boxed | {"completion": completion}]}).json()[
        "results"
    ]
    assert (one["status"], one["correct"]) == ("ok", True)


def test_another_fingerprint_than_expected_is_a_conflict_that_names_both(
    client: TestClient,
) -> None:
    reply = client.post("/score", json={"items": [], "expect_fingerprint": "robust-0.9.0-abc"})
    error = refusal(reply.content)
    ours = client.post("/score", json={"items": []}).json()["fingerprint"]
    assert (reply.status_code, error["kind"]) == (409, "fingerprint")
    assert "robust-0.9.0-abc" in error["message"]
    assert ours in error["message"]


@pytest.fixture(scope="module")
def small() -> TestClient:
    """A service with low limits."""
    settings = Settings(max_items=2, max_body_bytes=1000, max_completion_characters=20)
    return TestClient(create_app(settings), raise_server_exceptions=False)


def test_a_batch_of_too_many_items_is_too_large(small: TestClient, boxed: Json) -> None:
    assert small.post("/score", json={"items": [boxed] * 2}).status_code == 200
    reply = small.post("/score", json={"items": [boxed] * 3})
    error = refusal(reply.content)
    assert (reply.status_code, error["kind"]) == (413, "batch_too_large")
    assert error["message"] == "items: expected at most 2, got 3; split the batch"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_of_too_many_bytes_is_too_large(small: TestClient, *, streamed: bool) -> None:
    body = b'{"items": []' + b" " * 1000 + b"}"
    reply = small.post("/score", content=iter([body]) if streamed else body)
    error = refusal(reply.content)
    assert (reply.status_code, error["kind"]) == (413, "body_too_large")
    assert error["message"] == "expected a body of at most 1000 bytes; split the batch"


@pytest.mark.parametrize("half", [rb"\ud83d", rb"\udc00", rb"\ud83d\ud83d"])
def test_half_a_surrogate_pair_in_a_completion_spoils_no_neighbour(
    client: TestClient, half: bytes
) -> None:
    item = b'{"task": "TorF1", "answer": 1, "completion": "%s\\\\boxed{yes}"}'
    body = b'{"verbosity": "full", "items": [%s, %s]}' % (item % b"", item % half)
    reply = client.post("/score", content=body)
    assert reply.status_code == 200, reply.text
    whole, cut = reply.json()["results"]
    assert whole["reward"] == cut["reward"] == 11.0


def test_a_completion_that_is_too_long_is_its_items_error_only(
    small: TestClient, boxed: Json
) -> None:
    items = [boxed, boxed | {"completion": "x" * 21}]
    good, bad = small.post("/score", json={"items": items}).json()["results"]
    assert good["status"] == "ok"
    assert bad["error"]["kind"] == "completion_too_long"


def test_an_unknown_path_and_a_wrong_method_have_the_shape_of_every_error(
    client: TestClient,
) -> None:
    unknown, wrong = client.get("/nowhere"), client.get("/score")
    assert (unknown.status_code, refusal(unknown.content)["kind"]) == (404, "not_found")
    assert (wrong.status_code, refusal(wrong.content)["kind"]) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "POST"


def test_our_own_fault_is_told_without_a_trace(
    client: TestClient, boxed: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("reward_server.api.score.group_results", fail)
    reply = client.post("/score", json={"items": [boxed]})
    error = refusal(reply.content)
    assert (reply.status_code, error["kind"], error["retryable"]) == (500, "internal", True)
    assert "secret" not in reply.text


def test_a_parameter_of_the_address_is_refused_and_not_passed_over() -> None:
    with TestClient(create_app(Settings())) as client:
        reply = client.post("/score?profile=released", json={"items": []})
    assert reply.status_code == 422
    assert "?profile" in reply.json()["error"]["message"]
