"""Files with a record a line: plain, zipped or on stdin, and how far they are read."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from reward_server.wire.files import STANDARD, FileError, open_lines, size_of

TEXT = b"one\ntwo\n\nlast"
LINES = [b"one\n", b"two\n", b"\n", b"last"]


def read(source: Path) -> list[bytes]:
    with open_lines(source) as lines:
        return list(lines)


def test_the_lines_of_a_file_are_those_of_its_zip_and_of_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, zipped = tmp_path / "r.jsonl", tmp_path / "r.jsonl.gz"
    plain.write_bytes(TEXT)
    zipped.write_bytes(gzip.compress(TEXT))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT)))
    assert read(plain) == read(zipped) == read(STANDARD) == LINES


def test_a_file_that_is_not_there_is_told_where_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_lines(tmp_path / "none.jsonl"):
        pytest.fail("it was opened")


whole = gzip.compress(bytes(range(256)) * 400)
NO_GZIP = {
    "another kind": b"nothing of the kind",
    "cut off": whole[: len(whole) // 2],
    "garbled": whole[:12] + bytes(byte ^ 0xFF for byte in whole[12:60]) + whole[60:],
}


@pytest.mark.parametrize("content", NO_GZIP.values(), ids=NO_GZIP)
def test_a_file_that_is_no_gzip_file_is_told_by_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "r.jsonl.gz"
    file.write_bytes(content)
    with pytest.raises(FileError, match=r"r\.jsonl\.gz: expected a gzip file"):
        read(file)


def test_what_is_read_is_told_in_steps_that_come_to_the_whole(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    file.write_bytes(b"a line\n" * 2500)
    steps: list[int] = []
    with open_lines(file, steps.append) as lines:
        assert sum(1 for _ in lines) == 2500
    assert len(steps) == 3
    assert sum(steps) == size_of(file)


def test_a_size_is_known_of_plain_files_alone(tmp_path: Path) -> None:
    zipped = tmp_path / "r.jsonl.gz"
    zipped.write_bytes(gzip.compress(TEXT))
    assert [size_of(path) for path in (zipped, STANDARD, tmp_path / "none")] == [None, None, None]
