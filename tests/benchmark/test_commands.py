"""``benchmark`` and ``replay`` on the command line: tables, files, exit statuses, one sentence."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reward_server.cli import app
from tests.benchmark.conftest import CITY
from tests.benchmark.rows import boxed, planning, write

Json = dict[str, Any]


@pytest.fixture
def stations(tmp_path: Path) -> Path:
    folder = tmp_path / "stations" / "here"
    folder.mkdir(parents=True)
    (folder / "toy.json").write_text(json.dumps(CITY))
    return folder.parent


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def at_home(row: Json) -> Json:
    return row | {"network": "here/toy"}


def test_benchmark_prints_writes_and_exits_with_0(stations: Path, tmp_path: Path) -> None:
    rows = [at_home(planning(True)), at_home(planning(False)), boxed("TorF1")]
    file = write(tmp_path / "r.jsonl", rows)
    out, page = tmp_path / "e.json", tmp_path / "e.html"
    status, stdout, _ = run(
        "benchmark", file, "--networks", stations, "--json", out, "--html", page
    )
    assert status == 0
    assert "50.00" in stdout
    assert "Qwen2.5-VL-7B, RewardMap" in stdout
    assert "31.51" in stdout
    record = json.loads(out.read_text())
    assert record["models"][0]["reasonmap"]["short"]["accuracy"]["value"] == 0.5
    assert record["profile"] == "paper"
    assert page.read_text().startswith("<!doctype html>")


def test_the_former_name_does_the_same_and_names_the_new_one(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1")])
    status, stdout, stderr = run("evaluate", file, "--json", "-")
    assert (status, stdout) == run("benchmark", file, "--json", "-")[:2]
    assert stderr == "reward-server: evaluate is now called benchmark\n"


def test_benchmark_writes_json_alone_to_stdout(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1")])
    status, stdout, _ = run("benchmark", file, "--json", "-", "--seed", "3", "--resamples", "150")
    assert status == 0
    assert json.loads(stdout)["bootstrap"] == {"resamples": 150, "seed": 3}


def test_benchmark_exits_with_1_where_a_rollout_counts_nowhere(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1"), boxed("TorF1", answer=None), {"x": 1}])
    status, stdout, _ = run("benchmark", file)
    assert status == 1
    assert "2 of 3 rollouts are in error and count nowhere:" in stdout
    assert "1 x missing_gold" in stdout
    assert "row 3: task: this field is required" in stdout


def test_replay_exits_with_0_where_nothing_changed_and_with_1_where_something_did(
    tmp_path: Path,
) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1", id="q", group="g", reward=11.0)] * 2)
    status, stdout, _ = run("replay", file, "--against", "stored")
    assert (status, stdout.splitlines()[-1]) == (0, "same: 0 of 2 rewards")
    status, stdout, _ = run("replay", file, "--against", "released")
    assert (status, stdout.splitlines()[-1]) == (1, "changed: 2 of 2 rewards")
    assert "1. row 1, id q, group g, TorF1: 10 -> 11" in stdout
    assert "released: Right: the answer read is 'yes'." in stdout
    status, stdout, _ = run("replay", file, "--against", "released", "--tolerance", "1")
    assert status == 0


def test_replay_takes_what_score_wrote(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1", id="q")])
    results = tmp_path / "results.jsonl"
    assert run("score", file, "--out", results)[0] == 0
    assert run("replay", file, "--against", results)[0] == 0
    status, stdout, _ = run(
        "replay", file, "--against", results, "--profile", "released", "--json", "-"
    )
    assert status == 1
    record = json.loads(stdout)
    assert (record["before"], record["after"]) == ("results.jsonl", "released")
    assert record["overall"]["changed"] == 1


def test_replay_takes_profiles_from_files(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "mine"\nbase = "robust"\n[weights]\nformat = 2\n')
    file = write(tmp_path / "r.jsonl", [boxed("TorF1")])
    status, stdout, _ = run("replay", file, "--profile", profile, "--against", "robust")
    assert status == 1
    assert "11 -> 12" in stdout


def test_replay_exits_with_2_where_a_row_is_no_item(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1"), {}])
    status, stdout, _ = run("replay", file, "--against", "robust")
    assert status == 2
    assert "1 of 2 rows are no item" in stdout


def test_a_folder_of_a_file_is_not_needed_to_be_written_in(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1")])
    status, _, stderr = run("benchmark", file, "--html", tmp_path / "none" / "e.html")
    assert status == 2
    assert "none/e.html: No such file or directory" in stderr


WRONG_USE: dict[str, tuple[list[str], str]] = {
    "no rollouts": (["benchmark", "none.jsonl"], "none.jsonl: No such file or directory"),
    "no parquet": (["benchmark", "none.parquet"], "none.parquet: No such file or directory"),
    "nothing in it": (["benchmark", "empty.jsonl"], "none of its 0 rollouts can be counted: the"),
    "nothing that counts": (
        ["benchmark", "bad.jsonl"],
        "none of its 1 rollouts can be counted: row",
    ),
    "no profile": (["benchmark", "one.jsonl", "--profile", "x"], "no profile 'x'"),
    "no networks": (["benchmark", "one.jsonl", "--networks", "x"], "x: no such folder"),
    "nothing to replay": (["replay", "none.jsonl", "--against", "paper"], "none.jsonl: No such"),
    "nothing to replay against": (["replay", "one.jsonl", "--against", "x"], "no profile 'x'"),
    "no results": (["replay", "one.jsonl", "--against", "x.jsonl"], "x.jsonl: No such file"),
    "no tolerance": (
        ["replay", "one.jsonl", "--against", "paper", "--tolerance", "inf"],
        "--tolerance: expected a finite number, got inf",
    ),
    "no stored rewards": (["replay", "one.jsonl", "--against", "stored"], "no column 'reward'"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG_USE.values(), ids=WRONG_USE)
def test_what_cannot_be_used_ends_with_2_and_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("one.jsonl"), [boxed("TorF1")])
    write(Path("bad.jsonl"), [{}])
    write(Path("empty.jsonl"), [])
    status, stdout, stderr = run(*arguments)
    assert (status, stdout) == (2, "")
    assert stderr.startswith("reward-server: ")
    assert message in stderr
    assert stderr.count("\n") == 1


def test_without_numpy_benchmark_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "r.jsonl", [boxed("TorF1")])
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    status, _, stderr = run("benchmark", file)
    assert status == 2
    assert "pip install 'reward-server[report]'" in stderr
