"""Makes few requests of many calls for one item each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from reward_server.results import Result

from .errors import MalformedRequestError
from .results import Batch, Item

Waiter = asyncio.Future[Result]


class _Call(NamedTuple):
    item: Item
    waiter: Waiter


class Coalescer:
    """Collects calls until there are ``most`` or the first has waited ``seconds``.

    ``add`` may be called from any thread; ``score`` runs in ``loop``.
    """

    def __init__(
        self,
        score: Callable[[Sequence[Item]], Awaitable[Batch]],
        loop: asyncio.AbstractEventLoop,
        most: int,
        seconds: float,
    ) -> None:
        self._score = score
        self._loop = loop
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._calls: list[_Call] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, item: Item) -> Waiter:
        """The future, of the caller's running loop, of the item's result."""
        waiter: Waiter = asyncio.get_running_loop().create_future()
        with self._lock:
            self._calls.append(_Call(item, waiter))
            waiting = len(self._calls)
            full = self._take() if waiting >= self._most else None
        if full is not None:
            self._loop.call_soon_threadsafe(self._start, full)
        elif waiting == 1:
            self._loop.call_soon_threadsafe(self._loop.call_later, self._seconds, self._flush)
        return waiter

    def _take(self) -> list[_Call]:
        calls, self._calls = self._calls, []
        return calls

    def _flush(self) -> None:
        with self._lock:
            calls = self._take()
        if calls:
            self._start(calls)

    def _start(self, calls: list[_Call]) -> None:
        self._spawn(self._run(calls))

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, calls: list[_Call]) -> None:
        """Score the calls that are still waited for, and answer each."""
        calls = [call for call in calls if not call.waiter.cancelled()]
        if not calls:
            return
        try:
            batch = await self._score([call.item for call in calls])
        except MalformedRequestError as error:
            at_fault = set(error.indices) or set(range(len(calls)))
            _answer([calls[index] for index in at_fault], error)
            await self._run([call for n, call in enumerate(calls) if n not in at_fault])
        except asyncio.CancelledError:
            _answer(calls, asyncio.CancelledError())
            raise
        except Exception as error:  # noqa: BLE001 - the callers get it
            _answer(calls, error)
        else:
            _answer(calls, batch.results)


def _answer(calls: Sequence[_Call], answers: Sequence[Result] | BaseException) -> None:
    """Hand results, or one error, to the callers: one visit to each of their loops."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Waiter, Result | BaseException]]] = {}
    for number, (_, waiter) in enumerate(calls):
        answer = answers if isinstance(answers, BaseException) else answers[number]
        by_loop.setdefault(waiter.get_loop(), []).append((waiter, answer))
    for loop, answered in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, answered)


def _settle(answered: Sequence[tuple[Waiter, Result | BaseException]]) -> None:
    for waiter, answer in answered:
        if waiter.done():
            continue
        if isinstance(answer, asyncio.CancelledError):
            waiter.cancel()
        elif isinstance(answer, BaseException):
            waiter.set_exception(answer)
        else:
            waiter.set_result(answer)
