"""Whatever becomes of endpoints, each item has its right reward once, or a typed error."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from trainer_client import RewardClient

from ...bench.common import seeded
from ...faults.conftest import port_of
from ...serving import Served, free_port, serving
from ..conftest import made, right
from .spoiling import BREAKS, FAULTS, LIES, UNSPOILT, spoiling

Json = dict[str, Any]

MANY = 20_000


@pytest.fixture(scope="module")
def many() -> list[Json]:
    return made(MANY)


@pytest.fixture(scope="module")
def many_results(many: list[Json]) -> list[Json]:
    return right(many)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_one_endpoint_costs_no_item(
    fault: str, served: Served, items: list[Json], results: list[Json]
) -> None:
    with (
        spoiling(port_of(served), lambda _: fault) as proxy,
        RewardClient([proxy.url, served.url], chunk_items=250) as client,
    ):
        assert client.score_sync(items).results == results
        assert proxy.done[fault]


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "slow"])
def test_an_only_endpoint_with_a_fault_now_and_then_is_asked_again(
    fault: str, served: Served, items: list[Json], results: list[Json]
) -> None:
    def sometimes(number: int) -> str:
        return fault if number % 3 == 0 else UNSPOILT

    with (
        spoiling(port_of(served), sometimes) as proxy,
        RewardClient(proxy.url, chunk_items=500) as client,
    ):
        assert client.score_sync(items).results == results
        assert proxy.done[fault]


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("surplus", [0, 1])
def test_a_reply_may_be_so_long_for_so_many_items(
    count: int,
    surplus: int,
    served: Served,
    items: list[Json],
    results: list[Json],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trainer_client.client.served._MAX_REPLY_BYTES", 5000)
    monkeypatch.setattr("trainer_client.client.served._MAX_REPLY_BYTES_PER_ITEM", 1000)
    limit = 5000 + 1000 * count
    monkeypatch.setitem(LIES, "padded", lambda body: body.ljust(limit + surplus))
    with (
        spoiling(port_of(served), lambda _: "padded") as proxy,
        RewardClient(proxy.url, deadline_s=0.3 if surplus else 60) as client,
    ):
        batch = client.score_sync(items[:count])
    if surplus:
        for result in batch.results:
            assert result["error"] is not None
            assert f"a reply of more than {limit} bytes" in result["error"]["message"]
    else:
        assert batch.results == results[:count]


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in BREAKS] + ["closed"])
def test_an_endpoint_that_is_never_right_gives_nothing_but_typed_errors(
    fault: str, served: Served, items: list[Json]
) -> None:
    few = items[:50]
    with (
        spoiling(port_of(served), lambda _: fault) as proxy,
        RewardClient(proxy.url, deadline_s=0.3) as client,
    ):
        batch = client.score_sync(few)
    assert [one["id"] for one in batch.results] == [one["id"] for one in few]
    for one in batch.results:
        assert one["status"] == "error"
        assert one["reward"] is None
        assert one["error"] is not None
        assert one["error"]["kind"] == "deadline"
        assert one["error"]["retryable"]
        assert proxy.url in one["error"]["message"]
    assert all(group.size == 0 for group in batch.groups.values())


def test_endpoints_that_do_all_of_it_cost_none_of_20000_items(
    served: Served, many: list[Json], many_results: list[Json]
) -> None:
    chance = seeded("all of it")
    drawn = [chance.choice(FAULTS) if chance.random() < 0.3 else UNSPOILT for _ in range(10_000)]
    with ExitStack() as stack:
        proxies = [
            stack.enter_context(spoiling(port_of(served), lambda n, k=k: drawn[n * 3 + k]))  # type: ignore[misc]
            for k in range(3)
        ]
        client = stack.enter_context(RewardClient([one.url for one in proxies], chunk_items=128))
        assert client.score_sync(many).results == many_results
        done = sum((one.done for one in proxies), proxies[0].done.__class__())
    assert len(done) > 10


def test_services_that_are_killed_and_started_again_cost_none_of_20000_items(
    many: list[Json], many_results: list[Json], tmp_path: Path
) -> None:
    ports = free_port(), free_port()
    urls = [f"http://127.0.0.1:{port}" for port in ports]

    async def ill_treat() -> list[Any]:
        with RewardClient(urls, chunk_items=64) as client:
            scoring = asyncio.create_task(client.score(many))
            await asyncio.sleep(0.2)
            with serving(tmp_path / "a", port=ports[0]) as first:
                await asyncio.sleep(0.2)
                first.process.kill()
                first.process.wait()
            with serving(tmp_path / "b", port=ports[1]) as second:
                await asyncio.sleep(0.1)
                second.process.kill()
                second.process.wait()
            assert not scoring.done()
            with serving(tmp_path / "c", port=ports[0]):
                return list((await scoring).results)

    assert asyncio.run(ill_treat()) == many_results


def test_what_is_not_answered_at_the_deadline_says_so_beside_what_is(
    served: Served, items: list[Json], results: list[Json]
) -> None:
    def first_two(number: int) -> str:
        return UNSPOILT if number < 2 else "500"

    with (
        spoiling(port_of(served), first_two) as proxy,
        RewardClient(proxy.url, chunk_items=400, concurrency=1, deadline_s=3) as client,
    ):
        batch = client.score_sync(items)
    assert batch.results[:800] == results[:800]
    for one in batch.results[800:]:
        assert one["error"] is not None
        assert one["error"]["kind"] == "deadline"
        assert "500: sorry" in one["error"]["message"]
    assert batch.groups["g0"].size > 0
    assert batch.groups["g249"].size == 0


@contextmanager
def silent() -> Iterator[str]:
    """The address of one that takes no connection and refuses none, as a machine that is gone."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):  # its queue is full: the system lets further ones wait
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_dead_first_endpoint_costs_less_than_its_connect_timeout_and_then_nothing(
    served: Served, items: list[Json], results: list[Json]
) -> None:
    timeout = 8.0
    with silent() as dead, RewardClient([dead, served.url], connect_timeout_s=timeout) as client:
        for _ in range(3):
            began = time.monotonic()
            assert client.score_sync(items).results == results
            assert time.monotonic() - began < timeout


