"""The real thing: ``reward-server serve`` as a process with two workers, over a socket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

Json = dict[str, Any]

SECONDS = 60.0
PROFILE = 'name = "gentle"\nbase = "robust"\n[weights]\nalpha = 0.25\n'


def fetch(url: str, body: Json | None = None) -> tuple[int, Json]:
    """Status and body of a GET, or of a POST of ``body``."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data)
    try:
        with urlopen(request, timeout=SECONDS) as reply:
            return reply.status, json.load(reply)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of two workers on a free port of this machine, stopped at the end."""
    profile: Path = tmp_path_factory.mktemp("profiles") / "gentle.toml"
    profile.write_text(PROFILE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "reward_server.cli", "serve", "--port", str(port)]
    options = ["--workers", "2", "--profile", "released", "--profiles", str(profile)]
    limits = {"REWARD_SERVER_MAX_ITEMS": "5000"}
    process = subprocess.Popen([*command, *options], env=os.environ | limits)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) in (0, -signal.SIGTERM)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            assert fetch(url)[0] == 200
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server is not ready")


def test_the_workers_have_the_options_of_the_command_and_of_the_environment(url: str) -> None:
    for _ in range(10):  # whichever worker answers
        _, told = fetch(f"{url}/metadata")
        assert told["default_profile"] == "released"
        assert [one["name"] for one in told["profiles"]] == [
            "robust",
            "paper",
            "released",
            "gentle",
        ]
        assert told["limits"]["items"] == 5000


def test_a_profile_from_a_file_scores_with_its_own_constants(
    url: str, toy: Json, planning: Json
) -> None:
    body = {"networks": toy, "items": [planning]}
    _, robust = fetch(f"{url}/score", body | {"profile": "robust"})
    _, gentle = fetch(f"{url}/score", body | {"profile": "gentle"})
    assert robust["results"][0]["reward"] == 16.0
    assert gentle["results"][0]["reward"] == 13.5
    assert gentle["fingerprint"].startswith("gentle-1.0.0-")


def test_batches_from_many_callers_at_once_are_each_answered_in_order(
    url: str, boxed: Json
) -> None:
    def batch(caller: int) -> Json:
        items = [boxed | {"id": f"{caller}-{number}"} for number in range(500)]
        return fetch(f"{url}/score", {"items": items})[1]

    with ThreadPoolExecutor(16) as callers:
        replies = list(callers.map(batch, range(32)))
    for caller, reply in enumerate(replies):
        assert [one["id"] for one in reply["results"]] == [f"{caller}-{n}" for n in range(500)]
        assert all(one["correct"] for one in reply["results"])


def test_the_health_check_is_quick_while_large_batches_are_scored(
    url: str, toy: Json, planning: Json
) -> None:
    body = {"networks": toy, "items": [planning] * 5000}
    with ThreadPoolExecutor(4) as callers:
        batches = [callers.submit(fetch, f"{url}/score", body) for _ in range(8)]
        slowest = 0.0
        while not all(batch.done() for batch in batches):
            started = time.perf_counter()
            assert fetch(f"{url}/healthz")[0] == 200
            slowest = max(slowest, time.perf_counter() - started)
    assert all(batch.result()[0] == 200 for batch in batches)
    assert slowest < 2.0  # far above what it takes, far below a stall behind eight batches


def test_bad_requests_are_refused_over_the_wire_too(url: str, boxed: Json) -> None:
    assert fetch(f"{url}/score", {"items": [boxed | {"task": "x"}]})[0] == 422
    assert fetch(f"{url}/score", {"items": [], "expect_fingerprint": "x"})[0] == 409
    assert fetch(f"{url}/score", {"items": [boxed] * 5001})[0] == 413
    assert fetch(f"{url}/networks/nowhere")[0] == 404
