"""The command line: the same records, one a line, and one sentence where it cannot run."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reward_server import Scorer
from reward_server.cli import app
from reward_server.score_file import Tally, score_lines

Json = dict[str, Any]

YES: Json = {"id": "y", "task": "TorF1", "answer": 1, "completion": "\\boxed{yes}"}
NO = YES | {"id": "n", "completion": "\\boxed{no}"}
NO_GOLD = YES | {"id": "g", "answer": None}


def run(*arguments: str | Path, text: bytes = b"") -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a command."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=text)
    return result.exit_code, result.stdout, result.stderr


def lines(*items: Json) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def test_score_gives_a_result_a_line_in_order(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines(YES, NO))
    out = tmp_path / "out.jsonl"
    status, stdout, stderr = run("score", tmp_path / "in.jsonl", "--out", out)
    assert (status, stdout) == (0, "")
    assert [json.loads(line) for line in out.read_text().splitlines()] == Scorer().score([YES, NO])
    assert "TorF1" in stderr
    assert "2 items in " in stderr


def test_score_reads_stdin_and_writes_stdout() -> None:
    status, stdout, stderr = run("score", "-", "--out", "-", text=lines(YES))
    assert status == 0
    assert json.loads(stdout)["id"] == "y"
    assert "items/s" in stderr


def test_a_line_that_is_no_item_keeps_its_place_and_tells_its_number() -> None:
    text = lines(YES) + b'{"task": "x"}\n\n\xff\n' + lines(NO)
    status, stdout, stderr = run("score", "-", text=text)
    results = [json.loads(line) for line in stdout.splitlines()]
    assert status == 1
    assert [result["status"] for result in results] == ["ok", "error", "error", "error", "ok"]
    assert {tuple(result) for result in results} == {tuple(results[0])}
    messages = [result["error"]["message"] for result in results if result["error"]]
    assert messages[0].startswith("line 2: task: expected 'TorF1'")
    assert messages[1].startswith("line 3: Invalid JSON: EOF")
    assert messages[2].startswith("line 4: Invalid JSON")
    assert "3 x malformed" in stderr


def test_score_reads_a_zipped_file(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl.gz"
    file.write_bytes(gzip.compress(lines(YES, NO)))
    status, stdout, _ = run("score", file)
    assert status == 0
    assert [json.loads(line)["id"] for line in stdout.splitlines()] == ["y", "n"]
    file.write_bytes(lines(YES))
    status, stdout, stderr = run("score", file)
    assert (status, stdout) == (2, "")
    assert stderr.startswith(f"reward-server: {file}: expected a gzip file")


def test_an_item_in_error_ends_the_command_with_1_after_the_others_are_scored() -> None:
    status, stdout, stderr = run("score", "-", text=lines(NO_GOLD, YES))
    assert status == 1
    assert [json.loads(line)["status"] for line in stdout.splitlines()] == ["error", "ok"]
    assert "1 x missing_gold" in stderr


def test_an_empty_file_has_no_results() -> None:
    status, stdout, stderr = run("score", "-")
    assert (status, stdout) == (0, "")
    assert "0 items" in stderr


@pytest.mark.parametrize(
    ("option", "key", "value"),
    [
        ("--verbosity=reward", "components", None),
        ("--profile=released", "reward", 10.0),
        ("--profile=robust", "reward", 11.0),
    ],
)
def test_score_takes_the_options_of_the_wire(option: str, key: str, value: object) -> None:
    _, stdout, _ = run("score", "-", option, text=lines(YES))
    assert json.loads(stdout)[key] == value


def test_score_takes_a_profile_from_a_file(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "mine"\nbase = "robust"\n[weights]\nformat = 3\n')
    _, stdout, stderr = run("score", "-", "--profile", profile, text=lines(YES))
    assert json.loads(stdout)["reward"] == 13.0
    assert "mine-1.1.0-" in stderr


def test_the_summary_counts_lines_by_task_and_status_and_means_rewards() -> None:
    tally = Tally()
    text = lines(YES, NO, NO_GOLD).splitlines()
    results = list(score_lines([*text, b"?"], Scorer(), "reward", tally))
    assert [result["reward"] for result in results] == [11.0, 1.0, None, None]
    assert dict(tally.lines) == {
        ("TorF1", "ok"): 2,
        ("TorF1", "error"): 1,
        ("malformed", "error"): 1,
    }
    assert dict(tally.rewards) == {"TorF1": 12.0}
    assert dict(tally.errors) == {"missing_gold": 1, "malformed": 1}


def test_a_file_is_streamed_in_constant_memory() -> None:
    scorer = Scorer()
    (line,) = lines(YES).splitlines()

    def many(count: int) -> Iterator[bytes]:
        return (line for _ in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in score_lines(many(count), scorer, "components", Tally()):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(20_000) < peak(200) + 50_000


WRONG_USE: dict[str, tuple[list[str], str]] = {
    "no file": (["score", "none.jsonl"], "none.jsonl: No such file or directory"),
    "no folder to write in": (["score", "-", "--out", "none/out.jsonl"], "none/out.jsonl: No such"),
    "no profile": (["score", "-", "--profile", "x"], "no profile 'x': expected one of robust,"),
    "no profile file": (["score", "-", "--profile", "x.toml"], "x.toml: No such file"),
    "no networks": (["score", "-", "--networks", "none"], "none: no such folder; expected"),
    "no networks to serve": (["serve", "--networks", "none"], "none: no such folder; expected"),
    "no overlays": (["score", "-", "--overlays", "none"], "none: no such folder; expected 'reason"),
    "no overlays to serve": (["serve", "--overlays", "none"], "none: no such folder; expected"),
    "no profile to serve": (["serve", "--profile", "x"], "no profile 'x': expected one of"),
    "no port": (["serve", "--port", "70000"], "--port: expected less than or equal to 65535"),
    "no workers": (["serve", "--workers", "0"], "--workers: expected greater than 0, got '0'"),
    "no such profile to show": (["profiles", "--profiles", "x.toml"], "x.toml: No such file"),
    "no network to show": (["networks", "show", "x"], "no network 'x'; expected one of"),
    "no networks to list": (["networks", "list", "--networks", "none"], "none: no such folder"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG_USE.values(), ids=WRONG_USE)
def test_an_option_that_names_what_is_not_there_ends_with_2_and_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, stdout, stderr = run(*arguments)
    assert (status, stdout) == (2, "")
    assert stderr.startswith("reward-server: ")
    assert message in stderr
    assert stderr.count("\n") == 1


def test_the_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(lines(YES))
    status, _, stderr = run("score", file, "--out", file)
    assert status == 2
    assert "IN and OUT are the same file" in stderr
    assert file.read_bytes() == lines(YES)


def test_networks_are_listed_shown_and_checked(tmp_path: Path) -> None:
    country = tmp_path / "here"
    country.mkdir()
    (country / "city.json").write_text('{"Line [1]": ["A", "B"], "Line 2": ["B", "C"]}')
    status, stdout, _ = run("networks", "list", "--networks", tmp_path)
    assert status == 0
    assert "here/city" in stdout
    _, stdout, _ = run("networks", "show", "here/city", "--networks", tmp_path)
    assert "Line [1]" in stdout
    assert "A - B" in stdout
    status, stdout, _ = run("networks", "check", "--networks", tmp_path)
    assert status == 0
    assert "1 networks are sound, 0 errors" in stdout


def test_overlays_are_taken_by_score_and_told_by_networks(tmp_path: Path) -> None:
    cities, overlays = tmp_path / "cities", tmp_path / "overlays"
    files = {
        cities / "here" / "city.json": {"Ring": ["A", "B", "C", "D", "E"]},
        overlays / "here" / "city.overlay.json": {"loops": ["Ring"]},
        overlays / "there" / "city.overlay.json": {"loops": ["Ring"]},
    }
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    ride = {
        "task": "planning", "network": "here/city", "station_1": "A", "station_2": "E",
        "difficulty_city": "easy", "question_transfer_count": 0, "question_form": "via_count",
        "completion": "Route Name: Ring\nDeparture Stop: A\nArrival Stop: E\n"
        "Number of Via Stops: 0",
    }  # fmt: skip
    bare = run("score", "-", "--networks", cities, text=lines(ride))
    overlaid = run("score", "-", "--networks", cities, "--overlays", overlays, text=lines(ride))
    assert json.loads(bare[1])["reward"] < json.loads(overlaid[1])["reward"] == 16.0
    assert Scorer(cities, overlays=overlays).fingerprint in overlaid[2]
    assert Scorer(cities, overlays=overlays).fingerprint != Scorer(cities).fingerprint

    _, stdout, _ = run("networks", "show", "here/city", "--networks", cities)
    assert "(loop)" not in stdout
    at = ("--networks", cities, "--overlays", overlays)
    assert "(loop)" in run("networks", "show", "here/city", *at)[1]
    status, stdout, _ = run("networks", "check", *at)
    stdout = stdout.replace("\n", "")
    assert status == 0
    assert f"here/city: 1 remark, overlay: {overlays / 'here' / 'city.overlay.json'}" in stdout
    assert "no network for the overlays of there/city" in stdout
    assert "1 networks are sound, 0 errors, 1 with an overlay" in stdout


def test_a_city_that_a_bundled_set_has_an_overlay_for_is_told(tmp_path: Path) -> None:
    (tmp_path / "china").mkdir()
    (tmp_path / "china" / "xian.json").write_text('{"Line 8": ["A", "B", "风城十路站"]}')
    _, stdout, _ = run("networks", "check", "--networks", tmp_path)
    assert "china/xian: no remarks, no overlay (--overlays reasonmap has one)" in stdout
    _, stdout, _ = run("networks", "check", "--networks", tmp_path, "--overlays", "reasonmap")
    assert "china/xian: 1 remark, overlay: reasonmap" in stdout
    _, stdout, _ = run("networks", "list", "--networks", tmp_path, "--overlays", "reasonmap")
    assert Scorer(tmp_path, overlays="reasonmap").networks.digests["china/xian"][:16] in stdout


def test_a_faulty_folder_is_told_by_check_and_refused_by_score(tmp_path: Path) -> None:
    country = tmp_path / "here"
    country.mkdir()
    for city in ("one", "two"):
        (country / f"{city}.json").write_text('{"1": ["A"]}')
    status, stdout, _ = run("networks", "check", "--networks", tmp_path)
    assert status == 1
    assert stdout.count("error: ") == 2
    status, _, stderr = run("score", "-", "--networks", tmp_path)
    assert status == 2
    assert "1 more: reward-server networks check" in stderr
    assert stderr.count("\n") == 1


def test_check_without_a_folder_looks_at_the_bundled_cities() -> None:
    status, stdout, _ = run("networks", "check")
    assert status == 0
    assert "velmora/aldrina" in stdout


def test_profiles_are_shown_with_their_constants(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nbase = "paper"\n[weights]\nalpha = 0.25\n')
    status, stdout, _ = run("profiles", "--profiles", file)
    assert status == 0
    assert "mine 1.1.0" in stdout
    (alpha,) = [line for line in stdout.splitlines() if "weights.alpha" in line]
    assert "0.25" in alpha
    # table by table, whichever of the profiles have them
    names = [line.split()[1] for line in stdout.splitlines() if len(line.split()) > 1]
    tables = [name.partition(".")[0] for name in names if "." in name]
    assert [table for table, _ in groupby(tables)] == ["weights", "counting", "planning"]


def test_openapi_is_written_to_stdout_or_to_a_file(tmp_path: Path) -> None:
    _, stdout, _ = run("openapi")
    run("openapi", "--out", tmp_path / "openapi.json")
    assert (tmp_path / "openapi.json").read_text(encoding="utf-8") == stdout
    assert json.loads(stdout)["openapi"]


def test_the_module_runs_as_the_program() -> None:
    command = [sys.executable, "-m", "reward_server.cli", "--help"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name in ("serve", "score", "benchmark", "replay", "networks", "profiles", "openapi"):
        assert name in output
