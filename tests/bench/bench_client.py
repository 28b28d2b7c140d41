"""What the client costs: its speed beside prepared bytes over plain sockets, and beside itself.

Against one service, in turns: a batch of ``RewardClient.score``; the same requests as bytes made
beforehand, sent by as many plain connections as the client has, which only count what comes back;
and a batch's items as so many ``score_one`` at once. Times are least and median over the rounds;
ratios are of the least, which others on the machine spoil the least. Seconds of processor say what
the client takes from the service where no core is idle.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self
from urllib.parse import urlsplit

import orjson

from tests.bench.common import (
    arguments,
    cities_in_words,
    load_cities,
    print_table,
    seconds,
    yardstick_microseconds,
)
from tests.bench.rollouts import SIZE, Json, cities_options, pools, rollouts, shares
from tests.bench.wire import (
    Connection,
    least_and_median,
    processor_seconds,
    request,
    workers_of,
)
from tests.serving import fetch, serving
from trainer_client import RewardClient
from trainer_client.client.client import CHUNK_ITEMS, CONCURRENCY

BATCH, ONES = 20_000, 5_000
SHARE, REQUESTS, TIMES = 0.8, 10, 2.0


def main() -> None:
    quick = arguments(__doc__).quick
    cities = load_cities()
    by_task, source = pools(cities)
    items = rollouts(by_task, cities, shares(BATCH), "in tags")
    print(f"{source}, on {cities_in_words(cities)}; completions of {SIZE} bytes")
    print(f"{os.cpu_count()} cores; yardstick {yardstick_microseconds():.1f} us\n")
    rounds = 3 if quick else 15
    for workers in (1, 2):
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder), "--workers", str(workers), *cities_options()) as served,
            RewardClient(served.url) as client,
            Bare(served.url, items) as bare,
        ):
            pids = workers_of(served.process.pid)
            measure(pids, client, bare, items, rounds)


class Bare:
    """Sends requests that were made beforehand, over as many connections as the client has."""

    def __init__(self, url: str, items: Sequence[Json]) -> None:
        port = urlsplit(url).port
        assert port is not None
        self._connections = [Connection(port) for _ in range(CONCURRENCY)]
        self._threads = ThreadPoolExecutor(CONCURRENCY)
        self._requests = [
            request(orjson.dumps({"items": items[at : at + CHUNK_ITEMS]}))
            for at in range(0, len(items), CHUNK_ITEMS)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()

    def send(self) -> None:
        waiting: SimpleQueue[bytes] = SimpleQueue()
        for one in self._requests:
            waiting.put(one)

        def work(connection: Connection) -> None:
            with suppress(Empty):
                while True:
                    assert connection.ask(waiting.get_nowait()).status == 200

        list(self._threads.map(work, self._connections))


def measure(
    pids: Sequence[int], client: RewardClient, bare: Bare, items: Sequence[Json], rounds: int
) -> None:
    few = items[:ONES]

    async def ones() -> None:
        await asyncio.gather(*(client.score_one(item) for item in few))

    runs: dict[str, Callable[[], object]] = {
        "bare": bare.send,
        "client": lambda: client.score_sync(items),
        "one batch": lambda: client.score_sync(few),
        "ones": lambda: asyncio.run(ones()),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    own: dict[str, list[float]] = {name: [] for name in runs}
    theirs = dict.fromkeys(runs, 0.0)
    for number in range(rounds + 1):
        for name, run in runs.items():
            before, of_workers = time.process_time(), sum(map(processor_seconds, pids))
            taken = seconds(run)
            if number:  # the first only warms
                theirs[name] += sum(map(processor_seconds, pids)) - of_workers
                times[name].append(taken)
                own[name].append(time.process_time() - before)
    before = requests_of(client.urls[0])
    asyncio.run(ones())
    asked = requests_of(client.urls[0]) - before

    rows = []
    for name, count in {"bare": BATCH, "client": BATCH, "one batch": ONES, "ones": ONES}.items():
        least, middle = least_and_median(times[name])
        cpu = least_and_median(own[name])[1]
        of_each = f"{cpu / count * 1e6:.1f}", f"{theirs[name] / rounds / count * 1e6:.1f}"
        speed = f"{count / least:.0f}"
        rows.append([name, str(count), f"{least:.3f}", f"{middle:.3f}", speed, *of_each])
    print(f"workers: {len(pids)}; connections: {CONCURRENCY}; rounds: {rounds}\n")
    print_table(["", "items", "least s", "median s", "items/s", "own us/item", "workers'"], rows)
    least_of = {name: min(values) for name, values in times.items()}
    share = least_of["bare"] / least_of["client"]
    print(f"the client moves {share:.0%} of what bare bytes do; aim: at least {SHARE:.0%}")
    spent = {name: theirs["bare"] + sum(own[name]) for name in ("bare", "client")}
    busy = spent["bare"] / spent["client"]
    print(f"by processor time, workers' included, {busy:.0%}: its share where no core is idle")
    print(f"{ONES} score_one made {asked:.0f} requests; aim: at most {REQUESTS}")
    ratio = least_of["ones"] / least_of["one batch"]
    print(f"they took {ratio:.2f} times as long as one batch; aim: less than {TIMES:g}\n")


def requests_of(url: str) -> float:
    """Requests for scores that a service has answered."""
    page = fetch(f"{url}/metrics")[1]
    start = 'reward_server_requests_total{route="/score",status="200"} '
    return sum(float(line.split()[-1]) for line in page.splitlines() if line.startswith(start))


if __name__ == "__main__":
    main()
