"""Scores by a service over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson

from .results import Batch, Item, statistics


class Served:
    """A first form: one endpoint, one request."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        url = config["url"]
        self._url = (url if isinstance(url, str) else url[0]).rstrip("/")
        self._config = config
        self._session: aiohttp.ClientSession | None = None

    async def score(self, items: Sequence[Item]) -> Batch:
        session = self._open()
        body = {
            "profile": self._config["profile"],
            "verbosity": self._config["verbosity"],
            "expect_fingerprint": self._config["expect_fingerprint"],
            "networks": self._config["networks"],
            "items": list(items),
        }
        async with session.post(f"{self._url}/score", data=orjson.dumps(body)) as reply:
            reply.raise_for_status()
            got = orjson.loads(await reply.read())
        results = got["results"]
        return Batch(results, statistics(items, results), got["fingerprint"], got["profile"])

    async def metadata(self) -> dict[str, Any]:
        async with self._open().get(f"{self._url}/metadata") as reply:
            reply.raise_for_status()
            found: dict[str, Any] = orjson.loads(await reply.read())
            return found

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(self._config["deadline_s"]),
            )
        return self._session
