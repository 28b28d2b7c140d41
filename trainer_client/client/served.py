"""Scores by a service over HTTP, whatever becomes of its endpoints meanwhile.

A call is parted into requests (``chunks``), of which ``concurrency`` are under way at a time. Each
is tried until it is answered, at whichever endpoint is well (``endpoints``), at a second one beside
one that dawdles (``hedging``). Scoring is pure, so trying again is always safe, and so is asking
twice: the first sound reply is taken, once for each item. A reply is believed only where it answers
each item as the service does (``wire``).

Tried again are connection errors, broken replies, 408, 429, 500, 502, 503 and 504, and of an
answered request the items whose error is retryable, these alone. A request that is too large (413)
is split, one that may not be compressed (415) is sent plain. All else is raised.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import orjson

from reward_server.wire.groups import statistics
from reward_server.wire.problems import Problem
from reward_server.wire.results import Result, Verbosity

from .chunks import groups_of, plan
from .endpoints import Endpoint, Endpoints
from .errors import (
    FingerprintMismatchError,
    MalformedRequestError,
    UnauthorizedError,
    UnknownProfileError,
    UnreachableError,
    WrongServiceError,
)
from .hedging import Attempt, Patience, first_reply
from .pin import Pin
from .problems import at_fault, check_items, malformed
from .results import Batch, Item, unanswered
from .transport import NoReplyError, Response, Transport
from .wire import BrokenReplyError, Reply, Request, read_metadata, read_refusal, retry_after

#: Times an item is sent whose error is retryable before the service's word on it stands, and
#: seconds of the longest first wait between.
_ITEM_TRIES, _ITEM_WAIT = 3, 0.2
#: Bytes of a reply that are read: so many, and so many more for each item.
_REPLY_BYTES, _REPLY_BYTES_AN_ITEM = 2**24, 2**16
#: Seconds at least between two looks at which endpoints are to be probed.
_PROBE_PAUSE = 0.05
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_NOT_LET_IN = frozenset({401, 403})
_TOO_LARGE, _PLAIN, _OTHER_REWARD, _MALFORMED = 413, 415, 409, 422
_NOT_READY = frozenset({408, 429, *range(500, 600)})


class Settings(NamedTuple):
    """What a client was given for its service."""

    urls: tuple[str, ...]
    profile: str | None
    token: str | None
    networks: Mapping[str, object]
    verbosity: Verbosity
    deadline_s: float
    connect_timeout_s: float
    chunk_items: int
    concurrency: int
    compress: bool | None


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

    def take(self, reply: Reply) -> None:
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

    def __init__(self, settings: Settings, pin: Pin) -> None:
        self._settings = settings
        self._pin = pin
        self._cities = {
            name: orjson.Fragment(orjson.dumps(city)) for name, city in settings.networks.items()
        }
        self._chance = Random()  # noqa: S311 - how long to wait is no secret
        self._endpoints = Endpoints(settings.urls, self._chance)
        self._transport = Transport(
            settings.token, settings.connect_timeout_s, compress=settings.compress
        )
        self._patience = Patience(
            settings.connect_timeout_s, settings.deadline_s, settings.concurrency
        )
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._calls = 0
        self._prober: asyncio.Task[None] | None = None

    async def score(self, items: Sequence[Item]) -> Batch:
        """A result for each item, in order, at the latest at the deadline.

        Raises ``FingerprintMismatchError``, ``UnauthorizedError``, ``MalformedRequestError``,
        ``UnknownProfileError`` or ``WrongServiceError``.
        """
        call = _Call(items, self._settings.deadline_s)
        try:
            groups = groups_of(items)
            chunks = plan(items, groups, self._settings.chunk_items, self._cities)
        except AttributeError:
            check_items(items)
            raise
        self._begin()
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                await _all(self._settle(chunk, call) for chunk in chunks)
        except TimeoutError:
            pass  # what is not answered says so
        finally:
            self._end()
        results = self._completed(call)
        return Batch(results, statistics(groups, results), call.fingerprint, call.profile)

    async def metadata(self) -> dict[str, Any]:
        """What ``GET /metadata`` says. Raises ``UnreachableError`` and what ``score`` raises."""
        seconds = self._settings.deadline_s
        try:
            async with asyncio.timeout(seconds):
                while True:
                    endpoint = self._endpoints.choose()
                    if endpoint is None:
                        await self._endpoints.wait()
                    elif (found := await self._metadata_of(endpoint)) is not None:
                        return found
        except TimeoutError:
            troubles = self._endpoints.troubles()
            raise UnreachableError(f"not answered within {seconds:g} s; {troubles}") from None

    async def close(self) -> None:
        """Close the connections."""
        if self._prober is not None:
            self._prober.cancel()
        await self._transport.close()

    def _completed(self, call: _Call) -> list[Result]:
        """All results of a call, also of the items that were not answered."""
        seconds, verbosity = self._settings.deadline_s, self._settings.verbosity
        message = f"not answered within {seconds:g} s; {self._endpoints.troubles()}"
        return [
            unanswered(item, "deadline", message, verbosity) if result is None else result
            for item, result in zip(call.items, call.results, strict=True)
        ]

    async def _settle(self, chunk: Sequence[int], call: _Call) -> None:
        """Put the result of each item of a chunk into the call's."""
        for tries in range(1, _ITEM_TRIES + 1):
            try:
                async with self._slots:
                    reply = await self._insist([call.items[index] for index in chunk], call)
            except MalformedRequestError as error:
                raise at_fault(error, chunk) from None
            except _TooLargeError as error:
                await self._split(chunk, call, str(error))
                return
            call.take(reply)
            again = []
            for index, result in zip(chunk, reply.results, strict=True):
                fault = result["error"]
                if fault is not None and fault["retryable"] and tries < _ITEM_TRIES:
                    again.append(index)
                else:
                    call.results[index] = result
            if not again:
                return
            chunk = again
            await asyncio.sleep(self._chance.uniform(0, _ITEM_WAIT * 2 ** (tries - 1)))

    async def _split(self, chunk: Sequence[int], call: _Call, message: str) -> None:
        """Settle both halves of a chunk; an item that is too large alone is in error."""
        if len(chunk) > 1:
            half = len(chunk) // 2
            await _all(self._settle(part, call) for part in (chunk[:half], chunk[half:]))
            return
        (index,) = chunk
        call.results[index] = unanswered(
            call.items[index],
            "completion_too_long",
            f"the service does not take the item even alone: {message}",
            self._settings.verbosity,
            retryable=False,
        )

    async def _insist(self, items: Sequence[Item], call: _Call) -> Reply:
        """The first sound reply to these items, however long it takes."""
        settings = self._settings
        try:
            request = Request(items, self._cities, settings.profile, settings.verbosity)
        except TypeError:
            check_items(items)
            raise
        most = _REPLY_BYTES + _REPLY_BYTES_AN_ITEM * len(items)

        async def ask(attempt: Attempt) -> Reply | None:
            body = request.body(call.milliseconds_left(), self._pin.expected)
            return await self._ask(attempt, request, body, most)

        return await first_reply(self._endpoints, self._patience, ask)

    async def _ask(
        self, attempt: Attempt, request: Request, body: bytes, most: int
    ) -> Reply | None:
        """The reply of one endpoint; ``None`` where it has failed. Raises what ends the call."""
        endpoint = attempt.endpoint
        url = f"{endpoint.url}/score"
        try:
            response = await self._transport.post(url, body, most, attempt.connected)
            if response.status == _PLAIN and response.compressed:
                self._transport.send_plain(url)
                response = await self._transport.post(url, body, most, attempt.connected)
            if response.status == 200:
                reply = request.read(response.body)
            else:
                self._refused(attempt, response)
                return None
        except NoReplyError as error:
            self._endpoints.failed(endpoint, str(error), attempt.began)
            return None
        except BrokenReplyError as error:
            self._endpoints.failed(endpoint, f"a reply that is none: {error}", attempt.began)
            return None
        self._pin.check(reply.fingerprint, endpoint.url)
        self._endpoints.succeeded(endpoint)
        self._patience.replied(time.monotonic() - attempt.began)
        return reply

    async def _metadata_of(self, endpoint: Endpoint) -> dict[str, Any] | None:
        """The metadata of one endpoint; ``None`` where it has failed."""
        attempt = Attempt(endpoint, self._patience)
        self._endpoints.began(endpoint)
        try:
            response = await self._transport.get(f"{endpoint.url}/metadata", _REPLY_BYTES)
            if response.status == 200:
                found = read_metadata(response.body)
                self._endpoints.succeeded(endpoint)
                return found
            self._refused(attempt, response)
        except NoReplyError as error:
            self._endpoints.failed(endpoint, str(error), attempt.began)
        except BrokenReplyError as error:
            self._is_wrong(attempt, f"a reply that is none: {error}")
        finally:
            self._endpoints.ended(endpoint)
        return None

    def _refused(self, attempt: Attempt, response: Response) -> None:
        """Take note of a reply that is not 200. Raises what ends the call or splits the request."""
        url, status = attempt.endpoint.url, response.status
        refusal = read_refusal(response.body)
        said = refusal.message if refusal else _shown(response)
        if status == _TOO_LARGE:
            raise _TooLargeError(said)
        if status in _AGAIN:
            later = retry_after(response.headers.get("Retry-After"))
            self._endpoints.failed(attempt.endpoint, f"{status}: {said}", attempt.began, later)
        elif status in _NOT_LET_IN:
            raise UnauthorizedError(f"{url} answers {status}: {said}")
        elif refusal is None:
            self._is_wrong(attempt, f"{status}: {said}")
        elif status == _OTHER_REWARD:
            raise self._pin.mismatch(url, refusal.message, None)
        elif refusal.kind == "unknown_profile":
            raise UnknownProfileError(f"{url}: {refusal.message}")
        elif status == _MALFORMED:
            raise malformed(refusal.details or [Problem("", refusal.message)])
        else:
            self._is_wrong(attempt, f"{status}: {said}")

    def _is_wrong(self, attempt: Attempt, words: str) -> None:
        """Take note that something else answers there.

        Raises ``WrongServiceError`` where that is so of all endpoints, and none was ever right.
        """
        endpoint = attempt.endpoint
        self._endpoints.failed(endpoint, words, attempt.began)
        if not endpoint.proven:
            endpoint.is_wrong = True
        if all(one.is_wrong for one in self._endpoints.all):
            raise WrongServiceError(
                f"what answers is no reward service: {self._endpoints.troubles()}"
            )

    def _begin(self) -> None:
        self._calls += 1
        if self._prober is None and len(self._endpoints.all) > 1:
            self._prober = asyncio.create_task(self._probe_while_used())

    def _end(self) -> None:
        self._calls -= 1
        if not self._calls and self._prober is not None:
            self._prober.cancel()
            self._prober = None

    async def _probe_while_used(self) -> None:
        """Ask endpoints that have failed whether they are ready, while others do the work."""
        async with asyncio.TaskGroup() as probes:
            while True:
                for endpoint in self._endpoints.to_probe():
                    endpoint.probing = True
                    probes.create_task(self._probe(endpoint))
                await self._endpoints.wait(_PROBE_PAUSE)

    async def _probe(self, endpoint: Endpoint) -> None:
        began = time.monotonic()
        try:
            response = await self._transport.get(f"{endpoint.url}/readyz", _REPLY_BYTES)
        except NoReplyError as error:
            self._endpoints.failed(endpoint, str(error), began)
        else:
            if response.status in _NOT_READY:
                later = retry_after(response.headers.get("Retry-After"))
                self._endpoints.failed(endpoint, f"{response.status}: not ready", began, later)
            else:
                self._endpoints.is_ready(endpoint)
        finally:
            endpoint.probing = False


async def _all(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Await all; where one raises, the others are cancelled first."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _shown(response: Response) -> str:
    """The beginning of a body that is no reward service's, and where it redirects to."""
    location = response.headers.get("Location")
    if location is not None:
        return f"it redirects to {location[:200]}"
    text = " ".join(response.body[:400].decode(errors="replace").split())
    return text[:200] or "no body"
