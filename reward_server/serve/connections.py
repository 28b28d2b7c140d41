"""One connection of a client: what it may send before a request is known, and how long it waits.

``allow_many_connections`` is what a process needs to hold many.
"""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from reward_server.api.errors import BadRequestError, HeadTooLargeError, RefusedError

#: Bytes of a request beside its body: request line, header fields, chunk extensions, trailers. As
#: much as nginx takes by default; a browser's cookies for ``localhost`` fit in.
_HEAD_BYTES = 32 * 1024
#: Header fields of a request; as many as Apache and gunicorn take by default.
_HEAD_FIELDS = 100
#: Bytes around a chunk that are no extension: sixteen digits and two ends of line.
_CHUNK_BYTES = 20
#: Requests that a client may send before it has the reply to the first. Each holds some 3 KB, and
#: 9,000 fit into what one read brings.
_QUEUED_REQUESTS = 16
#: The parser would take 0.9 and 2.0 too.
_VERSIONS = frozenset({"1.0", "1.1"})
#: Of what the parser says, which may quote what came.
_SHOWN_CHARACTERS = 200


class Connection(HttpToolsProtocol):
    """A connection whose head is bounded while it comes, and that does not wait for ever.

    uvicorn's, besides, lets a head grow without end, queues as many requests as are sent at once,
    loses the body of a request that offers another protocol, and says in plain text what was
    wrong. It waits for ``idle_seconds`` after a request only, not for one that comes a byte at a
    time, and for a reply to be read for ever. Where a client goes away it tells so to the last of
    the requests that were sent without waiting for replies, not to the one that is worked on.

    ``app_state["refuse"]``, from the lifespan, makes of a ``RefusedError`` the application that
    answers with it.
    """

    _idle_timer: asyncio.TimerHandle | None = None
    _unread_bytes = 0
    _current: RequestResponseCycle | None = None
    _begun = False
    _in_head = True
    _refused = False
    _head_without_upgrade: bytes | None = None
    _framing_bytes = 0
    """That came beside bodies since the last request was complete, as far as is known: of what
    one read brings after the end of a request, nothing is counted."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first request."""
        super().connection_made(transport)
        self.headers = []  # none, until a request begins
        self._start_waiting()

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse it where no more of it is to be parsed."""
        self._unset_keepalive_if_required()
        if self._refused:  # the rest is only read for the client to see the reply
            return
        self._framing_bytes += len(data)
        try:
            self._parse(data)
            if self._framing_bytes > _HEAD_BYTES:
                raise _too_large()
            if len(self.headers) > _HEAD_FIELDS:
                raise _too_many()
        except RefusedError as error:
            self._refuse(error)
        self._framing_bytes = max(self._framing_bytes, 0)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._begun = True

    def on_headers_complete(self) -> None:
        """A request is there. Raises ``RefusedError``."""
        if self._framing_bytes > _HEAD_BYTES:  # a body that came along is still counted in
            fields = sum(len(name) + len(value) + 4 for name, value in self.headers)
            if len(self.url) + fields > _HEAD_BYTES:
                raise _too_large()
        if len(self.headers) > _HEAD_FIELDS:
            raise _too_many()
        version, method = self.parser.get_http_version(), self.parser.get_method()
        if version not in _VERSIONS:
            raise BadRequestError(f"expected a request of HTTP/1.1, got HTTP/{version}")
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts != 1 and (hosts > 1 or version == "1.1"):  # RFC 9112, 3.2
            raise BadRequestError(f"expected one Host header field, got {hosts}")
        if method == b"CONNECT":
            raise BadRequestError("expected another method than CONNECT: this is no proxy")
        if self.parser.should_upgrade():
            line = b"%b %b HTTP/%b" % (method, self.url, version.encode("ascii"))
            kept = [b"%b: %b" % field for field in self.headers if field[0] != b"upgrade"]
            self._head_without_upgrade = b"\r\n".join((line, *kept, b"\r\n"))
            return
        if len(self.pipeline) == _QUEUED_REQUESTS:
            raise BadRequestError(
                f"expected at most {_QUEUED_REQUESTS} requests before the reply to the first"
            )
        if not self.flow.write_paused:
            self._stop_waiting()
        super().on_headers_complete()
        self._in_head = False
        self.headers = []  # of the trailer, which nobody reads; the request has its own

    def on_body(self, body: bytes) -> None:
        """A part of the body is there."""
        self._framing_bytes -= len(body)
        super().on_body(body)

    def on_chunk_header(self) -> None:
        """A chunk of the body begins."""
        self._framing_bytes -= _CHUNK_BYTES

    def on_message_complete(self) -> None:
        """A request is there with all of its body."""
        if self._head_without_upgrade is not None:
            return
        self._begun, self._in_head = False, True
        self._framing_bytes = 0
        super().on_message_complete()

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
        if self.pipeline and not self.transport.is_closing():
            self.flow.pause_reading()
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

    def _parse(self, data: bytes) -> None:
        """Let the parser call the methods above. Raises ``RefusedError``."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            # The client would rather speak another protocol, such as h2c. A server may ignore that
            # (RFC 9110, 7.8), and this parser cannot: it takes nothing after the head. So another
            # parser gets the head without the offer, and then what came after it.
            head, self._head_without_upgrade = self._head_without_upgrade, None
            assert head is not None  # noqa: S101 - on_headers_complete has set it
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
            self._parse(head + data[stopped.args[0] :])
        except httptools.HttpParserError as error:
            reason = error.__context__ or error
            if isinstance(reason, RefusedError):
                raise reason from None
            told = str(reason)[:_SHOWN_CHARACTERS]
            raise BadRequestError(f"expected a request of HTTP/1.1: {told}") from error

    def _refuse(self, error: RefusedError) -> None:
        """Answer with ``error`` once all requests before are answered, read no more, and close."""
        self._refused = True
        del self.headers[_HEAD_FIELDS:]  # no more of it is kept until it is closed
        self.url = b""
        self.parser = None  # type: ignore[assignment]  # as uvicorn's, once a connection is lost
        error.body_is_unread = True
        error.headers = {"Connection": "close"}
        answer: ASGI3Application = self.app_state["refuse"](error)
        if self._in_head:
            self._start_last(answer)
        elif self.pipeline:  # it is of the body of the newest request, which still waits
            cycle = self.pipeline[0][0]
            cycle.keep_alive = False
            self.pipeline[0] = cycle, answer
        elif self.cycle.response_started:
            self.transport.close()
        else:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._start_last(answer)

    def _start_last(self, answer: ASGI3Application) -> None:
        """Let ``answer`` speak to what is no whole request, in its turn."""
        if self._in_head and not self._begun:  # what there is belongs to the request before
            self.on_message_begin()
        self.cycle = RequestResponseCycle(
            scope={"method": "GET", "path": "", **self.scope},
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        current = self._current
        if current is None or current.response_complete or current.disconnected:
            self._start_asgi_task(self.cycle, answer)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, answer))

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


def _too_large() -> HeadTooLargeError:
    return HeadTooLargeError(
        f"expected a request line, header fields and trailers of at most {_HEAD_BYTES} bytes"
    )


def _too_many() -> HeadTooLargeError:
    return HeadTooLargeError(f"expected at most {_HEAD_FIELDS} header fields or trailers")


def allow_many_connections() -> None:
    """Open as many files as this process may: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError):  # macOS allows fewer than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
