"""A file of rollouts: JSONL, gzipped, on stdin or parquet, the rows are the same."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from reward_server.benchmark.rollouts import Row, UnusableError, read_rollouts, size_of
from reward_server.profiles import ROBUST
from reward_server.wire.files import Advance, FileError, ignore_progress
from tests.benchmark.other_tasks import MIXED, total
from tests.benchmark.rows import boxed, planning, write

Json = dict[str, Any]

SEGMENT = {
    "route_name": "Red Line",
    "departure_stop": "Alba",
    "arrival_stop": "Fern",
    "via_stops": ["Brook"],
    "num_via_stops": 1,
}
ROWS: list[Json] = [
    planning(id="1", group="g", model="m", routes={"1": [SEGMENT]}, question_transfer_count=0),
    planning(id="2", completion=[{"role": "assistant", "content": "x"}], prompt="where?"),
    boxed("Counting1", id="3", options=["1", "2", "3", "4"], reward=0.5, step=7),
]


def write_parquet(path: Path, rows: list[Json]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: [row.get(name) for row in rows] for name in columns})
    parquet.write_table(table, path)
    return path


def read(file: Path, advance: Advance = ignore_progress) -> Iterator[Row]:
    return read_rollouts(file, ROBUST, advance)


def given(rollout: Any) -> Json:  # noqa: ANN401 - a rollout, or what is wrong
    """What a row says, without what is absent or not read."""
    assert rollout is not None
    return {name: value for name, value in rollout.items() if value is not None and name != "step"}


def test_jsonl_gives_items_with_the_columns_of_a_benchmark(tmp_path: Path) -> None:
    first, second, third = read(write(tmp_path / "r.jsonl", ROWS))
    assert [row.number for row in (first, second, third)] == [1, 2, 3]
    assert first.rollout is not None
    assert first.rollout["routes"] == [[SEGMENT]]
    assert first.rollout["model"] == "m"
    assert second.rollout is not None
    assert second.rollout["completion"] == "x"
    assert third.rollout is not None
    assert third.rollout["reward"] == 0.5
    assert (first.not_read, third.not_read) == ((), ("step",))


def test_gzip_gives_the_same_rows(tmp_path: Path) -> None:
    plain = write(tmp_path / "r.jsonl", ROWS)
    zipped = tmp_path / "r.jsonl.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(read(zipped)) == list(read(plain))
    assert (size_of(plain), size_of(zipped)) == (plain.stat().st_size, None)


def test_stdin_gives_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = write(tmp_path / "r.jsonl", ROWS)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(plain.read_bytes())))
    assert list(read(Path("-"))) == list(read(plain))


def test_parquet_gives_the_same_rows(tmp_path: Path) -> None:
    rows = [row | {"completion": "x"} for row in ROWS]
    wanted = [given(row.rollout) for row in read(write(tmp_path / "r.jsonl", rows))]
    file = write_parquet(tmp_path / "r.parquet", rows)
    found = list(read(file))
    # the prompt may hold an image, and is never loaded
    wanted = [{name: row[name] for name in row if name != "prompt"} for row in wanted]
    assert [given(row.rollout) for row in found] == wanted
    assert {row.not_read for row in found} == {("step",)}
    assert size_of(file) == 3


def test_parquet_may_have_integers_as_a_data_frame_leaves_them(tmp_path: Path) -> None:
    rows = [boxed("TorF1", answer=1.0), planning(answer=float("nan")), boxed("TorF1", answer=0.5)]
    first, second, third = read(write_parquet(tmp_path / "r.parquet", rows))
    assert given(first.rollout)["answer"] == 1
    assert "answer" not in given(second.rollout)
    assert third.problem is not None
    assert third.problem.startswith("row 3: answer: expected a valid integer")


def test_parquet_may_have_no_reward_as_a_data_frame_leaves_it(tmp_path: Path) -> None:
    rows = [boxed("TorF1", reward=1.5), boxed("TorF1", reward=float("nan"))]
    found = [row.rollout for row in read(write_parquet(tmp_path / "r.parquet", rows))]
    assert [rollout and rollout["reward"] for rollout in found] == [1.5, None]


def test_routes_may_be_the_json_of_a_column_of_text(tmp_path: Path) -> None:
    text = '{"1": [{"route_name": "R", "departure_stop": "A", "arrival_stop": "B"}], "2": null}'
    (row,) = read(write_parquet(tmp_path / "r.parquet", [planning(routes=text)]))
    assert row.rollout is not None
    assert row.rollout["routes"] == [
        [{"route_name": "R", "departure_stop": "A", "arrival_stop": "B"}]
    ]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_rows_of_any_task_of_the_profile_are_read(tmp_path: Path, form: str) -> None:
    rows = [total(model="m"), boxed("TorF1"), total(terms=None)]
    file = tmp_path / f"r.{form}"
    (write if form == "jsonl" else write_parquet)(file, rows)
    first, second, third = (row.rollout for row in read_rollouts(file, MIXED))
    assert given(first) == total(model="m")
    assert second is not None
    assert second["task"] == "TorF1"
    assert given(third) == {"task": "total", "completion": "5"}


def test_a_task_that_the_profile_does_not_have_is_no_item(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path / "r.jsonl", [total()]))
    assert row.problem is not None
    assert row.problem.startswith("row 1: task: expected ")


def test_numbers_of_any_column_may_be_as_a_data_frame_leaves_them(tmp_path: Path) -> None:
    rows = [boxed("TorF1", model=7.0), boxed("TorF1", model=float("nan"))]
    first, second = (row.rollout for row in read(write_parquet(tmp_path / "r.parquet", rows)))
    assert first is not None
    assert second is not None
    assert (first["model"], second["model"]) == ("7", None)


FAULTS: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", "row 1: Invalid JSON"),
    "a blank line": (b"\n", "row 1: Invalid JSON"),
    "no task": (b'{"completion": ""}', "row 1: task: this field is required"),
    "a task that is none": (b'{"task": "x", "completion": ""}', "row 1: task: expected 'TorF1'"),
    "routes that are no JSON": (
        b'{"task": "planning", "completion": "", "routes": "[{\'a\'"}',
        "row 1: routes: expected routes as JSON",
    ),
    "a route without segments": (
        b'{"task": "planning", "completion": "", "routes": [[]]}',
        "row 1: routes[0]: expected ",
    ),
    "a segment without a line": (
        b'{"task": "planning", "completion": "", "routes": [[{"departure_stop": "A"}]]}',
        "row 1: routes[0][0].route_name: this field is required",
    ),
    "a reward that is no number": (
        b'{"task": "TorF1", "completion": "", "reward": "much"}',
        "row 1: reward: expected ",
    ),
}


@pytest.mark.parametrize(("line", "problem"), FAULTS.values(), ids=FAULTS)
def test_a_row_that_is_no_rollout_tells_where_and_why(
    tmp_path: Path, line: bytes, problem: str
) -> None:
    file = tmp_path / "r.jsonl"
    file.write_bytes(line)
    (row,) = read(file)
    assert row.rollout is None
    assert row.problem is not None
    assert row.problem.startswith(problem)


@pytest.mark.parametrize(
    ("name", "message"),
    [("r.jsonl.gz", "expected a gzip file"), ("r.parquet", "expected a parquet file")],
)
def test_a_file_that_is_not_what_its_name_says_is_unusable(
    tmp_path: Path, name: str, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(FileError, match=message):
        list(read(file))


def test_a_gzip_file_that_was_cut_off_is_unusable(tmp_path: Path) -> None:
    whole = gzip.compress(write(tmp_path / "r.jsonl", ROWS * 50).read_bytes())
    file = tmp_path / "r.jsonl.gz"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="expected a gzip file"):
        list(read(file))


def test_without_pyarrow_parquet_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_parquet(tmp_path / "r.parquet", [planning()])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnusableError, match=r"pip install 'reward-server\[report\]'"):
        list(read(file))


def test_progress_comes_to_the_whole_file(tmp_path: Path) -> None:
    file = write(tmp_path / "r.jsonl", ROWS * 700)
    steps: list[int] = []
    assert len(list(read(file, steps.append))) == 2100
    assert len(steps) == 3
    assert sum(steps) == size_of(file)
