"""The way of a request that brings a batch: admit it, read it, score it in its turn, reply."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request, Response

from .body import read_body
from .limits import Ticket
from .state import State
from .turns import Reply, in_turn

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
    """What ``job`` makes of the body, as JSON; see ``reply_in_turn``."""
    reply, headers = await reply_in_turn(request, service, job, count)
    return Response(reply, headers=headers, media_type="application/json")


async def reply_in_turn(
    request: Request,
    service: State,
    job: Callable[[bytes, Ticket], Reply],
    count: Callable[[bytes], int] = count_completions,
) -> tuple[Reply, dict[str, str]]:
    """What ``job`` makes of the body, when those that came before are done, and its headers.

    ``count`` gives the items of a body, roughly and quickly. Raises what ``job`` raises, what
    ``read_body`` raises, ``OverloadedError``, ``DrainingError`` or ``ClientGoneError``.
    """
    with service.gate.admit() as ticket:
        body = await read_body(request, ticket, service.settings)
        request.state.items = count(body.content)  # for the log
        items = min(max(request.state.items, 1), service.settings.max_items)
        ticket.take_items(items, body)
        reply = await in_turn(job, body.content, ticket, service.gate, request.receive)
        sheds = service.gate.sheds(len(body.content))
        return reply, {"Connection": "close"} if sheds else {}
