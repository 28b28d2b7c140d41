"""Processes that are killed, stopped and started again under load: who tries again loses nothing.

What one large batch meets when the service is stopped, and how the rest is refused, is in
``tests/api/test_drain.py``; here are many clients, mixed items, and their ids in the log.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from ..serving import SECONDS, Served, free_port, serving
from ..serving import until as wait_until
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


def test_a_stop_while_the_supervisor_waits_for_a_worker_starts_no_other(tmp_path: Path) -> None:
    def started() -> int:
        return [line["message"] for line in served.lines()].count("Application startup complete.")

    with serving(tmp_path, "--workers", "2") as served:
        asyncio.run(until(lambda: started() == 2))
        held = min(workers(served))
        os.kill(held, signal.SIGSTOP)
        time.sleep(1)  # the supervisor looks twice a second, and waits for an answer
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        os.kill(held, signal.SIGCONT)
        assert served.process.wait(SECONDS) == 0
        assert started() == 2
        assert not [line for line in served.lines() if line["message"].endswith("died")]


def test_a_worker_that_dies_instead_of_answering_its_supervisor_is_replaced_at_once(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, "--workers", "2") as served:
        asyncio.run(until(lambda: len(workers(served)) == 2))
        held = min(workers(served))
        os.kill(held, signal.SIGSTOP)
        time.sleep(1)  # now it is asked, and would be waited for half a minute
        os.kill(held, signal.SIGKILL)
        died = f"Child process [{held}] died"
        wait_until(lambda: died in served.log.read_text(), seconds=10)
        asyncio.run(until(lambda: len(workers(served) - {held}) == 2))


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


def test_a_supervisor_that_is_killed_takes_its_workers_along(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, "--workers", "2", port=port) as served:
        asyncio.run(until(lambda: len(workers(served)) == 2))
        left = workers(served)
        served.process.kill()
        served.process.wait()
    try:
        deadline = time.monotonic() + 3
        while any(map(is_there, left)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        for pid in filter(is_there, left):
            os.kill(pid, signal.SIGKILL)
    with serving(tmp_path, "--workers", "2", port=port):
        pass


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
