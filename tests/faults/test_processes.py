"""Processes that are killed, stopped and started again under load: who tries again loses nothing.

What one large batch meets when the service is stopped, and how the rest is refused, is in
``tests/serve/test_signals.py``; here are many clients, mixed items, and their ids in the log.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ..serving import SECONDS, Served, free_port, serving
from .conftest import Work, faults_logged, load, workers


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for a minute at most, while clients go on."""
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110 - processes set no event of ours
            await asyncio.sleep(0.02)


def test_one_worker_is_killed_and_then_all_of_them(tmp_path: Path, work: Work) -> None:
    async def run(served: Served) -> None:
        async with load(served, work) as clients:
            for many in (1, 2):
                await until(lambda: len(workers(served)) == 2)
                await clients.rounds_from_now()
                killed = sorted(workers(served))[:many]
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)
                await until(lambda: len(workers(served).difference(killed)) == 2)  # noqa: B023 - awaited
        assert clients.met["connection"] > 0
        assert set(clients.met) == {"connection"}

    with serving(tmp_path, "--workers", "2") as served:
        asyncio.run(run(served))
        assert served.stop() == 0
        assert not faults_logged(served)


def answered_by_log(served: Served) -> set[str]:
    """Ids of the load's requests that the service says it has answered with 200."""
    ids = {
        line["request_id"]
        for line in served.lines()
        if line["message"] == "request" and (line["route"], line["status"]) == ("/score", 200)
    }
    return {one for one in ids if one.startswith("load-")}


def test_the_service_is_stopped_and_started_again_at_the_same_port(
    tmp_path: Path, work: Work
) -> None:
    port = free_port()

    async def run(first: Served, again: ExitStack) -> None:
        async with load(first, work) as clients:
            await clients.rounds_from_now()
            first.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(first.process.wait, SECONDS) == 0
            # what was taken on is not lost: it has left the service, and arrives
            await until(lambda: answered_by_log(first) == clients.answered)
            start = serving(tmp_path / "again", "--workers", "2", port=port)
            second = await asyncio.to_thread(again.enter_context, start)
        assert clients.met["connection"] > 0
        assert set(clients.met) <= {"connection", "503"}
        assert await asyncio.to_thread(second.stop) == 0
        assert answered_by_log(first) | answered_by_log(second) == clients.answered
        assert not faults_logged(first) + faults_logged(second)

    with serving(tmp_path, "--workers", "2", port=port) as first, ExitStack() as again:
        asyncio.run(run(first, again))
