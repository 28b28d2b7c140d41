"""A feed's files as tables, and every fault of theirs as a sentence that names file and row.

partridge reads the small files (a byte order mark, stray spaces); ``stop_times``,
which has millions of rows in a country's feed, is read piece by piece. Rows are numbered as in an
editor: the header is row 1.
"""

from __future__ import annotations

import codecs
import csv
import shutil
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pandas as pd
import partridge

# pandas has no types
Table = Any
"""Of strings, "" where a cell is empty; its index counts the file's records from 0."""
Column = Any
Index = Any
Array = Any

#: Rows of stop_times in memory at once.
_PIECE = 250_000
#: All that is looked at; shapes, fares and the rest stay in the zip.
_FILES = frozenset(
    "agency.txt calendar.txt calendar_dates.txt frequencies.txt routes.txt stop_times.txt "
    "stops.txt trips.txt".split()
)


class FeedError(ValueError):
    """A feed that cannot be read; the message says which file, which row, what was expected."""


class Tables:
    """The files of a feed, in ``folder`` while ``unpacked`` lasts."""

    def __init__(self, feed: Path, folder: Path, files: Mapping[str, Path]) -> None:
        self.feed = feed
        self.folder = folder
        self._files = files
        self._read = partridge.load_raw_feed(str(folder))

    def table(self, name: str, columns: Sequence[str]) -> Table:
        """All of a small file that the feed must have, and must have these columns in."""
        self._check_header(name, columns)
        with self._faults_of(name), without_partridge_warning():
            table = self._read.get(name)
        if not len(table):
            raise self._no_rows(name)
        return table.fillna("")

    def optional(self, name: str, columns: Sequence[str]) -> Table | None:
        """The same of a file that the feed need not have; ``None`` where it has no rows."""
        if name not in self._files:
            return None
        self._check_encoding(name)
        with self._faults_of(name):
            rows = sum(1 for _ in islice(self._records(name), 2))
        return self.table(name, columns) if rows > 1 else None

    def pieces(self, name: str, columns: Sequence[str], others: Sequence[str]) -> Iterator[Table]:
        """These columns of a large file, and of ``others`` those that it has, a piece at a time."""
        self._check_header(name, columns)
        wanted = {*columns, *others}
        found = False
        with self._faults_of(name):
            reader = pd.read_csv(
                self._files[name],
                dtype=str,
                index_col=False,
                keep_default_na=False,
                usecols=lambda column: column.strip() in wanted,
                chunksize=_PIECE,
            )
            with reader:
                for piece in reader:
                    found |= len(piece) > 0
                    yield piece.rename(columns=str.strip)
        if not found:
            raise self._no_rows(name)

    def check_ids(self, name: str, ids: Column) -> None:
        """Raise where a column of ids has an empty cell, or one twice."""
        self.refuse(name, ids == "", f"expected a {ids.name}, got an empty cell")
        again = ids.duplicated()
        if again.any():
            record = again.idxmax()
            first = self.row(name, int((ids == ids[record]).idxmax()))
            raise self.fault(
                name, int(record), f"{ids.name} {ids[record]!r:.80} stands in row {first} already"
            )

    def fault(self, name: str, record: int, message: str) -> FeedError:
        """A fault in a record, counted from 0, of a file."""
        return FeedError(f"{self.feed}: {name}, row {self.row(name, record)}: {message}")

    def row(self, name: str, record: int) -> int:
        """The row at which a record, counted from 0, ends."""
        for number, (row, _) in enumerate(self._records(name), -1):
            if number == record:
                return row
        return record + 2

    def refuse(self, name: str, wrong: Column, message: str, shown: Column | None = None) -> None:
        """Raise for the first record of which a column of booleans is true.

        ``shown``: a column whose value there is put into the message's ``{}``.
        """
        if wrong.any():
            record = wrong.idxmax()
            value = "" if shown is None else f"{shown[record]!r:.80}"
            raise self.fault(name, int(record), message.format(value))

    def _no_rows(self, name: str) -> FeedError:
        return FeedError(f"{self.feed}: {name}: expected rows below the header, got none")

    def _check_header(self, name: str, columns: Sequence[str]) -> None:
        if name not in self._files:
            raise FeedError(f"{self.feed}: no {name} in it; expected a GTFS feed, which has one")
        self._check_encoding(name)
        with self._faults_of(name):
            _, header = next(self._records(name), (1, []))
        if not any(header):
            raise FeedError(f"{self.feed}: {name}: expected a header and rows, got an empty file")
        for column in header:
            if column and header.count(column) > 1:
                raise FeedError(f"{self.feed}: {name}, row 1: column {column} stands twice")
        for column in columns:
            if column not in header:
                raise FeedError(
                    f"{self.feed}: {name}, row 1: no column {column}; got {', '.join(header)}"
                )

    def _check_encoding(self, name: str) -> None:
        """Raise where a file is not in UTF-8, as GTFS asks: a guess would garble names."""
        decode = codecs.getincrementaldecoder("utf-8")().decode
        try:
            with self._files[name].open("rb") as file:
                while part := file.read(1 << 20):
                    decode(part)
                decode(b"", final=True)
        except UnicodeDecodeError:
            with self._files[name].open("rb") as file:
                for row, line in enumerate(file, 1):
                    if (text := line.decode(errors="replace")).encode() != line:
                        message = f"expected text in UTF-8, got {text.strip()!r:.80}"
                        raise FeedError(f"{self.feed}: {name}, row {row}: {message}") from None

    def _records(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """A file's records, the header first, each with the row at which it ends."""
        with self._files[name].open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            for cells in reader:
                record = [cell.strip() for cell in cells]
                if len(record) > 1 or any(record):  # pandas passes blank rows by
                    yield reader.line_num, record

    @contextmanager
    def _faults_of(self, name: str) -> Iterator[None]:
        """What pandas says of a broken file, as a sentence with the row."""
        try:
            yield
        except (pd.errors.ParserError, csv.Error) as error:
            message = self._ragged(name) or f"{self.feed}: {name}: {str(error).strip()}"
            raise FeedError(message) from error

    def _ragged(self, name: str) -> str | None:
        """Where a row has more cells than the header, as behind a comma that is not quoted."""
        wide: tuple[int, int] | None = None
        records = self._records(name)
        try:
            width = len(next(records)[1])
            for row, cells in records:
                if any(cells[width:]):
                    wide = row, len(cells)
                    break
                if len(cells) > width and wide is None:  # no fault where every row ends so
                    wide = row, len(cells)
        except csv.Error as error:
            return f"{self.feed}: {name}: {error}"
        if wide is None:
            return None
        row, got = wide
        return (
            f"{self.feed}: {name}, row {row}: expected {width} cells as in the header, got "
            f"{got}; a comma inside a cell needs quotes around the cell"
        )


@contextmanager
def unpacked(feed: Path) -> Iterator[Tables]:
    """The files of a feed, a zip or a folder; raises ``FeedError`` where it is neither."""
    if feed.is_dir():
        found = _once(feed, [(file.name, file) for file in sorted(feed.rglob("*.txt"))])
        yield Tables(feed, feed, dict(found))
        return
    if not feed.is_file():
        raise FeedError(f"{feed}: no such file; expected a GTFS feed, a zip or its folder")
    with TemporaryDirectory(prefix="gtfs-") as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(feed) as packed:
                # some feeds are in a folder of their zip
                members = [(info.filename.rpartition("/")[2], info) for info in packed.infolist()]
                for file, info in _once(feed, members):
                    with packed.open(info) as source, (folder / file).open("wb") as copy:
                        shutil.copyfileobj(source, copy)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise FeedError(f"{feed}: expected a zip with a GTFS feed: {error}") from error
        yield Tables(feed, folder, {file.name: file for file in folder.iterdir()})


@contextmanager
def without_partridge_warning() -> Iterator[None]:
    """For partridge, which renames in place; pandas 3 warns of that, and no user can mend it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The inplace keyword in DataFrame.rename")
        yield


Entry = TypeVar("Entry")


def _once(feed: Path, entries: Iterable[tuple[str, Entry]]) -> Iterator[tuple[str, Entry]]:
    """The entries whose names are those of a feed's files, each of which may stand there once."""
    met = set()
    for name, entry in entries:
        if name in _FILES:
            if name in met:
                raise FeedError(f"{feed}: {name} stands twice in it, expected once")
            met.add(name)
            yield name, entry


def with_columns(table: Table, *columns: str) -> Table:
    """The table, with empty cells in those of these columns that it does not have."""
    return table.assign(**{column: "" for column in columns if column not in table.columns})


def numbers(
    tables: Tables,
    name: str,
    cells: Column,
    least: float,
    most: float,
    *,
    whole: bool = False,
    needed: bool = False,
) -> Column:
    """A column as numbers, NaN where a cell is empty; raises ``FeedError`` where it is none.

    ``whole``: only whole numbers are. ``needed``: and no cell may be empty.
    """
    found = pd.to_numeric(cells, errors="coerce").astype("float64")
    wrong = ~found.between(least, most)
    if whole:
        wrong |= found % 1 != 0
    if not needed and wrong.any():
        wrong &= cells.str.strip() != ""
    kind = "a whole number" if whole else "a number"
    tables.refuse(
        name, wrong, f"expected {cells.name} to be {kind} from {least} to {most}, got {{}}", cells
    )
    return found
