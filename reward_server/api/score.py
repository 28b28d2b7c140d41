"""``POST /score``: bytes in, bytes out; in between one validation and one scoring loop."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from reward_server.core.transit.model import NetworkError
from reward_server.core.transit.network import Network
from reward_server.logs import log_items
from reward_server.networks.inline import build_inline
from reward_server.scorer import Scorer, group_results
from reward_server.wire.problems import Problem
from reward_server.wire.replies import ErrorReply, ScoreReply
from reward_server.wire.requests import SCORE_REQUEST, ScoreRequest

from .batch import check_count, read_items, score_items
from .body import ENCODINGS, check, parse
from .errors import FingerprintError, UnknownProfileError, malformed
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
    request = check(SCORE_REQUEST, parse(body))
    check_count(len(request["items"]), service.settings.max_items)
    scorer = choose_scorer(service, request["profile"], request["expect_fingerprint"])
    items = read_items(scorer, request["items"])
    networks = scorer.networks_with(_inline_networks(request))
    outcomes = score_items(scorer, items, ticket, networks, request["deadline_ms"])
    results = scorer.results(items, outcomes, request["verbosity"] or "components")
    groups = group_results(items, outcomes)
    counts.count_batch(items, outcomes, groups)
    log_items(items, outcomes)
    reply: ScoreReply = {
        "fingerprint": scorer.fingerprint,
        "profile": scorer.profile.name,
        "results": results,
        "groups": groups,
    }
    return orjson.dumps(reply)


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


def _inline_networks(request: ScoreRequest) -> dict[str, Network]:
    networks = {}
    for name, inline in (request["networks"] or {}).items():
        try:
            networks[name] = build_inline(name, inline)
        except NetworkError as error:
            raise malformed([Problem("networks", str(error))]) from error
    return networks
