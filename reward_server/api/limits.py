"""What a worker takes on: how many items and bytes at a time, and for how long after a stop."""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from threading import Lock
from typing import NamedTuple

from reward_server.settings import Settings

from .errors import ClientGoneError, DrainingError, OverloadedError

#: Seconds that ``Retry-After`` may say.
_SOONEST, _LATEST = 1, 60
#: Bytes beside which a new connection costs next to nothing.
_SHED_BYTES = 64 * 1024
#: What a batch still counts, in the averages over batches, when the next one comes.
_DECAY = 0.9
#: Where there is room for so many usual batches, a body is read whatever it seems to hold.
_AMPLE_BATCHES = 1.5


class Body(NamedTuple):
    """The body of a request, without its content encoding.

    ``received``: the bytes that came, as they came; ``encoding``: how these are compressed.
    """

    content: bytes
    received: int
    encoding: str | None


class Ticket:
    """One request that was taken on, until it is answered."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._stopped: type[Exception] | None = None
        self._receiving: asyncio.Timeout | None = None
        self.arrived = time.monotonic()
        self.items = 0
        """Held for the request, and so ``bytes``."""
        self.bytes = 0

    def hold(self, more: int) -> None:
        """Hold ``more`` bytes, or fewer where it is negative. Raises ``OverloadedError``.

        From the thread that works on the request.
        """
        self._gate.hold(more)
        self.bytes += more

    @asynccontextmanager
    async def receiving(self, seconds: float) -> AsyncIterator[None]:
        """Around the time in which the body comes: at most ``seconds``, and until ``stop``.

        Raises ``TimeoutError`` where that is over, or what ``check`` raises.
        """
        try:
            async with asyncio.timeout(seconds) as self._receiving:
                yield
        except TimeoutError:
            self.check()
            raise
        finally:
            self._receiving = None

    def take_items(self, count: int, body: Body) -> None:
        """Take the ``count`` items of a body on. Raises ``OverloadedError``."""
        self._gate.sizes[body.encoding].add(count, body.received)
        self._gate.check_items(count)
        self._gate.add_items(count)
        self.items = count

    def stop(self, why: type[Exception]) -> None:
        """Let ``check`` raise ``why`` from now on; what is scored in between is thrown away."""
        self._stopped = why
        if self._receiving is not None:
            with suppress(RuntimeError):  # its time is over anyway
                self._receiving.reschedule(0)

    def check(self) -> None:
        """To be called between chunks of work, from any thread.

        Raises ``ClientGoneError``, or ``DrainingError`` where the time to drain is over.
        """
        if self._stopped is ClientGoneError:
            raise ClientGoneError
        if self._stopped is not None:
            raise self._gate.draining_error()


class _Sizes:
    """How large batches were lately; the last ones count most."""

    def __init__(self) -> None:
        self._items = self._squares = self._bytes = 0.0

    def add(self, items: int, size: int) -> None:
        self._items = _DECAY * self._items + items
        self._squares = _DECAY * self._squares + items**2
        self._bytes = _DECAY * self._bytes + size

    def usual(self) -> float:
        """Items of the batch that an item comes in, on average: small batches hardly count."""
        return self._squares / max(self._items, 1)

    def expected(self, size: int) -> float:
        """Items that a body of ``size`` bytes seems to hold; 0 where nothing is known."""
        return size * self._items / max(self._bytes, 1)


class Gate:
    """Counts what the worker has taken on and not yet answered; belongs to the event loop."""

    def __init__(self, settings: Settings) -> None:
        self._largest = settings.max_items
        self._most_items = settings.max_items_in_flight
        self._most_bytes = settings.max_bytes_in_flight
        self._drain_seconds = settings.drain_seconds
        self._tickets: set[Ticket] = set()
        self._lock = Lock()
        self._empty = asyncio.Event()
        self._empty.set()
        self.items = 0
        self.bytes = 0
        self.turns = 0
        """Requests that wait for the scoring thread, or that it works on."""
        self.sizes: defaultdict[str | None, _Sizes] = defaultdict(_Sizes)
        """Of bodies, by how they are compressed."""
        self._recent_items = self._recent_seconds = 0.0
        self._shed_after = _SHED_BYTES if settings.workers > 1 else math.inf
        self._crowded_bytes = 0
        self.draining = False
        self.tell_items: Callable[[int], object] = lambda _: None
        """Is told how many items are in flight whenever that changes."""

    @contextmanager
    def admit(self) -> Iterator[Ticket]:
        """Take a request on."""
        ticket = Ticket(self)
        self._tickets.add(ticket)
        self._empty.clear()
        try:
            yield ticket
        finally:
            self._tickets.remove(ticket)
            self.add_items(-ticket.items)
            self.hold(-ticket.bytes)
            if not self._tickets:
                self._empty.set()

    def hold(self, more: int) -> None:
        """Count ``more`` bytes as held; from any thread. Raises ``OverloadedError``."""
        with self._lock:
            if more > 0:
                self.check_bytes(more)
            self.bytes += more

    def add_items(self, more: int) -> None:
        """Count ``more`` items as in flight, or fewer where it is negative."""
        self.items += more
        self.tell_items(self.items)

    def check_items(self, more: int) -> None:
        """Raises ``OverloadedError`` where there is no room for ``more`` items."""
        if self.items + more > self._most_items:
            raise self._overloaded(f"{self.items} items of at most {self._most_items}")

    def check_head(self, length: int, encoding: str | None) -> None:
        """Refuse a body of ``length`` bytes before it is read.

        To read and decompress a body that is then refused takes as long as to score a part of
        one. How many items it has is only a guess: where there is room for more than a usual batch,
        the body is read and its items are counted. Raises ``DrainingError`` or
        ``OverloadedError``.
        """
        if self.draining:
            raise self.draining_error()
        self.check_bytes(length)
        self.check_items(1)
        sizes = self.sizes[encoding]
        room = self._most_items - self.items
        if room < _AMPLE_BATCHES * sizes.usual():
            self.check_items(math.floor(min(sizes.expected(length), self._largest)))

    def check_bytes(self, more: int) -> None:
        """Raises ``OverloadedError`` where there is no room for ``more`` bytes."""
        if self.bytes + more > self._most_bytes:
            raise self._overloaded(f"{self.bytes} bytes of at most {self._most_bytes}")

    def remember(self, items: int, seconds: float) -> None:
        """Let ``Retry-After`` follow how long items took lately, without what they waited.

        From any thread.
        """
        self._recent_items = _DECAY * self._recent_items + items
        self._recent_seconds = _DECAY * self._recent_seconds + seconds

    def sheds(self, size: int) -> bool:
        """Whether the client of a body of ``size`` bytes, now scored, should connect anew.

        The system spreads connections over workers as it likes: it gave all eight of a test to
        one of two. Where requests wait here for their turn, some of their clients are let go, who
        may come to a worker that has nothing to do; who is alone at a worker stays.
        """
        if self.turns == 0:
            return False
        self._crowded_bytes += size
        if self._crowded_bytes < self._shed_after:
            return False
        self._crowded_bytes = 0
        return True

    def draining_error(self) -> DrainingError:
        """What to say while the service is being stopped: to come back to another, or later."""
        headers = {"Retry-After": str(_SOONEST), "Connection": "close"}
        return DrainingError("the service is being stopped", headers=headers)

    async def drain(self) -> None:
        """Take nothing on any more; comes back when all is answered or the time is over."""
        self.draining = True
        try:
            async with asyncio.timeout(self._drain_seconds):
                await self._empty.wait()
        except TimeoutError:
            for ticket in self._tickets:
                ticket.stop(DrainingError)

    def _overloaded(self, held: str) -> OverloadedError:
        wait = self.items * self._recent_seconds / max(self._recent_items, 1)
        seconds = min(max(math.ceil(wait), _SOONEST), _LATEST)
        return OverloadedError(
            f"{held} are in flight here; try again in {seconds} s",
            headers={"Retry-After": str(seconds)},
        )
