"""Reads the body of a request: within its limits of size and time, decompressed, and as JSON."""

from __future__ import annotations

import asyncio
import re
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import orjson
from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers

from reward_server.settings import Settings
from reward_server.wire.problems import Problem, problems, too_wide
from reward_server.wire.surrogates import without_halves

from .errors import (
    BodyTooLargeError,
    ClientGoneError,
    EncodingError,
    RefusedError,
    SlowBodyError,
    malformed,
)
from .limits import Body, Ticket

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

AnyBody = TypeVar("AnyBody")

ENCODINGS = ("gzip", "zstd")
# RFC 9659: a decoder for Content-Encoding needs no window of more than 8 MiB. A larger one is the
# sender's way to make us allocate it.
_ZSTD: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
_GZIP_WITH_HEADER = 31
#: One at a time: each may hold as much as the largest body, and nobody counts it yet.
_INFLATER = ThreadPoolExecutor(1, "inflate")
#: What a body's values may take as Python's objects: ``{},`` takes 24 times its own bytes. Held for
#: nobody, as one body is parsed at a time, and small bodies need not be looked at.
MOST_VALUES_BYTES = 256 * 2**20
_LARGE_BODY = 2**20
#: Bytes of an object, a list, a place in either with a number in it, and half a text; measured.
_VALUE_BYTES = {b"{": 200, b"[": 64, b",": 40, b'"': 20}
#: Bytes of a body in which these are counted before other threads have their turn.
_COUNTED_TOGETHER = 2**20
# text = '"' { any but '"' and "\" | "\" any } '"'; one that does not end is malformed
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)


async def read_body(request: Request, ticket: Ticket, settings: Settings) -> Body:
    """The body as it is without its content encoding, its bytes held by ``ticket``.

    Raises ``BodyTooLargeError``, ``SlowBodyError``, ``EncodingError``, ``MalformedError``,
    ``OverloadedError`` or ``ClientGoneError``.
    """
    limit = settings.max_body_bytes
    encoding = encoding_of(request.headers)
    try:
        body = await _receive(request, ticket, settings)
    except RefusedError as error:
        error.body_is_unread = True
        raise
    received = len(body)
    if encoding is not None:
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(_INFLATER, inflate, body, encoding, limit)
        ticket.hold(len(body) - ticket.bytes)
    return Body(body, received, encoding)


def values_bytes(body: bytes, most: int) -> int:
    """About the memory that the values of a body's JSON take, its texts' characters left out.

    Too high rather than too low; where it comes to be more than ``most``, what stands in texts is
    no longer taken for values.
    """
    values = _values_bytes(body, 0, len(body))
    if values <= most:
        return values
    values = end = 0
    for text in _TEXT.finditer(body):
        values += 2 * _VALUE_BYTES[b'"'] + _values_bytes(body, end, text.start())
        end = text.end()
        if values > most:
            return values
    return values + _values_bytes(body, end, len(body))


def _values_bytes(body: bytes, start: int, end: int) -> int:
    return sum(
        size * body.count(sign, first, min(first + _COUNTED_TOGETHER, end))
        for first in range(start, end, _COUNTED_TOGETHER)
        for sign, size in _VALUE_BYTES.items()
    )


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """The bytes that were encoded; never makes many more than ``limit``.

    Raises ``BodyTooLargeError`` or ``MalformedError``.
    """
    decoder = (
        zlib.decompressobj(_GZIP_WITH_HEADER)
        if encoding == "gzip"
        else zstd.ZstdDecompressor(options=_ZSTD)
    )
    try:
        inflated = decoder.decompress(body, limit + 1)
    except (zlib.error, zstd.ZstdError) as error:
        raise malformed([Problem("", f"expected {encoding}: {error}")]) from error
    check_size(len(inflated), limit)
    if not decoder.eof:
        raise malformed([Problem("", f"expected {encoding}: the body ends too early")])
    if decoder.unused_data:
        raise malformed([Problem("", f"expected {encoding}: the body goes on after its end")])
    return inflated


def parse(body: bytes) -> object:
    """What stands in the body's JSON. Raises ``MalformedError`` or ``BodyTooLargeError``."""
    if len(body) > _LARGE_BODY and values_bytes(body, MOST_VALUES_BYTES) > MOST_VALUES_BYTES:
        raise BodyTooLargeError(
            f"expected a body whose values take at most {MOST_VALUES_BYTES} bytes of memory; split "
            "the batch"
        )
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # half a character in one item is no reason to refuse its neighbours
        whole = without_halves(body) if "surrogate" in str(error) else body
        if whole is not body:
            return parse(whole)
        raise malformed([Problem("", f"Invalid JSON: {error}")]) from error


def check(adapter: TypeAdapter[AnyBody], parsed: object) -> AnyBody:
    """The body as its type. Raises ``MalformedError``."""
    if problem := too_wide(parsed):
        raise malformed([problem])
    try:
        return adapter.validate_python(parsed)
    except ValidationError as error:
        raise malformed(problems(error)) from error


def encoding_of(headers: Headers) -> str | None:
    """One of ``ENCODINGS``, or none. Raises ``EncodingError``."""
    named = ",".join(headers.getlist("content-encoding")).strip().lower()
    if named in {"", "identity"}:
        return None
    if named == "x-gzip":  # its old name, RFC 9110, 8.4.1.3
        return "gzip"
    if named not in ENCODINGS:
        raise EncodingError(
            f"Content-Encoding: expected one of {', '.join(ENCODINGS)}, got {named[:60]!r}",
            headers={"Accept-Encoding": ", ".join(ENCODINGS)},
        )
    return named


async def _receive(request: Request, ticket: Ticket, settings: Settings) -> bytes:
    """The bytes as they come. Each part is held by ``ticket`` before the next is awaited.

    Not the length that a client states: it could state much, send nothing, and so keep all
    others out.
    """
    parts: list[bytes] = []
    more = True
    try:
        async with ticket.receiving(settings.body_seconds):
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                part: bytes = message.get("body", b"")
                check_size(ticket.bytes + len(part), settings.max_body_bytes)
                ticket.hold(len(part))
                parts.append(part)
                more = message.get("more_body", False)
    except TimeoutError:
        slow = f"expected the whole body within {settings.body_seconds:g} s"
        raise SlowBodyError(slow, headers={"Connection": "close"}) from None
    return b"".join(parts)


def check_size(size: int, limit: int) -> None:
    """Raises ``BodyTooLargeError``."""
    if size > limit:
        raise BodyTooLargeError(f"expected a body of at most {limit} bytes; split the batch")
