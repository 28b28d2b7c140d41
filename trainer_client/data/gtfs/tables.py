"""A feed's files as tables, and the faults of theirs as sentences that name file and row.

A file must have a header with the columns that are needed, and be readable as CSV. What stands in
a row is a fault only where the row is imported: a region's feed is mostly buses, and nobody
mends those for a map of its metro. So whoever reads a table picks the rows that matter, and
checks these. ``stop_times``, which has millions of rows in a country's feed, is read piece by
piece. Rows are numbered as in an editor: the header is row 1.
"""

from __future__ import annotations

import csv
import math
import shutil
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pandas as pd

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
    "stops.txt transfers.txt trips.txt".split()
)
#: What a byte that is no UTF-8 is read as.
_GARBLED = "\ufffd"


class FeedError(ValueError):
    """A feed that cannot be read; the message says which file, which row, what was expected."""


class Tables:
    """The files of a feed, while ``unpacked`` lasts."""

    def __init__(self, feed: Path, files: Mapping[str, Path]) -> None:
        self.feed = feed
        self._files = files

    def table(self, name: str, columns: Sequence[str], others: Sequence[str] = ()) -> Table:
        """These columns of a small file that the feed must have, and of ``others``, which need not.

        Cells of a column that is not there are empty.
        """
        self._check_header(name, columns)
        with self._faults_of(name):
            table = self._read(name, (*columns, *others))
        if not len(table):
            raise self._no_rows(name)
        table = table.rename(columns=str.strip).apply(lambda column: column.str.strip())
        return table.reindex(columns=[*columns, *others], fill_value="")

    def optional(
        self, name: str, columns: Sequence[str], others: Sequence[str] = ()
    ) -> Table | None:
        """The same of a file that the feed need not have; ``None`` where it has nothing of it."""
        if name not in self._files:
            return None
        with self._faults_of(name):
            header, *rows = [cells for _, cells in islice(self._records(name), 2)] or [[]]
        if not rows or {*columns, *others}.isdisjoint(header):
            return None
        return self.table(name, columns, others)

    def pieces(self, name: str, columns: Sequence[str], others: Sequence[str]) -> Iterator[Table]:
        """These columns of a large file, and of ``others`` those that it has, a piece at a time."""
        self._check_header(name, columns)
        any_rows = False
        with self._faults_of(name):
            reader = self._read(name, (*columns, *others), chunksize=_PIECE)
            with reader:
                for piece in reader:
                    any_rows |= len(piece) > 0
                    yield piece.rename(columns=str.strip)
        if not any_rows:
            raise self._no_rows(name)

    def _read(self, name: str, columns: Collection[str], **options: int) -> Table:
        """Those of a file's columns that are among these, by pandas."""
        return pd.read_csv(
            self._files[name],
            dtype=str,
            encoding="utf-8-sig",
            encoding_errors="replace",
            index_col=False,
            keep_default_na=False,
            # with it, pandas reads a row with too many cells as far as the header goes
            usecols=lambda column: column.strip() in columns,
            **options,
        )

    def check_ids(self, name: str, ids: Column) -> None:
        """Raise where one of these ids stands twice."""
        again = ids.duplicated()
        if again.any():
            record = again.idxmax()
            first = self.row(name, int((ids == ids[record]).idxmax()))
            raise self.fault(
                name, int(record), f"{ids.name} {ids[record]!r:.80} stands in row {first} already"
            )

    def check_text(self, name: str, rows: Table) -> None:
        """Raise where a cell of these rows is not in UTF-8, as GTFS asks: a guess garbles names."""
        for column in rows.columns:
            garbled = rows[column].str.contains(_GARBLED, regex=False)
            self.refuse(name, garbled, "expected text in UTF-8, got {}", rows[column])

    def check_width(self, name: str, imported: Collection[str]) -> None:
        """Raise where a row has more cells than the header, and in them one of these ids.

        Behind a comma that is not quoted, cells are not what the header says. Whatever stands in
        such a row, it is a fault only where it is one of those that are imported.
        """
        records = self._records(name)
        width = len(next(records)[1])
        for row, cells in records:
            if any(cells[width:]) and any(cell in imported for cell in cells):
                raise FeedError(self._too_wide(name, row, width, len(cells)))

    def fault(self, name: str, record: int, message: str) -> FeedError:
        """A fault in a record, counted from 0, of a file."""
        records = self._records(name)
        width = usual = len(next(records)[1])
        for number, (row, cells) in enumerate(records):
            if not number:  # each row of some files ends with a comma
                usual = max(usual, len(cells))
            if number == record:
                if len(cells) > usual or any(cells[width:]):  # what is wrong comes of that
                    return FeedError(self._too_wide(name, row, width, len(cells)))
                return FeedError(f"{self.feed}: {name}, row {row}: {message}")
        return FeedError(f"{self.feed}: {name}: {message}")

    def row(self, name: str, record: int) -> int:
        """The row at which a record, counted from 0, ends."""
        row, _ = next(islice(self._records(name), record + 1, None))
        return row

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
        with self._faults_of(name):
            _, header = next(self._records(name), (1, []))
        if not any(header):
            raise FeedError(f"{self.feed}: {name}: expected a header and rows, got an empty file")
        if _GARBLED in "".join(header):
            raise FeedError(
                f"{self.feed}: {name}, row 1: expected text in UTF-8, got {', '.join(header)!r:.80}"
            )
        for column in header:
            if column and header.count(column) > 1:
                raise FeedError(f"{self.feed}: {name}, row 1: column {column} stands twice")
        for column in columns:
            if column not in header:
                raise FeedError(
                    f"{self.feed}: {name}, row 1: no column {column}; got {', '.join(header)}"
                )

    def _records(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """A file's records, the header first, each with the row at which it ends."""
        with self._files[name].open(encoding="utf-8-sig", errors="replace", newline="") as lines:
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
            raise FeedError(f"{self.feed}: {name}: {str(error).strip()}") from error

    def _too_wide(self, name: str, row: int, width: int, got: int) -> str:
        return (
            f"{self.feed}: {name}, row {row}: expected {width} cells as in the header, got {got}; "
            "a comma inside a cell needs quotes around the cell"
        )


@contextmanager
def unpacked(feed: Path) -> Iterator[Tables]:
    """The files of a feed, a zip or a folder; raises ``FeedError`` where it is neither."""
    if feed.is_dir():
        found = _once(feed, [(file.name, file) for file in sorted(feed.rglob("*.txt"))])
        yield Tables(feed, dict(found))
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
        yield Tables(feed, {file.name: file for file in folder.iterdir()})


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


def numbers(
    tables: Tables,
    name: str,
    cells: Column,
    least: float = -math.inf,
    most: float = math.inf,
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
    limits = f" from {least} to {most}" if most < math.inf else ""
    tables.refuse(name, wrong, f"expected {cells.name} to be {kind}{limits}, got {{}}", cells)
    return found
