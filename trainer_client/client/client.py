"""``RewardClient``: rewards for a batch of completions, whatever the network does meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, get_args
from urllib.parse import urlsplit

from reward_server.wire.results import Result, Verbosity

from .coalesce import Coalescer
from .config import Config
from .embedded import Embedded
from .io_thread import LoopThread, client_closed
from .pin import Pin
from .results import Batch, Item

T = TypeVar("T")

#: What ``from_environment`` reads.
URL_VARIABLE, TOKEN_VARIABLE = "REWARD_URL", "REWARD_TOKEN"
PROFILE_VARIABLE, FINGERPRINT_VARIABLE = "REWARD_PROFILE", "REWARD_FINGERPRINT"

#: Items of a request: enough to hide what a request costs, few enough to keep workers evenly busy.
CHUNK_ITEMS = 512
#: Requests under way at a time, over all endpoints.
CONCURRENCY = 8


class _Backend(Protocol):
    """What scores: a service, or this process. Its methods run in the client's thread."""

    async def score(self, items: Sequence[Item]) -> Batch:
        """A result for each item, in order."""

    async def metadata(self) -> dict[str, Any]:
        """What is scored, and how."""

    async def close(self) -> None:
        """Close what is open."""


class _Running:
    """A backend at work in its thread."""

    def __init__(self, backend: _Backend, config: Config) -> None:
        self.backend = backend
        self.thread = LoopThread(backend.close)
        self.coalescer = Coalescer(
            backend.score, self.thread, config.coalesce_items, config.coalesce_s
        )


#: Of a parent process, with connections that are its own: kept, as ending them would close them.
_inherited: list[_Running] = []
#: The clients of this process.
_clients: weakref.WeakSet[RewardClient] = weakref.WeakSet()


