"""``trainer-client score``: files in, the same files with rewards out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from reward_server import Scorer
from trainer_client.cli import app

from ...serving import Served, free_port
from ..conftest import made

Json = dict[str, Any]

ADDED = ("status", "reward", "correct", "weight", "components", "signals", "error")


def run(*arguments: object, code: int = 0) -> str:
    """What the command says to stderr."""
    ended = CliRunner().invoke(app, ["score", *map(str, arguments)])
    assert ended.exit_code == code, ended.output
    assert ended.stdout == ""
    return ended.stderr


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def read(path: Path) -> list[Json]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def table_of(rows: list[Json]) -> pa.Table:
    """The rows with all of their columns; a prompt in words only."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in names} | {"prompt": "How?"} for row in rows]
    )


def own_rewards(rows: list[Json]) -> list[Any]:
    """What ``Scorer`` says of the rows' items, in full."""
    items = [{k: v for k, v in row.items() if k not in {"step", "prompt"}} for row in rows]
    return list(Scorer().score(items, "full"))


@pytest.fixture(scope="module")
def rollouts() -> list[Json]:
    """Items beside columns of the run's own."""
    return [item | {"step": n, "prompt": ["How?", n]} for n, item in enumerate(made(300))]


@pytest.fixture(scope="module")
def expected(rollouts: list[Json]) -> list[Json]:
    found = {"fingerprint": Scorer().fingerprint}
    return [
        row | {name: result[name] for name in ADDED} | found
        for row, result in zip(rollouts, own_rewards(rollouts), strict=True)
    ]


@pytest.mark.parametrize("where", ["service", "here"])
def test_a_row_keeps_its_columns_and_gets_those_of_its_result(
    served: Served, tmp_path: Path, rollouts: list[Json], expected: list[Json], where: str
) -> None:
    source, out = write(tmp_path / "in.jsonl", rollouts), tmp_path / "new" / "out.jsonl"
    url = ("--url", served.url) if where == "service" else ()
    said = run(source, "--out", out, *url, code=1)
    assert read(out) == expected
    assert expected[0]["fingerprint"] in said
    assert "300 rows" in said
    assert "unknown_station" in said


def test_parquet_too_also_with_columns_that_no_json_has(
    served: Served, tmp_path: Path, rollouts: list[Json], expected: list[Json]
) -> None:
    table = table_of([row | {"image": b"\xff\x00"} for row in rollouts])
    table = table.replace_schema_metadata({"run": "7"})
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    parquet.write_table(table, source)
    run(source, "--out", out, "--url", served.url, code=1)
    got = parquet.read_table(out)
    assert got.schema.metadata[b"run"] == b"7"
    assert got.select(table.column_names).equals(table)
    for row, right in zip(got.to_pylist(), expected, strict=True):
        assert {name: row[name] for name in (*ADDED, "fingerprint")} == {
            name: right[name] for name in (*ADDED, "fingerprint")
        }
    again = tmp_path / "again.parquet"
    run(out, "--out", again, code=1)  # of a former score the columns are replaced
    assert parquet.read_table(again).equals(got)


def test_parquet_holds_all_that_full_says(tmp_path: Path, rollouts: list[Json]) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    rows = [row for row in rollouts if row["task"] == "planning"]
    parquet.write_table(table_of(rows), source)
    run(source, "--out", out, "--verbosity", "full", code=1)
    for row, result in zip(parquet.read_table(out).to_pylist(), own_rewards(rows), strict=True):
        assert row["explanation"] == result["explanation"]
        assert row["segments"] == result["segments"]
        assert (None if row["terms"] is None else dict(row["terms"])) == result["terms"]


