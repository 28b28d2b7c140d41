"""Rollouts in files: JSONL or parquet, read in windows, written again with what each row got.

A row is an item's fields beside any other columns, which are kept and never sent. A file appears
under its name only once it is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import orjson

from reward_server.wire.gold import GOLD_FIELDS
from reward_server.wire.items import Item
from reward_server.wire.results import COMPONENTS, Result

from ..client.errors import MissingExtraError

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows that are in memory at a time.
WINDOW = 8192
FORMATS = (".jsonl", ".parquet")
#: The columns that are an item's.
ITEM_COLUMNS = (*Item.__annotations__, *GOLD_FIELDS)
#: What a row gets of its result; ``id`` it has.
RESULT_COLUMNS = ("status", "reward", "correct", "weight", "components", "signals", "error")
FULL_COLUMNS = ("terms", "segments", "explanation")
FINGERPRINT = "fingerprint"


class RolloutFileError(ValueError):
    """A file or folder that cannot be scored; the message says why."""


class Row(NamedTuple):
    """The item's fields of a row, or why it has none."""

    item: dict[str, Any]
    problem: str | None = None


class Window(NamedTuple):
    """Some rows, what they are in their file, and how far it is read after them, from 0 to 1."""

    rows: list[Row]
    source: Any
    read: float


class RolloutFile(Protocol):
    """One file, of either format."""

    def windows(self) -> Iterator[Window]:
        """Its rows."""

    def write(self, window: Window, results: Sequence[Result], fingerprint: str) -> None:
        """Write the rows of a window with their results."""

    def close(self) -> None:
        """Close what is open."""


def find(source: Path, out: Path) -> list[tuple[Path, Path]]:
    """Each file to read beside the one to write: a file's own, or all in a folder, at any depth.

    Raises ``RolloutFileError``.
    """
    if source.is_dir():
        if out.is_file():
            raise RolloutFileError(f"{out}: expected a folder, as {source} is one")
        within = [file for file in sorted(source.rglob("*")) if file.suffix in FORMATS]
        files = [(file, out / file.relative_to(source)) for file in within]
        if not files:
            raise RolloutFileError(f"{source}: no {' or '.join(FORMATS)} file in the folder")
    else:
        files = [(source, out / source.name if out.is_dir() else out)]
    for read, written in files:
        if not read.is_file():
            raise RolloutFileError(f"{read}: no such file or folder")
        if read.suffix not in FORMATS or written.suffix != read.suffix:
            kinds = " or ".join(FORMATS)
            raise RolloutFileError(f"{read}, {written}: expected {kinds} in and the same out")
        if written.exists() and written.samefile(read):
            raise RolloutFileError(f"{written}: IN and OUT are the same file")
    return files


@contextmanager
def opened(read: Path, written: Path, prefix: str, *, full: bool) -> Iterator[RolloutFile]:
    """A file to read and to write; ``written`` is there at the end, or not at all.

    ``prefix`` stands before the names of the columns that are added; ``full`` adds those of
    verbosity full. Raises ``RolloutFileError`` or ``MissingExtraError``.
    """
    written.parent.mkdir(parents=True, exist_ok=True)
    partial = written.with_name(f"{written.name}.partial")
    columns = (*RESULT_COLUMNS, *(FULL_COLUMNS if full else ()))
    kind = _Lines if read.suffix == ".jsonl" else _Parquet
    try:
        file: RolloutFile = kind(read, partial, columns, prefix)
        try:
            yield file
        finally:
            file.close()
        os.replace(partial, written)  # noqa: PTH105 - as Path.replace, but for its return
    finally:
        partial.unlink(missing_ok=True)


