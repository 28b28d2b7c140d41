"""When a second endpoint is asked beside a slow one, and how often; the clock is the test's."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

import pytest

from trainer_client.client.endpoints import Endpoint, Endpoints
from trainer_client.client.hedging import Attempt, HedgePolicy, first_reply
from trainer_client.client.wire import Reply

from .virtual_time import START, in_virtual_time, now

#: Slow to connect is beyond 0.5 s of these, an only endpoint is asked again beyond 30 s.
CONNECT_TIMEOUT_S, DEADLINE_S = 2.0, 120.0
NEVER = math.inf


class Manner(NamedTuple):
    """How an endpoint takes a request: seconds to connect, and then to reply, or to fail."""

    connect_s: float = 0.0
    reply_s: float = 0.0
    fails: bool = False


HEALTHY = Manner(reply_s=0.25)
SILENT = Manner(reply_s=NEVER)
DEAD = Manner(connect_s=NEVER)


@dataclass
class Network:
    """Endpoints with their manners, and the attempts at them: when each began, and at which."""

    manners: dict[str, Manner]
    max_budget: int = 8
    learns: bool = True
    """Whether the policy hears of replies."""
    attempts: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock: Callable[[], float] = lambda: now()  # noqa: E731, PLW0108 - of the loop that runs then
        self.endpoints = Endpoints(list(self.manners), Random(1), clock)  # noqa: S311
        self.policy = HedgePolicy(CONNECT_TIMEOUT_S, DEADLINE_S, self.max_budget, clock)

    async def ask(self, attempt: Attempt) -> Reply | None:
        """As a client does, but that nothing is sent."""
        url = attempt.endpoint.url
        self.attempts.append((now() - START, url))
        manner = self.manners[url]
        await _pass(manner.connect_s)
        attempt.connected()
        await _pass(manner.reply_s)
        if manner.fails:
            self.endpoints.failed(attempt.endpoint, "broken", attempt.began)
            return None
        self.endpoints.succeeded(attempt.endpoint)
        if self.learns:
            self.policy.replied(now() - attempt.began)
        return Reply(url, "robust", [])

    async def reply(self) -> tuple[str, float]:
        """Which endpoint replied, and after how long."""
        began = now()
        reply = await first_reply(self.endpoints, self.policy, self.ask)
        return reply.fingerprint, now() - began


async def _pass(seconds: float) -> None:
    """As long as that; for ever, if so."""
    await (asyncio.Event().wait() if seconds == NEVER else asyncio.sleep(seconds))


def network(*manners: Manner, max_budget: int = 8) -> Network:
    return Network(dict(zip("abcdefg", manners, strict=False)), max_budget)


@pytest.mark.parametrize(
    ("manners", "attempts", "reply"),
    [
        # nothing is slow: nobody else is asked
        ([HEALTHY, HEALTHY], [(0, "a")], ("a", 0.25)),
        ([Manner(0.45, 0.5), HEALTHY], [(0, "a")], ("a", 0.95)),
        ([Manner(0, 1.95), HEALTHY], [(0, "a")], ("a", 1.95)),
        # no connection within a quarter of the timeout
        ([DEAD, HEALTHY], [(0, "a"), (0.5, "b")], ("b", 0.75)),
        ([Manner(0.55, 0.1), HEALTHY], [(0, "a"), (0.5, "b")], ("a", 0.65)),
        # no reply within 8 times the usual, which is a quarter of a second at first
        ([SILENT, HEALTHY], [(0, "a"), (2, "b")], ("b", 2.25)),
        ([Manner(0.4, 5), HEALTHY], [(0, "a"), (2, "b")], ("b", 2.25)),
        # the first one replies while the second is asked
        ([Manner(0, 2.1), HEALTHY], [(0, "a"), (2, "b")], ("a", 2.1)),
        # the second is slow too: the next, and never more than three at a time
        ([DEAD, DEAD, HEALTHY], [(0, "a"), (0.5, "b"), (1, "c")], ("c", 1.25)),
        (
            [SILENT, SILENT, Manner(reply_s=20), HEALTHY],
            [(0, "a"), (2, "b"), (4, "c")],
            ("c", 24),
        ),
        # one fails: the other is asked at once
        ([Manner(0, 0.25, fails=True), HEALTHY], [(0, "a"), (0.25, "b")], ("b", 0.5)),
        # the one that was asked beside fails: there is room for a further one
        (
            [SILENT, Manner(0, 0.5, fails=True), HEALTHY],
            [(0, "a"), (2, "b"), (4, "c")],
            ("c", 4.25),
        ),
        # an only endpoint is asked again late, by another connection
        ([Manner(0, 29)], [(0, "a")], ("a", 29)),
        ([Manner(0, 40)], [(0, "a"), (32, "a")], ("a", 40)),
        # not where there are others, and not before it is connected
        ([Manner(0, 40), SILENT], [(0, "a"), (2, "b")], ("a", 40)),
        ([Manner(40, 0)], [(0, "a")], ("a", 40)),
    ],
)
def test_a_slow_endpoint_is_not_waited_for_alone(
    manners: Sequence[Manner], attempts: list[tuple[float, str]], reply: tuple[str, float]
) -> None:
    made = network(*manners)
    url, seconds = in_virtual_time(made.reply())
    assert (url, round(seconds, 6)) == reply
    assert [(round(when, 6), url) for when, url in made.attempts] == attempts
    assert [endpoint.in_flight for endpoint in made.endpoints.all] == [0] * len(manners)


def test_one_that_connects_late_and_then_says_nothing_is_not_waited_for_alone() -> None:
    """Nobody else was there to ask when it was slow to connect."""
    made = network(Manner(0.6, NEVER), HEALTHY)
    away = made.endpoints.all[1]

    async def come_back() -> tuple[str, float]:
        made.endpoints.failed(away, "away", now(), retry_after=0.9)
        asyncio.get_running_loop().call_later(0.9, made.endpoints.succeeded, away)
        return await made.reply()

    assert in_virtual_time(come_back())[0] == "b"
    assert len(made.attempts) == 2


def test_one_that_was_slow_is_left_alone_and_what_it_lost_is_said() -> None:
    made = network(DEAD, HEALTHY)
    in_virtual_time(made.reply())
    dead, healthy = made.endpoints.all
    assert (dead.failures, dead.status) == (1, "no connection within 0.5 s")
    assert (healthy.failures, healthy.status) == (0, "healthy")
    silent = network(SILENT, HEALTHY)
    in_virtual_time(silent.reply())
    assert silent.endpoints.all[0].status == "no reply within 2.0 s"


@pytest.mark.parametrize(
    ("replies", "slow_s"),
    [
        ([], 2.0),  # 8 * 0.25
        ([0.25] * 5, 2.0),
        ([1.0], 8 * (0.8 * 0.25 + 0.2 * 1.0)),
        ([1.0] * 100, 8.0),
        ([0.01] * 100, 1.0),  # at least
        ([0.01] * 100 + [5.0], 8 * (0.8 * 0.01 + 0.2 * 5.0)),
    ],
)
def test_what_is_slow_is_learnt_from_the_replies(replies: list[float], slow_s: float) -> None:
    policy = HedgePolicy(CONNECT_TIMEOUT_S, DEADLINE_S, max_budget=8)
    for seconds in replies:
        policy.replied(seconds)
    assert policy.slow_reply_s == pytest.approx(slow_s, rel=1e-6)
    attempt = Attempt(Endpoint("a"), policy)
    attempt.connected()
    assert attempt.hedge_at - attempt.began == pytest.approx(slow_s, rel=1e-6)


def test_replies_pay_for_hedges_one_for_ten_and_no_more_than_fit_are_saved() -> None:
    policy = HedgePolicy(CONNECT_TIMEOUT_S, DEADLINE_S, max_budget=2)
    attempt = Attempt(Endpoint("a"), policy)
    assert all(policy.spend(attempt) for _ in range(1000))  # without a connection it is free
    attempt.connected()

    def granted() -> int:
        return [policy.spend(attempt) for _ in range(10)].count(True)

    assert granted() == 2
    for replies, hedges in ((9, 0), (1, 1), (15, 1), (5, 1), (1000, 2)):
        for _ in range(replies):
            policy.replied(0.1)
        assert granted() == hedges, replies


@pytest.mark.parametrize(
    ("slow", "max_budget", "attempts"),
    [
        (Manner(reply_s=10), 0, ["a", "a", "a"]),
        # the first is hedged, and for the second nothing is left
        (Manner(reply_s=10), 1, ["a", "b", "a", "a"]),
        (Manner(reply_s=10), 2, ["a", "b", "a", "b", "a"]),
        (Manner(connect_s=10), 0, ["a", "b"] * 3),
    ],
)
def test_without_a_budget_a_slow_reply_is_waited_for(
    slow: Manner, max_budget: int, attempts: list[str]
) -> None:
    made = network(slow, SILENT, max_budget=max_budget)
    made.learns = False  # so that what is slow stays the same, and nothing is paid in
    first, second = made.endpoints.all

    async def three_requests() -> None:
        for _ in range(3):
            for endpoint in (first, second):
                made.endpoints.succeeded(endpoint)
            first.attempts, second.attempts = 0, 1  # the first is asked
            await made.reply()

    in_virtual_time(three_requests())
    assert [url for _, url in made.attempts] == attempts


def test_who_is_cancelled_cancels_all_that_was_asked() -> None:
    made = network(SILENT, SILENT, SILENT)

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await made.reply()
        assert len(made.attempts) == 3
        assert [endpoint.in_flight for endpoint in made.endpoints.all] == [0, 0, 0]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    in_virtual_time(give_up())


def test_what_no_other_endpoint_would_mend_is_raised_at_once() -> None:
    made = network(SILENT, HEALTHY)

    async def refuse(attempt: Attempt) -> Reply | None:
        await made.ask(attempt)
        raise ValueError("refused")

    async def ask() -> float:
        with pytest.raises(ValueError, match="refused"):
            await first_reply(made.endpoints, made.policy, refuse)
        assert [endpoint.in_flight for endpoint in made.endpoints.all] == [0, 0]
        return now() - START

    assert in_virtual_time(ask()) == pytest.approx(2.25)


def test_a_failed_endpoint_gets_one_trial_at_a_time_whoever_asks() -> None:
    made = network(Manner(reply_s=0.5))
    made.endpoints.all[0].failures = 1

    async def twice() -> None:
        await asyncio.gather(made.reply(), made.reply())

    in_virtual_time(twice())
    assert [when for when, _ in made.attempts] == [0, pytest.approx(0.5)]
