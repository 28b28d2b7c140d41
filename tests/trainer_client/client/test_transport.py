"""How much of a reply is read, however it comes; and in which words one is missed."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from trainer_client.client.transport import NoReplyError, Transport

from ...serving import free_port
from .spoiling import reset

LIMIT = 100_000
#: Among the parts of a reply: instead of the next one, the connection is reset.
RESET = b"reset"
_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
#: Name -> the bytes of a reply with this body.
FRAMINGS: dict[str, Callable[[bytes], bytes]] = {
    "with its length": lambda body: _HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body,
    "until the end": lambda body: _HEAD + b"\r\n" + body,
    "in parts": lambda body: (
        _HEAD
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(body))
        + b"0\r\n\r\n"
    ),
    "compressed": lambda body: _compressed(gzip.compress(body)),
}


def _parts(body: bytes) -> list[bytes]:
    return [body[at : at + 999] for at in range(0, len(body), 999)]


def _compressed(packed: bytes) -> bytes:
    return _HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed


@asynccontextmanager
async def answering(reply: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The address of one that answers a request with these bytes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # nobody reads on
            await reader.readuntil(b"\r\n\r\n{}")
            async for part in reply:
                if part is RESET:
                    reset(writer)
                    return
                writer.write(part)
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/score"


async def once(whole: bytes) -> AsyncIterator[bytes]:
    yield whole


async def for_ever() -> AsyncIterator[bytes]:
    yield FRAMINGS["until the end"](b"")
    while True:
        yield b" " * 4096


async def read(reply: AsyncIterator[bytes]) -> bytes:
    transport = Transport(None, connect_timeout_s=60)
    try:
        async with answering(reply) as url:
            return (await transport.post(url, b"{}", LIMIT, lambda: None)).body
    finally:
        await transport.close()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_reply_as_long_as_the_limit_is_read_and_no_longer_one(framing: str) -> None:
    body = b"x" * LIMIT
    assert asyncio.run(read(once(FRAMINGS[framing](body)))) == body
    with pytest.raises(NoReplyError, match=f"a reply of more than {LIMIT} bytes"):
        asyncio.run(read(once(FRAMINGS[framing](body + b"x"))))


def test_a_reply_without_an_end_is_not_waited_for() -> None:
    with pytest.raises(NoReplyError, match=f"a reply of more than {LIMIT} bytes"):
        asyncio.run(asyncio.wait_for(read(for_ever()), 60))


def test_a_few_bytes_that_unpack_to_many_are_counted_unpacked() -> None:
    bomb = gzip.compress(bytes(100 * LIMIT))
    assert len(bomb) < LIMIT / 10
    with pytest.raises(NoReplyError, match=f"a reply of more than {LIMIT} bytes"):
        asyncio.run(read(once(_compressed(bomb))))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "it closed the connection before its reply"),
        ([b"HTTP/1.1 200 O"], "it closed the connection before its reply"),
        ([RESET], "it reset the connection"),
        ([FRAMINGS["with its length"](b"whole")[:-2]], "its reply broke off"),
        ([FRAMINGS["in parts"](b"whole")[:-6]], "its reply broke off"),
        ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], "it does not speak HTTP"),
    ],
)
def test_why_there_is_no_reply_is_said_in_words(parts: list[bytes], words: str) -> None:
    async def in_turn() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    with pytest.raises(NoReplyError, match=words):
        asyncio.run(read(in_turn()))


def test_where_nothing_listens_that_is_said() -> None:
    async def ask() -> None:
        transport = Transport(None, connect_timeout_s=60)
        try:
            url = f"http://127.0.0.1:{free_port()}/score"
            await transport.post(url, b"{}", LIMIT, lambda: None)
        finally:
            await transport.close()

    with pytest.raises(NoReplyError, match="connection refused: nothing listens there"):
        asyncio.run(ask())
