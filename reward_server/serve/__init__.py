"""Runs the service: worker processes, their connections, and how they stop.

``connections``: one connection of a client; ``supervisor``: the process that replaces workers
that die; ``signals``: stopping only when all is answered; ``memory``: malloc and the garbage
collector of a worker; ``metrics_files``: where workers count.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from reward_server import logs
from reward_server.api.access import AccessMiddleware
from reward_server.api.errors import RefusedError, refusal
from reward_server.api.metrics import shared_folder
from reward_server.app import create_app, load
from reward_server.settings import Settings
from reward_server.wire.hosts import is_loopback

from . import metrics_files
from .connections import Connection, allow_many_connections
from .memory import collect_garbage_rarely, keep_freed_memory
from .signals import drain_before_stopping, exit_cleanly, stopping_signals
from .supervisor import Supervisor, stop_without_supervisor

log = logging.getLogger(__name__)

#: Seconds for replies to go out once all are made.
SENDING_SECONDS = 5
#: Seconds after which the scoring thread lets the event loop run. They are waited for at each step
#: of each connection while a batch is scored, Python's own 0.005 for too long; at 0.0005 a worker
#: that refuses most requests scores a tenth less, for all the changing of threads.
_SWITCH_SECONDS = 0.002
#: Seconds after which a worker that does not answer its supervisor is replaced. On a busy machine
#: a worker takes longer than uvicorn's own 5 to start, and would be replaced again and again.
_HUNG_SECONDS = 30


def serve(settings: Settings) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP; then drain, and exit with 0.

    Raises ``NetworkFileError``, ``ProfileError`` or ``OSError`` where no service can start.
    """
    if settings.allowed_hosts is None and is_loopback(settings.host):
        settings = settings.model_copy(update={"allowed_hosts": ()})  # see api/hosts.py
    allow_many_connections()
    # uvicorn raises the signal that has stopped it once more, for whoever was there before it
    for number in stopping_signals():
        signal.signal(number, exit_cleanly)
    with shared_folder(settings.workers):
        metrics_files.check_room(settings.workers)
        _run(settings)


def _run(settings: Settings) -> None:
    alone = settings.workers == 1
    if not alone:
        load(settings)  # a worker that cannot start would be started again and again
    config = uvicorn.Config(
        _app(settings) if alone else partial(_app, settings),
        factory=not alone,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http=Connection,
        ws="none",
        log_config=logs.configuration(settings),
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=SENDING_SECONDS,
        timeout_worker_healthcheck=_HUNG_SECONDS,
    )
    if not (settings.tokens or settings.tokens_file or is_loopback(settings.host)):
        log.warning("%s is reached from other machines, and anyone may call", settings.host)
    if alone:
        uvicorn.Server(config).run()
    else:
        Supervisor(config, [config.bind_socket()]).run()
        exit_cleanly()


def _app(settings: Settings) -> FastAPI:
    """The application of a worker."""
    metrics_files.take_over()
    app = create_app(settings, _lifespan)
    metrics_files.keep_room()
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """What a process does that serves, and one that tests does not.

    Gives ``Connection`` what it answers with where no request is made of what came.
    """

    def refuse(error: RefusedError) -> ASGIApp:
        app.state.metrics.count_refusal(error.kind)
        return AccessMiddleware(refusal(error), app.state.metrics, frozenset())

    service = app.state.service
    sys.setswitchinterval(_SWITCH_SECONDS)
    keep_freed_memory()
    collect_garbage_rarely()
    drain_before_stopping(service.gate)
    supervised = service.settings.workers > 1
    watch = asyncio.create_task(stop_without_supervisor()) if supervised else None
    yield {"refuse": refuse}
    if watch is not None:
        watch.cancel()
