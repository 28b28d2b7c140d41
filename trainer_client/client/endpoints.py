"""Which endpoint to ask next, and when: what each has done lately, and what it asked for.

An endpoint is healthy until an attempt at it fails. Then it is left alone for a while, which grows
with each failure in a row (exponential, with full jitter) and is at least what its Retry-After
says; after that one attempt at a time is its trial. While another endpoint is healthy, nobody's
items are risked on a trial before ``/readyz`` has said that it would work.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

_LOG = logging.getLogger(__name__)

#: Seconds: the longest wait after a first failure, and after any failure without Retry-After.
_FIRST_BACKOFF_S, _MAX_BACKOFF_S = 0.1, 2.0
#: The part of a Retry-After that is added at most, so that clients told the same come apart.
_RETRY_AFTER_JITTER = 0.25
#: What is believed of a Retry-After.
_MAX_RETRY_AFTER_S = 60.0


@dataclass(eq=False)
class Endpoint:
    """One address of the service."""

    url: str
    failures: int = 0
    """In a row; 0: it is healthy."""
    not_before: float = 0.0
    """The monotonic time before which it is left alone."""
    in_flight: int = 0
    """Attempts that are under way."""
    attempts: int = 0
    """In all."""
    failed_at: float = 0.0
    silent_since: float | None = None
    """When it ceased to answer at all."""
    is_ready: bool = False
    """It has failed, but has said since that it is ready."""
    is_proven: bool = False
    """It has answered as a reward service does."""
    status: str = "not asked yet"
    """Its last failure in words, or that it is healthy."""
    is_wrong: bool = False
    """Something else answered there, and a reward service never did."""
    is_probed: bool = False
    """It is being asked whether it is ready."""

    def awaits_trial(self, now: float = math.inf) -> bool:
        """Whether it has failed, its backoff is over by then, and no attempt is under way."""
        return bool(self.failures) and not self.in_flight and self.not_before <= now


class Endpoints:
    """The endpoints of a client, for its event loop."""

    def __init__(
        self,
        urls: Sequence[str],
        random: Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.all = [Endpoint(url) for url in urls]
        self._random = random or Random()  # noqa: S311 - how long to wait is no secret
        self._clock = clock
        self._changed = asyncio.Event()

    def choose(self, avoid: Collection[Endpoint] = ()) -> Endpoint | None:
        """The endpoint to ask now; ``None`` where there is none but those to avoid."""
        now = self._clock()
        others = [endpoint for endpoint in self.all if endpoint not in avoid]
        trials = [endpoint for endpoint in others if endpoint.awaits_trial(now)]
        for endpoint in trials:
            if endpoint.is_ready:
                return endpoint
        healthy = [endpoint for endpoint in others if not endpoint.failures]
        if healthy:
            return min(healthy, key=lambda endpoint: (endpoint.in_flight, endpoint.attempts))
        if any(not endpoint.failures for endpoint in self.all):
            return None
        return min(trials, key=lambda endpoint: endpoint.not_before, default=None)

    async def wait(self, at_least_s: float = 0.001) -> None:
        """Come back when ``choose`` may say something else; if only time passes, not too soon."""
        now = self._clock()
        later = [endpoint.not_before for endpoint in self.all if endpoint.awaits_trial()]
        with suppress(TimeoutError):
            async with asyncio.timeout(max(min(later) - now, at_least_s) if later else None):
                await self._changed.wait()

    def succeeded(self, endpoint: Endpoint) -> None:
        """It has answered: it is healthy."""
        endpoint.is_proven, endpoint.is_wrong, endpoint.status = True, False, "healthy"
        if endpoint.silent_since is not None:
            seconds = self._clock() - endpoint.silent_since
            _LOG.warning("%s answers again, after %.1f s", endpoint.url, seconds)
            endpoint.silent_since = None
        if endpoint.failures:
            endpoint.failures, endpoint.is_ready = 0, False
            self._notify()

    def failed(
        self, endpoint: Endpoint, why: str, began: float, retry_after: float | None = None
    ) -> None:
        """An attempt that ``began`` then has failed.

        Attempts that were under way when an endpoint fails are one failure, not many.
        """
        now = self._clock()
        endpoint.status, endpoint.is_ready = why, False
        if retry_after is None and endpoint.silent_since is None:
            endpoint.silent_since = now
            _LOG.warning("%s does not answer (%s); it is tried again", endpoint.url, why)
        if not endpoint.failures or began >= endpoint.failed_at:
            longest = min(_FIRST_BACKOFF_S * 2**endpoint.failures, _MAX_BACKOFF_S)
            endpoint.failures += 1
            endpoint.failed_at = now
            backoff = self._random.uniform(0, longest)
        else:
            backoff = 0.0
        if retry_after is not None:
            told = min(max(retry_after, 0.0), _MAX_RETRY_AFTER_S)
            backoff = max(backoff, told * self._random.uniform(1, 1 + _RETRY_AFTER_JITTER))
        endpoint.not_before = max(endpoint.not_before, now + backoff)
        self._notify()

    def said_ready(self, endpoint: Endpoint) -> None:
        """It says that it would work again: it gets a trial."""
        if endpoint.failures:
            endpoint.is_ready = True
            self._notify()

    def to_probe(self) -> list[Endpoint]:
        """Those to ask whether they are ready, while others do the work."""
        if all(endpoint.failures for endpoint in self.all):
            return []
        now = self._clock()
        return [
            endpoint
            for endpoint in self.all
            if endpoint.failures
            and not (endpoint.is_ready or endpoint.is_probed)
            and endpoint.not_before <= now
        ]

    def began(self, endpoint: Endpoint) -> None:
        """Count an attempt."""
        endpoint.in_flight += 1
        endpoint.attempts += 1

    def ended(self, endpoint: Endpoint) -> None:
        """The attempt is over, whatever came of it."""
        endpoint.in_flight -= 1
        if endpoint.failures:
            self._notify()

    def statuses(self) -> str:
        """How each is, in words."""
        return "; ".join(f"{endpoint.url}: {endpoint.status}" for endpoint in self.all)

    def _notify(self) -> None:
        """Wake whoever waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()
