"""``make demo``: the real server on the bundled networks, a bundled batch over HTTP, its breakdown.

``python -m reward_server.demo`` keeps serving until Ctrl-C; ``--once`` ends after the table.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from itertools import groupby
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .profiles import ROBUST
from .wire.results import COMPONENTS

HOST = "127.0.0.1"
PORT = 8080
START_SECONDS = 60.0
STOP_SECONDS = 10.0
#: How wide the table is where the output is no terminal, in characters.
WIDTH = 120
#: How much of a completion is shown, in characters.
GIST = 40

Json = dict[str, Any]


def batch() -> list[Json]:
    """The bundled items, as ``POST /score`` takes them."""
    lines = resources.files(__package__).joinpath("demo.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in lines.splitlines()]


def free_port(wanted: int) -> int:
    """``wanted``, or any free port where something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(url: str, body: Json | None = None) -> Json:
    """The JSON that a GET, or a POST of ``body``, is answered with."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - our own URL
    with urlopen(request, timeout=START_SECONDS) as reply:  # noqa: S310
        answer: Json = json.load(reply)
        return answer


@contextmanager
def server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """``reward-server serve`` as a process of its own, ready to score; stopped at the end.

    Raises ``RuntimeError`` where it does not get ready.
    """
    command = [sys.executable, "-m", "reward_server.cli", "serve", "--host", HOST]
    # The demo shows the bundled networks and the default profile, whatever is set here.
    settings = {name: value for name, value in os.environ.items() if "REWARD_SERVER_" not in name}
    process = subprocess.Popen([*command, "--port", str(port)], env=settings)  # noqa: S603
    try:
        _wait_until_ready(process, f"http://{HOST}:{port}/readyz")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            fetch(url)
        except URLError:  # not listening yet, or not ready (503)
            time.sleep(0.05)
        else:
            return
    state = "is not ready" if process.poll() is None else f"ended with {process.returncode}"
    raise RuntimeError(f"the server {state}: nothing to show")


def breakdown(items: list[Json], results: list[Json]) -> Table:
    """One row an item: what was asked and answered, and what the answer earned."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("item", no_wrap=True)
    table.add_column("completion, signals")
    for column in ("reward", "correct", "weight", *COMPONENTS):
        table.add_column(column, justify="right", no_wrap=True)
    for network, rows in groupby(zip(items, results, strict=True), lambda row: row[0]["network"]):
        table.add_section()
        table.add_row(f"[bold]{network}[/]")
        for item, result in rows:
            parts = result["components"] or {}
            table.add_row(
                f"{item['id']}\n[dim]{item['task']} {item.get('question_form', '')}[/]",
                Text.assemble(
                    gist(item["completion"]),
                    ("\n" + ", ".join(result["signals"]), "yellow"),
                    no_wrap=True,
                    overflow="ellipsis",
                ),
                number(result["reward"]),
                {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[result["correct"]],
                number(result["weight"]),
                *(number(parts.get(name)) for name in COMPONENTS),
            )
    return table


def gist(completion: str) -> str:
    """A completion on one line, its middle left out where it is long."""
    line = " ".join(completion.split())
    half = GIST // 2
    return line if len(line) <= GIST else f"{line[:half]} … {line[-half:]}"


def number(value: float | None) -> str:
    """Points as the table shows them; nothing where there are none to give."""
    return "" if value is None else f"{value:.2f}"


def curl(url: str, item: Json) -> str:
    """The command that scores one item."""
    body = json.dumps({"items": [item]}, ensure_ascii=False)
    return f"curl -s {url}/score -H 'Content-Type: application/json' -d {shlex.quote(body)}"


def main() -> None:
    """Run the demo; the process ends with 0 once the batch is scored and the server stopped."""
    parser = argparse.ArgumentParser(prog="python -m reward_server.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the table")
    parser.add_argument("--port", type=int, default=PORT, help="another one where it is taken")
    options = parser.parse_args()
    # A stop from outside unwinds as Ctrl-C does, so that no server is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)

    port = free_port(options.port)
    url = f"http://{HOST}:{port}"
    items = batch()
    try:
        with server(port) as process:
            reply = fetch(f"{url}/score", {"items": items})
            console.print(breakdown(items, reply["results"]))
            console.print(
                f"reward = weight x (format + correctness + {ROBUST.weights.alpha} x detail)"
            )
            for name, group in reply["groups"].items():
                console.print(
                    f"group {name}: {group['size']} completions, "
                    f"mean {group['mean']:.2f}, std {group['std']:.2f}"
                )
            console.print(f"{len(items)} items scored by {url}/score, {reply['fingerprint']}")
            if not options.once:
                console.print(f"See a score: {url}/. Docs: {url}/docs. Try:")
                console.print(curl(url, items[0]), soft_wrap=True, markup=False, highlight=False)
                console.print("Serving until Ctrl-C.")
                sys.exit(process.wait())
    except KeyboardInterrupt:
        console.print("Stopped.")


if __name__ == "__main__":
    main()
