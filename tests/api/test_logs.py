"""One line of JSON for each request and each fault, with its id, and never a completion."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from reward_server import logs, scorer
from reward_server.app import create_app
from reward_server.settings import Settings

from ..serving import fetch, serving

Json = dict[str, Any]
COMPLETION = "Route Name: the text of a completion"


class Lines:
    """What the log has got so far."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[Json]:
        return [json.loads(line) for line in self.text().splitlines()]

    def of(self, logger: str) -> list[Json]:
        return [line for line in self.all() if line["logger"] == logger]


def logging_to(stream: io.StringIO, **settings: object) -> Iterator[None]:
    """Logging as the service has it, on ``stream``; as before at the end."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configuration = logs.configuration(Settings.model_validate(settings))
    configuration["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(configuration)
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines = Lines()
    yield from (lines for _ in logging_to(lines.stream, log_format="json"))


def caller(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def service() -> FastAPI:
    return create_app(Settings())


def test_a_request_is_one_line(service: FastAPI, lines: Lines, boxed: Json) -> None:
    caller(service).post("/score", json={"items": [boxed] * 3}, headers={"X-Request-ID": "a-1"})
    (line,) = lines.of("reward_server.access")
    assert line.pop("milliseconds") > 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "reward_server.access",
        "message": "request",
        "request_id": "a-1",
        "method": "POST",
        "route": "/score",
        "status": 200,
        "items": 3,
        "client": "testclient",
    }


def test_a_refused_request_and_an_unknown_path_are_lines_too(
    service: FastAPI, lines: Lines, boxed: Json
) -> None:
    caller(service).post("/score", json={"items": [boxed | {"task": "x"}]})
    caller(service).get("/networks/china/nowhere")
    caller(service).get("/a/path?of=a%0Astranger")
    logged = [(line["route"], line["status"]) for line in lines.of("reward_server.access")]
    assert logged == [("/score", 422), ("/networks/{name:path}", 404), ("other", 404)]


def test_probes_that_are_well_are_not_in_the_log(service: FastAPI, lines: Lines) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert caller(service).get(path).status_code == 200
    assert lines.of("reward_server.access") == []


@pytest.mark.parametrize("given", ["7", "step-12/rank-3", "0b9a:7f=", "x" * 128])
def test_a_sane_request_id_is_taken_and_given_back(service: FastAPI, given: str) -> None:
    reply = caller(service).get("/healthz", headers={"X-Request-ID": given})
    assert reply.headers.get_list("X-Request-ID") == [given]


@pytest.mark.parametrize("given", [None, "", "x" * 129, "two words", 'a"b', "a;b", "é"])
def test_another_request_id_is_replaced_by_a_new_one(service: FastAPI, given: str | None) -> None:
    headers = {} if given is None else {b"X-Request-ID": given.encode("latin-1")}
    replies = [caller(service).get("/healthz", headers=headers) for _ in range(2)]
    made = {reply.headers["X-Request-ID"] for reply in replies}
    assert len(made) == 2
    assert all(len(one) == 16 and one.isalnum() for one in made)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/docs"),
        ("GET", "/metrics"),
        ("GET", "/nowhere"),
        ("DELETE", "/score"),
        ("POST", "/score"),
    ],
)
def test_every_reply_has_the_strict_headers(service: FastAPI, method: str, path: str) -> None:
    reply = caller(service).request(method, path)
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Server" not in reply.headers


def fails_on(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the scorer's step ``name`` fail with an error that quotes what it was given."""

    def fail(*given: object) -> object:
        raise ValueError(f"could not read {given!r}")

    monkeypatch.setattr(scorer, name, fail)
    monkeypatch.setattr(sys.modules["reward_server.api.score"], name, fail, raising=False)