def test_a_folder_is_scored_file_by_file_and_can_be_gone_on_with(
    tmp_path: Path, rollouts: list[Json], expected: list[Json]
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    write(source / "a.jsonl", rollouts[:10])
    write(source / "deep" / "b.jsonl", rollouts[10:20])
    (source / "notes.txt").write_text("no rollouts")
    run(source, "--out", out, code=1)
    assert read(out / "a.jsonl") == expected[:10]
    assert read(out / "deep" / "b.jsonl") == expected[10:20]
    assert sorted(one.name for one in out.rglob("*")) == ["a.jsonl", "b.jsonl", "deep"]
    (out / "a.jsonl").unlink()
    before = (out / "deep" / "b.jsonl").stat().st_mtime_ns
    said = run(source, "--out", out, "--skip-existing", code=1)
    assert "is there already" in said
    assert (out / "deep" / "b.jsonl").stat().st_mtime_ns == before
    assert read(out / "a.jsonl") == expected[:10]


def test_a_line_that_is_no_item_keeps_its_place(tmp_path: Path, rollouts: list[Json]) -> None:
    good = next(row for row in rollouts if row["task"] == "TorF1" and "answer" in row)
    source = write(tmp_path / "in.jsonl", [good, {"task": "nope", "x": 1}, [1], good])
    source.write_bytes(source.read_bytes() + b"{broken\n")
    out = tmp_path / "out.jsonl"
    said = run(source, "--out", out, code=1)
    lines = read(out)
    assert [line["status"] for line in lines] == ["ok", "error", "error", "ok", "error"]
    assert lines[1]["x"] == 1
    words = [line["error"]["message"] for line in lines if line["error"]]
    assert words[0].startswith("task: expected 'TorF1'")
    assert words[1] == "line 3: expected an object, got list"
    assert words[2].startswith("line 5: ")
    assert "3 x malformed" in said


def test_exit_status_is_0_where_every_row_has_a_score(
    tmp_path: Path, rollouts: list[Json], expected: list[Json]
) -> None:
    fine = [row for row, one in zip(rollouts, expected, strict=True) if one["status"] == "ok"]
    run(write(tmp_path / "in.jsonl", fine), "--out", tmp_path / "out.jsonl")


def test_what_is_not_answered_in_time_is_an_error_of_its_row(
    tmp_path: Path, rollouts: list[Json]
) -> None:
    source, out = write(tmp_path / "in.jsonl", rollouts[:5]), tmp_path / "out.jsonl"
    nobody = f"http://127.0.0.1:{free_port()}"
    run(source, "--out", out, "--url", nobody, "--deadline-s", "0.3", code=1)
    for line in read(out):
        assert line["reward"] is None
        assert line["error"]["kind"] == "deadline"
        assert "connection refused" in line["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.jsonl", "--out", "out.jsonl"], "no such file or folder"),
        (["in.jsonl", "--out", "out.csv"], "expected .jsonl or .parquet in and the same out"),
        (["in.jsonl", "--out", "in.jsonl"], "the same file"),
        (["empty", "--out", "out"], "no .jsonl or .parquet file"),
        (["in.jsonl", "--out", "out.jsonl", "--url", "nowhere"], "url: expected such as http://"),
        (["in.jsonl", "--out", "out.jsonl", "--profile", "nope"], "nope"),
        (["in.jsonl", "--out", "out.jsonl", "--networks", "missing"], "no such folder"),
        (["in.jsonl", "--out", "out.jsonl", "--expect-fingerprint", "x"], "fingerprint 'x'"),
        (["taken.jsonl", "--out", "out.jsonl"], "there is a column 'reward' already"),
        (["bad.parquet", "--out", "out.parquet"], "no parquet file"),
    ],
)
def test_what_cannot_be_scored_is_told_in_a_sentence_and_leaves_nothing(
    tmp_path: Path,
    rollouts: list[Json],
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("in.jsonl"), rollouts[:3])
    write(Path("taken.jsonl"), [*rollouts[:3], rollouts[3] | {"reward": 1.0}])
    Path("empty").mkdir()
    Path("bad.parquet").write_bytes(b"not parquet")
    before = sorted(one.name for one in tmp_path.rglob("*"))
    said = run(*arguments, code=2)
    assert words in said
    assert said.startswith("trainer-client: ")
    assert said.count("\n") == 1
    assert sorted(one.name for one in tmp_path.rglob("*")) == before


def test_a_prefix_keeps_columns_apart(tmp_path: Path, rollouts: list[Json]) -> None:
    row = next(one for one in rollouts if one["task"] == "TorF1" and "answer" in one)
    source = write(tmp_path / "in.jsonl", [row | {"reward": 0.5}])
    out = tmp_path / "out.jsonl"
    run(source, "--out", out, "--prefix", "rm_")
    (line,) = read(out)
    assert line["reward"] == 0.5
    assert line["rm_status"] == "ok"
    assert (
        line["rm_reward"]
        == Scorer().score([{k: row[k] for k in row if k not in {"step", "prompt"}}])[0]["reward"]
    )
    assert line["rm_fingerprint"] == Scorer().fingerprint


def test_an_old_file_stays_where_a_new_one_cannot_be_made(
    tmp_path: Path, rollouts: list[Json]
) -> None:
    out = write(tmp_path / "out.jsonl", [{"old": 1}])
    kept = shutil.copy(out, tmp_path / "kept")
    source = write(tmp_path / "in.jsonl", [*rollouts[:3], rollouts[3] | {"reward": 1.0}])
    run(source, "--out", out, code=2)
    assert out.read_bytes() == Path(kept).read_bytes()
