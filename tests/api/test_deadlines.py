"""What becomes of items when a caller's time is over."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ..serving import Served, until
from .limited import MOST, in_flight, large, post

Json = dict[str, Any]


def test_items_that_no_time_is_left_for_say_so_and_the_others_stay(
    limited: Served, toy: Json, planning: Json
) -> None:
    whole = time.monotonic()
    assert post(limited, large(toy, planning, MOST))[0] == 200
    milliseconds = (time.monotonic() - whole) * 1000
    # how quick a machine is from one moment to the next nobody knows: some share is too little time
    # for all items, and enough for one
    for parts in range(2, 60):
        share = max(1, round(milliseconds / parts))
        status, _, body = post(limited, large(toy, planning, MOST, deadline_ms=share))
        assert status == 200
        results = body["results"]
        done = [result["status"] for result in results].count("ok")
        if 0 < done < MOST:
            break
    assert 0 < done < len(results) == MOST
    assert {result["reward"] for result in results[:done]} == {16.0}
    for late in results[done:]:
        assert (late["id"], late["status"], late["reward"]) == ("q7-0", "error", None)
        assert late["error"]["kind"] == "deadline"
        assert late["error"]["retryable"]
    assert body["groups"]["q7"]["size"] == done


def test_the_time_that_a_request_waits_counts_too(
    limited: Served, toy: Json, planning: Json
) -> None:
    with ThreadPoolExecutor() as callers:
        before = callers.submit(post, limited, large(toy, planning, MOST - 1))
        until(lambda: before.done() or in_flight(limited) > 0)
        _, _, body = post(limited, large(toy, planning, 1, deadline_ms=1))
        assert before.result()[0] == 200
    assert body["results"][0]["error"]["kind"] == "deadline"


@pytest.mark.parametrize("wrong", [0, -1, 0.5, "1", True, 10**30])
def test_a_deadline_is_a_whole_number_of_milliseconds(client: TestClient, wrong: object) -> None:
    reply = client.post("/score", json={"items": [], "deadline_ms": wrong})
    assert reply.status_code == 422
    assert reply.json()["error"]["message"].startswith("deadline_ms: expected ")
