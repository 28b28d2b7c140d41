"""Real servers for tests: ``reward-server serve`` on a free port, and a client in a few lines."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

Json = dict[str, Any]
SECONDS = 60.0


@dataclass
class Served:
    """A server that runs, and what it has written to stderr."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    folder: Path,
    *options: str,
    variables: Mapping[str, str] | None = None,
    port: int | None = None,
    program: Sequence[str] = ("-m", "reward_server.cli"),
) -> Iterator[Served]:
    """A server of its own, with its log in ``folder``; stopped at the end.

    ``program``: what Python runs.
    """
    port, log = port or free_port(), folder / "stderr"
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, *program, "serve", "--port", str(port), *options]
    variables = {**os.environ, **(variables or {})}
    with log.open("wb") as output:  # also stdout: if pytest dies, its reader need not wait for us
        process = subprocess.Popen(command, env=variables, stdout=output, stderr=output)
    served = Served(f"http://127.0.0.1:{port}", process, log)
    try:
        until(lambda: is_up(f"{served.url}/readyz", process), log.read_text)
        yield served
    finally:
        if process.poll() is None:
            served.stop()


def run_group(command: Sequence[str], seconds: float) -> int:
    """The exit status of a program; whatever it has started ends with it, or when time is up."""
    with subprocess.Popen(command, start_new_session=True) as program:
        try:
            return program.wait(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


def is_up(url: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the server ended"
    try:
        return fetch(url)[0] != 503
    except (URLError, ConnectionError):
        return False


def until(
    holds: Callable[[], bool], told: Callable[[], object] = lambda: "", seconds: float = SECONDS
) -> None:
    """Wait until something holds, for a minute at most if nothing else is said."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)


def fetch(
    url: str, body: Json | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and body of a GET, or of a POST of ``body``."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, data, dict(headers or {})), timeout=SECONDS) as reply:
            return reply.status, reply.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()
