"""The real thing: ``reward-server serve`` as a process with two workers, over a socket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .. import serving

Json = dict[str, Any]

PROFILE = 'name = "gentle"\nbase = "robust"\n[weights]\nalpha = 0.25\n'


def fetch(url: str, body: Json | None = None) -> tuple[int, Json]:
    """Status and body of a GET, or of a POST of ``body``."""
    status, text = serving.fetch(url, body)
    return status, json.loads(text)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of two workers, stopped at the end."""
    folder = tmp_path_factory.mktemp("server")
    profile = folder / "gentle.toml"
    profile.write_text(PROFILE)
    options = "--workers", "2", "--profile", "released", "--profiles", str(profile)
    limits = {"REWARD_SERVER_MAX_ITEMS": "5000"}
    with serving.serving(folder, *options, variables=limits) as served:
        yield served.url
        assert served.stop() == 0


def test_the_workers_have_the_options_of_the_command_and_of_the_environment(url: str) -> None:
    for _ in range(10):  # whichever worker answers
        _, told = fetch(f"{url}/metadata")
        assert told["default_profile"] == "released"
        assert [one["name"] for one in told["profiles"]] == [
            "robust",
            "paper",
            "released",
            "gentle",
        ]
        assert told["limits"]["items"] == 5000


def test_a_profile_from_a_file_scores_with_its_own_constants(
    url: str, toy: Json, planning: Json
) -> None:
    body = {"networks": toy, "items": [planning]}
    _, robust = fetch(f"{url}/score", body | {"profile": "robust"})
    _, gentle = fetch(f"{url}/score", body | {"profile": "gentle"})
    assert robust["results"][0]["reward"] == 16.0
    assert gentle["results"][0]["reward"] == 13.5
    assert gentle["fingerprint"].startswith("gentle-1.1.0-")


def test_batches_from_many_callers_at_once_are_each_answered_in_order(
    url: str, boxed: Json
) -> None:
    def batch(caller: int) -> Json:
        items = [boxed | {"id": f"{caller}-{number}"} for number in range(500)]
        return fetch(f"{url}/score", {"items": items})[1]

    with ThreadPoolExecutor(16) as callers:
        replies = list(callers.map(batch, range(32)))
    for caller, reply in enumerate(replies):
        assert [one["id"] for one in reply["results"]] == [f"{caller}-{n}" for n in range(500)]
        assert all(one["correct"] for one in reply["results"])


def test_the_health_check_is_quick_while_large_batches_are_scored(
    url: str, toy: Json, planning: Json
) -> None:
    body = {"networks": toy, "items": [planning] * 5000}
    with ThreadPoolExecutor(4) as callers:
        batches = [callers.submit(fetch, f"{url}/score", body) for _ in range(8)]
        slowest = 0.0
        while not all(batch.done() for batch in batches):
            started = time.perf_counter()
            assert fetch(f"{url}/healthz")[0] == 200
            slowest = max(slowest, time.perf_counter() - started)
    assert all(batch.result()[0] == 200 for batch in batches)
    assert slowest < 2.0  # far above what it takes, far below a stall behind eight batches


def test_bad_requests_are_refused_over_the_wire_too(url: str, boxed: Json) -> None:
    assert fetch(f"{url}/score", {"items": [boxed | {"task": "x"}]})[0] == 422
    assert fetch(f"{url}/score", {"items": [], "expect_fingerprint": "x"})[0] == 409
    assert fetch(f"{url}/score", {"items": [boxed] * 5001})[0] == 413
    assert fetch(f"{url}/networks/nowhere")[0] == 404
