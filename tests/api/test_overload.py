"""Too much at once: refused and told when to come back; what was taken is scored."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reward_server.api.errors import OverloadedError
from reward_server.api.limits import Gate
from reward_server.settings import Settings

from ..serving import Served, until
from .limited import HEAD, MOST, answer, connect, in_flight, large, post

Json = dict[str, Any]


def test_what_is_too_much_at_once_is_refused_while_what_was_taken_is_scored(
    limited: Served, toy: Json, planning: Json
) -> None:
    with ThreadPoolExecutor() as callers:
        taken = callers.submit(post, limited, large(toy, planning, MOST))
        until(lambda: taken.done() or in_flight(limited) == MOST)
        # a caller that reads only when all is sent is told too
        status, headers, body = post(limited, b" " * 2**24, b"Connection: close\r\n")
        assert not taken.done()
    assert (status, body["error"]["kind"], body["error"]["retryable"]) == (429, "overloaded", True)
    assert int(headers["retry-after"]) >= 1
    assert [result["reward"] for result in taken.result()[2]["results"]] == [16.0] * MOST
    assert post(limited, b'{"items": []}')[0] == 200


def test_a_body_for_which_there_will_be_no_room_is_refused_before_it_is_sent(
    limited: Served, toy: Json, planning: Json
) -> None:
    body = large(toy, planning, MOST * 3 // 4)
    with ThreadPoolExecutor() as callers:
        taken = callers.submit(post, limited, body)
        until(lambda: taken.done() or in_flight(limited) > 0)
        with connect(limited) as connection:
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
            status, headers, reply = answer(connection)
            connection.sendall(body)  # it is thrown away, and the connection goes on
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer(connection)[0] == 200
        assert not taken.done()
        assert post(limited, large(toy, planning, 1))[0] == 200  # for which there is room
    assert (status, reply["error"]["kind"]) == (429, "overloaded")
    assert int(headers["retry-after"]) >= 1
    assert taken.result()[0] == 200


def test_a_body_is_refused_before_it_is_read_only_where_there_is_little_room() -> None:
    gate = Gate(Settings(max_items=1000, max_items_in_flight=4000, max_bytes_in_flight=2 * 10**9))
    gate.sizes[None].add(1000, 100_000)
    for _ in range(20):
        gate.sizes[None].add(1, 100)  # small ones hardly count
    gate.check_head(10**9, None)  # a worker with nothing to do reads whatever it may take
    gate.add_items(2400)
    gate.check_head(10**9, None)  # which may be a few items that are very long
    gate.add_items(800)
    gate.check_head(80_000, None)
    gate.check_head(10**9, "gzip")  # of which there was none yet
    with pytest.raises(OverloadedError):
        gate.check_head(90_000, None)


def test_who_tries_again_when_told_to_is_answered_in_the_end(
    limited: Served, toy: Json, planning: Json
) -> None:
    body = large(toy, planning, MOST // 2)

    def insist(_: int) -> list[int]:
        statuses = []
        while True:
            status, headers, reply = post(limited, body)
            statuses.append(status)
            if status == 200:
                assert [result["reward"] for result in reply["results"]] == [16.0] * (MOST // 2)
                return statuses
            time.sleep(int(headers["retry-after"]))

    with ThreadPoolExecutor() as callers:
        told = [status for statuses in callers.map(insist, range(4)) for status in statuses]
    assert set(told) == {200, 429}


def test_bodies_that_are_on_their_way_hold_no_more_than_is_allowed(limited: Served) -> None:
    size = 40 * 2**20
    head = HEAD + b"Content-Length: %d\r\n\r\n" % size
    with connect(limited) as first, connect(limited) as second:
        first.sendall(head + b" " * (size - 1))
        second.sendall(head)
        status, headers, body = answer(second)
    assert (status, body["error"]["kind"]) == (429, "overloaded")
    assert int(headers["retry-after"]) >= 1
