"""A server like any other that tells how often its work looks up: ``counted_server.py FILE ...``.

The file has two numbers: how often work has looked up, and how often it had when it was told to
stop. Between two looks lie so many steps as ``LOOK_STEPS`` says.
"""

from __future__ import annotations

import mmap
import struct
import sys
from pathlib import Path
from typing import NamedTuple

_FORM = struct.Struct("qq")


class Looks(NamedTuple):
    """How often work has looked up: so far, and before it was told to stop; 0: it was not."""

    all: int
    before_stop: int


def looks(file: Path) -> Looks:
    return Looks(*_FORM.unpack(file.read_bytes()))


def main(file: Path) -> None:
    from reward_server.api import limits  # noqa: PLC0415
    from reward_server.cli import main as serve  # noqa: PLC0415

    file.write_bytes(_FORM.pack(0, 0))
    with file.open("r+b") as opened:
        counts = mmap.mmap(opened.fileno(), _FORM.size)

    class CountedTicket(limits.Ticket):
        def check(self) -> None:
            so_far, stopped = _FORM.unpack(counts[:])
            counts[:] = _FORM.pack(so_far + 1, stopped)
            super().check()

        def stop(self, why: type[Exception]) -> None:
            so_far, _ = _FORM.unpack(counts[:])
            counts[:] = _FORM.pack(so_far, so_far)
            super().stop(why)

    limits.Ticket = CountedTicket  # type: ignore[misc]
    serve()


if __name__ == "__main__":
    main(Path(sys.argv.pop(1)))
