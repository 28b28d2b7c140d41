"""Workers that die or hang are replaced, and none outlives its supervisor; real processes.

What many clients meet meanwhile is in ``tests/faults/test_processes.py``.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ..faults.conftest import workers
from ..serving import SECONDS, Served, free_port, serving, until
from .test_signals import ask, batch_of

Json = dict[str, Any]


def starts(served: Served) -> int:
    """Workers that have started since the beginning."""
    return [line["message"] for line in served.lines()].count("Application startup complete.")


def test_a_worker_that_is_killed_is_replaced_and_who_tries_again_loses_nothing(
    tmp_path: Path, toy: Json, planning: Json
) -> None:
    body = batch_of(2000, toy, planning)

    def insist(_: int) -> list[float]:
        while True:
            try:
                answer = ask(served, "POST", "/score", body)
            except (OSError, http.client.HTTPException):  # its worker was killed
                continue
            assert answer.status == 200
            return [one["reward"] for one in answer.body["results"]]

    with (
        ThreadPoolExecutor(4) as callers,
        serving(tmp_path, "--workers", "2", "--log-format", "json") as served,
    ):
        until(lambda: starts(served) == 2)
        first = workers(served)
        batches = [callers.submit(insist, number) for number in range(24)]
        until(batches[0].done)
        os.kill(first.pop(), signal.SIGKILL)
        until(lambda: starts(served) == 3)
        assert len(workers(served) - first) == 1
        assert [one.result() for one in batches] == [[16.0] * 2000] * 24
        assert served.stop() == 0


def test_a_stop_while_the_supervisor_waits_for_a_worker_starts_no_other(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as served:
        until(lambda: starts(served) == 2)
        held = min(workers(served))
        os.kill(held, signal.SIGSTOP)
        time.sleep(1)  # the supervisor looks twice a second, and waits for an answer
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        os.kill(held, signal.SIGCONT)
        assert served.process.wait(SECONDS) == 0
        assert starts(served) == 2
        assert not [line for line in served.lines() if line["message"].endswith("died")]


def test_a_worker_that_dies_instead_of_answering_its_supervisor_is_replaced_at_once(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, "--workers", "2") as served:
        until(lambda: len(workers(served)) == 2)
        held = min(workers(served))
        os.kill(held, signal.SIGSTOP)
        time.sleep(1)  # now it is asked, and would be waited for half a minute
        os.kill(held, signal.SIGKILL)
        died = f"Child process [{held}] died"
        until(lambda: died in served.log.read_text(), seconds=10)
        until(lambda: len(workers(served) - {held}) == 2)


def test_a_supervisor_that_is_killed_takes_its_workers_along(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, "--workers", "2", port=port) as served:
        until(lambda: len(workers(served)) == 2)
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


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT])
def test_the_signal_that_ended_a_worker_is_logged(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path, "--workers", "2") as served:
        until(lambda: len(workers(served)) == 2)
        ended = min(workers(served))
        os.kill(ended, number)
        told = f"worker {ended} was ended by {number.name}"
        until(lambda: any(line["message"] == told for line in logged(served)))


def logged(served: Served) -> list[Json]:
    """The lines of the log; what a worker in its last moments writes of itself is no JSON."""
    lines = served.log.read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
