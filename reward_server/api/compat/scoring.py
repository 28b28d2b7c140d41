"""What the compat routes share: the scorer that the URL asks for, and breakdowns or a refusal.

These trainers take a reply for a reward, and where there is none they read at most its status. So
an item in error refuses its request: they try again or fail, but never train on a made-up number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response
from pydantic import ConfigDict, with_config

from reward_server.api.batch import check_count, score_items
from reward_server.api.errors import RefusedError, malformed
from reward_server.api.limits import Ticket
from reward_server.api.metrics import Metrics
from reward_server.api.score import ENCODING, choose_scorer
from reward_server.api.score import REFUSALS as REFUSALS_OF_SCORE
from reward_server.api.state import Counts, Service, State
from reward_server.api.work import answer
from reward_server.core.model import Breakdown
from reward_server.logs import log_items
from reward_server.scorer import Outcome, Scorer, group_results
from reward_server.wire.problems import Problem
from reward_server.wire.results import Failure

from .gold import Sample, read_samples

Score = Callable[[Sequence[Sample]], list[Breakdown]]
"""Samples -> a breakdown for each."""
Make = Callable[[bytes, Score], Mapping[str, Any]]
"""The body of a request -> that of its reply."""

REFUSALS: dict[int | str, dict[str, Any]] = {
    **REFUSALS_OF_SCORE,
    422: {**REFUSALS_OF_SCORE[422], "description": "The body is malformed, or its gold unusable."},
    503: {**REFUSALS_OF_SCORE[503], "description": "The service is being stopped, or failed."},
}

#: Marks the body of a trainer's own format, which may have fields that are not read.
others_too = with_config(ConfigDict(extra="ignore"))


def count_one(_: bytes) -> int:
    """The items of a body that has one."""
    return 1


class UnscorableError(RefusedError):
    """An item has an error that stays: there is no reward to answer with."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "unscorable"


class UnscoredError(RefusedError):
    """An item has an error that may pass."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    kind = "unscored"
    retryable = True


#: What may stand behind the path: a misspelt pin would else pin nothing, and nobody would know.
_PARAMETERS = ("profile", "expect_fingerprint")


class Scoring:
    """How a request is scored; a route asks for it as ``Scored``."""

    def __init__(
        self,
        request: Request,
        service: State,
        counts: Metrics,
        profile: str | None,
        fingerprint: str | None,
    ) -> None:
        self._request = request
        self._service = service
        self._counts = counts
        self._profile = profile
        self._fingerprint = fingerprint

    async def reply(self, make: Make, count: Callable[[bytes], int] = count_one) -> Response:
        """What ``make`` makes of the request's body, and which reward it is.

        ``count`` gives the items of a body, roughly and quickly.
        """

        def job(body: bytes, ticket: Ticket) -> bytes:
            scorer = choose_scorer(self._service, self._profile, self._fingerprint)
            made = make(body, lambda samples: self._score(scorer, samples, ticket))
            which = {"profile": scorer.profile.name, "fingerprint": scorer.fingerprint}
            try:
                return orjson.dumps({**made, **which})
            except orjson.JSONEncodeError as error:  # of what a reply repeats from its request
                found = [Problem("", f"expected what can be sent back: {error}")]
                raise malformed(found) from error

        return await answer(self._request, self._service, job, count)

    def _score(self, scorer: Scorer, samples: Sequence[Sample], ticket: Ticket) -> list[Breakdown]:
        check_count(len(samples), self._service.settings.max_items)
        items = read_samples(samples, scorer.items)
        outcomes = score_items(scorer, items, ticket)
        self._counts.count_batch(items, outcomes, group_results(items, outcomes))
        log_items(items, outcomes)
        return _breakdowns(samples, outcomes)


async def _scoring(
    request: Request,
    service: Service,
    counts: Counts,
    profile: Annotated[str | None, Query(description="Absent: the server's default.")] = None,
    expect_fingerprint: Annotated[
        str | None, Query(description="Answer 409 unless this is the profile's fingerprint.")
    ] = None,
) -> Scoring:
    unknown = [name for name in request.query_params if name not in _PARAMETERS]
    if unknown:
        expected = f"unknown parameter, expected {' or '.join(_PARAMETERS)}"
        error = malformed([Problem(f"?{name:.60}", expected) for name in unknown])
        error.body_is_unread = True
        raise error
    return Scoring(request, service, counts, profile, expect_fingerprint)


Scored = Annotated[Scoring, Depends(_scoring)]


def body_of(schema: str, example: Mapping[str, Any]) -> dict[str, Any]:
    """How ``openapi.json`` documents the body of a route that reads it itself."""
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}
    body = {"required": True, "content": {"application/json": content}}
    return {"requestBody": body, "parameters": [ENCODING]}


def _breakdowns(samples: Sequence[Sample], outcomes: Sequence[Outcome]) -> list[Breakdown]:
    """The outcomes, where all are breakdowns.

    Raises ``UnscorableError``, or ``UnscoredError`` where all failures may pass.
    """
    failures = [
        (sample.path, outcome)
        for sample, outcome in zip(samples, outcomes, strict=True)
        if isinstance(outcome, Failure)
    ]
    if not failures:
        return [outcome for outcome in outcomes if isinstance(outcome, Breakdown)]
    told = malformed(
        [Problem(path, f"{failure.kind}: {failure.message}") for path, failure in failures]
    )
    if all(failure.retryable for _, failure in failures):
        raise UnscoredError(str(told), told.problems, {"Retry-After": "1"})
    raise UnscorableError(str(told), told.problems)
