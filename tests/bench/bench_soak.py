"""A service of two workers at full speed for minutes, and then with four times what it can do.

First several clients send batches of all kinds, of 1 to 2,048 items, as fast as replies come, and
each reply is compared with ``Scorer.score``. Then, with another service, the capacity is measured,
four times as much is sent, whatever comes back, and the capacity is measured again, some times
over. There service and clients have half of the cores each: to send four times the capacity takes
much of a core, and what clients take of the workers' cores says nothing of the service. A promise
that is broken is named at the end, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple
from urllib.parse import urlsplit

from reward_server.settings import Settings
from tests.bench.callers import Told, at_a_pace, at_full_speed
from tests.bench.common import cities_in_words, load_cities, print_core, print_table, seeded
from tests.bench.mixed import Batch, Mixer, mixed_sizes
from tests.bench.rollouts import cities_options, pools
from tests.bench.wire import busy_seconds, memory_bytes, processor_seconds, workers_of
from tests.serving import Served, fetch, serving, until

WORKERS, BATCHES = 2, 64
#: Of the capacity, in overload.
TIMES = 4
#: Items of a batch in overload: such that a worker is never full to the last item, which it could
#: tell from the head of a request.
LEAST, MOST = 256, 768
#: What a worker may hold in overload beside the bodies that it is allowed to.
BESIDE_BODIES = 1.5
#: Of one core: what others may take before a share of the capacity says more of them.
OTHERS = 0.1
MIB = 2**20


class Form(NamedTuple):
    """How long the parts last, in seconds, and what is promised."""

    soak: float
    capacity: float
    overload: float
    rounds: int = 5
    """Of overload, each between two measurements of the capacity."""
    clients: int = 6
    options: tuple[str, ...] = ()
    """Of the server."""
    goodput: float = 0.8
    """In overload, as a share of the capacity."""
    growth: float = 1.1
    """Of memory: its end as a multiple of its beginning."""


def short_form(seconds: float) -> Form:
    """A server that is full sooner; two seconds tell a collapse, but not a fifth of the goodput.

    The promise of 0.8 is the long form's alone, which must be run for it.
    """
    options = "--max-items", "2048", "--max-items-in-flight", "8192"
    return Form(seconds * 0.4, seconds * 0.2, seconds * 0.2, 1, 4, options, 0.5, 1.4)


@dataclass
class Part:
    """What clients, workers and machine did for a while."""

    told: Told
    begin: float
    end: float
    used: dict[str, float]
    """Cores that workers, clients and others had."""
    memory: list[dict[int, int]]
    """Bytes of each worker, twice a second."""
    health: list[float]
    """Seconds that each ``/healthz`` took, twice a second."""

    @property
    def seconds(self) -> float:
        return self.end - self.begin

    @property
    def speed(self) -> float:
        """Items a second that were answered."""
        within = (one.items for one in self.told.answers if self.begin <= one.at < self.end)
        return sum(within) / self.seconds


class Bench:
    """A server, its clients, and the promises that were broken."""

    def __init__(self, served: Served, clients: ProcessPoolExecutor, form: Form) -> None:
        self.form = form
        self._served = served
        self._clients = clients
        self._port = urlsplit(served.url).port
        self._pids = workers_of(served.process.pid)
        self._answered = 0
        self.broken: list[str] = []

    def hold(self, holds: object, promise: str) -> None:
        if not holds:
            self.broken.append(promise)

    def run(
        self, call: Callable[..., Told], batches: Sequence[Batch], seconds: float, *more: float
    ) -> Part:
        """Let all clients call for a while."""
        begin = time.monotonic() + 1
        end = begin + seconds
        calls = [
            self._clients.submit(call, self._port, batches, f"client {n}", begin, end, *more)
            for n in range(self.form.clients)
        ]
        memory: list[dict[int, int]] = []
        health: list[float] = []
        time.sleep(max(begin - time.monotonic(), 0))
        before = self._processor()
        while (now := time.monotonic()) < end:
            memory.append({pid: memory_bytes(pid) for pid in self._pids})
            fetch(f"{self._served.url}/healthz")
            health.append(time.monotonic() - now)
            time.sleep(max(min(now + 0.5, end) - time.monotonic(), 0))
        workers, machine = (
            (after - then) / seconds for after, then in zip(self._processor(), before, strict=True)
        )
        told = Told()
        for one in calls:
            told.add(one.result())
        self._answered += sum(answer.items for answer in told.answers)
        clients = told.processor / seconds
        used = {"workers": workers, "clients": clients, "others": machine - workers - clients}
        for wrong, count in told.wrong.items():
            self.hold(False, f"{call.__name__}: {wrong}, {count} times")
        return Part(told, begin, end, used, memory, health)

    def _processor(self) -> tuple[float, float]:
        return sum(map(processor_seconds, self._pids)), busy_seconds()

    def end(self) -> list[str]:
        """What must hold when all is over; the promises that were broken."""
        served = self._served
        self.hold(workers_of(served.process.pid) == self._pids, "no worker dies")
        page = fetch(f"{served.url}/metrics")[1].splitlines()
        counted = {
            name: sum(float(line.rpartition(" ")[2]) for line in page if line.startswith(name))
            for name in ("reward_server_items_total{", "reward_server_items_in_flight ")
        }
        scored, in_flight = counted.values()
        self.hold(in_flight == 0, f"nothing stays in flight: {in_flight:.0f} items")
        print(
            f"Items that the service has scored: {scored:.0f}; that clients got: {self._answered}"
        )
        self.hold(scored == self._answered, "nothing that was accepted is lost")
        self.hold(served.stop() == 0, "it ends with 0 when it is stopped")
        faults = [line for line in served.lines() if line["level"] in {"error", "critical"}]
        self.hold(not faults, f"no fault in the log: {len(faults)}, {faults[:1]}")
        return self.broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of the first part")
    parser.add_argument("--seconds", type=float, help="of all parts together: the short form")
    options = parser.parse_args()
    print_core()
    long = Form(options.minutes * 60, 6, 12)
    form = long if options.seconds is None else short_form(options.seconds)
    cities = load_cities()
    by_task, source = pools(cities)
    mixer = Mixer(by_task, cities)
    mixed = mixer.batches("soak", mixed_sizes("soak", BATCHES))
    chance = seeded("overload")
    middle = mixer.batches("overload", [chance.randint(LEAST, MOST) for _ in range(BATCHES)])
    print(f"{source}, on {cities_in_words(cities)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {WORKERS} workers,", end=" ")
    print(f"{form.clients} clients in processes of their own\n", flush=True)
    every_core = os.sched_getaffinity(0)
    broken = []
    with benched(form, WORKERS, every_core, every_core) as bench:
        soak(bench, mixed)
        broken += bench.end()
    half = len(every_core) // 2 or 1
    first, last = sorted(every_core)[:half], sorted(every_core)[-half:]
    with benched(form, half, first, last) as bench:
        overload(bench, middle)
        broken += bench.end()
    for promise in broken:
        print("BROKEN:", promise)
    if not broken:
        print("Every promise is kept.")
    return 1 if broken else 0


@contextmanager
def benched(
    form: Form, workers: int, of_service: Iterable[int], of_clients: Iterable[int]
) -> Iterator[Bench]:
    """A service and its clients, each on its cores."""
    here = os.sched_getaffinity(0)
    options = "--workers", str(workers), *form.options, *cities_options()
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        try:  # processes stay where they are started
            os.sched_setaffinity(0, of_service)
            served = stack.enter_context(serving(Path(made), *options))
            until(lambda: len(workers_of(served.process.pid)) == workers)
            os.sched_setaffinity(0, of_clients)
            clients = ProcessPoolExecutor(form.clients, get_context("spawn"))
            stack.enter_context(clients)
            list(clients.map(time.sleep, [0.1] * form.clients))  # they are started
        finally:
            os.sched_setaffinity(0, here)
        yield Bench(served, clients, form)


def soak(bench: Bench, batches: Sequence[Batch]) -> None:
    form = bench.form
    part = bench.run(at_full_speed, batches, form.soak)
    refused = sum(part.told.refused.values())
    bench.hold(not refused, f"at full speed nothing is refused: {refused} requests")
    print(f"Full speed for {form.soak:.0f} s: milliseconds until a reply, by items of its batch.\n")
    by_size = {"1-16": (1, 16), "17-256": (17, 256), "257-2048": (257, 2048), "all": (1, 2048)}
    rows = []
    for words, (least, most) in by_size.items():
        of_size = [one for one in part.told.answers if least <= one.items <= most]
        times = sorted(one.seconds * 1e3 for one in of_size)
        shares = (times[int(share * (len(times) - 1))] for share in (0.5, 0.99, 1))
        items = sum(one.items for one in of_size)
        rows.append([words, str(len(of_size)), str(items), *(f"{one:.1f}" for one in shares)])
    print_table(["items", "requests", "items in all", "p50", "p99", "most"], rows)
    a_while = min(120, max(len(part.memory) // 4, 1))
    print(f"Memory of each worker, MiB: medians of the first {a_while / 2:.1f} s and the last.\n")
    rows = []
    for pid in part.memory[0]:
        course = [one[pid] for one in part.memory]
        first, last = median(course[:a_while]), median(course[-a_while:])
        rows.append([str(pid), *(f"{one / MIB:.1f}" for one in (first, last, max(course)))])
        bench.hold(
            last < form.growth * first, f"memory is flat: {last / first:.2f} times of the first"
        )
    print_table(["worker", "first", "last", "most"], rows)
    print_parts({"full speed": part})


def overload(bench: Bench, batches: Sequence[Batch]) -> None:
    form = bench.form
    capacities = [bench.run(at_full_speed, batches, form.capacity)]
    overloads: list[Part] = []
    shares: list[float] = []
    for _ in range(form.rounds):  # machines change their speed from minute to minute
        pace = TIMES * capacities[-1].speed / form.clients
        overloads.append(bench.run(at_a_pace, batches, form.overload, pace))
        capacities.append(bench.run(at_full_speed, batches, form.capacity))
        shares.append(goodput(overloads[-1], capacities[-2:]))
    told = Told()
    for part in overloads:
        told.add(part.told)
    requests = len(told.answers) + sum(told.refused.values()) + sum(told.wrong.values())
    times = told.sent / (mean(part.speed for part in capacities) * form.overload * form.rounds)
    print(f"Overload, {form.rounds} times {form.overload:.0f} s,", end=" ")
    print(f"batches of {LEAST} to {MOST} items:")
    print(f"- sent {times:.2f} times the capacity;")
    print(f"- of {requests} requests {len(told.answers)} scored, refused {dict(told.refused)};")
    waits = sorted(one.seconds for one in told.answers)
    print(f"- a reply after {median(waits):.2f} s (most {waits[-1]:.2f} s);")
    health = sorted(seconds for part in overloads for seconds in part.health)
    print(f"- /healthz after {median(health) * 1e3:.0f} ms (most {health[-1] * 1e3:.0f} ms);")
    before, peak = most_memory(capacities[:1]), most_memory(overloads)
    grown = max(peak[pid] - size for pid, size in before.items())
    allowed = BESIDE_BODIES * Settings().max_bytes_in_flight
    print(f"- a worker's memory grew by up to {grown / MIB:.0f} MiB, of {allowed / MIB:.0f};")
    bench.hold(grown < allowed, f"memory is bounded in overload: {grown / MIB:.0f} MiB more")
    bench.hold(told.refused, "in overload something is refused")
    share = median(shares)
    of_each = ", ".join(f"{one:.2f}" for one in shares)
    print(f"- goodput {share:.2f} of the capacity just before and after (median of {of_each}).\n")
    parts = {"capacity": capacities[0]}
    for n, (during, after) in enumerate(zip(overloads, capacities[1:], strict=True), 1):
        parts |= {f"overload {n}": during, f"capacity after {n}": after}
    print_parts(parts)
    least = f"goodput in overload is at least {form.goodput} of the capacity: {share:.2f}"
    bench.hold(share >= form.goodput, least)


def goodput(overload: Part, around: Sequence[Part]) -> float:
    """What was scored in overload, as a share of the capacity before and after it.

    Where the machine was busy with other things: for the same processor time, if that is more.
    """
    share = overload.speed / mean(part.speed for part in around)
    if max(part.used["others"] for part in (overload, *around)) <= OTHERS:
        return share
    print("This machine was busy with other things: goodput is judged by processor time.")
    return max(
        share, share * mean(part.used["workers"] for part in around) / overload.used["workers"]
    )


def most_memory(parts: Sequence[Part]) -> dict[int, int]:
    """The most bytes of each worker."""
    looks = [look for part in parts for look in part.memory]
    return {pid: max(look[pid] for look in looks) for pid in looks[0]}


def print_parts(parts: dict[str, Part]) -> None:
    rows = [
        [name, f"{part.speed:.0f}", *(f"{part.used[who]:.2f}" for who in part.used)]
        for name, part in parts.items()
    ]
    heads = ["part", "items/s", "workers' cores", "clients' cores", "others' cores"]
    print_table(heads, rows)


if __name__ == "__main__":
    sys.exit(main())