def test_an_endpoint_is_asked_once_whether_it_is_ready_however_long_it_takes(
    served: Served, items: list[Json], results: list[Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer_client.client.served._PROBE_INTERVAL_S", 0.001)
    with spoiling(port_of(served), lambda _: "500") as proxy:
        proxy.probe_fault = "slow"
        with RewardClient([proxy.url, served.url], chunk_items=2, concurrency=1) as client:
            while not proxy.probes:
                assert client.score_sync(items).results == results  # 1,000 requests
            assert proxy.probes == 1


def test_an_endpoint_that_comes_back_is_used_again(
    served: Served, items: list[Json], results: list[Json]
) -> None:
    def at_first(number: int) -> str:
        return "500" if number == 0 else UNSPOILT

    with (
        spoiling(port_of(served), at_first) as proxy,
        RewardClient([proxy.url, served.url], chunk_items=50) as client,
    ):
        while proxy.requests < 3:
            assert client.score_sync(items).results == results
        assert proxy.done[UNSPOILT] > 2


def test_a_call_that_is_cancelled_leaves_no_request_behind(
    served: Served, items: list[Json]
) -> None:
    async def cancel() -> None:
        async with RewardClient(proxy.url) as client:
            scoring = asyncio.create_task(client.score(items))
            while not proxy.requests:  # noqa: ASYNC110 - it runs in another thread
                await asyncio.sleep(0.01)
            scoring.cancel()
            with pytest.raises(asyncio.CancelledError):
                await scoring
            await asyncio.sleep(0.05)
            assert len((await client.score(items[:10])).results) == 10

    with spoiling(port_of(served), lambda number: "slow" if number < 4 else UNSPOILT) as proxy:
        asyncio.run(cancel())
        assert proxy.requests == 5
