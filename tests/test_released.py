"""``released`` gives exactly what the authors' released code gave, on all 8,000 lines."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.core.evaluate import evaluate
from reward_server.core.transit.model import Question
from reward_server.networks.load import load_folder
from reward_server.profiles import RELEASED
from reward_server.settings import Settings

Json = dict[str, Any]

ALPHA = 0.5
BATCH = 1000
COMMAND = "import sys; from reward_server.cli import main; sys.exit(main())"


@pytest.fixture(scope="module")
def rows(reasonmap: Path) -> list[Json]:
    with gzip.open(reasonmap / "released_scores.jsonl.gz") as lines:
        rows = [json.loads(line) for line in lines]
    assert len(rows) == 8000
    return rows


@pytest.fixture(scope="module")
def items(rows: list[Json]) -> list[Json]:
    return [{key: row[key] for key in row if key != "expected"} for row in rows]


def scores(reward: float, correctness: float, detail: float | None, correct: bool) -> Json:
    """A score in the words of the file."""
    score: Json = {"reward": reward, "reward_unweighted": correctness + ALPHA * (detail or 0.0)}
    if detail is not None:
        score |= {"correct": correct, "detail": detail}
    return score


def of_result(result: Json) -> Json:
    assert result["status"] == "ok", result["error"]
    components = result["components"]
    assert components["format"] is None
    correctness, detail = components["correctness"], components["detail"]
    return scores(result["reward"], correctness, detail, result["correct"])


def assert_equal(rows: Sequence[Json], got: Sequence[Json]) -> None:
    """All scores are exactly the file's; the first few that are not are shown with their lines."""
    assert len(got) == len(rows)
    differing = [(row, one) for row, one in zip(rows, got, strict=True) if row["expected"] != one]
    assert differing[:3] == [], f"{len(differing)} of {len(rows)} differ"


def test_released_scores_are_reproduced_by_evaluate(
    reasonmap: Path, rows: list[Json], items: list[Json]
) -> None:
    networks = load_folder(reasonmap / "stations")
    got = []
    for item in items:
        question = Question(**{key: item[key] for key in Question._fields if key in item})
        one = evaluate(item["completion"], question, networks[item["network"]], RELEASED)
        got.append(scores(one.reward, one.correctness, one.detail, one.correct))
    assert_equal(rows, got)


def test_released_scores_are_reproduced_over_the_command_line(
    reasonmap: Path, rows: list[Json], items: list[Json], tmp_path: Path
) -> None:
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    arguments = ["score", str(given), "--out", str(out), "--profile", "released"]
    arguments += ["--networks", str(reasonmap / "stations")]
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    lines = out.read_text(encoding="utf-8").splitlines()
    assert_equal(rows, [of_result(json.loads(line)) for line in lines])


@pytest.fixture(scope="module")
def client(reasonmap: Path) -> Iterator[TestClient]:
    with TestClient(
        create_app(Settings(networks=reasonmap / "stations", profile="released"))
    ) as client:
        yield client


def test_released_scores_are_reproduced_over_http(
    client: TestClient, rows: list[Json], items: list[Json]
) -> None:
    results: list[Json] = []
    for start in range(0, len(items), BATCH):
        reply = client.post("/score", json={"items": items[start : start + BATCH]})
        assert reply.status_code == 200, reply.text
        results += reply.json()["results"]
    assert_equal(rows, [of_result(result) for result in results])
