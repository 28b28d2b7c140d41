"""Takes a request's batch on, and scores it when its turn comes."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from fastapi import Request, Response
from starlette.types import Receive

from reward_server.core.transit.network import Network
from reward_server.logs import log_items
from reward_server.scorer import Breakdowns, Scorer
from reward_server.wire.items import Item
from reward_server.wire.results import Result, Verbosity, failed

from .body import read_body
from .errors import ClientGoneError
from .limits import Gate, Ticket
from .state import State

#: Items between two looks at the clock and the client: a look takes a microsecond or two, an item
#: mostly tens, and one of the longest allowed up to a tenth of a second.
_CHUNK = 8
#: One thread per worker, beside that of the event loop, so that health checks and refusals are
#: answered while a batch is scored. Scoring is Python, of which the GIL lets one thread run at a
#: time: a second would score nothing sooner, and make every batch wait for the others; and the
#: queue of one thread is first come, first served. More cores are for more workers.
_SCORING = ThreadPoolExecutor(1, "score")
#: A body of no more bytes is scored sooner than it is handed over to another thread and back:
#: where nobody waits for that thread, it is not.
_SMALL = 8 * 1024
_COMPLETION = b'"completion"'

Job = Callable[[bytes, Ticket], bytes]
"""Makes the reply's body of the request's body; mostly in the scoring thread."""


def count_completions(body: bytes) -> int:
    """How many items a body has, before it is parsed: in JSON no text holds a bare quote."""
    return body.count(_COMPLETION)


async def answer(
    request: Request,
    service: State,
    job: Job,
    count: Callable[[bytes], int] = count_completions,
) -> Response:
    """What ``job`` makes of the body, as JSON, when those that came before are done.

    ``count`` gives the items of a body, roughly and quickly. Raises what ``job`` raises, what
    ``read_body`` raises, ``OverloadedError``, ``DrainingError`` or ``ClientGoneError``.
    """
    with service.gate.enter() as ticket:
        await read_body(request, ticket, service)
        items = count(ticket.body)
        request.state.items = items  # for the log
        ticket.take_items(min(max(items, 1), service.settings.max_items))
        reply = await _in_turn(job, ticket, service.gate, request.receive)
        headers = {"Connection": "close"} if service.gate.sheds(len(ticket.body)) else None
        return Response(reply, headers=headers, media_type="application/json")


def score_items(
    scorer: Scorer,
    items: Sequence[Item],
    verbosity: Verbosity,
    ticket: Ticket,
    breakdowns: Breakdowns | None = None,
    inline: Mapping[str, Network] | None = None,
    deadline_ms: int | None = None,
) -> list[Result]:
    """``Scorer.score_valid`` in chunks; items that ``deadline_ms`` leaves no time for say so.

    Milliseconds count from the request's arrival. Raises what ``Ticket.check`` raises.
    """
    deadline = math.inf if deadline_ms is None else ticket.arrived + deadline_ms / 1000
    results: list[Result] = []
    for start in range(0, len(items), _CHUNK):
        ticket.check()
        if time.monotonic() >= deadline:
            message = f"not scored within deadline_ms, {deadline_ms} ms; send it again"
            results += (
                failed(item["id"], "deadline", message, verbosity, retryable=True)
                for item in items[start:]
            )
            break
        chunk = items[start : start + _CHUNK]
        results += scorer.score_valid(chunk, verbosity, inline or {}, breakdowns)
    log_items(items, results)
    return results


async def _in_turn(job: Job, ticket: Ticket, gate: Gate, receive: Receive) -> bytes:
    """What ``job`` makes; where the client goes away first, it is stopped or never begun."""

    def run() -> bytes:
        ticket.check()
        started = time.perf_counter()
        reply = job(ticket.body, ticket)
        ticket.done(time.perf_counter() - started)
        return reply

    if gate.turns == 0 and len(ticket.body) <= _SMALL:
        return run()
    gate.turns += 1
    turn = _SCORING.submit(copy_context().run, run)  # the log names the request there too
    made = asyncio.wrap_future(turn)
    gone = asyncio.ensure_future(_wait_until_gone(receive))
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
        gone.cancel()
        gate.turns -= 1


async def _wait_until_gone(receive: Receive) -> None:
    """Come back when the client goes away; the request's body must have been received."""
    while (await receive())["type"] != "http.disconnect":
        pass
