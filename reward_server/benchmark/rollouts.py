"""Reads a file of rollouts: items of the wire with the columns that a benchmark file adds.

JSONL (also gzipped, also stdin) and parquet give the same rows. A row that is no item is
told with its number and its problem; it is never left out in silence.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, NamedTuple, NotRequired, get_type_hints

import orjson
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    with_config,
)
from typing_extensions import TypedDict

from ..core.transit.name_lists import split_names
from ..wire.fields import Difficulty, Integer, Label, NotRead, Text
from ..wire.items import Item
from ..wire.problems import problems

#: Says how many bytes (parquet: rows) have been read since the last call.
Advance = Callable[[int], object]
STANDARD: Final = Path("-")
_ROWS_A_BATCH = 1024
_LINES_A_STEP = 1024
#: Where a data frame writes 1.0 for 1, and NaN for nothing.
_NUMBERS = ("answer", "question_transfer_count", "reward")

_loose = with_config(ConfigDict(extra="ignore"))


class UnusableError(ValueError):
    """A command of this package cannot run, or cannot go on: a sentence that says why."""


def _listed(value: object) -> object:
    return list(split_names(value)) if isinstance(value, str) else value


@_loose
class ReferenceSegment(TypedDict):
    """A segment of a reference route, in ReasonMap's columns."""

    route_name: Text
    departure_stop: Text
    arrival_stop: Text
    via_stops: NotRequired[Annotated[list[Text] | None, BeforeValidator(_listed)]]
    num_via_stops: NotRequired[Integer | None]


Route = Annotated[list[ReferenceSegment], Field(min_length=1)]


def _read_json(value: object) -> object:
    """``routes`` as an object or a list, also where a column of text holds its JSON."""
    try:
        value = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError as error:
        raise ValueError(f"routes as JSON ({error})") from error
    # a column of parquet has every row's keys, null where a row has no such route
    if isinstance(value, Mapping):
        value = list(value.values())
    return [route for route in value if route is not None] if isinstance(value, list) else value


Routes = Annotated[list[Route], BeforeValidator(_read_json)]
_Number = Annotated[float, Field(allow_inf_nan=False)]


@_loose
class Stored(TypedDict):
    """What a rollout or a line of a result file says that a completion got."""

    reward: NotRequired[_Number | None]
    correct: NotRequired[bool | None]
    components: NotRequired[dict[str, _Number | None] | None]
    # of any form: a column of this name may be another's
    explanation: NotRequired[Any]
    error: NotRequired[Any]
    fingerprint: NotRequired[Any]


@with_config(ConfigDict(extra="allow"))
class Rollout(Item, Stored):
    """An item with what else a file of rollouts tells of it; other columns are not read."""

    prompt: NotRequired[NotRead]
    model: Annotated[Label | None, Field(default=None)]
    routes: Annotated[Routes | None, Field(default=None)]
    difficulty_question: Annotated[Difficulty | None, Field(default=None)]


ROLLOUT: TypeAdapter[Rollout] = TypeAdapter(Rollout)
COLUMNS: Final = frozenset(get_type_hints(Rollout))


class Row(NamedTuple):
    """One row, counted from 1: its rollout, or what is wrong with it."""

    number: int
    rollout: Rollout | None
    problem: str | None
    not_read: tuple[str, ...] = ()
    """Names of columns that nothing reads, such as a misspelt one."""


def read_rollouts(source: Path, advance: Advance = lambda _: None) -> Iterator[Row]:
    """The rows of a file, in order, a few at a time; ``-`` is stdin.

    Raises ``OSError``, or ``UnusableError`` where the file is not of its kind.
    """
    if source.suffix == ".parquet":
        yield from _read_parquet(source, advance)
        return
    with ExitStack() as stack:
        for number, line in enumerate(read_lines(source, stack, advance), 1):
            try:
                rollout = ROLLOUT.validate_json(line)
            except ValidationError as error:
                yield _faulty(number, error)
            else:
                yield Row(number, rollout, None, tuple(rollout.keys() - COLUMNS))


def size_of(source: Path) -> int | None:
    """What ``advance`` will have been told in the end; ``None`` where it is not known."""
    if source.suffix == ".parquet":
        return int(_parquet(source).metadata.num_rows)
    return source.stat().st_size if source.is_file() and source.suffix != ".gz" else None


def read_lines(
    source: Path, stack: ExitStack, advance: Advance = lambda _: None
) -> Iterator[bytes]:
    """The lines of a file, unzipped; ``UnusableError`` where it is not what its name says."""
    lines: BinaryIO | gzip.GzipFile
    if source == STANDARD:
        lines = sys.stdin.buffer
    else:
        lines = stack.enter_context(source.open("rb"))
        if source.suffix == ".gz":
            lines = stack.enter_context(gzip.GzipFile(fileobj=lines))
    step = 0
    try:
        for number, line in enumerate(lines, 1):
            step += len(line)
            if number % _LINES_A_STEP == 0:
                advance(step)
                step = 0
            yield line
    except (gzip.BadGzipFile, EOFError) as error:
        raise UnusableError(f"{source}: expected a gzip file ({error})") from error
    advance(step)


def _read_parquet(source: Path, advance: Advance) -> Iterator[Row]:
    file = _parquet(source)
    names = file.schema_arrow.names
    not_read = tuple(name for name in names if name not in COLUMNS)
    wanted = [name for name in names if name in COLUMNS and name != "prompt"]
    number = 0
    for batch in file.iter_batches(batch_size=_ROWS_A_BATCH, columns=wanted):
        for row in batch.to_pylist():
            number += 1
            for column in _NUMBERS:
                value = row.get(column)
                if isinstance(value, float):
                    row[column] = None if value != value else _whole(value)  # noqa: PLR0124 - NaN
            try:
                yield Row(number, ROLLOUT.validate_python(row), None, not_read)
            except ValidationError as error:
                yield _faulty(number, error)
        advance(batch.num_rows)


def _parquet(source: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    try:
        import pyarrow as pa  # noqa: PLC0415 - only who reads parquet needs it
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise UnusableError(
            f"{source}: parquet needs pyarrow: pip install 'reward-server[report]'"
        ) from error
    source.stat()  # where there is no such file, pyarrow says so in words of its own
    try:
        return parquet.ParquetFile(source)
    except pa.ArrowInvalid as error:
        raise UnusableError(f"{source}: expected a parquet file ({error})") from error


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _faulty(number: int, error: ValidationError) -> Row:
    return Row(number, None, f"row {number}: {'; '.join(map(str, problems(error)))}")