class RewardClient:
    """Scores items by a service at ``url``, or, without one, in this process by the same code.

    One client serves a whole run: from any event loop, from several in turn or at once, from any
    thread, with or without a running loop. It can be pickled; connections are opened when they are
    needed, and closed by ``aclose``, ``close``, leaving ``with``, or the end of the program.

    ``url``: the service's address, or those of several replicas. ``profile``: a name the service
    has, or in this process also a TOML file; default: the service's. ``expect_fingerprint``: of the
    one reward that is wanted; any other raises ``FingerprintMismatchError``. Where none is given,
    ``pin_first`` holds the client to the first it gets. ``token``: where the service asks for one.
    ``networks``: cities that the service has not loaded, as the wire has them inline, sent where an
    item names them; in this process also a folder. ``verbosity``: how much a result says.
    ``keep_malformed``: an item that is not as expected is in error, of kind ``malformed``, and the
    others are scored; else it raises ``MalformedRequestError`` for the whole call.
    ``deadline_s``: seconds for a whole call; what is not answered then is in error, of kind
    ``deadline``. ``compress``: ``None`` compresses what does not stay on this machine, until the
    service refuses it.

    Raises ``ValueError`` where an argument cannot be, and where there is no ``url`` what ``Scorer``
    raises.
    """

    _backend: _Backend | None
    _running: _Running | None

    def __init__(
        self,
        url: str | Sequence[str] | None = None,
        *,
        profile: str | None = None,
        expect_fingerprint: str | None = None,
        pin_first: bool = True,
        token: str | None = None,
        networks: Mapping[str, object] | str | Path | None = None,
        verbosity: Verbosity = "components",
        keep_malformed: bool = False,
        deadline_s: float = 120.0,
        connect_timeout_s: float = 2.0,
        chunk_items: int = CHUNK_ITEMS,
        concurrency: int = CONCURRENCY,
        coalesce_items: int = 512,
        coalesce_ms: float = 5.0,
        compress: bool | None = None,
    ) -> None:
        urls = _addresses(url)
        if urls and not (networks is None or isinstance(networks, Mapping)):
            raise ValueError(
                "networks: a folder is for scoring in this process; with a url give cities by "
                "their names, as in a request, or load the folder into the service"
            )
        if verbosity not in get_args(Verbosity):
            words = ", ".join(get_args(Verbosity))
            raise ValueError(f"verbosity: expected one of {words}; got {verbosity!r}")
        for name, value in {
            "deadline_s": deadline_s,
            "connect_timeout_s": connect_timeout_s,
            "chunk_items": chunk_items,
            "concurrency": concurrency,
            "coalesce_items": coalesce_items,
        }.items():
            if not value > 0:
                raise ValueError(f"{name}: expected more than 0; got {value!r}")
        self._config = Config(
            urls=urls,
            profile=profile,
            token=token,
            networks=networks,
            verbosity=verbosity,
            keep_malformed=keep_malformed,
            deadline_s=deadline_s,
            connect_timeout_s=connect_timeout_s,
            chunk_items=chunk_items,
            concurrency=concurrency,
            coalesce_items=coalesce_items,
            coalesce_s=coalesce_ms / 1000,
            compress=compress,
        )
        self._pin = Pin(expect_fingerprint, pin_first)
        self._forget_backend()
        self._backend = self._new_backend()

    @classmethod
    def from_environment(cls, **arguments: Any) -> Self:  # noqa: ANN401 - those of the class
        """A client as ``REWARD_URL`` (several with commas; none: in this process) says.

        Likewise ``REWARD_TOKEN``, ``REWARD_PROFILE`` and ``REWARD_FINGERPRINT``; ``arguments`` are
        those of the class, and come before.
        """
        variables = {
            "url": os.environ.get(URL_VARIABLE),
            "token": os.environ.get(TOKEN_VARIABLE),
            "profile": os.environ.get(PROFILE_VARIABLE),
            "expect_fingerprint": os.environ.get(FINGERPRINT_VARIABLE),
        }
        return cls(**({name: value for name, value in variables.items() if value} | arguments))

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the service is; empty: in this process."""
        return self._config.urls

    @property
    def fingerprint(self) -> str | None:
        """Of the last reward that was given; ``None`` before the first."""
        return self._pin.seen

    async def score(self, items: Sequence[Item]) -> Batch:
        """A result for each item, in order, and the statistics of the groups that they name.

        An item that could not be scored is in error and has no reward. Raises
        ``FingerprintMismatchError``, ``UnauthorizedError``, ``MalformedRequestError``,
        ``UnknownProfileError`` or ``WrongServiceError``.
        """
        return await _await(self._submit_score(items))

    async def score_one(self, item: Item) -> Result:
        """The result of one item; calls that are made at the same time share few requests.

        Raises what ``score`` raises; a malformed item is told only to who sent it.
        """
        return await self._start().coalescer.add(item)

    def score_sync(self, items: Sequence[Item]) -> Batch:
        """``score``, blocking."""
        return _block(self._submit_score(items))

    async def metadata(self) -> dict[str, Any]:
        """What ``GET /metadata`` says. Raises ``UnreachableError`` and what ``score`` raises."""
        running = self._start()
        return await _await(running.thread.submit(running.backend.metadata))

    def metadata_sync(self) -> dict[str, Any]:
        """``metadata``, blocking."""
        running = self._start()
        return _block(running.thread.submit(running.backend.metadata))

    async def aclose(self) -> None:
        """Close the connections; a later call opens new ones."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """``aclose``, blocking."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.thread.stop()
            running.coalescer.close()

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

    def __getstate__(self) -> tuple[Config, Pin]:
        return self._config, self._pin

    def __setstate__(self, state: tuple[Config, Pin]) -> None:
        self._config, pin = state
        self._pin = replace(pin)  # a copy within a process has its own
        self._forget_backend()

    def __repr__(self) -> str:
        where = ", ".join(self.urls) or "in this process"
        return f"<RewardClient {where}>"

    def _forget_backend(self) -> None:
        self._lock = threading.Lock()
        self._backend = self._running = None
        _clients.add(self)

    def _reset_after_fork(self) -> None:
        """In a child process: the thread is the parent's, and so is whoever held the lock."""
        self._lock = threading.Lock()
        if self._running is not None:
            _inherited.append(self._running)
            self._running = None

    def _submit_score(self, items: Sequence[Item]) -> Future[Batch]:
        running = self._start()
        batch = items if isinstance(items, list) else list(items)
        return running.thread.submit(running.backend.score, batch)

    def _start(self) -> _Running:
        """The backend in its thread, started where it does not run yet."""
        with self._lock:
            if self._running is None:
                backend, self._backend = self._backend or self._new_backend(), None
                self._running = _Running(backend, self._config)
                weakref.finalize(self, self._running.thread.stop)
            return self._running

    def _new_backend(self) -> _Backend:
        if not self._config.urls:
            return Embedded(self._config, self._pin)
        from .served import Served  # noqa: PLC0415 - needs aiohttp, of an extra

        return Served(self._config, self._pin)


def _reset_clients_after_fork() -> None:
    for client in _clients:
        client._reset_after_fork()  # noqa: SLF001 - our own


if sys.platform != "win32":  # which has no fork
    os.register_at_fork(after_in_child=_reset_clients_after_fork)


async def _await(future: Future[T]) -> T:
    """The result of a call in the client's thread."""
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise client_closed() from None


def _block(future: Future[T]) -> T:
    """The result of a call in the client's thread; the calling thread waits."""
    try:
        return future.result()
    except CancelledError:
        raise client_closed() from None
    except BaseException:  # such as the user's Ctrl-C
        future.cancel()
        raise


def _addresses(url: str | Sequence[str] | None) -> tuple[str, ...]:
    """The addresses without a slash at the end. Raises ``ValueError``."""
    given = [] if url is None else url.split(",") if isinstance(url, str) else list(url)
    addresses = tuple(
        address.strip().rstrip("/").removesuffix("/score").rstrip("/") for address in given
    )
    if url is not None and not addresses:
        raise ValueError("url: expected an address, or None to score in this process; got none")
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError(f"url: expected such as http://reward.example:8080; got {address!r}")
    return tuple(dict.fromkeys(addresses))