def test_a_fault_of_ours_has_a_traceback_in_the_log_and_none_in_the_reply(
    service: FastAPI, lines: Lines, boxed: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_on(monkeypatch, "group_results")
    reply = caller(service).post(
        "/score",
        json={"items": [boxed | {"completion": COMPLETION}]},
        headers={"X-Request-ID": "broken"},
    )
    assert reply.status_code == 500
    assert reply.headers["X-Request-ID"] == "broken"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.json()["error"] == {
        "kind": "internal",
        "message": "the service failed on this request; its log says why",
        "retryable": True,
        "details": [],
    }
    (fault,) = lines.of("reward_server.api.access")
    (request,) = lines.of("reward_server.access")
    assert (fault["request_id"], request["request_id"]) == ("broken", "broken")
    assert (request["level"], request["status"]) == ("warning", 500)
    assert 'raise ValueError(f"could not read {given!r}")' in fault["exception"]
    assert fault["exception"].endswith("builtins.ValueError")
    assert COMPLETION not in lines.text()


def test_an_item_that_fails_is_in_the_log_without_its_completion(
    service: FastAPI, lines: Lines, boxed: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_on(monkeypatch, "evaluate")
    body = {"items": [boxed | {"completion": COMPLETION}]}
    reply = caller(service).post("/score", json=body, headers={"X-Request-ID": "one-item"})
    assert reply.json()["results"][0]["error"]["kind"] == "internal"
    (line,) = lines.of("reward_server.scorer")
    assert line["message"] == "item 'q8-0' (TorF1) could not be scored"
    assert line["request_id"] == "one-item"
    assert COMPLETION not in lines.text()


def test_completions_are_logged_only_where_they_are_asked_for(boxed: Json) -> None:
    for asked in (False, True):
        lines = Lines()
        app = create_app(Settings(log_completions=asked))
        for _ in logging_to(lines.stream, log_format="json", log_completions=asked):
            caller(app).post("/score", json={"items": [boxed | {"completion": COMPLETION}]})
        logged = [
            (line["id"], line["task"], line["reward"], line["completion"])
            for line in lines.of("reward_server.items")
        ]
        assert logged == ([("q8-0", "TorF1", 0.0, COMPLETION)] if asked else [])


def test_a_log_line_can_hold_any_text(lines: Lines) -> None:
    logging.getLogger("any").warning("%s", "\ud800\n\x00 站", extra={"fields": {"x": {1}}})
    (line,) = lines.all()
    assert (line["message"], line["x"]) == ("\ud800\n\x00 站", "{1}")


def test_text_is_a_line_to_read(service: FastAPI, boxed: Json) -> None:
    lines = Lines()
    for _ in logging_to(lines.stream, log_format="text"):
        caller(service).post("/score", json={"items": [boxed]}, headers={"X-Request-ID": "a-1"})
        logging.getLogger("x").warning("said", extra={"fields": {"what": "two\nwords"}})
    first, second = (line for line in lines.text().splitlines() if "HTTP Request" not in line)
    assert " INFO    request request_id=a-1 method=POST route=/score status=200 items=1 " in first
    assert second.endswith('WARNING said what="two\\nwords"')


def test_the_log_is_text_on_a_terminal_and_json_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, formatter in ((True, logs.TextFormatter), (False, logs.JsonFormatter)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal)
        chosen = logs.configuration(Settings())["formatters"]["ours"]["()"]
        assert chosen == f"{logs.__name__}.{formatter.__name__}"


def test_every_line_of_two_real_workers_is_json_with_a_level(tmp_path: Path, boxed: Json) -> None:
    with serving(tmp_path, "--workers", "2") as served:
        with urlopen(f"{served.url}/healthz") as reply:
            assert "Server" not in reply.headers
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
        sent = {f"request-{number}" for number in range(20)}
        for one in sent:
            body = {"items": [boxed | {"completion": COMPLETION}]}
            assert fetch(f"{served.url}/score", body, {"X-Request-ID": one})[0] == 200
        with socket.create_connection(("127.0.0.1", urlsplit(served.url).port or 0)) as raw:
            raw.sendall(b"this is no HTTP\r\n\r\n")
            raw.recv(1000)
        assert served.stop() == 0
    lines = served.lines()
    assert {line["level"] for line in lines} == {"info"}
    assert {"uvicorn.error", "reward_server.access"} <= {line["logger"] for line in lines}
    logged = {line["request_id"] for line in lines if line["logger"] == "reward_server.access"}
    assert logged > sent  # and that of what was no HTTP
    assert COMPLETION not in served.log.read_text()
