"""Hostile bodies at a real service, eight at once, beside honest callers and health checks."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.wire import workers_of

Json = dict[str, Any]
#: Hostile bodies at once, and how long each of their callers waits.
AT_ONCE = 8
SECONDS = 120.0
#: Between two honest calls, and two health checks.
_PAUSE = 0.02


class Siege(NamedTuple):
    """What came of it. ``honest``: results that were right; ``health``: seconds, sorted."""

    hostile: Counter[str]
    honest: int
    health: list[float]
    peak: int
    """Bytes of all processes together, at the most."""

    def health_ms(self, share: float) -> float:
        """Within which so large a share of health checks was answered."""
        return self.health[min(int(len(self.health) * share), len(self.health) - 1)] * 1000


def post(port: int, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("POST", "/score", content, dict(headers))
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def besiege(
    supervisor: int,
    port: int,
    hostile: bytes,
    honest: tuple[bytes, list[Json]],
    headers: Mapping[str, str],
) -> Siege:
    """Send a hostile body eight times at once; meanwhile an honest one, with its right results.

    Raises ``AssertionError`` where honest results are wrong; a refusal that asks to come again
    later is none.
    """
    health: list[float] = []
    right = 0
    with ThreadPoolExecutor(AT_ONCE) as callers:
        sent = [callers.submit(post, port, hostile, headers) for _ in range(AT_ONCE)]
        peak = memory(supervisor)

        def over() -> bool:
            return all(one.done() for one in sent)

        with ThreadPoolExecutor(2) as beside:
            checks = beside.submit(_check_health, port, headers, over, health)
            calls = beside.submit(_call, port, honest, headers, over)
            while not (checks.done() and calls.done()):
                peak = max(peak, memory(supervisor))
                time.sleep(_PAUSE)
            checks.result()
            right = calls.result()
        told = Counter(_told(*one.result()) for one in sent)
    return Siege(told, right, sorted(health), peak)


def _told(status: int, reply: bytes) -> str:
    return "200" if status == 200 else f"{status} {json.loads(reply)['error']['kind']}"


def _check_health(
    port: int, headers: Mapping[str, str], over: Callable[[], bool], health: list[float]
) -> None:
    while not over() or not health:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        connection.request("GET", "/healthz", headers=dict(headers))
        assert connection.getresponse().status == 200
        connection.close()
        health.append(time.monotonic() - began)
        time.sleep(_PAUSE)


def _call(
    port: int,
    honest: tuple[bytes, list[Json]],
    headers: Mapping[str, str],
    over: Callable[[], bool],
) -> int:
    """How often the honest body had its results: right ones, and at least once."""
    content, results = honest
    right = 0
    while not over() or not right:
        status, reply = post(port, content, headers)
        if status == 200:
            assert json.loads(reply)["results"] == results
            right += 1
        else:
            assert status in {429, 503}, reply
        time.sleep(_PAUSE)
    return right


def processes(supervisor: int) -> set[int]:
    return {supervisor, *workers_of(supervisor)}


def memory(supervisor: int) -> int:
    """Bytes that the processes of a service hold."""
    return sum(map(_resident, processes(supervisor)))


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) * 1024
