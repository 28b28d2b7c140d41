"""Runs the service: its worker processes, their connections, and how they are stopped."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import resource
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from ipaddress import ip_address
from multiprocessing import parent_process
from socket import socket
from types import FrameType
from typing import NoReturn

import uvicorn
from fastapi import FastAPI
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.supervisors import Multiprocess

from . import logs
from .api.limits import Gate
from .api.metrics import shared_folder
from .app import create_app, load
from .settings import Settings

log = logging.getLogger(__name__)

_STOPPING = (signal.SIGTERM, signal.SIGINT)
#: Seconds for replies to go out once all are made.
_LAST_SECONDS = 5
#: Seconds after which the scoring thread lets the event loop run. They are waited for at each step
#: of each connection while a batch is scored, Python's own 0.005 for too long; at 0.0005 a worker
#: that refuses most requests scores a tenth less, for all the changing of threads.
_SWITCH_SECONDS = 0.002
#: Objects that come without others going, after which the garbage collector looks for cycles
#: among them. A batch of 1,024 items makes some 10,000; at Python's own 700 it takes a tenth of
#: their time.
_YOUNG_OBJECTS = 100_000
#: Seconds after which a worker that does not answer its supervisor is replaced. On a busy machine
#: one takes longer than uvicorn's own 5 to start, and would be replaced again and again.
_HUNG_SECONDS = 30
#: Seconds between two looks for the supervisor.
_LOOK_SECONDS = 0.5
#: ``mallopt`` of glibc: a parameter's number, and what it is set to.
_TRIM_THRESHOLD = -1, 128 * 2**20
_MMAP_THRESHOLD = -3, 32 * 2**20


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; then drain, and end with 0.

    Raises ``NetworkFileError`` or ``ProfileError`` where no service can start.
    """
    _allow_many_connections()
    # uvicorn raises the signal that has stopped it once more, for whoever was there before it
    for number in _STOPPING:
        signal.signal(number, _end)
    with shared_folder(settings.workers):
        _run(settings)


def _run(settings: Settings) -> None:
    one = settings.workers == 1
    if not one:
        load(settings)  # a worker that cannot start would be started again and again
    config = uvicorn.Config(
        create_app(settings, _lifespan) if one else partial(create_app, settings, _lifespan),
        factory=not one,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http=_Connection,
        ws="none",
        log_config=logs.configuration(settings),
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=_LAST_SECONDS,
        timeout_worker_healthcheck=_HUNG_SECONDS,
    )
    if not (settings.tokens or settings.tokens_file or _is_loopback(settings.host)):
        log.warning("%s is reached from other machines, and anyone may call", settings.host)
    if one:
        uvicorn.Server(config).run()
    else:
        _Supervisor(config, [config.bind_socket()]).run()
        _end()


def _end(*_: object) -> NoReturn:
    """End with 0: all is drained, and a signal that comes again changes nothing."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What a process does that serves, and one that tests does not."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    _keep_memory()
    # networks stay for ever: the garbage collector need not go through them again and again, nor
    # through each batch, which leaves no cycles
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    _drain_before_stopping(app.state.service.gate)
    supervised = app.state.service.settings.workers > 1
    watch = asyncio.create_task(_stop_without_supervisor()) if supervised else None
    yield
    if watch is not None:
        watch.cancel()


async def _stop_without_supervisor() -> None:
    """Stop this worker where its supervisor is killed: it would hold the port for ever."""
    supervisor = parent_process()
    while supervisor is not None and supervisor.is_alive():  # noqa: ASYNC110 - nobody tells when it is gone
        await asyncio.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _drain_before_stopping(gate: Gate) -> None:
    """Let uvicorn hear of a signal that stops it only when what was taken on is answered.

    Until then it listens: a probe sees that the worker is not ready, and a request that comes
    all the same is told to come back. A second Ctrl-C does not wait.
    """
    loop = asyncio.get_running_loop()
    heard: list[int] = []
    tasks: list[asyncio.Task[None]] = []

    async def drain(stop: Callable[[], object]) -> None:
        await gate.drain()
        stop()

    def on_signal(number: int, stop: Callable[[], object]) -> None:
        heard.append(number)
        if len(heard) == 1:
            tasks.append(loop.create_task(drain(stop)))
        elif heard.count(signal.SIGINT) == 2:
            stop()

    for number in _STOPPING:
        uvicorns = signal.getsignal(number)
        assert callable(uvicorns)  # noqa: S101 - it has set them before the application starts
        heard_by = partial(on_signal, number, partial(uvicorns, number, None))
        # not the loop's own handlers: when it closes, it would let the next signal kill us
        signal.signal(number, lambda *_, then=heard_by: loop.call_soon_threadsafe(then))


class _Supervisor(Multiprocess):
    """uvicorn's: it replaces workers that die, and ends once all have ended.

    It looks for signals twice a second; these workers hear of theirs at once.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        for number in _STOPPING:
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
        super().keep_subprocess_alive()


class _Connection(HttpToolsProtocol):
    """A connection that is closed where no request comes, or nobody reads the reply.

    uvicorn waits so after a request only, not for one that comes a byte at a time, and for a
    reply to be read for ever. Where a client goes away it tells so to the last of the requests
    that were sent without waiting for replies, not to the one that is worked on.
    """

    _idle: asyncio.TimerHandle | None = None
    _unread = 0
    _current: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def on_headers_complete(self) -> None:
        """A request is there."""
        if not self.flow.write_paused:
            self._stop_waiting()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Wait for what is written to be read."""
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        """It is read."""
        super().resume_writing()
        if not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Wait for the next request, where it is not there already."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        self._stop_waiting()
        if self._current is not None and not self._current.response_complete:
            self._current.disconnected = True
            self._current.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._current = cycle
        super()._start_asgi_task(cycle, app)

    def _wait(self) -> None:
        self._stop_waiting()
        self._unread = self.transport.get_write_buffer_size()
        self._idle = self.loop.call_later(self.timeout_keep_alive, self._on_idle)

    def _on_idle(self) -> None:
        unread = self.transport.get_write_buffer_size()
        if not unread:
            self.timeout_keep_alive_handler()
        elif unread < self._unread:  # slowly, but it is read
            self._wait()
        else:
            self.transport.abort()

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


def _keep_memory() -> None:
    """Let malloc keep the memory of one body for the next, where malloc is glibc's.

    By default it gives each back, and the system clears every page of the next: most of the
    time that it takes to receive a body.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(*_TRIM_THRESHOLD)
        libc.mallopt(*_MMAP_THRESHOLD)


def _allow_many_connections() -> None:
    """Open as many files as this process may: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError):  # macOS allows fewer than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
