"""Clients of the soak, each a process of its own: one at a time, or at a pace whatever comes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson
import uvloop

from tests.bench.common import seeded
from tests.bench.mixed import Batch
from tests.bench.wire import Connection, Reply, own_seconds, parsed_head

#: Requests that a client at a pace may have on their way.
MOST_ON_THEIR_WAY = 2000
_REPLY_SECONDS = 60
_LATER = frozenset({429, 503})

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Answer(NamedTuple):
    """A request that was scored."""

    items: int
    at: float
    """When, by the monotonic clock."""
    seconds: float


@dataclass
class Told:
    """What a client tells at its end."""

    answers: list[Answer] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    """What is against a promise, in words."""
    sent: int = 0
    """Items."""
    processor: float = 0
    """Seconds."""

    def add(self, other: Told) -> None:
        self.answers += other.answers
        self.refused += other.refused
        self.wrong += other.wrong
        self.sent += other.sent
        self.processor += other.processor


class Caller:
    """Sends batches, and compares what comes with what is right."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._batches = batches
        self._right: dict[int, bytes] = {}
        self.told = Told()

    def note(self, number: int, reply: Reply, began: float) -> None:
        """Take down what came for a batch."""
        now = time.monotonic()
        if reply.status == 200:
            if problem := self._problem(number, reply.body):
                self.told.wrong[problem] += 1
            self.told.answers.append(Answer(self._batches[number].items, now, now - began))
        elif reply.status in _LATER:
            self.told.refused[reply.status] += 1
            if not reply.headers.get("retry-after", "").isdigit():
                self.told.wrong["a refusal without Retry-After"] += 1
        else:
            self.told.wrong[f"answered with {reply.status}"] += 1

    def _problem(self, number: int, body: bytes) -> str | None:
        """The first reply to a batch is compared item by item, the others with the first."""
        if number not in self._right:
            if orjson.loads(body)["results"] != orjson.loads(self._batches[number].results):
                return "results other than Scorer.score's"
            self._right[number] = body
        return None if body == self._right[number] else "another reply than before"


def at_full_speed(port: int, batches: Sequence[Batch], name: str, begin: float, end: float) -> Told:
    """Ask again as soon as a reply is there, from ``begin`` until ``end``."""
    caller, chance, connection = Caller(batches), seeded(name), Connection(port)
    time.sleep(max(begin - time.monotonic(), 0))
    before = own_seconds()
    while (began := time.monotonic()) < end:
        number = chance.randrange(len(batches))
        caller.told.sent += batches[number].items
        try:
            reply = connection.ask(batches[number].sent)
        except OSError as error:
            caller.told.wrong[f"no reply: {error!r}"] += 1
        else:
            caller.note(number, reply, began)
    caller.told.processor = own_seconds() - before
    connection.close()
    return caller.told


def at_a_pace(
    port: int, batches: Sequence[Batch], name: str, begin: float, end: float, pace: float
) -> Told:
    """Send ``pace`` items a second from ``begin`` to ``end``, then wait for what is on its way."""
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    with runner:
        return runner.run(_Paced(port, batches, name).run(begin, end, pace))


class _Paced:
    def __init__(self, port: int, batches: Sequence[Batch], name: str) -> None:
        self._port = port
        self._batches = batches
        self._chance = seeded(name)
        self._caller = Caller(batches)
        self._free: list[Streams] = []

    async def run(self, begin: float, end: float, pace: float) -> Told:
        on_their_way: set[asyncio.Task[None]] = set()
        told = self._caller.told
        await asyncio.sleep(begin - time.monotonic())
        before, due = own_seconds(), begin
        while (now := time.monotonic()) < end:
            if due > now:
                await asyncio.sleep(due - now)
            number = self._chance.randrange(len(self._batches))
            due += self._batches[number].items / pace
            if len(on_their_way) < MOST_ON_THEIR_WAY:
                told.sent += self._batches[number].items
                task = asyncio.create_task(self._ask(number))
                on_their_way.add(task)
                task.add_done_callback(on_their_way.discard)
            await asyncio.sleep(0)
        told.processor = own_seconds() - before
        if on_their_way:
            await asyncio.wait(on_their_way)
        for _, writer in self._free:
            writer.close()
        return told

    async def _ask(self, number: int) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_REPLY_SECONDS):
                reply = await self._exchange(self._batches[number].sent)
        except (OSError, EOFError) as error:  # with TimeoutError
            self._caller.told.wrong[f"no reply: {error!r}"] += 1
        else:
            self._caller.note(number, reply, began)

    async def _exchange(self, sent: bytes) -> Reply:
        if self._free:
            reader, writer = self._free.pop()
        else:
            opened = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
            reader, writer = opened
        try:
            writer.write(sent)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            reply = parsed_head(head.rstrip())
            reply.body = await reader.readexactly(int(reply.headers["content-length"]))
        except BaseException:
            writer.close()
            raise
        if reply.headers.get("connection") == "close":
            writer.close()
        else:
            self._free.append((reader, writer))
        return reply
