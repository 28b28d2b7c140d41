"""Makes few requests of many calls for one item each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from reward_server.wire.results import Result

from .errors import MalformedRequestError, RewardClientError
from .io_thread import LoopThread, client_closed
from .problems import renumbered
from .results import Batch, Item

Waiter = asyncio.Future[Result]

#: Seconds at least between two checks of whether a caller's loop still runs.
_MIN_CHECK_S = 0.05


class _Call(NamedTuple):
    item: Item
    waiter: Waiter


class Coalescer:
    """Collects calls until there are ``max_items``, or the first has waited ``seconds``.

    Calls may come from any loop in any thread; ``score`` runs in that of ``thread``.
    """

    def __init__(
        self,
        score: Callable[[Sequence[Item]], Awaitable[Batch]],
        thread: LoopThread,
        max_items: int,
        seconds: float,
    ) -> None:
        self._score = score
        self._thread = thread
        self._max_items = max_items
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waiting: list[_Call] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, item: Item) -> Waiter:
        """The future, of the caller's running loop, of the item's result."""
        loop = asyncio.get_running_loop()
        waiter: Waiter = loop.create_future()
        with self._lock:
            calls = self._waiting
            calls.append(_Call(item, waiter))
            is_first, is_full = len(calls) == 1, len(calls) >= self._max_items
            if is_full:
                self._waiting = []
        if is_full:
            self._send(calls)
        elif is_first:
            # a timer of the caller's own loop comes after all calls that are ready there: however
            # slow the machine is, what was called at once goes together
            loop.call_later(self._seconds, self._flush, calls)
            self._thread.call(self._check_loop, calls, loop)
        return waiter

    def _flush(self, calls: list[_Call]) -> None:
        """Send calls, unless they went meanwhile."""
        with self._lock:
            if self._waiting is not calls:
                return
            self._waiting = []
        self._send(calls)

    def _send(self, calls: list[_Call]) -> None:
        try:
            self._thread.call(self._start, calls)
        except RewardClientError as error:  # closed meanwhile
            _answer(calls, [error] * len(calls))

    def _check_loop(self, calls: list[_Call], loop: asyncio.AbstractEventLoop) -> None:
        """Send calls whose timer went with its loop; others may have joined them."""
        if self._waiting is calls:
            if loop.is_running():
                again = max(self._seconds * 10, _MIN_CHECK_S)
                self._thread.loop.call_later(again, self._check_loop, calls, loop)
            else:
                self._flush(calls)

    def close(self) -> None:
        """Tell the calls that wait that the client is closed."""
        with self._lock:
            calls, self._waiting = self._waiting, []
        _answer_closed(calls)

    def _start(self, calls: list[_Call]) -> None:
        task = self._thread.loop.create_task(self._run(calls))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if task.cancelled():  # perhaps before it began
                _answer_closed(calls)

        task.add_done_callback(ended)

    async def _run(self, calls: list[_Call]) -> None:
        """Score the calls that are still waited for, and answer each."""
        calls = [call for call in calls if not call.waiter.cancelled()]
        if not calls:
            return
        try:
            batch = await self._score([call.item for call in calls])
        except MalformedRequestError as error:
            bad = error.indices or range(len(calls))
            own = [renumbered(_only_of(error, index), {index: 0}) for index in bad]
            _answer([calls[index] for index in bad], own)
            await self._run([call for index, call in enumerate(calls) if index not in bad])
        except Exception as error:  # noqa: BLE001 - its callers get it
            _answer(calls, [error] * len(calls))
        else:
            _answer(calls, batch.results)


def _only_of(error: MalformedRequestError, index: int) -> MalformedRequestError:
    """The error with only the problems of one item; with all, where it names no item."""
    start = f"items[{index}]"
    own = [problem for problem in error.problems if problem.path.startswith(start)]
    return MalformedRequestError(error.message, error.indices, own or error.problems)


def _answer_closed(calls: Sequence[_Call]) -> None:
    _answer(calls, [client_closed()] * len(calls))


def _answer(calls: Sequence[_Call], answers: Sequence[Result | Exception]) -> None:
    """Hand each call its result or its error: one visit to each of the callers' loops."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Waiter, Result | Exception]]] = {}
    for call, answer in zip(calls, answers, strict=True):
        by_loop.setdefault(call.waiter.get_loop(), []).append((call.waiter, answer))
    for loop, answered in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, answered)


def _resolve(answered: Sequence[tuple[Waiter, Result | Exception]]) -> None:
    for waiter, answer in answered:
        if waiter.done():  # nobody waits any more
            continue
        if isinstance(answer, Exception):
            waiter.set_exception(answer)
        else:
            waiter.set_result(answer)
