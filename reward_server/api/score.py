"""``POST /score``: bytes in, bytes out; in between one validation and one scoring loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from reward_server.logs import log_items
from reward_server.scorer import Outcome, Scorer, group_results
from reward_server.wire.items import Item
from reward_server.wire.problems import Problem
from reward_server.wire.replies import ErrorReply, ScoreReply
from reward_server.wire.requests import SCORE_REQUEST
from reward_server.wire.results import Verbosity

from .batch import check_count, read_items, read_networks, score_items
from .body import ENCODINGS, check, parse
from .errors import FingerprintError, ReplyTooLargeError, UnknownProfileError, malformed
from .limits import Ticket
from .metrics import Metrics
from .state import Counts, Service, State
from .work import answer

_EXAMPLE = {
    "networks": {"toy": {"lines": {"Line 1": ["A Station", "B Station"]}}},
    "items": [
        {
            "id": "q7-0",
            "group": "q7",
            "task": "planning",
            "network": "toy",
            "station_1": "A Station",
            "station_2": "B Station",
            "completion": "Route Name: Line 1\nDeparture Stop: A Station\nArrival Stop: B Station",
        }
    ],
}
_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/ScoreRequest"},
            "example": _EXAMPLE,
        }
    },
}
#: What every route that takes a body says of its header.
ENCODING = {
    "name": "Content-Encoding",
    "in": "header",
    "description": "How the body is compressed; limits hold for what it is then.",
    "schema": {"type": "string", "enum": ["identity", *ENCODINGS]},
}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds.", "required": True, "schema": {"type": "integer"}}
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    408: {"model": ErrorReply, "description": "The body did not come whole in time."},
    409: {"model": ErrorReply, "description": "The fingerprint is not the expected one."},
    413: {"model": ErrorReply, "description": "The body or the batch is too large."},
    415: {"model": ErrorReply, "description": "The Content-Encoding is none that is understood."},
    422: {"model": ErrorReply, "description": "The body is malformed, or the profile unknown."},
    429: {
        "model": ErrorReply,
        "description": "The worker has as much to do as it takes on.",
        "headers": _RETRY_AFTER,
    },
    503: {
        "model": ErrorReply,
        "description": "The service is being stopped.",
        "headers": _RETRY_AFTER,
    },
}

#: Bytes of a reply's results, and items whose results are made together.
LARGEST_REPLY = 64 * 2**20
_TOGETHER = 256

router = APIRouter()


@router.post(
    "/score",
    response_model=ScoreReply,
    responses=REFUSALS,
    openapi_extra={"requestBody": _BODY, "parameters": [ENCODING]},
)
async def score(request: Request, service: Service, counts: Counts) -> Response:
    """A result for each item, in the order of the items.

    An item that cannot be scored has an error and no reward; its neighbours are scored. Ids
    need not be unique. An empty batch has empty results. A body may be compressed.
    """

    def job(body: bytes, ticket: Ticket) -> bytes:
        return _score(body, ticket, service, counts)

    if request.query_params:
        names = ", ".join(request.query_params)
        error = malformed([Problem("", f"no parameters are taken, got ?{names:.60}: use the body")])
        error.body_is_unread = True
        raise error
    return await answer(request, service, job)


def _score(body: bytes, ticket: Ticket, service: State, counts: Metrics) -> bytes:
    """The body of the reply."""
    parsed = parse(body)
    # checked by themselves, one by one: there may be a great deal to tell of networks
    sent = parsed.pop("networks", None) if isinstance(parsed, dict) else None
    request = check(SCORE_REQUEST, parsed)
    check_count(len(request["items"]), service.settings.max_items)
    scorer = choose_scorer(service, request["profile"], request["expect_fingerprint"])
    items = read_items(scorer, request["items"], ticket)
    networks = read_networks(sent)
    outcomes = score_items(scorer, items, ticket, networks, request["deadline_ms"])
    verbosity = request["verbosity"] or "components"
    results = b",".join(_results(scorer, items, outcomes, verbosity, ticket))
    groups = group_results(items, outcomes)
    counts.count_batch(items, outcomes, groups)
    log_items(items, outcomes)
    # the results are the largest part: they are JSON already
    return b'{"fingerprint":%b,"profile":%b,"results":[%b],"groups":%b}' % (
        orjson.dumps(scorer.fingerprint),
        orjson.dumps(scorer.profile.name),
        results,
        orjson.dumps(groups),
    )


def _results(
    scorer: Scorer,
    items: Sequence[Item],
    outcomes: Sequence[Outcome],
    verbosity: Verbosity,
    ticket: Ticket,
) -> Iterator[bytes]:
    """The results in JSON, some together; their bytes are held by ``ticket`` as the body's are.

    A result may be many times as long as its item: it names stations as the network does.
    """
    room = LARGEST_REPLY
    for start in range(0, len(items), _TOGETHER):
        some = slice(start, start + _TOGETHER)
        results = orjson.dumps(scorer.results(items[some], outcomes[some], verbosity))[1:-1]
        room -= len(results)
        if room < 0:
            raise ReplyTooLargeError(
                f"expected results of at most {LARGEST_REPLY} bytes; split the batch, or ask for a "
                "verbosity with less in it"
            )
        ticket.hold(len(results))
        yield results


def choose_scorer(service: State, profile: str | None, fingerprint: str | None) -> Scorer:
    """The scorer of a profile, ``None`` being the default one.

    Raises ``UnknownProfileError``, or ``FingerprintError`` where another one is expected.
    """
    name = service.default_profile if profile is None else profile
    scorer = service.scorers.get(name)
    if scorer is None:
        known = ", ".join(service.scorers)
        raise UnknownProfileError(f"profile: expected one of {known}, got {name[:100]!r}")
    if fingerprint is not None and fingerprint != scorer.fingerprint:
        raise FingerprintError(
            f"expect_fingerprint: {fingerprint[:200]!r} is expected, but profile {name!r} is "
            f"{scorer.fingerprint!r} here"
        )
    return scorer
