"""``released`` gives exactly what the authors' released code gave, however it is asked.

``cases/released_bundled.jsonl.gz`` holds 1,500 completions on the bundled cities, so that every
clone has the proof; where ReasonMap's own 30 cities are at hand, 8,000 more are scored on those. A
line is an item of ``POST /score`` and, under ``expected``, what the authors' code gave it:
``reward``, ``reward_unweighted`` (without the weights of the difficulty), and for planning
``correct`` and ``detail``.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient

from reward_server import Scorer
from reward_server.app import create_app
from reward_server.settings import Settings

Json = dict[str, Any]

ALPHA = 0.5
BATCH = 1000
COMMAND = "import sys; from reward_server.cli import main; sys.exit(main())"
BUNDLED = Path(__file__).parent / "cases" / "released_bundled.jsonl.gz"
TASKS = {"TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"}


class Cases(NamedTuple):
    """Items, what each should get, and the folder of their cities: None for the bundled ones."""

    items: Sequence[Json]
    expected: Sequence[Json]
    networks: Path | None


@pytest.fixture(scope="module", params=["bundled", "reasonmap"])
def cases(request: pytest.FixtureRequest) -> Cases:
    file, networks, count = BUNDLED, None, 1500
    if request.param == "reasonmap":
        folder: Path = request.getfixturevalue("reasonmap")
        file, networks, count = folder / "released_scores.jsonl.gz", folder / "stations", 8000
    with gzip.open(file) as lines:
        rows = [json.loads(line) for line in lines]
    assert len(rows) == count
    assert {row["task"] for row in rows} == TASKS
    expected = [row.pop("expected") for row in rows]
    return Cases(rows, expected, networks)


def in_the_words_of_the_file(result: Mapping[str, Any]) -> Json:
    """What a result says, under the names that ``expected`` has."""
    assert result["status"] == "ok", result["error"]
    components = result["components"]
    assert components["format"] is None
    correctness, detail = components["correctness"], components["detail"]
    unweighted = correctness + ALPHA * (detail or 0.0)
    scores = {"reward": result["reward"], "reward_unweighted": unweighted}
    if detail is not None:
        scores |= {"correct": result["correct"], "detail": detail}
    return scores


def assert_reproduced(cases: Cases, results: Sequence[Mapping[str, Any]]) -> None:
    """All scores are exactly the file's; the first few that are not are shown with their items."""
    got = map(in_the_words_of_the_file, results)
    differing = [
        (item, expected, scores)
        for item, expected, scores in zip(cases.items, cases.expected, got, strict=True)
        if scores != expected
    ]
    assert differing[:3] == [], f"{len(differing)} of {len(cases.items)} differ"


def test_released_scores_are_reproduced_in_python(cases: Cases) -> None:
    assert_reproduced(cases, Scorer(cases.networks, "released").score(cases.items))


def test_released_scores_are_reproduced_over_the_command_line(cases: Cases, tmp_path: Path) -> None:
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text("".join(json.dumps(item) + "\n" for item in cases.items), encoding="utf-8")
    arguments = ["score", str(given), "--out", str(out), "--profile", "released"]
    if cases.networks:
        arguments += ["--networks", str(cases.networks)]
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    lines = out.read_text(encoding="utf-8").splitlines()
    assert_reproduced(cases, [json.loads(line) for line in lines])


def test_released_scores_are_reproduced_over_http(cases: Cases) -> None:
    settings = Settings(profile="released", networks=cases.networks)
    results: list[Json] = []
    with TestClient(create_app(settings)) as client:
        for start in range(0, len(cases.items), BATCH):
            reply = client.post("/score", json={"items": cases.items[start : start + BATCH]})
            assert reply.status_code == 200, reply.text
            results += reply.json()["results"]
    assert_reproduced(cases, results)
