"""A client that tries again, as a trainer's does: small, real, and it counts what it met."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from random import Random
from typing import Any

import orjson

Json = dict[str, Any]

_FIRST_WAIT, _LONGEST_WAIT = 0.02, 1.0
#: Statuses that say: not now.
_LATER = frozenset({429, 503})
_REPLY_SECONDS = 30


class Client:
    """Scores items in chunks over one kept connection until each has its result.

    It tries again where the connection breaks, where it is told to come later (then as late as
    ``Retry-After`` says), and those items whose error is retryable.
    """

    def __init__(self, port: int, name: str, chunk: int = 125, deadline_ms: int = 0) -> None:
        self._port = port
        self._name = name
        self._chunk = chunk
        self._deadline_ms = deadline_ms
        self._chance = Random(name)  # noqa: S311 - how long to wait is no secret
        self._requests = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.answered: set[str] = set()
        """Ids of the requests that were answered with 200."""
        self.met: Counter[str] = Counter()
        """Why it tried again: ``connection``, a status, or the kind of an item's error."""

    async def score(self, items: Sequence[Json], networks: Mapping[str, Any]) -> list[Json]:
        """The final result of each item, in order."""
        chunks = [items[at : at + self._chunk] for at in range(0, len(items), self._chunk)]
        return [result for chunk in chunks for result in await self._insist(chunk, networks)]

    async def _insist(self, items: Sequence[Json], networks: Mapping[str, Any]) -> list[Json]:
        found: dict[int, Json] = {}
        for attempt in count():
            waiting = [index for index in range(len(items)) if index not in found]
            body: Json = {"networks": networks, "items": [items[index] for index in waiting]}
            if self._deadline_ms:
                body["deadline_ms"] = self._deadline_ms * 2**attempt
            try:
                status, headers, reply = await self._ask(orjson.dumps(body))
            except (OSError, EOFError):
                self.met["connection"] += 1
                self.close()
                await asyncio.sleep(self._wait(attempt))
                continue
            if status in _LATER:
                self.met[str(status)] += 1
                await asyncio.sleep(int(headers["retry-after"]) * self._chance.uniform(1, 1.2))
                continue
            assert status == 200, reply
            for index, result in zip(waiting, orjson.loads(reply)["results"], strict=True):
                if result["error"] is None or not result["error"]["retryable"]:
                    found[index] = result
                else:
                    self.met[result["error"]["kind"]] += 1
            if len(found) == len(items):
                break
        return [found[index] for index in range(len(items))]

    def _wait(self, attempt: int) -> float:
        longest = min(_FIRST_WAIT * 2 ** min(attempt, 10), _LONGEST_WAIT)
        return self._chance.uniform(longest / 2, longest)

    async def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the reply. Raises ``OSError`` or ``EOFError``."""
        self._requests += 1
        own = f"{self._name}-{self._requests}"
        async with asyncio.timeout(_REPLY_SECONDS):  # TimeoutError is an OSError
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            head = f"POST /score HTTP/1.1\r\nHost: x\r\nX-Request-ID: {own}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            status, headers, reply = await read_reply(reader)
        if headers.get("connection") == "close":
            self.close()
        if status == 200:
            self.answered.add(own)
        return status, headers, reply

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


async def read_reply(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what comes next. Raises ``EOFError`` or ``OSError``."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers["content-length"]))
    return int(first.split(" ")[1]), headers, body
