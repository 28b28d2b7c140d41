"""Scores by a service over HTTP, whatever becomes of its endpoints meanwhile.

A call is parted into requests (``chunks``), of which ``concurrency`` are under way at a time. Each
is tried until it is answered, at whichever endpoint is healthy (``endpoints``), at a second one
beside one that is slow (``hedging``). Scoring is pure, so trying again is always safe, and so is
asking twice: the first sound reply is taken, once for each item. A reply is believed only where it
answers each item as the service does (``wire``).

Tried again are connection errors, malformed replies, 408, 429, 500, 502, 503 and 504, and of an
answered request the items whose error is retryable, these alone. A request that is too large (413)
is split, one that may not be compressed (415) is sent plain. All else is raised.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Sequence
from http import HTTPStatus
from random import Random
from typing import Any

import orjson

from reward_server.wire.groups import statistics
from reward_server.wire.problems import Problem
from reward_server.wire.results import Failure, Result

from .chunks import chunked, groups_of
from .config import Config
from .endpoints import Endpoint, Endpoints
from .errors import (
    FingerprintMismatchError,
    MalformedRequestError,
    UnauthorizedError,
    UnknownProfileError,
    UnreachableError,
    WrongServiceError,
)
from .hedging import Attempt, HedgePolicy, first_reply
from .pin import Pin
from .problems import check_items, failures_of, malformed, renumbered
from .results import Batch, Item, unscored
from .transport import NoReplyError, Response, Transport
from .wire import BrokenReplyError, Reply, Request, read_metadata, read_refusal, retry_after

#: Times an item is sent whose error is retryable before the service's word on it stands, and
#: seconds of the longest wait after the first.
_MAX_ITEM_TRIES, _FIRST_ITEM_BACKOFF_S = 3, 0.2
#: Bytes of a reply that are read at most: so many, and so many more for each item.
_MAX_REPLY_BYTES, _MAX_REPLY_BYTES_PER_ITEM = 2**24, 2**16
#: Seconds at least between two looks at which endpoints are to be probed.
_PROBE_INTERVAL_S = 0.05
#: Statuses of a request that is tried again, and of a probe that says: not ready.
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_NOT_READY = frozenset({408, 429, *range(500, 600)})
_UNAUTHORIZED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class _TooLargeError(Exception):
    """A request has to be split; the message is the service's."""


class _Call:
    """One call of ``score``: its items, until when it may take, and what is answered so far."""

    def __init__(self, items: Sequence[Item], seconds: float) -> None:
        self.items = items
        self.deadline = time.monotonic() + seconds
        self.results: list[Result | None] = [None] * len(items)
        self.fingerprint = ""
        self.profile = ""

    def check_fingerprint(self, reply: Reply) -> None:
        """Raises ``FingerprintMismatchError`` where it is of another reward than those before."""
        if self.fingerprint not in {"", reply.fingerprint}:
            raise FingerprintMismatchError(
                "the reward has changed within a batch, or the endpoints give different ones: "
                f"first {self.fingerprint!r}, then {reply.fingerprint!r}",
                self.fingerprint,
                reply.fingerprint,
            )
        self.fingerprint, self.profile = reply.fingerprint, reply.profile

    def milliseconds_left(self) -> int:
        """At least 1."""
        return max(int((self.deadline - time.monotonic()) * 1000), 1)


