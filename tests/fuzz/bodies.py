"""Any bytes to each route that takes a body, through the application, in this process.

A finding is: a status other than 200 and the refusals that are the caller's fault; a reply that is
not its schema's; a reward for an item in error, none for one that is ok, or one that is not finite;
an item in error by a fault of ours.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter
from starlette.types import ASGIApp, Message

from reward_server.api.compat.nemo_gym import AggregateMetrics, VerifyReply
from reward_server.api.compat.openrlhf import OpenRLHFReply
from reward_server.api.compat.slime import SlimeReply
from reward_server.app import create_app
from reward_server.settings import Settings
from reward_server.wire.replies import ErrorReply, ScoreReply
from tests.fuzz.draws import Draws

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Json = Any
#: Small, so that they are met.
LIMITS = Settings(max_body_bytes=2**17, max_items=40, max_completion_characters=3000)
_MANY = 50
REFUSALS = {409, 413, 415, 422}

_ERROR: TypeAdapter[Json] = TypeAdapter(ErrorReply)
_REPLIES: Mapping[str, TypeAdapter[Json]] = {
    "/score": TypeAdapter(ScoreReply),
    "/openrlhf": TypeAdapter(OpenRLHFReply),
    "/slime": TypeAdapter(SlimeReply),
    "/verify": TypeAdapter(VerifyReply),
    "/aggregate_metrics": TypeAdapter(AggregateMetrics),
    "/seed_session": TypeAdapter(dict[str, Json]),
}
_BOXED = {"task": "TorF1", "answer": 1, "id": "a", "group": 7, "options": None}
_PLANNING = {
    "task": "planning",
    "network": "toy",
    "station_1": "Alba",
    "station_2": "Dale",
    "difficulty_city": "medium",
    "question_transfer_count": 1,
    "question_form": "via_stops",
}
_CHOICE = {
    "task": "Counting1",
    "network": "toy",
    "station_1": "Alba",
    "station_2": "Cedar",
    "answer": 3,
    "options": ["1", "2", "3", "4"],
}
_ROUTE = "Route Name: 1\nDeparture Stop: Alba\nArrival Stop: Cedar\nVia Stops: Brook"
_CHAT = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "\\boxed{A}"}]
_TOY = {
    "lines": {"1": ["Alba", "Brook", "Cedar", "Elm"], "2": ["Cedar", "Dale"]},
    "overlay": {
        "aliases": {"lines": {"one": "1"}, "stations": {"Alb": "Alba"}},
        "loops": [],
        "branches": {"1": [{"junction": "Brook", "stations": ["Elm"]}]},
        "split": [],
        "join": [],
    },
}
_ITEMS = [
    {**_BOXED, "completion": "\\boxed{yes}"},
    {**_PLANNING, "completion": _ROUTE},
    {**_CHOICE, "completion": _CHAT},
]
_ROWS: Mapping[str, Json] = {
    "/score": {
        "profile": "robust",
        "verbosity": "full",
        "deadline_ms": 60_000,
        "networks": {"toy": _TOY},
        "items": _ITEMS,
    },
    "/openrlhf": {
        "query": ["Is it?\\boxed{yes}</s>", "Is it?no"],
        "prompts": ["Is it?", "Is it?"],
        "labels": [_BOXED, json.dumps(_BOXED)],
    },
    "/slime": {"prompt": "Is it?", "response": "\\boxed{yes}<|im_end|>", "label": _BOXED},
    "/verify": {
        "responses_create_params": {"input": [{"role": "user", "content": "Is it?"}]},
        "response": {
            "output": [
                {"type": "reasoning", "summary": []},
                {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "\\boxed{yes}"}],
                },
            ],
            "usage": {"total_tokens": 3},
        },
        "verifier_metadata": _BOXED,
    },
    "/aggregate_metrics": {
        "verify_responses": [
            {"reward": 1.5, "_ng_task_index": 0, "response": {"usage": {"total_tokens": 3}}},
            {"reward": 2, "_ng_task_index": 1, "correct": True, "note": "x"},
        ]
    },
    "/seed_session": {},
}
_ATOMS = (
    *("\\boxed{yes}", "\\boxed{A}", _ROUTE, "Route Name: ", "yes", "--", "Stops: [Alba]", "\n", ""),
    *("Alba", "Brook", "Cedar", "Dale", "toy", "china/beijing", "lanhai/xingpu", "1", "站", "\x00"),
    *("robust", "paper", "released", "full", "reward", "components", "medium", "hard", "assistant"),
    *("TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning", "short", "via_count"),
    *(
        "text",
        "message",
        "output_text",
        "x" * 2990,
        "9" * 5000,
        "é",
        "😀",
        "constructor",
        "__class__",
    ),
)
_VALUES: Sequence[Json] = (
    *(None, True, False, 0, 1, -1, 4, 1.0, 0.5, -0.0, 1e308, -1e308, 2**53, 2**63, 2**64, -(2**63)),
    *(
        10**400,
        float("nan"),
        float("inf"),
        -float("inf"),
        "",
        "1",
        [],
        {},
        [[]],
        [None],
        {"": None},
    ),
    *(_ITEMS, _BOXED, _CHAT, _TOY, json.dumps(_BOXED), "{}", [[[[[[[[]]]]]]]], {"": None}),
)
#: Field -> values that it may have.
_SOUND: Mapping[str, Sequence[Json]] = {
    "task": ("TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"),
    "answer": (0, 1, 2, 3, 4, -1, 10**18, -(2**63), None),
    "network": ("toy", "toy", "lanhai/xingpu", "nowhere", None),
    "station_1": ("Alba", "Brook", "Elm", "Dale", "alba", "A" * 5000, "", None),
    "station_2": ("Alba", "Cedar", "Elm", "Dale", "cedar", "", None),
    "difficulty_city": ("easy", "medium", "hard", None),
    "question_form": ("short", "via_count", "via_stops", None),
    "question_transfer_count": (0, 1, 7, -1, 2**63 - 1, None),
    "options": (None, ["a", "b", "c", "d"], ["1", "1", "1", "1"], ["", "", "", ""]),
    "id": (None, "", "b", 0, -1, 2**63 - 1),
    "group": (None, "", "b", 0, -1, 2**63 - 1),
    "profile": ("robust", "paper", "released", None),
    "verbosity": ("reward", "components", "full", None),
    "deadline_ms": (None, 60_000, 2**63 - 1),
    "verify_responses": ([], [{}], [{"reward": 1e300}], [{"reward": 1}, {"reward": None}]),
    "_ng_task_index": (0, 1, -1, 2**63, True),
    "reward": (0, 1.5, -1e300, 1e308, True, None, "x"),
}
_TOKENS = (
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b'""', b"\\", b"null", b"true", b"1", b"-", b"e9"),
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"0.1e-999", b"9" * 400, b'"\\ud800"'),
    *(
        b'"\\ud83d\\ude00"',
        b'"\\u0000"',
        b"\x00",
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
    ),
    *(b'"items":', b'"task":"TorF1"', b'"completion":"', b'"answer":', b"[" * 3000, b'{"a":' * 600),
    *(b'"items":[],"items":[', b" " * 50, b"\n", b"\xf0\x9f\x98", b"/**/", b"\xef\xbb\xbf"),
)
_ENCODINGS = ("", "", "", "", "gzip", "zstd", "identity", "x-gzip", "GZIP", "br", "gzip, zstd")


class Reply(NamedTuple):
    """What the application answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Application:
    """The service without a server around it."""

    def __init__(self) -> None:
        self._app: ASGIApp = create_app(LIMITS)
        self._loop = asyncio.new_event_loop()

    def post(self, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Reply:
        return self._loop.run_until_complete(self._post(path, query, headers, body))

    def close(self) -> None:
        self._loop.close()

    async def _post(
        self, path: str, query: bytes, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        sent: list[Message] = []
        half = len(body) // 2
        parts: list[Message] = [
            {"type": "http.request", "body": body[:half], "more_body": True},
            {"type": "http.request", "body": body[half:], "more_body": False},
        ]

        async def receive() -> Message:
            if parts:
                return parts.pop(0)
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        await self._app(scope, receive, send)
        start = sent[0]
        told = {name.decode(): text.decode() for name, text in start["headers"]}
        return Reply(start["status"], told, b"".join(one.get("body", b"") for one in sent[1:]))


@lru_cache
def application() -> Application:
    """One for all inputs: what one leaves behind the next would meet."""
    return Application()


def try_body(data: bytes, seen: Counter[str], slower: float = 1.0) -> None:
    """Post the body that ``data`` draws; ``seen`` counts the statuses by route.

    Raises ``AssertionError`` with a note that has the request.
    """
    del slower
    draws = Draws(data)
    path = draws.pick([*_REPLIES, "/score", "/score"])
    query = draws.pick([b"", b"", b"", b"profile=paper", b"profile=%ff", b"expect_fingerprint=x"])
    if path == "/score" and not draws.one_in(12):
        query = b""  # it takes none, and would look at nothing else
    encoding = draws.pick(_ENCODINGS)
    body = plain = _body(path, draws)
    if encoding.lower().endswith("gzip"):
        body = gzip.compress(body, 1, mtime=0)
    elif encoding == "zstd":
        body = zstd.compress(body)
    if draws.one_in(12):
        body = _cut(body, draws)
        plain = b""
    headers = {"content-encoding": encoding} if encoding else {}
    if draws.one_in(2):
        headers["content-length"] = str(len(body))
    try:
        reply = application().post(path, query, headers, body)
        seen[f"{path} {reply.status}"] += 1
        _check(path, reply, plain, seen)
    except Exception as error:
        error.add_note(f"POST {path}?{query!r} {headers}: {body!r}")
        raise


def _body(path: str, draws: Draws) -> bytes:
    match draws.number(8):
        case 7:
            return draws.raw(4096)
        case 6:
            parts = []
            while not draws.used_up:
                parts.append(draws.pick(_TOKENS) if draws.number(8) else draws.raw(4))
            return b"".join(parts)
        case 5:
            return _cut(_dumped(_changed(_ROWS[path], draws), draws), draws)
        case 4:
            return _dumped(_changed(_ROWS[path], draws), draws)
        case _:
            return _dumped(_changed(_ROWS[path], draws, soundly=True), draws)


def _dumped(row: Json, draws: Draws) -> bytes:
    """The JSON of a row; a lone surrogate as an escape, or as what UTF-8 does not have."""
    escaped = bool(draws.number(2))
    return json.dumps(row, ensure_ascii=escaped).encode("utf-8", "surrogatepass")


def _cut(body: bytes, draws: Draws) -> bytes:
    """``body`` with tokens put in, and parts taken out or put twice, at a few places."""
    for _ in range(1 + draws.number(3)):
        start = draws.number(len(body) + 1)
        end = start + draws.number(16)
        match draws.number(5):
            case 0:
                body = body[:start] + draws.pick(_TOKENS) + body[start:]
            case 1:
                body = body[:start] + body[end:]
            case 2:
                body = body[:start] + draws.raw(1) + body[start + 1 :]
            case 3:
                body = body[:end] + body[start:]
            case _:
                body = body[:start]
    return body


def _changed(row: Json, draws: Draws, *, soundly: bool = False) -> Json:
    """A row with other values, fields and numbers of things at a few places.

    ``soundly``: mostly such as the schema allows.
    """
    row = json.loads(json.dumps(row))
    for _ in range(draws.number(8)):
        place, parent = row, None
        key: Any = None
        while isinstance(place, dict | list) and place and (parent is None or draws.number(6)):
            parent = place
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = draws.pick(keys)
            if key == "networks" and "items" in place and soundly and draws.number(8):
                key = "items"
            place = place[key]
        if parent is None:
            return _value(draws)
        if not soundly or draws.one_in(60):
            _change(parent, key, draws)
        elif key in _SOUND:
            parent[key] = draws.pick(_SOUND[key])
        elif isinstance(place, str) and key not in {"role", "type"}:
            parent[key] = _string(draws)
        elif isinstance(parent, list) and draws.one_in(4):
            parent[:] = (parent * (1 + draws.number(24)))[:_MANY]
    return row


def _change(parent: Json, key: Any, draws: Draws) -> None:  # noqa: ANN401 - a key or an index
    match draws.number(8):
        case 0:
            del parent[key]
        case 1 if isinstance(parent, dict):
            parent[_string(draws)] = parent.pop(key)
        case 1:
            parent[:] = (parent * (1 + draws.number(45)))[:_MANY]
        case 2 if isinstance(parent, dict):
            parent[_string(draws)] = _value(draws)
        case 3 | 4 | 5:
            parent[key] = _string(draws)
        case _:
            parent[key] = _value(draws)


def _value(draws: Draws) -> Json:
    return _string(draws) if draws.one_in(3) else json.loads(json.dumps(draws.pick(_VALUES)))


def _string(draws: Draws) -> str:
    parts = []
    for _ in range(draws.number(4)):
        parts.append(draws.pick(_ATOMS) if draws.number(5) else draws.character())
    return "".join(parts)


def _check(path: str, reply: Reply, body: bytes, seen: Counter[str]) -> None:
    assert reply.headers["content-type"] == "application/json", reply
    told = orjson.loads(reply.body)  # refuses NaN and infinities
    if reply.status != 200:
        assert reply.status in REFUSALS, reply
        _ERROR.validate_python(told, strict=True)
        assert told["error"]["retryable"] is False, reply
        return
    _REPLIES[path].validate_python(told)
    if path == "/score":
        if body:
            assert len(told["results"]) == len(json.loads(body)["items"]), reply
        for result in told["results"]:
            _check_result(result, seen)
    elif path not in {"/aggregate_metrics", "/seed_session"}:
        rewards = told.get("rewards", told.get("reward"))
        for reward in rewards if isinstance(rewards, list) else [rewards]:
            assert isinstance(reward, float), reply
            assert math.isfinite(reward), reply


def _check_result(result: Mapping[str, Json], seen: Counter[str]) -> None:
    error, reward = result["error"], result["reward"]
    if result["status"] == "ok":
        assert error is None, result
        assert isinstance(reward, float), result
        assert math.isfinite(reward), result
        seen["items ok"] += 1
    else:
        assert reward is None, result
        assert result["correct"] is None, result
        assert result["weight"] is None, result
        assert error["kind"] not in {"internal", "deadline"}, result
        assert error["message"], result
        seen[f"items {error['kind']}"] += 1
