"""Which endpoint to ask next, and when: what each has done lately, and what it asked for.

An endpoint is well until an attempt at it fails. Then it is left alone for a while, which grows
with each failure in a row (exponential, with full jitter) and is at least what its Retry-After
says; after that one attempt at a time is its trial. While another endpoint is well, nobody's items
are risked on a trial before ``/readyz`` has said that it would work.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

_LOG = logging.getLogger(__name__)

#: Seconds: the longest first wait after a failure, and the longest of all without Retry-After.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0
#: Added to a Retry-After, so that many clients that were told the same do not come at once.
_SPREAD = 0.25
#: What is believed of a Retry-After.
_LONGEST_RETRY_AFTER = 60.0


@dataclass(eq=False)
class Endpoint:
    """One address of the service."""

    url: str
    failures: int = 0
    """In a row; 0: it is well."""
    not_before: float = 0.0
    """The monotonic time before which it is left alone."""
    in_flight: int = 0
    asked: int = 0
    failed_at: float = 0.0
    silent_since: float | None = None
    """When it ceased to answer at all."""
    ready: bool = False
    """It has failed, but has said since that it is ready."""
    proven: bool = False
    """It has answered as a reward service does."""
    trouble: str = "not asked yet"
    """Its last failure, in words."""
    is_wrong: bool = False
    """Something else answered there, and it never did."""
    probing: bool = False


class Endpoints:
    """The endpoints of a client, for its event loop."""

    def __init__(
        self,
        urls: Sequence[str],
        chance: Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.all = [Endpoint(url) for url in urls]
        self._chance = chance or Random()  # noqa: S311 - how long to wait is no secret
        self._clock = clock
        self._changed = asyncio.Event()

    def choose(self, avoid: Collection[Endpoint] = ()) -> Endpoint | None:
        """The endpoint to ask now; ``None`` where there is none but those to avoid."""
        now = self._clock()
        others = [one for one in self.all if one not in avoid]
        free = [one for one in others if one.failures and not one.in_flight]
        trials = [one for one in free if one.not_before <= now]
        for one in trials:
            if one.ready:
                return one
        well = [one for one in others if not one.failures]
        if well:
            return min(well, key=lambda one: (one.in_flight, one.asked))
        if any(not one.failures for one in self.all):
            return None
        return min(trials, key=lambda one: one.not_before, default=None)

    async def wait(self, least: float = 0.001) -> None:
        """Come back when ``choose`` may say something else, where nothing changes not too soon."""
        now = self._clock()
        later = [one.not_before for one in self.all if one.failures and not one.in_flight]
        with suppress(TimeoutError):
            async with asyncio.timeout(max(min(later) - now, least) if later else None):
                await self._changed.wait()

    def succeeded(self, endpoint: Endpoint) -> None:
        """It has answered: it is well."""
        endpoint.proven, endpoint.is_wrong, endpoint.trouble = True, False, "well"
        if endpoint.silent_since is not None:
            seconds = self._clock() - endpoint.silent_since
            _LOG.warning("%s answers again, after %.1f s", endpoint.url, seconds)
            endpoint.silent_since = None
        if endpoint.failures:
            endpoint.failures, endpoint.ready = 0, False
            self._tell()

    def failed(
        self, endpoint: Endpoint, why: str, began: float, retry_after: float | None = None
    ) -> None:
        """An attempt that ``began`` then has failed.

        Attempts that were under way when an endpoint fails are one failure, not many.
        """
        now = self._clock()
        endpoint.trouble, endpoint.ready = why, False
        if retry_after is None and endpoint.silent_since is None:
            endpoint.silent_since = now
            _LOG.warning("%s does not answer (%s); it is tried again", endpoint.url, why)
        if not endpoint.failures or began >= endpoint.failed_at:
            longest = min(_FIRST_WAIT * 2**endpoint.failures, _LONGEST_WAIT)
            endpoint.failures += 1
            endpoint.failed_at = now
            wait = self._chance.uniform(0, longest)
        else:
            wait = 0.0
        if retry_after is not None:
            told = min(max(retry_after, 0.0), _LONGEST_RETRY_AFTER)
            wait = max(wait, told * self._chance.uniform(1, 1 + _SPREAD))
        endpoint.not_before = max(endpoint.not_before, now + wait)
        self._tell()

    def is_ready(self, endpoint: Endpoint) -> None:
        """It says that it would work again: it gets a trial."""
        if endpoint.failures:
            endpoint.ready = True
            self._tell()

    def to_probe(self) -> list[Endpoint]:
        """Those to ask whether they are ready, while others do the work."""
        if all(one.failures for one in self.all):
            return []
        now = self._clock()
        return [
            one
            for one in self.all
            if one.failures and not (one.ready or one.probing) and one.not_before <= now
        ]

    def began(self, endpoint: Endpoint) -> None:
        """Count an attempt."""
        endpoint.in_flight += 1
        endpoint.asked += 1

    def ended(self, endpoint: Endpoint) -> None:
        """The attempt is over, whatever came of it."""
        endpoint.in_flight -= 1
        if endpoint.failures:
            self._tell()

    def troubles(self) -> str:
        """What is wrong with each, in words."""
        return "; ".join(f"{one.url}: {one.trouble}" for one in self.all)

    def _tell(self) -> None:
        """Wake whoever waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()
