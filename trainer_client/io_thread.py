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
from typing import Any, TypeVar

T = TypeVar("T")

_STOP_SECONDS = 5.0


class LoopThread:
    """A running event loop in a daemon thread, until ``stop``."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._closers: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="reward-client", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it runs, in this process: a fork has the object, but no thread."""
        return self.pid == os.getpid() and self._thread.is_alive()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine here; cancelling the future cancels it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def at_end(self, closer: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Await ``closer`` before the loop ends."""
        self._closers.append(closer)

    def stop(self) -> None:
        """Cancel what runs, close what was opened, and end; from any thread, and more than once."""
        if not self.alive:
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        if threading.current_thread() is not self._thread:
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(self._end())
        finally:
            self.loop.close()

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for closer in self._closers:
            await closer()
        await self.loop.shutdown_asyncgens()
        await self.loop.shutdown_default_executor()
