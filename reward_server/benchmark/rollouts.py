"""Reads a file of rollouts: items of the wire with the columns that a benchmark file adds.

JSONL (also gzipped, also stdin) and parquet give the same rows. A row that is no item is
told with its number and its problem; it is never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, NotRequired, cast, get_type_hints

from pydantic import Field
from typing_extensions import TypedDict

from ..core.tasks import Profile
from ..wire import files
from ..wire.fields import Label, NotRead, lenient
from ..wire.files import Advance, FileError, ignore_progress, open_lines
from ..wire.items import Item, Items, ItemsError
from .reasonmap.columns import ReasonMapColumns

_ROWS_A_BATCH = 1024
_Number = Annotated[float, Field(allow_inf_nan=False)]


class UnusableError(ValueError):
    """A command of this package cannot run, or cannot go on: a sentence that says why."""


@lenient
class Stored(TypedDict):
    """What a rollout or a line of a result file says that a completion got."""

    reward: NotRequired[_Number | None]
    correct: NotRequired[bool | None]
    components: NotRequired[dict[str, _Number | None] | None]
    # of any form: a column of this name may be another's
    explanation: NotRequired[Any]
    error: NotRequired[Any]
    fingerprint: NotRequired[Any]


class Rollout(Item, Stored, ReasonMapColumns):
    """An item with what else a file of rollouts tells of it, and the fields of its task.

    Which fields these are depends on the profile; columns that nothing reads are kept beside.
    """

    prompt: NotRequired[NotRead]
    model: Annotated[Label | None, Field(default=None)]


_COLUMNS: Final = {
    name: column
    for name, column in get_type_hints(Rollout, include_extras=True).items()
    if name not in Item.__annotations__
}


class Row(NamedTuple):
    """One row, counted from 1: its rollout, or what is wrong with it."""

    number: int
    rollout: Rollout | None
    problem: str | None
    not_read: tuple[str, ...] = ()
    """Names of columns that nothing reads, such as a misspelt one."""


def rollouts_of(profile: Profile) -> Items:
    """What checks the rollouts of the profile's tasks: each item it reads is a ``Rollout``."""
    return _rollouts_of(tuple((name, task.fields) for name, task in profile.tasks.items()))


@lru_cache
def _rollouts_of(fields: tuple[tuple[str, type], ...]) -> Items:
    return Items(dict(fields), _COLUMNS)


def read_rollouts(
    source: Path, profile: Profile, advance: Advance = ignore_progress
) -> Iterator[Row]:
    """The rows of a file, in order, a few at a time; ``-`` is stdin.

    Raises ``OSError``, or ``FileError`` where the file is not of its kind.
    """
    rollouts = rollouts_of(profile)
    if source.suffix == ".parquet":
        yield from _read_parquet(source, rollouts, advance)
        return
    columns = frozenset(rollouts.fields)
    with open_lines(source, advance) as lines:
        for number, line in enumerate(lines, 1):
            try:
                rollout = cast("Rollout", rollouts.read_json(line))
            except ItemsError as error:
                yield Row(number, None, f"row {number}: {error}")
            else:
                yield Row(number, rollout, None, tuple(rollout.keys() - columns))


def size_of(source: Path) -> int | None:
    """What ``advance`` will have been told in the end; ``None`` where it is not known."""
    if source.suffix == ".parquet":
        return int(_parquet(source).metadata.num_rows)
    return files.size_of(source)


def _read_parquet(source: Path, rollouts: Items, advance: Advance) -> Iterator[Row]:
    file = _parquet(source)
    names = file.schema_arrow.names
    not_read = tuple(name for name in names if name not in rollouts.fields)
    # the prompt may hold an image, and is never loaded
    wanted = [name for name in names if name in rollouts.fields and name != "prompt"]
    number = 0
    for batch in file.iter_batches(batch_size=_ROWS_A_BATCH, columns=wanted):
        for row in batch.to_pylist():
            number += 1
            try:
                rollout = cast("Rollout", rollouts.read_one(_without_frame(row)))
                yield Row(number, rollout, None, not_read)
            except ItemsError as error:
                yield Row(number, None, f"row {number}: {error}")
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
        raise FileError(f"{source}: expected a parquet file ({error})") from error


def _without_frame(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without the marks of a data frame, which writes 1.0 for 1, and NaN for nothing."""
    return {
        name: _unframed(value) if isinstance(value, float) else value for name, value in row.items()
    }


def _unframed(value: float) -> float | None:
    if value != value:  # noqa: PLR0124 - NaN
        return None
    return int(value) if value.is_integer() else value
