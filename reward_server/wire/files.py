"""Files with a record a line: opened in one way, whoever reads them."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

#: The name of stdin or stdout in place of a file's.
STANDARD: Final = Path("-")
#: Is told how much has been read since the last call: bytes, or what else a file is counted in.
Advance = Callable[[int], object]
_LINES_A_STEP = 1024


class FileError(ValueError):
    """A file is not what its name says; the message names it and what was expected."""


def ignore_progress(_: int) -> None:
    """The ``Advance`` of a reader that nobody watches."""


@contextmanager
def open_lines(source: Path, advance: Advance = ignore_progress) -> Iterator[Iterator[bytes]]:
    """The lines of a file, unzipped where its name ends in ``.gz``; ``-`` is stdin.

    ``advance`` gets the bytes read, in steps. Raises ``OSError`` where there is no such file,
    and ``FileError`` while lines are read from a faulty one.
    """
    with ExitStack() as stack:
        lines: Iterable[bytes]
        if source == STANDARD:
            lines = sys.stdin.buffer
        else:
            file = stack.enter_context(source.open("rb"))
            lines = file
            if source.suffix == ".gz":
                lines = stack.enter_context(gzip.GzipFile(fileobj=file))
        yield _counted(lines, source, advance)


def size_of(source: Path) -> int | None:
    """The bytes that ``advance`` will have been told of in the end; ``None`` where unknown."""
    known = source != STANDARD and source.suffix != ".gz" and source.is_file()
    return source.stat().st_size if known else None


def _counted(lines: Iterable[bytes], source: Path, advance: Advance) -> Iterator[bytes]:
    step = 0
    try:
        for number, line in enumerate(lines, 1):
            step += len(line)
            if number % _LINES_A_STEP == 0:
                advance(step)
                step = 0
            yield line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileError(f"{source}: expected a gzip file ({error})") from error
    advance(step)
