"""Runs the jobs of requests one after another, beside the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from starlette.types import Receive

from .errors import ClientGoneError
from .limits import Gate, Ticket

#: One thread per worker, beside that of the event loop, so that health checks and refusals are
#: answered while a batch is scored. Scoring is Python, of which the GIL lets one thread run at a
#: time: a second would score nothing sooner, and make every batch wait for the others; and the
#: queue of one thread is first come, first served. More cores are for more workers.
_SCORING = ThreadPoolExecutor(1, "score")
#: A body of no more bytes is scored sooner than it is handed over to another thread and back:
#: where nobody waits for that thread, it is not.
_SMALL_BODY = 8 * 1024

Reply = TypeVar("Reply")


async def in_turn(
    job: Callable[[bytes, Ticket], Reply],
    body: bytes,
    ticket: Ticket,
    gate: Gate,
    receive: Receive,
) -> Reply:
    """What ``job`` makes of ``body``; where the client goes away first, it is stopped or not begun.

    Raises what ``job`` raises, ``ClientGoneError``, or ``DrainingError`` where the time to drain
    is over.
    """

    def run(body: bytes) -> Reply:
        ticket.check()
        started = time.perf_counter()
        reply = job(body, ticket)
        gate.remember(ticket.items, time.perf_counter() - started)
        return reply

    if gate.turns == 0 and len(body) <= _SMALL_BODY and not _may_bring_networks(body):
        return run(body)
    gate.turns += 1
    # a job that is never begun stays in the thread's queue until its turn: its body need not
    waiting = [body]
    del body
    context = copy_context()  # the log names the request there too
    turn = _SCORING.submit(lambda: context.run(run, waiting.pop()))
    made = asyncio.wrap_future(turn)
    gone = asyncio.ensure_future(_client_gone(receive))
    either: set[asyncio.Future[Any]] = {made, gone}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not made.done():
            ticket.stop(ClientGoneError)
            if turn.cancel():
                raise ClientGoneError
        return await made
    except asyncio.CancelledError:
        ticket.stop(ClientGoneError)
        made.cancel()
        raise
    finally:
        if turn.cancelled():
            waiting.clear()
        gone.cancel()
        gate.turns -= 1


def _may_bring_networks(body: bytes) -> bool:
    """Whether a body has networks, which take longest for their bytes; or letters in disguise."""
    return b'networks"' in body or b"\\u006" in body or b"\\u007" in body


async def _client_gone(receive: Receive) -> None:
    """Come back when the client goes away; the request's body must have been received."""
    while (await receive())["type"] != "http.disconnect":
        pass
