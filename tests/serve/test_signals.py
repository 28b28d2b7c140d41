"""Stopping a service under load, with real processes: nothing that was taken on is lost."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from ..faults.conftest import faults_logged, workers
from ..serving import SECONDS, Served, fetch, serving, until

Json = dict[str, Any]

#: Items of a batch that takes a while to score.
MANY = 150_000
LARGE = "--max-items", str(MANY), "--max-items-in-flight", str(MANY)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: Json


def ask(served: Served, method: str, path: str, body: bytes | None = None) -> Answer:
    """The answer to a request over a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=SECONDS)
    try:
        connection.request(method, path, body)
        reply = connection.getresponse()
        return Answer(reply.status, dict(reply.headers), json.load(reply))
    finally:
        connection.close()


@pytest.fixture
def batch(toy: Json, planning: Json) -> bytes:
    return batch_of(MANY, toy, planning)


def batch_of(count: int, toy: Json, planning: Json) -> bytes:
    """A body of ``count`` items that all have 16 points, made quickly."""
    items = b",".join([json.dumps(planning).encode()] * count)
    return b'{"networks": ' + json.dumps(toy).encode() + b', "items": [' + items + b"]}"


def in_flight(served: Served) -> int:
    """Items that the service has taken and not yet answered."""
    page = fetch(f"{served.url}/metrics")[1]
    (line,) = (one for one in page.splitlines() if one.startswith("reward_server_items_in_flight "))
    return int(float(line.split()[1]))


def start(callers: ThreadPoolExecutor, served: Served, body: bytes) -> Future[Answer]:
    """A request that has been taken on."""
    sent = callers.submit(ask, served, "POST", "/score", body)
    until(lambda: sent.done() or in_flight(served) > 0)
    return sent


@pytest.mark.parametrize(
    ("workers", "number"),
    [
        (1, signal.SIGTERM),
        (2, signal.SIGTERM),
        (1, signal.SIGINT),
        (1, signal.SIGHUP),
        (2, signal.SIGHUP),
    ],
)
def test_a_stopped_service_answers_what_it_has_taken_and_refuses_the_rest_and_ends_with_0(
    tmp_path: Path, batch: bytes, workers: int, number: signal.Signals
) -> None:
    with (
        ThreadPoolExecutor() as callers,
        serving(tmp_path, "--workers", str(workers), *LARGE) as served,
    ):
        taken = start(callers, served, batch)
        served.process.send_signal(number)
        refusals = refused_until_the_end(served)
        assert served.process.wait(SECONDS) == 0
        answer = taken.result()
    assert answer.status == 200
    assert [one["reward"] for one in answer.body["results"]] == [16.0] * MANY
    assert refusals
    for refusal in refusals:
        assert refusal.status == 503
        assert refusal.body["error"]["kind"] == "draining"
        assert refusal.body["error"]["retryable"]
        assert int(refusal.headers["retry-after"]) >= 1
        assert refusal.headers["connection"] == "close"


def refused_until_the_end(served: Served) -> list[Answer]:
    """What probes and callers are told from the time when the service is no longer ready."""
    refusals: list[Answer] = []
    try:
        # each worker hears of it by itself
        until(lambda: all(ask(served, "GET", "/readyz").status != 200 for _ in range(5)))
        while served.process.poll() is None:
            refusals += ask(served, "GET", "/readyz"), ask(served, "POST", "/score", b"{}")
            time.sleep(0.05)
    except (OSError, http.client.HTTPException):  # it listens no more
        pass
    return refusals


def test_a_kept_connection_is_closed(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as served:
        kept = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=SECONDS)
        kept.request("GET", "/healthz")
        assert kept.getresponse().read() == b'{"status":"ok"}'
        assert served.stop() == 0
        assert kept.sock.recv(1) == b""
        kept.close()


def test_what_is_not_done_when_the_time_to_drain_is_over_is_to_be_sent_again(
    tmp_path: Path, batch: bytes
) -> None:
    options = "--workers", "1", "--drain-seconds", "0.2", *LARGE
    with ThreadPoolExecutor() as callers, serving(tmp_path, *options) as served:
        address = urlsplit(served.url)
        with socket.create_connection((address.hostname, address.port), SECONDS) as slow:
            slow.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            taken = start(callers, served, batch)
            stopped = time.monotonic()
            served.process.send_signal(signal.SIGTERM)
            answer = taken.result()
            assert slow.recv(100).startswith(b"HTTP/1.1 503")
        assert served.process.wait(SECONDS) == 0
    assert (answer.status, answer.body["error"]["kind"]) == (503, "draining")
    assert time.monotonic() - stopped < 5


@pytest.mark.parametrize("count", ["1", "2"])
def test_it_ends_with_0_also_where_it_is_told_to_stop_again_and_again(
    tmp_path: Path, count: str
) -> None:
    with serving(tmp_path, "--workers", count) as served:
        os.kill(served.process.pid, signal.SIGINT)
        while served.process.poll() is None:
            served.process.send_signal(signal.SIGTERM)
            time.sleep(0.002)
        assert served.process.returncode == 0
        assert not faults_logged(served)
        assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_service_that_is_to_outlive_its_terminal_does(tmp_path: Path, count: str) -> None:
    """As ``nohup`` starts it: SIGHUP is ignored, by its workers too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # which a new process inherits
    try:
        with serving(tmp_path, "--workers", count) as served:
            for pid in {served.process.pid, *workers(served)}:
                os.kill(pid, signal.SIGHUP)
            time.sleep(1)  # in which it would have begun to drain
            assert ask(served, "GET", "/readyz").status == 200
            assert served.stop() == 0
            assert "SIGHUP" not in served.log.read_text()
    finally:
        signal.signal(signal.SIGHUP, before)
