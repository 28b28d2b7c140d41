"""One request to one endpoint over kept connections, and in words why it had no reply."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import urlsplit

from reward_server.wire.hosts import is_loopback

from .errors import MissingExtraError

try:
    import aiohttp
    from aiohttp.abc import AbstractStreamWriter
except ModuleNotFoundError as _error:
    raise MissingExtraError(
        "a service is called with aiohttp: pip install 'reward-server[client]'"
    ) from _error

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Bytes from which a body is worth compressing, and zstd's level.
_MIN_COMPRESSED_BYTES, _ZSTD_LEVEL = 16 * 1024, 1
#: Shorter than the service keeps an idle connection (75 s), so that none is used that it closes.
_KEEP_ALIVE_S = 30.0
_JSON = "application/json"


class NoReplyError(Exception):
    """There was no whole reply; the message says why, in words."""


class Response(NamedTuple):
    """A whole reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    compressed: bool
    """Whether the request was."""


class Transport:
    """Kept connections to any endpoint; lives in one event loop, from its first request on."""

    def __init__(
        self, token: str | None, connect_timeout_s: float, *, compress: bool | None = None
    ) -> None:
        self._token = token
        self._connect_timeout_s = connect_timeout_s
        self._compress = compress
        self._plain: set[str] = set()
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, body: bytes, max_bytes: int, connected: Callable[[], None]
    ) -> Response:
        """The reply, of at most ``max_bytes``, to a body of JSON. Raises ``NoReplyError``.

        ``connected`` is called as soon as there is a connection for it.
        """
        headers = {"Content-Type": _JSON}
        compressed = self._compresses(url, body)
        if compressed:
            body = zstd.compress(body, _ZSTD_LEVEL)
            headers["Content-Encoding"] = "zstd"
        return await self._send(
            "POST", url, max_bytes, connected, headers=headers, body=body, compressed=compressed
        )

    async def get(self, url: str, max_bytes: int) -> Response:
        """The reply, of at most ``max_bytes``, to a GET. Raises ``NoReplyError``."""
        return await self._send("GET", url, max_bytes, lambda: None)

    def send_plain(self, url: str) -> None:
        """Compress nothing that goes to this address any more."""
        self._plain.add(url)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _compresses(self, url: str, body: bytes) -> bool:
        if self._compress is False or url in self._plain or len(body) < _MIN_COMPRESSED_BYTES:
            return False
        # within a machine, it only takes time
        return self._compress is True or not is_loopback(urlsplit(url).hostname or "")

    async def _send(
        self,
        method: str,
        url: str,
        max_bytes: int,
        connected: Callable[[], None],
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        compressed: bool = False,
    ) -> Response:
        session = self._open_session()
        try:
            async with session.request(
                method,
                url,
                data=None if body is None else _Body(body, content_type=_JSON),
                headers=headers,
                allow_redirects=False,
                trace_request_ctx=connected,
            ) as reply:
                content = await _read(reply, max_bytes)
                return Response(reply.status, reply.headers, content, compressed)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise NoReplyError(describe_error(error, self._connect_timeout_s)) from error

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_create_end.append(_on_connected)
            trace.on_connection_reuseconn.append(_on_connected)
            token = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            self._session = aiohttp.ClientSession(
                # how many requests are under way is decided by who sends them
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_S),
                timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_timeout_s),
                headers=token,
                trace_configs=[trace],
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


class _Body(aiohttp.payload.Payload):
    """Bytes that go out as they are; aiohttp's own payload warns where they are many."""

    _value: bytes

    def __init__(self, value: bytes, content_type: str) -> None:
        super().__init__(value, content_type=content_type)
        self._size = len(value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        await writer.write(self._value)


async def _on_connected(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    context.trace_request_ctx()


async def _read(reply: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The body, decompressed. Raises ``ValueError`` where it has more than ``max_bytes``."""
    parts: list[bytes] = []
    size = 0
    async for part in reply.content.iter_any():
        size += len(part)
        if size > max_bytes:
            raise ValueError(f"a reply of more than {max_bytes} bytes")
        parts.append(part)
    return b"".join(parts)


def describe_error(error: Exception, connect_timeout_s: float) -> str:
    """What happened, for a person who does not know aiohttp."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return _describe_connect_error(error)
    if isinstance(error, OSError) and error.errno == errno.ECONNRESET:
        return "it reset the connection"
    words: dict[type[Exception], str] = {
        aiohttp.ConnectionTimeoutError: f"no connection within {connect_timeout_s:g} s",
        aiohttp.ClientPayloadError: "its reply broke off",
        aiohttp.ClientResponseError: "it does not speak HTTP",
        aiohttp.InvalidURL: "the address is not valid",
        aiohttp.ServerDisconnectedError: "it closed the connection before its reply",
        ConnectionError: "it closed the connection before its reply",
    }
    for kind, said in words.items():
        if isinstance(error, kind):
            return said
    return str(error) or type(error).__name__


def _describe_connect_error(error: aiohttp.ClientConnectorError) -> str:
    cause = error.os_error
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name {error.host!r} is not known (DNS)"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"TLS: its certificate is not trusted: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return f"TLS failed; perhaps it speaks plain http: {cause}"
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused: nothing listens there"
    return f"no connection: {cause.strerror or cause}"
