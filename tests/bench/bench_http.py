"""What HTTP adds to scoring: requests of 1,024 items whose completions have 2 KB.

Times of a request to ``reward-server serve --workers 1``, of one with the same body to a bare
handler under the same server (it reads, parses with orjson, and sends as many bytes back), and
of ``Scorer.score`` on the same items in this process. They take turns, so that what else the
machine does hits them alike. Then items per second with one worker and with two, from clients
in processes of their own that send prepared bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from reward_server.networks.network_set import NetworkSet
from reward_server.scorer import Scorer
from tests.bench.common import (
    ROOT,
    arguments,
    cities_in_words,
    collections_counted,
    load_cities,
    print_table,
    seconds,
    yardstick_microseconds,
)
from tests.bench.rollouts import SIZE, Json, Thinking, cities_options, pools, rollouts, shares
from tests.bench.wire import (
    Connection,
    Driven,
    busy_seconds,
    drive,
    least_and_median,
    processor_seconds,
    request,
    workers_of,
)
from tests.serving import Served, free_port, is_up, serving, until

ITEMS = 1024
CLIENTS_PER_WORKER = 3
WARM_SECONDS = 1.5
#: Of one core: what others may take before a figure says more of them than of the service.
OTHERS = 0.1
TASKS = {
    "as in training": shares(ITEMS),
    "planning": shares(ITEMS, boxed=False),
    "boxed": shares(ITEMS, planning=False),
}
THINKING: tuple[Thinking, ...] = ("in tags", "without tags")
PROFILES = ("robust", "released")


class Row(NamedTuple):
    words: list[str]
    body: bytes
    runs: dict[str, Callable[[], object]]


def main() -> None:
    quick = arguments(__doc__).quick
    cities = load_cities()
    by_task, source = pools(cities)
    print(f"{source}, on {cities_in_words(cities)}; {ITEMS} items of {SIZE} bytes a request")
    print(f"{os.cpu_count()} cores, {in_words()}; yardstick {yardstick_microseconds():.1f} us\n")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with serving(folder, "--workers", "1", *cities_options()) as served, bare() as floor:
            rows = prepared(by_task, cities, port_of(served), floor)
            print_ratios(rows, 3 if quick else 40)
        scaling(folder, rows[0].body, 3.0 if quick else 12.0)


def in_words() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def port_of(served: Served) -> int:
    port = urlsplit(served.url).port
    assert port is not None
    return port


@contextmanager
def bare() -> Iterator[int]:
    """The port of a server of the bare handler, in a process of its own."""
    port = free_port()
    command = [sys.executable, str(ROOT / "tests/bench/bare.py"), str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: is_up(f"http://127.0.0.1:{port}/", process))
        yield port
    finally:
        process.terminate()
        process.wait()


def prepared(
    by_task: Mapping[str, Sequence[Json]], cities: NetworkSet, service: int, floor: int
) -> list[Row]:
    """For each row of the table its body, and what to time of it."""
    to_service, to_floor = Connection(service), Connection(floor)
    rows = []
    for profile in PROFILES:
        scorer = Scorer(cities, profile)
        for tasks, split in TASKS.items():
            for thinking in THINKING:
                items = rollouts(by_task, cities, split, thinking)
                body = orjson.dumps({"profile": profile, "items": items})
                scored = to_service.ask(request(body))
                results = orjson.loads(scored.body)["results"]
                assert results == scorer.score(items), "HTTP and Scorer.score differ"
                runs: dict[str, Callable[[], object]] = {
                    "bare": partial(to_floor.ask, request(body, path=f"/?{len(scored.body)}")),
                    "http": partial(to_service.ask, request(body)),
                    "score": partial(scorer.score, items),
                }
                rows.append(Row([profile, tasks, thinking], body, runs))
    return rows


def print_ratios(rows: Sequence[Row], rounds: int) -> None:
    times: list[dict[str, list[float]]] = [{name: [] for name in row.runs} for row in rows]
    with collections_counted():
        for number in range(rounds + 2):
            for row, of_row in zip(rows, times, strict=True):
                for name, run in row.runs.items():
                    taken = seconds(run)
                    if number >= 2:  # the first two only warm
                        of_row[name].append(taken)
    print(
        f"One worker, one connection: milliseconds a request, least (median) of {rounds} rounds,"
        "\nand their ratios. Aims: http/bare at most 3.0 (6.0 at the least), http/score 1.5; of the"
        "\nlatter `floor` is what remains where the service adds nothing to the bare handler.\n"
    )
    table = []
    for row, of_row in zip(rows, times, strict=True):
        found = {name: least_and_median(values) for name, values in of_row.items()}
        cells = [f"{least * 1e3:.2f} ({middle * 1e3:.2f})" for least, middle in found.values()]
        for other in ("bare", "score"):
            least, middle = (
                mine / its for mine, its in zip(found["http"], found[other], strict=True)
            )
            cells.append(f"{least:.2f} ({middle:.2f})")
        floor = 1 + found["bare"][0] / found["score"][0]
        cells.append(f"{floor:.2f}")
        cells.append(f"{found['http'][0] / ITEMS * 1e6:.1f}")
        table.append([*row.words, *cells])
    heads = ["profile", "tasks", "thinking", "bare", "http", "Scorer.score"]
    print_table([*heads, "http/bare", "http/score", "floor", "us an item"], table, words=3)


class Speed(NamedTuple):
    """Of a second: items, and seconds of processor of workers, clients and others."""

    items: float
    workers: float
    clients: float
    others: float


def scaling(folder: Path, body: bytes, lasting: float) -> None:
    """Items per second with one worker and with two, in turns."""
    best: dict[int, Speed] = {}
    for _ in range(2):
        for workers in (1, 2):
            speed = items_per_second(folder, workers, body, lasting)
            if workers not in best or speed.items > best[workers].items:
                best[workers] = speed
    print("Items per second, the better of two; of a second, seconds of processor.\n")
    rows = [
        [
            str(workers),
            f"{speed.items:.0f}",
            *(f"{value:.2f}" for value in speed[1:]),
            f"{speed.items / speed.workers:.0f}",
        ]
        for workers, speed in best.items()
    ]
    heads = ["workers", "items/s", "workers' cpu", "clients' cpu", "others' cpu", "items/cpu-s"]
    print_table(heads, rows)
    one, two = best[1], best[2]
    print(f"2 workers do {two.items / one.items:.2f} times the items of 1; aim: at least 1.7.")
    cores = os.cpu_count() or 1
    if cores < 3:
        possible = (cores - two.clients) / one.workers
        print(
            f"{cores} cores, of which the clients here take {two.clients:.2f}, have room for about "
            f"{possible:.2f} times."
        )
    if max(one.others, two.others) > OTHERS:
        print(
            "This machine was too busy for the figure to mean much: others took "
            f"{one.others:.2f} and {two.others:.2f} of a core."
        )
    if two.workers < 0.95 * min(2, cores - two.clients - two.others):
        print("The workers were not kept busy: the clients were too slow, or one had too few.")


def items_per_second(folder: Path, workers: int, body: bytes, lasting: float) -> Speed:
    clients = CLIENTS_PER_WORKER * workers
    options = "--workers", str(workers), *cities_options()
    with (
        serving(folder, *options) as served,
        ProcessPoolExecutor(clients, get_context("spawn")) as processes,
    ):
        until(lambda: len(workers_of(served.process.pid)) == workers)
        list(processes.map(abs, range(clients * 2)))  # they are started
        begin = time.monotonic() + WARM_SECONDS
        end = begin + lasting
        driven = [
            processes.submit(drive, port_of(served), request(body), ITEMS, begin, end)
            for _ in range(clients)
        ]
        pids = workers_of(served.process.pid)
        time.sleep(begin - time.monotonic())
        before = sum(map(processor_seconds, pids)), busy_seconds()
        time.sleep(end - time.monotonic())
        after = sum(map(processor_seconds, pids)), busy_seconds()
        did: list[Driven] = [one.result() for one in driven]
    items = sum(one.items for one in did)
    own = sum(one.seconds for one in did)
    of_workers, of_all = (now - then for now, then in zip(after, before, strict=True))
    others = max(of_all - of_workers - own, 0)
    return Speed(*(value / lasting for value in (items, of_workers, own, others)))


if __name__ == "__main__":
    main()
