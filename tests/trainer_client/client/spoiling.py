"""A small proxy before a real service, which spoils some of what it passes on."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import orjson

from ...faults.retrying import read_reply

Json = dict[str, Any]
Head = dict[str, str]

UNSPOILT = "unspoilt"
#: Seconds that a slow reply takes longer.
SLOW = 60.0


def _edited(change: Callable[[Json], object]) -> Callable[[bytes], bytes]:
    """The reply with a change, still JSON."""

    def edit(body: bytes) -> bytes:
        reply = orjson.loads(body)
        change(reply)
        return orjson.dumps(reply)

    return edit


def _each(change: Callable[[Json], object]) -> Callable[[bytes], bytes]:
    return _edited(lambda reply: [change(one) for one in reply["results"]])


#: Name -> what becomes of the body of a reply of 200, which stays one of 200.
LIES: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda _: b"\x00\xff<html>it works!</html>",
    "no body": lambda _: b"",
    "other json": lambda _: b'{"rewards": [1.0, 2.0]}',
    "one result too few": _edited(lambda reply: reply["results"].pop()),
    "one result twice": _edited(lambda reply: reply["results"].append(reply["results"][0])),
    "another order": _edited(lambda reply: reply["results"].reverse()),
    "other ids": _each(lambda one: one.update(id="x")),
    "no ids": _each(lambda one: one.pop("id")),
    "no reward": _each(lambda one: one.pop("reward")),
    "rewards of null": _each(lambda one: one.update(status="ok", reward=None)),
    "rewards in words": _each(lambda one: one.update(reward="1.0")),
    "errors with rewards": _each(lambda one: one.update(status="error")),
    "no components": _each(lambda one: one.update(components=None)),
    "not finite": lambda body: body.replace(b'"weight":1.0', b'"weight":NaN'),
    "infinite": lambda body: body.replace(b'"weight":1.0', b'"weight":1e999'),
    "no fingerprint": _edited(lambda reply: reply.pop("fingerprint")),
    "a fingerprint of another type": _edited(lambda reply: reply.update(fingerprint=7)),
    "no profile": _edited(lambda reply: reply.update(profile=None)),
}
#: Name -> a whole reply instead.
REFUSALS: dict[str, bytes] = {
    "429": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
    "415": b"HTTP/1.1 415 Unsupported Media Type\r\nContent-Length: 0\r\n\r\n",
    "500": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\nsorry",
    "502": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 13\r\n\r\n<html></html>",
    "503": b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
    "504": b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n",
    "no http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
}
#: What else can happen.
BREAKS = ("half a body", "half a head", "closed", "reset", "slow")
#: What no service that is right does; 415 is the client's to mend.
FAULTS = (*LIES, *(one for one in REFUSALS if one != "415"), *BREAKS)


def reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection: the peer sees a reset, not an end."""
    peer = writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Proxy:
    """Passes requests on to a service, but for those to which ``fault`` gives a name.

    ``fault`` gets the number of the request for scores, from 0; other paths pass.
    """

    def __init__(self, target: int, fault: Callable[[int], str]) -> None:
        self._target = target
        self.fault = fault
        self.requests = 0
        self.done: Counter[str] = Counter()
        """Fault -> times it was done."""
        self.sent: list[tuple[Head, bytes]] = []
        """Heads and bodies of the requests for scores."""
        self.probe_fault = UNSPOILT
        """What becomes of a probe of whether it is ready."""
        self.probes = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, started: Callable[[], None], stopped: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started()
        async with server:
            await stopped.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.CancelledError):
            while await self._answered(reader, writer):
                pass
        if not writer.is_closing():  # what is closed sends first what it has
            writer.transport.abort()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection goes on."""
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        fault = UNSPOILT
        if first.startswith("POST /score "):
            fault = self.fault(self.requests)
            self.requests += 1
            self.sent.append((headers, body))
        elif first.startswith("GET /readyz "):
            fault = self.probe_fault
            self.probes += 1
        self.done[fault] += 1
        if fault in REFUSALS:
            writer.write(REFUSALS[fault])
            await writer.drain()
            return fault != "no http"
        if fault == "slow":
            await asyncio.sleep(SLOW)
        if fault == "closed":
            writer.close()
            return False
        if fault == "reset":
            reset(writer)
            return False
        status, got = await self._asked(head + body)
        got = LIES.get(fault, bytes)(got)
        reply = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
        whole = f"{reply}Content-Length: {len(got)}\r\n\r\n".encode() + got
        if fault == "half a head":
            whole = whole[:20]
        elif fault == "half a body":
            whole = whole[: -len(got) // 2]
        writer.write(whole)
        await writer.drain()
        if fault in BREAKS and fault != "slow":
            writer.close()
            return False
        return True

    async def _asked(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            writer.write(request)
            status, _, body = await read_reply(reader)
        finally:
            writer.close()
        return status, body


@contextmanager
def spoiling(target: int, fault: Callable[[int], str]) -> Iterator[Proxy]:
    """A proxy that runs in a thread of its own."""
    proxy = Proxy(target, fault)
    loop = asyncio.new_event_loop()
    started, stopped = threading.Event(), asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(proxy.serve(started.set, stopped))
            loop.run_until_complete(asyncio.sleep(0.01))  # what was accepted gets its task
            while tasks := asyncio.all_tasks(loop):
                for task in tasks:
                    task.cancel()
                loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(asyncio.sleep(0.01))  # what was aborted is closed
        finally:
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(60)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
