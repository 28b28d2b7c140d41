"""The memory of a worker: what malloc keeps, and how often the garbage collector runs."""

from __future__ import annotations

import ctypes
import gc

#: ``mallopt`` of glibc: a parameter's number, and the bytes it is set to.
_TRIM_THRESHOLD = -1, 128 * 2**20
_MMAP_THRESHOLD = -3, 32 * 2**20
#: Objects that come without others going, after which the garbage collector looks for cycles
#: among them. A batch of 1,024 items makes some 10,000; at Python's own 700 it takes a tenth of
#: their time.
_YOUNG_OBJECTS = 100_000


def keep_freed_memory() -> None:
    """Let malloc keep the memory of one body for the next, where malloc is glibc's.

    By default it gives each back, and the system clears every page of the next: most of the
    time that it takes to receive a body.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(*_TRIM_THRESHOLD)
        libc.mallopt(*_MMAP_THRESHOLD)


def collect_garbage_rarely() -> None:
    """Leave out of every collection what is loaded now, and collect seldom.

    Networks stay for ever, and a batch leaves no cycles: to go through either again and again
    finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
