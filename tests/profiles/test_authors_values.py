"""Every published profile on the cases that its authors' own code has valued.

A line has an item and ``expected``: ``reward``, and ``components``, each part before its weight.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from reward_server.app import create_app
from reward_server.cli import app
from reward_server.core.group import consistency_bonus
from reward_server.profiles import PUBLISHED
from reward_server.scorer import Scorer
from reward_server.settings import Settings

Json = dict[str, Any]
EVERY_PROFILE = pytest.mark.parametrize("profile", PUBLISHED)
#: What a member of a group gets for its group, which no item's own reward has, and its weight.
BONUS, BONUS_WEIGHT = "bonus", 0.5


def cases(folder: Path, profile: str) -> list[Json]:
    with gzip.open(folder / f"{profile}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def without_expected(case: Json) -> Json:
    return {name: value for name, value in case.items() if name != "expected"}


def hold(profile: str, of: Sequence[Json], results: Sequence[Mapping[str, Any]]) -> None:
    assert len(of) == len(results) > 0
    for case, result in zip(of, results, strict=True):
        assert result["status"] == "ok", (profile, case, result["error"])
        expected, parts = case["expected"], dict(case["expected"]["components"])
        bonus = parts.pop(BONUS, 0.0)
        terms = {name: value for name, value in result["terms"].items() if value is not None}
        assert terms == pytest.approx(parts, abs=1e-9), (profile, case)
        reward = expected["reward"] - BONUS_WEIGHT * bonus
        assert result["reward"] == pytest.approx(reward, abs=1e-9), (profile, case)


@EVERY_PROFILE
def test_in_python(profile: str, published: Path) -> None:
    of = cases(published, profile)
    hold(profile, of, Scorer(profile=profile).score(list(map(without_expected, of)), "full"))


def test_over_http(published: Path) -> None:
    settings = Settings(profiles=tuple(map(Path, PUBLISHED)))
    with TestClient(create_app(settings)) as client:
        for profile in PUBLISHED:
            of = cases(published, profile)
            items = list(map(without_expected, of))
            body = {"profile": profile, "verbosity": "full", "items": items}
            reply = client.post("/score", json=body)
            assert reply.status_code == 200, reply.text
            hold(profile, of, reply.json()["results"])


@EVERY_PROFILE
def test_on_the_command_line(profile: str, published: Path, tmp_path: Path) -> None:
    of, source, out = cases(published, profile), tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(f"{json.dumps(without_expected(case))}\n" for case in of))
    command = ["score", str(source), "--out", str(out), "--profile", profile]
    ran = CliRunner().invoke(app, [*command, "--verbosity", "full"])
    assert ran.exit_code == 0, ran.output
    hold(profile, of, [json.loads(line) for line in out.read_text().splitlines()])


def test_the_bonus_of_each_group(published: Path) -> None:
    def parts(case: Json) -> Json:
        of_case: Json = case["expected"]["components"]
        return of_case

    for _, lines in groupby(cases(published, "grpo-care"), key=lambda case: case["group"]):
        group = list(lines)
        bonus = consistency_bonus(
            [parts(case)["accuracy"] for case in group],
            [case["answer_logprob"] for case in group],
        )
        assert bonus == pytest.approx([parts(case)[BONUS] for case in group], abs=1e-9)
