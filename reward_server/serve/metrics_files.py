"""The files that workers count in: room for them, and what becomes of those of a worker that died.

prometheus-client maps a file of each kind into memory, named by the worker's process id. On a full
disk a worker that counts is ended by SIGBUS; so room is made sure of before anything is counted.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

from uvicorn.config import STARTUP_FAILURE

log = logging.getLogger(__name__)

#: Of the files of one worker together; there is a test of it.
BYTES_OF_WORKER = 2**20
_FILES = "*_[0-9]*.db"


def folder() -> Path | None:
    """Where workers count, if they are several; from ``PROMETHEUS_MULTIPROC_DIR``."""
    named = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return None if named is None else Path(named)


def check_room(workers: int) -> None:
    """Raises ``OSError``, in words, where the folder has no room for so many workers."""
    place = folder()
    if place is None:
        return
    probe = place / "room"
    try:
        _allocate(probe, workers * BYTES_OF_WORKER)
    except OSError as error:
        megabytes = workers * BYTES_OF_WORKER / 2**20
        why = f"no room for the metrics, {megabytes:g} MiB for {workers} workers: {error.strerror}"
        raise OSError(error.errno, why, str(place)) from error
    finally:
        probe.unlink(missing_ok=True)


def take_over() -> None:
    """Go on in the files of a worker that died, before this one opens its own.

    What it counted stays counted, and the folder does not grow with each death. Each file is
    renamed at once, so that no reader counts it twice and no two workers have it.
    """
    place = folder()
    own = str(os.getpid())
    for file in () if place is None else sorted(place.glob(_FILES)):
        kind, _, pid = file.stem.rpartition("_")
        target = file.with_name(f"{kind}_{own}.db")
        if pid == own or target.exists() or _is_running(int(pid)):
            continue
        with suppress(FileNotFoundError):  # another new worker was faster
            file.rename(target)


def keep_room() -> None:
    """Have the disk give this worker's files all their bytes now; else this process ends."""
    place = folder()
    for file in () if place is None else place.glob(f"*_{os.getpid()}.db"):
        try:
            _allocate(file, file.stat().st_size)
        except OSError as error:
            log.error("%s: no room for the metrics: %s", place, error.strerror)  # noqa: TRY400 - no bug
            sys.exit(STARTUP_FAILURE)  # which no supervisor answers by starting another


def _allocate(file: Path, size: int) -> None:
    """Raises ``OSError`` where the disk is full."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # a disk that cannot tell
            raise
    finally:
        os.close(descriptor)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # as another user's
    return True
