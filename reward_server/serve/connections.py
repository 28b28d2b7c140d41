"""One connection of a client: how long it may be silent, and what it learns of a client that left.

``allow_many_connections`` is what a process needs to hold many.
"""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle


class Connection(HttpToolsProtocol):
    """A connection that is closed where no request comes, or nobody reads the reply.

    uvicorn waits so after a request only, not for one that comes a byte at a time, and for a
    reply to be read for ever. Where a client goes away it tells so to the last of the requests
    that were sent without waiting for replies, not to the one that is worked on.
    """

    _idle_timer: asyncio.TimerHandle | None = None
    _unread_bytes = 0
    _current: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first request."""
        super().connection_made(transport)
        self._start_waiting()

    def on_headers_complete(self) -> None:
        """A request is there."""
        if not self.flow.write_paused:
            self._stop_waiting()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Wait for what is written to be read."""
        super().pause_writing()
        self._start_waiting()

    def resume_writing(self) -> None:
        """It is read."""
        super().resume_writing()
        if not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Wait for the next request, where it is not there already."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._start_waiting()

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

    def _start_waiting(self) -> None:
        self._stop_waiting()
        self._unread_bytes = self.transport.get_write_buffer_size()
        self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._on_idle)

    def _on_idle(self) -> None:
        unread = self.transport.get_write_buffer_size()
        if not unread:
            self.timeout_keep_alive_handler()
        elif unread < self._unread_bytes:  # slowly, but it is read
            self._start_waiting()
        else:
            self.transport.abort()

    def _stop_waiting(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None


def allow_many_connections() -> None:
    """Open as many files as this process may: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError):  # macOS allows fewer than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
