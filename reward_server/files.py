"""Reads files whose paths a user gives, whatever stands there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_text(path: Path) -> str:
    """The text of a regular file in UTF-8, without the byte order mark that it may begin with.

    Raises ``OSError``, also for a pipe, a socket or a device: a service that opened a pipe would
    wait for its writer, and one that reads it again later would get nothing. Raises
    ``UnicodeDecodeError``.
    """
    # without O_NONBLOCK, opening a pipe waits
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "expected a regular file", str(path))
        return file.read().decode("utf-8-sig")