class _Lines:
    """A row a line."""

    def __init__(self, read: Path, written: Path, columns: Sequence[str], prefix: str) -> None:
        self._reader = read.open("rb")
        self._writer = written.open("wb")
        self._size = max(read.stat().st_size, 1)
        self._names = {name: prefix + name for name in columns}
        self._fingerprint = prefix + FINGERPRINT

    def windows(self) -> Iterator[Window]:
        """Its rows; a line that is no JSON is a row with a problem."""
        number = 0
        while lines := list(islice(self._reader, WINDOW)):
            read = [self._row(line, number + place) for place, line in enumerate(lines, 1)]
            number += len(lines)
            source = [columns for columns, _ in read]
            yield Window([row for _, row in read], source, self._reader.tell() / self._size)

    def _row(self, line: bytes, number: int) -> tuple[dict[str, Any], Row]:
        """The columns of a line, and what is an item's of them."""
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            return {}, Row({}, f"line {number}: {error}")
        if not isinstance(row, dict):
            return {}, Row({}, f"line {number}: expected an object, got {type(row).__name__}")
        _check_columns(row, self._names, self._fingerprint, f"line {number}")
        return row, Row({name: row[name] for name in ITEM_COLUMNS if name in row})

    def write(self, window: Window, results: Sequence[Result], fingerprint: str) -> None:
        """Write each row as it was, and what it got."""
        for row, result in zip(window.source, results, strict=True):
            got = {name: result.get(key) for key, name in self._names.items()}
            line = {**row, **got, self._fingerprint: fingerprint}
            self._writer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Close both files."""
        self._reader.close()
        self._writer.close()


class _Parquet:
    """A row a row."""

    def __init__(self, read: Path, written: Path, columns: Sequence[str], prefix: str) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - of an extra
            from pyarrow import parquet  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                "parquet is read with pyarrow: pip install 'reward-server[report]'"
            ) from error
        self._pa = pa
        self._prefix = prefix
        self._columns = [*columns, FINGERPRINT]
        try:
            self._reader = parquet.ParquetFile(read)
        except (pa.ArrowInvalid, OSError) as error:
            raise RolloutFileError(f"{read}: no parquet file: {error}") from error
        there = self._reader.schema_arrow
        names = {name: prefix + name for name in columns}
        _check_columns(there.names, names, prefix + FINGERPRINT, str(read))
        added = {prefix + name: self._type_of(name) for name in self._columns}
        kept = [field for field in there if field.name not in added]
        self._kept = [field.name for field in kept]
        self._added = pa.schema(list(added.items()))
        # of the metadata, what pandas or datasets said of the old columns
        self._schema = pa.schema([*kept, *self._added], there.metadata)
        self._writer = parquet.ParquetWriter(written, self._schema)

    def windows(self) -> Iterator[Window]:
        """Its rows; columns that are no item's are not looked into."""
        done = 0
        of_items = [name for name in self._reader.schema_arrow.names if name in ITEM_COLUMNS]
        for batch in self._reader.iter_batches(WINDOW):
            done += batch.num_rows
            rows = [Row(item) for item in batch.select(of_items).to_pylist()]
            yield Window(rows, batch, done / self._reader.metadata.num_rows)

    def write(self, window: Window, results: Sequence[Result], fingerprint: str) -> None:
        """Write the columns as they were, and those of the results."""
        pa = self._pa
        columns = [window.source.column(name) for name in self._kept]
        for name, field in zip(self._columns, self._added, strict=True):
            if name == FINGERPRINT:
                values: list[Any] = [fingerprint] * len(results)
            else:
                values = [result.get(name) for result in results]
            if name == "terms":
                values = [None if terms is None else list(terms.items()) for terms in values]
            columns.append(pa.array(values, field.type))
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """Close both files."""
        self._writer.close()
        self._reader.close()

    def _type_of(self, column: str) -> pa.DataType:
        arrow = self._pa
        text, number, flag = arrow.string(), arrow.float64(), arrow.bool_()
        parts = [(name, text) for name in ("line", "departure", "arrival")]
        more = [("via_count", text), ("via_stops", text), ("found", arrow.struct(parts))]
        segment = arrow.struct([*parts, *more])
        types: dict[str, pa.DataType] = {
            "status": text,
            "reward": number,
            "correct": flag,
            "weight": number,
            "components": arrow.struct([(name, number) for name in COMPONENTS]),
            "signals": arrow.list_(text),
            "error": arrow.struct([("kind", text), ("message", text), ("retryable", flag)]),
            "terms": arrow.map_(text, number),
            "segments": arrow.list_(segment),
            "explanation": text,
            FINGERPRINT: text,
        }
        return types[column]


def _check_columns(
    there: Sequence[str] | dict[str, Any], names: dict[str, str], fingerprint: str, where: str
) -> None:
    """Raises ``RolloutFileError`` where a column would be lost; those of a former score may be."""
    if fingerprint in there:
        return
    for name in names.values():
        if name in there:
            raise RolloutFileError(
                f"{where}: there is a column {name!r} already; give the new ones a --prefix"
            )
