"""Hedging: asks a second endpoint beside one that is slow; the first reply is taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from .endpoints import Endpoint, Endpoints
from .wire import Reply

#: Attempts at one request at the same time.
_MAX_ATTEMPTS = 3
#: The part of the connect timeout after which connecting is slow.
_SLOW_CONNECT_SHARE = 0.25
#: A reply is slow after so many times the average, and not before so many seconds.
_SLOW_REPLY_FACTOR, _MIN_SLOW_REPLY_S = 8.0, 1.0
#: The average before there was any reply, and what stays of it at each: an exponential decay.
_FIRST_AVERAGE_S, _DECAY = 0.25, 0.8
#: Replies that pay for a hedge: in the long run hedges add a tenth to the load.
_REPLIES_PER_HEDGE = 10
#: The part of the deadline after which an only endpoint is asked again, by another connection.
_ASK_AGAIN_SHARE = 0.25


class Attempt:
    """One request to one endpoint."""

    def __init__(self, endpoint: Endpoint, policy: HedgePolicy) -> None:
        self.endpoint = endpoint
        self.began = policy.clock()
        self.is_connected = False
        self._policy = policy
        self.hedge_at = self.began + policy.slow_connect_s
        """When another endpoint is to be asked too."""

    def connected(self) -> None:
        """There is a connection."""
        self.is_connected = True
        self.hedge_at = self.began + self._policy.slow_reply_s

    def postpone_hedge(self) -> None:
        """Look again when it has taken twice as long as now."""
        self.hedge_at = self.began + 2 * (self._policy.clock() - self.began)


class HedgePolicy:
    """When a client hedges, and how often it may; learns from the replies it gets.

    ``max_budget``: hedges that may be saved up; it begins with as many. ``clock``: seconds.
    """

    def __init__(
        self,
        connect_timeout_s: float,
        deadline_s: float,
        max_budget: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        self.slow_connect_s = connect_timeout_s * _SLOW_CONNECT_SHARE
        self.ask_again_s = deadline_s * _ASK_AGAIN_SHARE
        self._average_s = _FIRST_AVERAGE_S
        # counted in replies
        self._max_budget = self._budget = max_budget * _REPLIES_PER_HEDGE

    @property
    def slow_reply_s(self) -> float:
        """Seconds after which a reply is slow."""
        return max(self._average_s * _SLOW_REPLY_FACTOR, _MIN_SLOW_REPLY_S)

    def replied(self, seconds: float) -> None:
        """A sound reply took so long."""
        self._average_s = _DECAY * self._average_s + (1 - _DECAY) * seconds
        self._budget = min(self._budget + 1, self._max_budget)

    def spend(self, attempt: Attempt) -> bool:
        """Whether this attempt may be hedged; then that is taken from the budget.

        Not without limit: where all endpoints are slow because they have too much to do, asking
        twice makes it worse. One without a connection has nothing to do with it yet: free.
        """
        if not attempt.is_connected:
            return True
        if self._budget < _REPLIES_PER_HEDGE:
            return False
        self._budget -= _REPLIES_PER_HEDGE
        return True


async def first_reply(
    endpoints: Endpoints, policy: HedgePolicy, ask: Callable[[Attempt], Awaitable[Reply | None]]
) -> Reply:
    """The first reply of any endpoint that ``ask`` gives, however long it takes.

    ``ask`` gives ``None`` where its endpoint has failed, and raises what no other would mend.
    """
    running: dict[asyncio.Future[Reply | None], Attempt] = {}

    def start(endpoint: Endpoint) -> None:
        attempt = Attempt(endpoint, policy)
        endpoints.began(endpoint)  # before anyone else may choose it for a trial
        task = asyncio.ensure_future(ask(attempt))
        task.add_done_callback(lambda _: endpoints.ended(endpoint))
        running[task] = attempt

    try:
        while True:
            if not running:
                chosen = endpoints.choose()
                if chosen is None:
                    await endpoints.wait()
                    continue
                start(chosen)
            newest = list(running.values())[-1]
            done, _ = await asyncio.wait(
                running,
                timeout=max(newest.hedge_at - policy.clock(), 0),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                running.pop(task)
                reply = task.result()
                if reply is not None:
                    return reply
            if not done and newest.hedge_at <= policy.clock():
                hedge = _hedge(newest, list(running.values()), endpoints, policy)
                newest.postpone_hedge()
                if hedge is not None:
                    start(hedge)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _hedge(
    newest: Attempt, running: list[Attempt], endpoints: Endpoints, policy: HedgePolicy
) -> Endpoint | None:
    """The endpoint to ask beside the running attempts; ``None`` where these are waited for."""
    if len(running) >= _MAX_ATTEMPTS:
        return None
    taken = policy.clock() - newest.began
    other = endpoints.choose({attempt.endpoint for attempt in running})
    if other is None:
        is_only = len(endpoints.all) == 1 and newest.is_connected
        return newest.endpoint if is_only and taken >= policy.ask_again_s else None
    if not policy.spend(newest):
        return None
    missing = "reply" if newest.is_connected else "connection"
    endpoints.failed(newest.endpoint, f"no {missing} within {taken:.1f} s", newest.began)
    return other
