"""Many calls for one item each become few requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from trainer_client import MalformedRequestError, RewardClient, UnauthorizedError

from ...faults.conftest import port_of
from ...serving import Served
from .spoiling import REFUSALS, UNSPOILT, Proxy, spoiling

Json = dict[str, Any]

YES: Json = {"task": "TorF1", "answer": 1, "completion": r"\boxed{Yes}"}


@pytest.fixture
def proxy(served: Served) -> Iterator[Proxy]:
    with spoiling(port_of(served), lambda _: UNSPOILT) as proxy:
        yield proxy


async def ones(client: RewardClient, items: list[Json]) -> list[Any]:
    return list(await asyncio.gather(*(client.score_one(item) for item in items)))


def sizes(proxy: Proxy) -> list[int]:
    return [len(orjson.loads(body)["items"]) for _, body in proxy.sent]


def test_5000_calls_at_once_make_10_requests(
    proxy: Proxy, items: list[Json], results: list[Json]
) -> None:
    many = (items * 3)[:5000]
    with RewardClient(proxy.url) as client:
        assert asyncio.run(ones(client, many)) == (results * 3)[:5000]
    assert sorted(sizes(proxy)) == [5000 % 512, *[512] * 9]


def test_callers_of_several_threads_and_loops_share_requests(
    proxy: Proxy, items: list[Json], results: list[Json]
) -> None:
    together = threading.Barrier(4)

    def call(part: int) -> list[Any]:
        together.wait()
        return asyncio.run(ones(client, items[part * 50 : part * 50 + 50]))

    with (
        RewardClient(proxy.url, coalesce_items=200, coalesce_ms=600_000) as client,
        ThreadPoolExecutor(4) as threads,
    ):
        answers = [result for part in threads.map(call, range(4)) for result in part]
    assert answers == results[:200]
    assert sizes(proxy) == [200]


def test_calls_that_come_later_than_that_make_another_request(proxy: Proxy) -> None:
    async def twice() -> None:
        await asyncio.gather(*(client.score_one(YES) for _ in range(3)))
        await client.score_one(YES)

    with RewardClient(proxy.url, coalesce_ms=1) as client:
        asyncio.run(twice())
    assert sizes(proxy) == [3, 1]


def test_a_malformed_item_is_told_to_who_sent_it_and_to_nobody_else(served: Served) -> None:
    bad = {"task": "nope", "completion": ""}

    async def some_bad(client: RewardClient) -> None:
        calls = [client.score_one(bad if n % 3 == 1 else YES) for n in range(100)]
        for number, got in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
            if number % 3 == 1:
                assert isinstance(got, MalformedRequestError)
                assert str(got).startswith("items[0].task: expected")
                assert got.index == 0
            else:
                assert isinstance(got, dict)
                assert got["reward"] == 11.0

    for url in (served.url, None):
        with RewardClient(url) as client:
            asyncio.run(some_bad(client))


def test_what_stops_a_request_is_told_to_all_of_its_callers(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        REFUSALS, "401", b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"
    )

    async def all_told() -> None:
        calls = [client.score_one(YES) for _ in range(20)]
        told = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(one, UnauthorizedError) for one in told)

    with (
        spoiling(port_of(served), lambda _: "401") as proxy,
        RewardClient(proxy.url) as client,
    ):
        asyncio.run(all_told())


def test_a_call_that_is_cancelled_takes_no_other_with_it(proxy: Proxy) -> None:
    async def cancel_some() -> None:
        calls = [asyncio.create_task(client.score_one(YES)) for _ in range(10)]
        await asyncio.sleep(0)
        for call in calls[::2]:
            call.cancel()
        told = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in told[::2])
        assert all(isinstance(one, dict) for one in told[1::2])

    with RewardClient(proxy.url, coalesce_ms=50) as client:
        asyncio.run(cancel_some())
    assert sizes(proxy) == [5]


def test_a_loop_that_is_gone_before_its_answer_harms_nobody(proxy: Proxy) -> None:
    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.score_one(YES), 0.01)

    with RewardClient(proxy.url, coalesce_ms=100) as client:
        asyncio.run(give_up())
        assert asyncio.run(ones(client, [YES]))[0]["reward"] == 11.0
