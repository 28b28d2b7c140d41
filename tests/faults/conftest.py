"""A bundled batch of all kinds with its right results, and servers to spoil."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from reward_server.demo import batch
from reward_server.networks.load import load_bundled

from ..bench.common import seeded
from ..bench.mixed import INLINE, Mixer
from ..bench.rollouts import padded
from ..bench.wire import workers_of
from ..serving import SECONDS, Served
from .retrying import Client

Json = dict[str, Any]

NETWORKS = {name: {"lines": lines} for name, lines in INLINE.items()}
ITEMS, CLIENTS = 1000, 4


class Work(NamedTuple):
    """Items, and what ``Scorer.score`` says of them."""

    items: list[Json]
    results: list[Json]


@pytest.fixture(scope="session")
def work() -> Work:
    cities = load_bundled()
    by_task: dict[str, list[Json]] = {}
    chance = seeded("faults")
    for number, item in enumerate(batch() * 8):
        longer = padded(item, cities, "in tags", chance) if number % 2 else item
        by_task.setdefault(item["task"], []).append(longer)
    mixer = Mixer(by_task, cities)
    items = mixer.items("faults", ITEMS)
    results: list[Json] = [dict(one) for one in mixer.scorers["robust"].score(items)]
    rewards = Counter(one["reward"] for one in results)
    assert len(rewards) > 20
    assert 0 < rewards[None] < ITEMS / 4
    return Work(items, results)


def port_of(served: Served) -> int:
    port = urlsplit(served.url).port
    assert port is not None
    return port


def workers(served: Served) -> set[int]:
    """The processes that answer, of a server of several."""
    return set(workers_of(served.process.pid)) - {served.process.pid}


def faults_logged(served: Served) -> list[Json]:
    """What the service takes for its own fault."""
    return [line for line in served.lines() if line["level"] in {"error", "critical"}]


class Load:
    """Clients that score the same items again and again, and accept only the right results."""

    def __init__(self, port: int, work: Work, deadline_ms: int) -> None:
        self._work = work
        self._clients = [Client(port, f"load-{n}", deadline_ms=deadline_ms) for n in range(CLIENTS)]
        self._tasks = [asyncio.create_task(self._run(client)) for client in self._clients]
        self._over = False
        self.rounds = Counter[Client]()
        self.seconds: list[float] = []
        """That each round took."""

    async def _run(self, client: Client) -> None:
        while not self._over:
            began = asyncio.get_running_loop().time()
            results = await client.score(self._work.items, NETWORKS)
            assert results == self._work.results
            self.seconds.append(asyncio.get_running_loop().time() - began)
            self.rounds[client] += 1

    @property
    def met(self) -> Counter[str]:
        """Why its clients tried again."""
        return sum((client.met for client in self._clients), Counter())

    @property
    def answered(self) -> set[str]:
        """Ids of its requests that were answered with 200."""
        return set[str]().union(*(client.answered for client in self._clients))

    async def rounds_from_now(self, count: int = 1) -> None:
        """Wait until every client has begun and ended ``count`` rounds more."""
        aims = {client: self.rounds[client] + count + 1 for client in self._clients}
        async with asyncio.timeout(SECONDS):
            while any(self.rounds[client] < aim for client, aim in aims.items()):
                done, _ = await asyncio.wait(self._tasks, timeout=0.01)
                for task in done:  # which none is before it is told to
                    task.result()

    async def end(self) -> None:
        """Let each client end its round."""
        self._over = True
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*self._tasks)

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        for client in self._clients:
            client.close()


@asynccontextmanager
async def load(served: Served, work: Work, deadline_ms: int = 0) -> AsyncIterator[Load]:
    """Clients at work; at the end each has had all its results at least once more."""
    clients = Load(port_of(served), work, deadline_ms)
    try:
        await clients.rounds_from_now()
        yield clients
        await clients.rounds_from_now()
        await clients.end()
    finally:
        clients.cancel()
