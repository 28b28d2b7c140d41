"""An event loop whose time passes at once where nothing else is to be done: waits cost nothing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_Ready = list[tuple[selectors.SelectorKey, int]]


#: What a loop's clock begins with: as any clock, not at 0.
START = 1000.0


class _Selector(selectors.SelectSelector):
    """Instead of waiting for ``timeout``, puts the clock forward by it."""

    now = START

    def select(self, timeout: float | None = None) -> _Ready:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing will ever happen"
            self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Its clock begins with ``START``."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def in_virtual_time(coroutine: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)


def now() -> float:
    return asyncio.get_running_loop().time()
