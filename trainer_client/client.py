"""``RewardClient``: rewards for a batch of completions, whatever the network does meanwhile."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from reward_server.results import Result, Verbosity

from .coalesce import Coalescer
from .embedded import Embedded
from .io_thread import LoopThread
from .results import Batch, Item


class _Engine(Protocol):
    """What scores: a service, or this process. Lives in the client's thread."""

    async def score(self, items: Sequence[Item]) -> Batch: ...

    async def metadata(self) -> dict[str, Any]: ...

    async def close(self) -> None: ...


class _Running:
    """An engine with its thread and its coalescer."""

    def __init__(self, engine: _Engine, most: int, seconds: float) -> None:
        self.engine = engine
        self.thread = LoopThread()
        self.thread.at_end(engine.close)
        self.coalescer = Coalescer(engine.score, self.thread.loop, most, seconds)


class RewardClient:
    """Scores items by a service, or with no ``url`` in this process.

    May be used from several event loops in turn or at once, from threads, and without a loop.
    """

    def __init__(
        self,
        url: str | Sequence[str] | None = None,
        *,
        profile: str | None = None,
        expect_fingerprint: str | None = None,
        token: str | None = None,
        networks: Mapping[str, object] | str | Path | None = None,
        verbosity: Verbosity = "components",
        deadline_s: float = 120.0,
        connect_timeout_s: float = 2.0,
        chunk_items: int = 512,
        concurrency: int = 8,
        coalesce_items: int = 512,
        coalesce_ms: float = 5.0,
    ) -> None:
        self._config: dict[str, Any] = {
            "url": url,
            "profile": profile,
            "expect_fingerprint": expect_fingerprint,
            "token": token,
            "networks": networks,
            "verbosity": verbosity,
            "deadline_s": deadline_s,
            "connect_timeout_s": connect_timeout_s,
            "chunk_items": chunk_items,
            "concurrency": concurrency,
            "coalesce_items": coalesce_items,
            "coalesce_ms": coalesce_ms,
        }
        self._reset()

    @property
    def url(self) -> str | Sequence[str] | None:
        """Where the service is; ``None``: in this process."""
        url: str | Sequence[str] | None = self._config["url"]
        return url

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_config": self._config}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()

    async def score(self, items: Sequence[Item]) -> Batch:
        """A result for each item, in order."""
        running = self._start()
        return await asyncio.wrap_future(running.thread.submit(running.engine.score(items)))

    async def score_one(self, item: Item) -> Result:
        """The result of one item; many such calls at a time share few requests."""
        return await self._start().coalescer.add(item)

    def score_sync(self, items: Sequence[Item]) -> Batch:
        """``score`` for callers that do not await; blocks the calling thread."""
        running = self._start()
        future = running.thread.submit(running.engine.score(items))
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def metadata(self) -> dict[str, Any]:
        """What ``GET /metadata`` says."""
        running = self._start()
        return await asyncio.wrap_future(running.thread.submit(running.engine.metadata()))

    async def aclose(self) -> None:
        """Close the connections; a later call opens new ones."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """``aclose`` for callers that do not await."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.thread.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> _Running:
        with self._lock:
            if self._running is None or self._running.thread.pid != os.getpid():
                config = self._config
                self._running = _Running(
                    self._engine(), config["coalesce_items"], config["coalesce_ms"] / 1000
                )
                weakref.finalize(self, self._running.thread.stop)
            return self._running

    def _engine(self) -> _Engine:
        config = self._config
        if config["url"] is None:
            return Embedded(
                config["networks"],
                config["profile"],
                config["verbosity"],
                config["deadline_s"],
                config["expect_fingerprint"],
            )
        from .served import Served  # noqa: PLC0415 - it needs aiohttp, of the extra `client`

        return Served(config)
