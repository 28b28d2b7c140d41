"""Asks a second endpoint beside one that does not connect, or dawdles: the first reply wins."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from .endpoints import Endpoint, Endpoints
from .wire import Reply

#: Attempts at one request at the same time.
_MOST = 3
#: The part of the connect timeout after which an endpoint is not waited for alone.
_CONNECT_SHARE = 0.25
#: It dawdles where it takes so many times as long as replies usually do, and so many seconds.
_SLOW_TIMES, _SLOW_SECONDS = 8.0, 1.0
#: What is usual before there was any reply, and what stays of it when there is another.
_FIRST_USUAL, _MEMORY = 0.25, 0.8
#: Second attempts that a reply earns: what they may add to the load in the long run.
_EARNED = 0.1
#: The part of the deadline after which an only endpoint is asked anew, by another connection.
_DEADLINE_SHARE = 0.25


class Attempt:
    """One request to one endpoint."""

    def __init__(self, endpoint: Endpoint, patience: Patience) -> None:
        self.endpoint = endpoint
        self.began = time.monotonic()
        self.is_connected = False
        self._patience = patience
        self.due = self.began + patience.connect_s
        """When another endpoint is to be asked too."""

    def connected(self) -> None:
        """There is a connection."""
        self.is_connected = True
        self.due = self.began + self._patience.reply_s

    def wait_longer(self) -> None:
        """Be due later."""
        taken = time.monotonic() - self.began
        self.due = self.began + 2 * taken if self.is_connected else math.inf


class Patience:
    """How long a client waits before it asks twice; learns from the replies it gets."""

    def __init__(self, connect_timeout_s: float, deadline_s: float, most_spare: int) -> None:
        self.connect_s = connect_timeout_s * _CONNECT_SHARE
        self.anew_s = deadline_s * _DEADLINE_SHARE
        self._usual = _FIRST_USUAL
        self._most_spare = self._spare = float(most_spare)

    @property
    def reply_s(self) -> float:
        """Seconds after which an endpoint dawdles."""
        return max(self._usual * _SLOW_TIMES, _SLOW_SECONDS)

    def replied(self, seconds: float) -> None:
        """A sound reply took so long."""
        self._usual = _MEMORY * self._usual + (1 - _MEMORY) * seconds
        self._spare = min(self._spare + _EARNED, self._most_spare)

    def allows(self, attempt: Attempt) -> bool:
        """Whether one may be asked beside this attempt; counts it.

        Not without limit: where all dawdle because they have too much to do, asking twice makes
        it worse.
        """
        if not attempt.is_connected:
            return True  # it has nothing to do with it yet
        if self._spare < 1:
            return False
        self._spare -= 1
        return True


async def first_reply(
    endpoints: Endpoints, patience: Patience, ask: Callable[[Attempt], Awaitable[Reply | None]]
) -> Reply:
    """The first reply of any endpoint that ``ask`` gives, however long it takes.

    ``ask`` gives ``None`` where its endpoint has failed, and raises what no other would mend.
    """
    running: dict[asyncio.Future[Reply | None], Attempt] = {}

    def start(endpoint: Endpoint) -> None:
        attempt = Attempt(endpoint, patience)
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
            pause = max(newest.due - time.monotonic(), 0)
            done, _ = await asyncio.wait(
                running,
                timeout=None if pause == math.inf else pause,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                running.pop(task)
                reply = task.result()
                if reply is not None:
                    return reply
            if not done and newest.due <= time.monotonic():
                other = _beside(newest, list(running.values()), endpoints, patience)
                newest.wait_longer()
                if other is not None:
                    start(other)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _beside(
    newest: Attempt, running: list[Attempt], endpoints: Endpoints, patience: Patience
) -> Endpoint | None:
    """The endpoint to ask beside those that run; ``None`` where they are waited for."""
    if len(running) >= _MOST:
        return None
    taken = time.monotonic() - newest.began
    other = endpoints.choose({one.endpoint for one in running})
    if other is None:
        is_only = len(endpoints.all) == 1 and newest.is_connected
        return newest.endpoint if is_only and taken >= patience.anew_s else None
    if not patience.allows(newest):
        return None
    missing = "reply" if newest.is_connected else "connection"
    endpoints.failed(newest.endpoint, f"no {missing} within {taken:.1f} s", newest.began)
    return other
