"""The process that starts workers and replaces those that die; and workers it has left behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from contextlib import suppress
from multiprocessing import parent_process
from socket import socket
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from .signals import stopping_signals

log = logging.getLogger(__name__)

#: Seconds between two looks of a worker for its supervisor.
_LOOK_SECONDS = 0.5


class Supervisor(Multiprocess):
    """uvicorn's supervisor, which replaces workers that die, and ends once all have ended.

    uvicorn's looks for signals twice a second; these workers hear of theirs at once.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket]) -> None:
        stopping = stopping_signals()
        ignores_hangup = signal.SIGHUP not in stopping
        super().__init__(config, sockets)
        if ignores_hangup:  # uvicorn would restart its workers
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in stopping:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        log.info("%s: stopping", signal.Signals(number).name)
        # at once: a worker that ends now is not to be replaced; in a thread, as ours may just now
        # hold the lock that this takes
        threading.Thread(target=self.should_exit.set).start()
        for process in self.processes:
            if process.pid is not None and process.exitcode is None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)

    def keep_subprocess_alive(self) -> None:
        """Replace workers that do not answer, and at once those that die instead of answering."""
        for process in self.processes:
            process.child_conn.close()  # the worker has its own; this one would hide its end
        watched = list(self.processes)
        super().keep_subprocess_alive()
        for process in watched:
            if process not in self.processes and (code := process.exitcode or 0) < 0:
                log.warning("worker %d was ended by %s", process.pid, _name(-code))


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most of those for real time have none
        return f"signal {number}"


async def stop_without_supervisor() -> None:
    """Stop this worker where its supervisor is killed: it would hold the port for ever."""
    supervisor = parent_process()
    while supervisor is not None and supervisor.is_alive():  # noqa: ASYNC110 - nobody tells when it is gone
        await asyncio.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
