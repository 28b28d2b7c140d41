"""Signals that stop a worker, and how it goes on until what it has taken is answered."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from reward_server.api.limits import Gate

_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def stopping_signals() -> list[signal.Signals]:
    """The signals that stop the service.

    SIGHUP comes when its terminal is closed; where it is ignored, as ``nohup`` has it, it stays so.
    """
    return [
        number
        for number in _STOPPING
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
    ]


def exit_cleanly(*_: object) -> NoReturn:
    """Exit with 0: all is drained, and a signal that comes again changes nothing."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def drain_before_stopping(gate: Gate) -> None:
    """Let uvicorn hear of a signal that stops it only when what was taken on is answered.

    Until then it listens: a probe sees that the worker is not ready, and a request that comes
    all the same is told to come back. A second Ctrl-C does not wait. To be called on the event
    loop of a uvicorn that has set its own handlers.
    """
    loop = asyncio.get_running_loop()
    received: list[int] = []
    tasks: list[asyncio.Task[None]] = []

    async def drain(stop: Callable[[], object]) -> None:
        await gate.drain()
        stop()

    def on_signal(number: int, stop: Callable[[], object]) -> None:
        received.append(number)
        if len(received) == 1:
            tasks.append(loop.create_task(drain(stop)))
        elif received.count(signal.SIGINT) == 2:
            stop()

    numbers = stopping_signals()
    stop_uvicorn = signal.getsignal(signal.SIGTERM)
    assert callable(stop_uvicorn)  # noqa: S101 - it has set it before the application starts
    for number in numbers:
        # of SIGHUP uvicorn knows nothing; of a second SIGINT it stops at once
        known = signal.SIGINT if number is signal.SIGINT else signal.SIGTERM
        then = partial(on_signal, number, partial(stop_uvicorn, known, None))
        # not the loop's own handlers: when it closes, it would let the next signal kill us
        signal.signal(number, lambda *_, then=then: loop.call_soon_threadsafe(then))
