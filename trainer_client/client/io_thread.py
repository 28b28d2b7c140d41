"""A thread with an event loop, where all of a client's waiting is done.

Trainers call from wherever they are: a new event loop for each step (``asyncio.run``), a loop of
their own in a thread, several threads, no loop at all. Connections belong to one loop. So they
live in this one, outlast the callers' loops, and end with the client.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from .errors import RewardClientError

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds that ``stop`` waits for the thread.
_STOP_S = 10.0


class LoopThread:
    """An event loop that runs in a daemon thread until ``stop``; ``on_stop`` is awaited last."""

    def __init__(self, on_stop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._pid = os.getpid()
        self._on_stop = on_stop
        self._lock = threading.Lock()
        self._stopped = False
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="reward-client", daemon=True)
        self._thread.start()

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call something in the loop, soon. Raises ``RewardClientError`` once it has stopped."""
        with self._lock:
            if self._stopped:
                raise client_closed()
            self.loop.call_soon_threadsafe(function, *arguments)

    def submit(
        self, function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """What an async function gives; cancelling the future cancels it."""
        with self._lock:
            if self._stopped:
                raise client_closed()
            return asyncio.run_coroutine_threadsafe(function(*args, **kwargs), self.loop)

    def stop(self) -> None:
        """Cancel what runs, close what is open, and end; from any thread, and more than once."""
        if self._pid != os.getpid():
            return  # a fork has the object, but loop and thread are the parent's
        with self._lock:
            if not self._stopped:
                self._stopped = True
                self.loop.call_soon_threadsafe(self.loop.stop)
        if threading.current_thread() is not self._thread:
            self._thread.join(_STOP_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(self._cancel_all())
        finally:
            self.loop.close()

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._on_stop()


def client_closed() -> RewardClientError:
    """What a call gets whose client is closed under it."""
    return RewardClientError("the client was closed during the call")
