"""Who is served when: first come, first served; health at once; nobody who has gone away."""

from __future__ import annotations

import selectors
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from reward_server.api.limits import Gate
from reward_server.settings import Settings

from ..serving import SECONDS, Served, fetch, until
from .limited import HEAD, MOST, connect, in_flight, large, post

Json = dict[str, Any]


def test_requests_are_served_first_come_first_served(
    limited: Served, toy: Json, planning: Json
) -> None:
    count, many = MOST // 8, 6
    body = large(toy, planning, count)
    answered: list[int] = []
    with selectors.DefaultSelector() as replies, ExitStack() as opened:

        def have_come(number: int) -> bool:
            note()
            return len(answered) + in_flight(limited) // count >= number

        def note(patience: float = 0) -> None:
            for key, _ in replies.select(patience):
                replies.unregister(key.fileobj)
                answered.append(key.data)

        for number in range(many):
            connection = opened.enter_context(connect(limited))
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            replies.register(connection, selectors.EVENT_READ, number)
            until(partial(have_come, number + 1))
        while len(answered) < many:
            note(SECONDS)
    assert answered == list(range(many))


def test_a_client_that_goes_away_stops_its_work_and_frees_its_place(
    limited: Served, toy: Json, planning: Json
) -> None:
    whole = large(toy, planning, MOST)
    began = time.monotonic()
    assert post(limited, whole)[0] == 200
    scoring = time.monotonic() - began
    with connect(limited) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(whole) + whole)
        until(lambda: in_flight(limited) > 0)
    began = time.monotonic()
    until(lambda: in_flight(limited) == 0)
    assert time.monotonic() - began < max(scoring / 2, 0.2)


def test_health_is_told_within_milliseconds_while_batches_are_scored(
    limited: Served, toy: Json, planning: Json
) -> None:
    times = []
    with ThreadPoolExecutor() as callers:
        batches = [callers.submit(post, limited, large(toy, planning, 10_000)) for _ in range(4)]
        while not all(batch.done() for batch in batches):
            began = time.perf_counter()
            assert fetch(f"{limited.url}/healthz")[0] == 200
            times.append(time.perf_counter() - began)
            time.sleep(0.005)
    times.sort()
    assert times[len(times) // 2] < 0.05  # a batch takes longer; most of it is this machine's noise


@pytest.mark.parametrize(
    ("workers", "waiting", "shed"), [(2, 1, True), (2, 0, False), (1, 1, False)]
)
def test_a_client_is_let_go_to_another_worker_where_others_wait_here(
    workers: int, waiting: int, *, shed: bool
) -> None:
    gate = Gate(Settings(workers=workers))
    gate.turns = waiting
    assert gate.sheds(100 * 1024) is shed
    assert not gate.sheds(1024)  # for which a new connection would cost much
