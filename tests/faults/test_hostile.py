"""Hostile bodies, eight of each kind at once: no worker dies, and honest callers get their rewards.

The kinds are those of ``tests/bench/hostile.py``; ``tests/bench/bench_hostile.py`` sends larger
ones, and says what they take.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reward_server.scorer import Scorer

from ..bench import siege
from ..bench.hostile import ROWS, body, planning
from ..serving import Served, serving
from .conftest import port_of

#: Bytes of a body, and of all processes.
SIZE = 64 * 1024
ROOM = 2 * 2**30
#: Bytes that may be held once it is over, beside what was held before: networks and names are kept.
KEPT = 400 * 2**20
TOKEN = "a-token-of-the-test"  # noqa: S105 - of a service that lives as long as the test


@pytest.fixture(scope="module", params=["no tokens", "tokens"])
def besieged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, dict[str, str]]]:
    tokens = request.param == "tokens"
    variables = {"REWARD_SERVER_TOKENS": TOKEN} if tokens else {}
    headers = {"Authorization": f"Bearer {TOKEN}"} if tokens else {}
    with serving(tmp_path_factory.mktemp("hostile"), "--workers", "2", variables=variables) as one:
        yield one, headers


ITEM = {**planning("velmora/aldrina", ("", ""), ""), "task": "TorF1", "answer": 1}
HONEST = [
    {**ITEM, "id": str(number), "completion": f"\\boxed{{{said}}}"}
    for number, said in enumerate(("yes", "no", "maybe"))
]


def test_hostile_bodies_spoil_nothing(besieged: tuple[Served, dict[str, str]]) -> None:
    served, headers = besieged
    port, supervisor = port_of(served), served.process.pid
    honest = body(HONEST), [dict(result) for result in Scorer().score(HONEST)]
    before, workers = siege.memory(supervisor), siege.processes(supervisor)
    for kind, make in ROWS.items():
        found = siege.besiege(supervisor, port, make(SIZE), honest, headers)
        assert found.honest > 0, kind
        assert found.peak < ROOM, kind
        assert not any(told.startswith("500") for told in found.hostile), kind
    assert siege.processes(supervisor) == workers
    assert siege.memory(supervisor) - before < KEPT
    assert [line for line in served.lines() if line["level"] in {"error", "critical"}] == []
