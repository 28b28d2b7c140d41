"""Which endpoint is asked next; the clock is the test's."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from trainer_client.client.endpoints import Endpoint, Endpoints
from trainer_client.client.wire import retry_after


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def two(clock: Clock) -> Endpoints:
    return Endpoints(["a", "b"], Random(1), clock)  # noqa: S311 - not a secret


def ask(endpoints: Endpoints) -> Endpoint:
    chosen = endpoints.choose()
    assert chosen is not None
    endpoints.began(chosen)
    return chosen


def test_the_one_with_less_to_do_is_asked(two: Endpoints) -> None:
    assert [ask(two).url for _ in range(4)] == ["a", "b", "a", "b"]
    two.ended(two.all[1])
    assert ask(two).url == "b"


def test_one_that_failed_is_left_alone_until_it_says_that_it_is_ready(
    two: Endpoints, clock: Clock
) -> None:
    first = ask(two)
    two.failed(first, "broken", clock.now)
    two.ended(first)
    clock.now += 100
    assert [ask(two).url for _ in range(3)] == ["b", "b", "b"]
    assert two.to_probe() == [first]
    two.said_ready(first)
    assert ask(two) is first  # its trial
    assert ask(two).url == "b"  # no second one beside it
    two.succeeded(first)
    assert ask(two) is first


def test_where_all_have_failed_each_is_tried_again_one_request_at_a_time(
    two: Endpoints, clock: Clock
) -> None:
    for endpoint in two.all:
        two.failed(endpoint, "broken", clock.now)
    assert two.to_probe() == []
    clock.now += 10
    assert {ask(two).url, ask(two).url} == {"a", "b"}
    assert two.choose() is None


def test_waits_grow_are_random_and_have_an_end(clock: Clock) -> None:
    longest = []
    for seed in range(200):
        endpoints = Endpoints(["a"], Random(seed), clock)  # noqa: S311
        (endpoint,) = endpoints.all
        waits = []
        for _ in range(10):
            clock.now = endpoint.not_before + 1
            endpoints.failed(endpoint, "broken", clock.now)
            waits.append(endpoint.not_before - clock.now)
        longest.append(waits)
    columns = [max(column) for column in zip(*longest, strict=True)]
    assert 0.09 < columns[0] <= 0.1
    assert 0.19 < columns[1] <= 0.2
    assert 1.9 < columns[9] <= 2.0
    assert min(waits[9] for waits in longest) < 0.1  # full jitter


def test_requests_that_were_under_way_when_it_failed_are_one_failure(
    two: Endpoints, clock: Clock
) -> None:
    began = clock.now
    for _ in range(8):
        clock.now += 0.01
        two.failed(two.all[0], "broken", began)
    assert two.all[0].failures == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("1.5", 1.5),
        (None, None),
        ("-1", None),
        ("1e9", None),
        ("soon", None),
        ("Fri, 20 Nov 2026 07:20:23 GMT", None),
    ],
)
def test_seconds_of_a_retry_after_are_read(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_a_retry_after_is_honoured_and_not_for_ever(clock: Clock) -> None:
    for told, least, most in ((7.0, 7.0, 8.75), (1e6, 60.0, 75.0)):
        endpoints = Endpoints(["a"], Random(3), clock)  # noqa: S311
        (endpoint,) = endpoints.all
        endpoints.failed(endpoint, "full", clock.now, told)
        assert least <= endpoint.not_before - clock.now <= most


def test_who_waits_is_woken_by_a_change_and_by_the_time() -> None:
    async def woken() -> None:
        endpoints = Endpoints(["a", "b"])
        for endpoint in endpoints.all:
            endpoints.began(endpoint)
        waiting = asyncio.create_task(endpoints.wait())
        await asyncio.sleep(0)
        endpoints.failed(endpoints.all[0], "broken", 0.0)
        await waiting
        endpoints.ended(endpoints.all[0])
        await endpoints.wait()

    asyncio.run(asyncio.wait_for(woken(), 30))
