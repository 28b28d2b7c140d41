"""``POST /score``: bytes in, bytes out; in between one validation and one scoring loop."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from reward_server.core.network import Network, NetworkError
from reward_server.networks.inline import build_inline
from reward_server.problems import Problem, problems
from reward_server.scorer import Breakdowns, Scorer, group_results

from .errors import (
    BatchTooLargeError,
    BodyTooLargeError,
    FingerprintError,
    UnknownProfileError,
    malformed,
)
from .metrics import Metrics
from .replies import ErrorReply, ScoreReply
from .requests import SCORE_REQUEST, ScoreRequest
from .state import Counts, Service, State

#: A body of more bytes is scored in a thread, so that health checks are answered meanwhile.
_LARGE_BODY = 32 * 1024
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
_REFUSALS: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorReply, "description": "The fingerprint is not the expected one."},
    413: {"model": ErrorReply, "description": "The body or the batch is too large."},
    422: {"model": ErrorReply, "description": "The body is malformed, or the profile unknown."},
}

router = APIRouter()


@router.post(
    "/score",
    response_model=ScoreReply,
    responses=_REFUSALS,
    openapi_extra={"requestBody": _BODY},
)
async def score(request: Request, service: Service, counts: Counts) -> Response:
    """A result for each item, in the order of the items.

    An item that cannot be scored has an error and no reward; its neighbours are scored. Ids
    need not be unique. An empty batch has empty results.
    """
    body = await _read(request, service.settings.max_body_bytes)
    if len(body) > _LARGE_BODY:
        reply, items = await run_in_threadpool(_score, body, service, counts)
    else:
        reply, items = _score(body, service, counts)
    request.state.items = items  # for the log
    return Response(reply, media_type="application/json")


async def _read(request: Request, limit: int) -> bytes:
    """The body; raises ``BodyTooLargeError`` before more than ``limit`` bytes are kept."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError(f"expected a body of at most {limit} bytes; split the batch")
        chunks.append(chunk)
    return b"".join(chunks)


def _score(body: bytes, service: State, counts: Metrics) -> tuple[bytes, int]:
    """The body of the reply, and how many items it answers."""
    try:
        request = SCORE_REQUEST.validate_json(body)
    except ValidationError as error:
        raise malformed(problems(error)) from error
    items = request["items"]
    if len(items) > service.settings.max_items:
        raise BatchTooLargeError(
            f"items: expected at most {service.settings.max_items}, got {len(items)}; "
            "split the batch"
        )
    scorer = _scorer(request, service)
    breakdowns: Breakdowns = defaultdict(list)
    results = scorer.score_valid(
        items, request["verbosity"] or "components", _inline_networks(request), breakdowns
    )
    groups = group_results(items, results)
    counts.count_batch(items, results, breakdowns, groups)
    reply: ScoreReply = {
        "fingerprint": scorer.fingerprint,
        "profile": scorer.profile.name,
        "results": results,
        "groups": groups,
    }
    return orjson.dumps(reply), len(items)


def _scorer(request: ScoreRequest, service: State) -> Scorer:
    name = service.default_profile if request["profile"] is None else request["profile"]
    scorer = service.scorers.get(name)
    if scorer is None:
        known = ", ".join(service.scorers)
        raise UnknownProfileError(f"profile: expected one of {known}, got {name[:100]!r}")
    expected = request["expect_fingerprint"]
    if expected is not None and expected != scorer.fingerprint:
        raise FingerprintError(
            f"expect_fingerprint: {expected[:200]!r} is expected, but profile {name!r} is "
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