class Served:
    """The endpoints of a service and the connections to them; lives in one event loop."""

    def __init__(self, config: Config, pin: Pin) -> None:
        self._config = config
        self._pin = pin
        self._cities = {
            name: orjson.Fragment(orjson.dumps(city))
            for name, city in config.inline_networks.items()
        }
        self._random = Random()  # noqa: S311 - how long to wait is no secret
        self._endpoints = Endpoints(config.urls, self._random)
        self._transport = Transport(
            config.token, config.connect_timeout_s, compress=config.compress
        )
        self._hedging = HedgePolicy(
            config.connect_timeout_s, config.deadline_s, max_budget=config.concurrency
        )
        self._slots = asyncio.Semaphore(config.concurrency)
        self._running_calls = 0
        self._prober: asyncio.Task[None] | None = None

    async def score(self, items: Sequence[Item]) -> Batch:
        """A result for each item, in order, at the latest at the deadline.

        Raises ``FingerprintMismatchError``, ``UnauthorizedError``, ``MalformedRequestError``,
        ``UnknownProfileError`` or ``WrongServiceError``.
        """
        call = _Call(items, self._config.deadline_s)
        try:
            groups = groups_of(items)
            chunks = chunked(items, groups, self._config.chunk_items, self._cities)
        except AttributeError:
            check_items(items)
            raise
        self._call_began()
        try:
            async with asyncio.timeout(self._config.deadline_s):
                await _gather(self._score_chunk(chunk, call) for chunk in chunks)
        except TimeoutError:
            pass  # what is not answered says so
        finally:
            self._call_ended()
        results = self._completed(call)
        return Batch(results, statistics(groups, results), call.fingerprint, call.profile)

    async def metadata(self) -> dict[str, Any]:
        """What ``GET /metadata`` says. Raises ``UnreachableError`` and what ``score`` raises."""
        seconds = self._config.deadline_s
        try:
            async with asyncio.timeout(seconds):
                while True:
                    endpoint = self._endpoints.choose()
                    if endpoint is None:
                        await self._endpoints.wait()
                    elif (metadata := await self._metadata_of(endpoint)) is not None:
                        return metadata
        except TimeoutError:
            statuses = self._endpoints.statuses()
            raise UnreachableError(f"not answered within {seconds:g} s; {statuses}") from None

    async def close(self) -> None:
        """Close the connections."""
        if self._prober is not None:
            self._prober.cancel()
        await self._transport.close()

    def _completed(self, call: _Call) -> list[Result]:
        """All results of a call, also of the items that were not answered."""
        seconds = self._config.deadline_s
        message = f"not answered within {seconds:g} s; {self._endpoints.statuses()}"
        late = Failure("deadline", message, retryable=True)
        return [
            unscored(item, late, self._config.verbosity) if result is None else result
            for item, result in zip(call.items, call.results, strict=True)
        ]

    async def _score_chunk(self, chunk: Sequence[int], call: _Call) -> None:
        """Put the result of each item of a chunk into the call's."""
        tries = 0
        while chunk:
            try:
                async with self._slots:
                    reply = await self._reply_to([call.items[place] for place in chunk], call)
            except MalformedRequestError as error:
                chunk = self._without_malformed(chunk, call, renumbered(error, chunk))
                continue
            except _TooLargeError as error:
                await self._split(chunk, call, str(error))
                return
            call.check_fingerprint(reply)
            tries += 1
            again = []
            for place, result in zip(chunk, reply.results, strict=True):
                failure = result["error"]
                if failure is not None and failure["retryable"] and tries < _MAX_ITEM_TRIES:
                    again.append(place)
                else:
                    call.results[place] = result
            chunk = again
            if chunk:
                longest = _FIRST_ITEM_BACKOFF_S * 2 ** (tries - 1)
                await asyncio.sleep(self._random.uniform(0, longest))

    def _without_malformed(
        self, chunk: Sequence[int], call: _Call, error: MalformedRequestError
    ) -> list[int]:
        """What is left of a chunk whose malformed items are in error. Raises where none may be."""
        if not self._config.keep_malformed or not error.indices:
            raise error
        for place, failure in failures_of(error).items():
            call.results[place] = unscored(call.items[place], failure, self._config.verbosity)
        return [place for place in chunk if call.results[place] is None]

    async def _split(self, chunk: Sequence[int], call: _Call, message: str) -> None:
        """Score both halves of a chunk; an item that is too large alone is in error."""
        if len(chunk) > 1:
            half = len(chunk) // 2
            await _gather(self._score_chunk(part, call) for part in (chunk[:half], chunk[half:]))
            return
        (place,) = chunk
        words = f"the service does not take the item even alone: {message}"
        failure = Failure("completion_too_long", words)
        call.results[place] = unscored(call.items[place], failure, self._config.verbosity)

    async def _reply_to(self, items: Sequence[Item], call: _Call) -> Reply:
        """The first sound reply to these items, however long it takes."""
        config = self._config
        try:
            request = Request(items, self._cities, config.profile, config.verbosity)
        except TypeError:
            check_items(items)
            raise
        max_bytes = _MAX_REPLY_BYTES + _MAX_REPLY_BYTES_PER_ITEM * len(items)

        async def ask(attempt: Attempt) -> Reply | None:
            body = request.body(call.milliseconds_left(), self._pin.expected)
            return await self._ask(attempt, request, body, max_bytes)

        return await first_reply(self._endpoints, self._hedging, ask)

    async def _ask(
        self, attempt: Attempt, request: Request, body: bytes, max_bytes: int
    ) -> Reply | None:
        """The reply of one endpoint; ``None`` where it has failed. Raises what ends the call."""
        endpoint = attempt.endpoint
        url = f"{endpoint.url}/score"
        try:
            response = await self._transport.post(url, body, max_bytes, attempt.connected)
            if response.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE and response.compressed:
                self._transport.send_plain(url)
                response = await self._transport.post(url, body, max_bytes, attempt.connected)
            if response.status != HTTPStatus.OK:
                self._take_refusal(attempt, response)
                return None
            reply = request.read(response.body)
        except NoReplyError as error:
            self._endpoints.failed(endpoint, str(error), attempt.began)
            return None
        except BrokenReplyError as error:
            self._endpoints.failed(endpoint, f"a malformed reply: {error}", attempt.began)
            return None
        self._pin.check(reply.fingerprint, endpoint.url)
        self._endpoints.succeeded(endpoint)
        self._hedging.replied(time.monotonic() - attempt.began)
        return reply

    async def _metadata_of(self, endpoint: Endpoint) -> dict[str, Any] | None:
        """The metadata of one endpoint; ``None`` where it has failed."""
        attempt = Attempt(endpoint, self._hedging)
        self._endpoints.began(endpoint)
        try:
            response = await self._transport.get(f"{endpoint.url}/metadata", _MAX_REPLY_BYTES)
            if response.status == HTTPStatus.OK:
                metadata = read_metadata(response.body)
                self._endpoints.succeeded(endpoint)
                return metadata
            self._take_refusal(attempt, response)
        except NoReplyError as error:
            self._endpoints.failed(endpoint, str(error), attempt.began)
        except BrokenReplyError as error:
            self._take_wrong_service(attempt, f"a malformed reply: {error}")
        finally:
            self._endpoints.ended(endpoint)
        return None

    def _take_refusal(self, attempt: Attempt, response: Response) -> None:
        """Take note of a reply that is not 200. Raises what ends the call or splits the request."""
        url, status = attempt.endpoint.url, response.status
        refusal = read_refusal(response.body)
        message = refusal.message if refusal else _excerpt(response)
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise _TooLargeError(message)
        if status in _RETRIED:
            seconds = retry_after(response.headers.get("Retry-After"))
            self._endpoints.failed(attempt.endpoint, f"{status}: {message}", attempt.began, seconds)
        elif status in _UNAUTHORIZED:
            raise UnauthorizedError(f"{url} answers {status}: {message}")
        elif refusal is None:
            self._take_wrong_service(attempt, f"{status}: {message}")
        elif status == HTTPStatus.CONFLICT:
            raise self._pin.mismatch(url, message, None)
        elif refusal.kind == "unknown_profile":
            raise UnknownProfileError(f"{url}: {message}")
        elif status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise malformed(refusal.details or [Problem("", message)])
        else:
            self._take_wrong_service(attempt, f"{status}: {message}")

    def _take_wrong_service(self, attempt: Attempt, words: str) -> None:
        """Take note that something else answers there.

        Raises ``WrongServiceError`` where that is so of all endpoints, and none was ever right.
        """
        endpoint = attempt.endpoint
        self._endpoints.failed(endpoint, words, attempt.began)
        if not endpoint.is_proven:
            endpoint.is_wrong = True
        if all(endpoint.is_wrong for endpoint in self._endpoints.all):
            raise WrongServiceError(
                f"what answers is no reward service: {self._endpoints.statuses()}"
            )

    def _call_began(self) -> None:
        self._running_calls += 1
        if self._prober is None and len(self._endpoints.all) > 1:
            self._prober = asyncio.create_task(self._probe_while_used())

    def _call_ended(self) -> None:
        self._running_calls -= 1
        if not self._running_calls and self._prober is not None:
            self._prober.cancel()
            self._prober = None

    async def _probe_while_used(self) -> None:
        """Ask endpoints that have failed whether they are ready, while others do the work."""
        async with asyncio.TaskGroup() as probes:
            while True:
                for endpoint in self._endpoints.to_probe():
                    endpoint.is_probed = True
                    probes.create_task(self._probe(endpoint))
                await self._endpoints.wait(_PROBE_INTERVAL_S)

    async def _probe(self, endpoint: Endpoint) -> None:
        began = time.monotonic()
        try:
            response = await self._transport.get(f"{endpoint.url}/readyz", _MAX_REPLY_BYTES)
        except NoReplyError as error:
            self._endpoints.failed(endpoint, str(error), began)
        else:
            if response.status in _NOT_READY:
                seconds = retry_after(response.headers.get("Retry-After"))
                self._endpoints.failed(endpoint, f"{response.status}: not ready", began, seconds)
            else:
                self._endpoints.said_ready(endpoint)
        finally:
            endpoint.is_probed = False


async def _gather(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Await all; where one raises, the others are cancelled first."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _excerpt(response: Response) -> str:
    """The beginning of a body that is no reward service's, and where it redirects to."""
    location = response.headers.get("Location")
    if location is not None:
        return f"it redirects to {location[:200]}"
    text = " ".join(response.body[:400].decode(errors="replace").split())
    return text[:200] or "no body"
