"""What a fleet of trainers needs of the service: cores, replicas, bytes on the network, memory.

Measured: seconds of the worker's processor and bytes on the wire per item, as plain, gzip and zstd
bodies of 1,024 items whose completions have 2 KB; and a worker's memory, idle and with its limits
in flight reached. Computed from it: what a step needs. A step's completions come at once, when the
samplers are done, and its GPUs wait until all have their reward: so the wait, not the mean rate,
says how many cores there must be. deploy/SCALING.md has the reasoning.
"""

from __future__ import annotations

import gzip
import math
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
from backports import zstd

from reward_server.networks.network_set import NetworkSet
from reward_server.scorer import Scorer
from tests.bench.common import arguments, cities_in_words, load_cities, print_table
from tests.bench.rollouts import cities_options, pools, rollouts, shares
from tests.bench.wire import Connection, processor_seconds, request, workers_of
from tests.serving import serving

ITEMS = 1024
LARGE = 8192
#: Completions of a step: of 1, 8, 64 and 256 GPUs or so.
STEPS = (512, 4096, 16_384, 65_536)
#: Seconds that a step may wait for its rewards, and how long a step takes.
WAITS, STEP = (1.0, 0.2), 60.0
WORKERS_OF_A_POD = 2
"""The chart's default."""


class Cost(NamedTuple):
    """Of an item."""

    encoding: str
    microseconds: float
    sent: float
    received: float


def main() -> None:
    quick = arguments(__doc__).quick
    cities = load_cities()
    by_task, source = pools(cities)
    print(f"{source}, on {cities_in_words(cities)}; {os.cpu_count()} cores\n")
    items = rollouts(by_task, cities, shares(ITEMS), "in tags")
    large = rollouts(by_task, cities, shares(LARGE), "in tags")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), "--workers", "1", *cities_options()) as served,
    ):
        port = urlsplit(served.url).port
        assert port is not None
        (worker,) = workers_of(served.process.pid)
        idle = most_memory(worker)
        costs = measured(items, port, worker, cities, 20 if quick else 200)
        fill(large, port)
        full = most_memory(worker)
    print_costs(costs)
    print(
        f"A worker's memory: {idle / 2**20:.0f} MiB idle, {full / 2**20:.0f} MiB at the most with "
        "its limits in flight reached.\n"
    )
    print_fleets(costs[0])


def measured(
    items: Sequence[object], port: int, worker: int, cities: NetworkSet, times: int
) -> list[Cost]:
    """What an item costs in each encoding."""
    body = orjson.dumps({"items": items})
    right = Scorer(cities).score(orjson.loads(body)["items"])
    costs = []
    for encoding, sent in {
        "plain": body, "gzip": gzip.compress(body, 1), "zstd": zstd.compress(body),
    }.items():  # fmt: skip
        head = "" if encoding == "plain" else f"Content-Encoding: {encoding}\r\n"
        whole = request(sent, headers=head)
        connection = Connection(port)
        for _ in range(3):  # only warms
            reply = connection.ask(whole)
        assert orjson.loads(reply.body)["results"] == right
        before = processor_seconds(worker)
        for _ in range(times):
            connection.ask(whole)
        taken = processor_seconds(worker) - before
        connection.close()
        costs.append(
            Cost(encoding, taken / times / ITEMS * 1e6, len(sent) / ITEMS, len(reply.body) / ITEMS)
        )
    return costs


def fill(items: Sequence[object], port: int) -> None:
    """Send more at once than the worker takes."""
    whole = request(orjson.dumps({"items": items}))

    def ask(_: int) -> int:
        connection = Connection(port)
        try:
            return connection.ask(whole).status
        except OSError:  # refused before the body was sent
            return 429
        finally:
            connection.close()

    with ThreadPoolExecutor(24) as callers:
        statuses = list(callers.map(ask, range(72)))
    assert set(statuses) == {200, 429}, "its limits were not reached"


def most_memory(pid: int) -> int:
    """The most resident memory that a process has had, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (one for one in status.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def print_costs(costs: Sequence[Cost]) -> None:
    rows = [
        [
            one.encoding, f"{one.microseconds:.1f}", f"{1e6 / one.microseconds:.0f}",
            f"{one.sent:.0f}", f"{one.received:.0f}",
        ]
        for one in costs
    ]  # fmt: skip
    heads = ["body", "cpu us an item", "items per core and second", "bytes sent", "bytes received"]
    print_table(heads, rows)


def print_fleets(cost: Cost) -> None:
    """Cores, replicas and bytes of steps of several sizes, plain."""
    rows = []
    for completions in STEPS:
        work = completions * cost.microseconds / 1e6
        sent = completions * cost.sent
        for wait in WAITS:
            cores = math.ceil(work / wait)
            pods = math.ceil(cores / WORKERS_OF_A_POD)
            rows.append([
                f"{completions}", f"{work:.2f}", f"{wait:g}", str(cores), str(pods),
                f"{work / STEP / cores:.2%}", f"{sent / 1e6:.0f}", f"{sent * 8 / wait / 1e9:.2f}",
            ])  # fmt: skip
    heads = [
        "completions a step",
        "cpu s",
        "wait s",
        "cores",
        "pods of 2",
        f"busy, of {STEP:g} s",
        "MB",
        "Gbit/s",
    ]
    print_table(heads, rows)


if __name__ == "__main__":
    main()
