"""Connections of others that go away, lie, dawdle or are left open: they cost nobody else anything.

What becomes of such a connection itself where it is alone: ``tests/api/test_connections.py`` has
408 for a slow or short body and the end of an idle one, ``tests/api/test_turns.py`` the freed
place of a client that went away.
"""

from __future__ import annotations

import asyncio
import re
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import pytest

from ..bench.wire import workers_of
from ..serving import SECONDS, Served, fetch, serving, until
from .conftest import NETWORKS, Work, faults_logged, load, port_of, workers

Json = dict[str, Any]

HEAD = b"POST /score HTTP/1.1\r\nHost: x\r\n"
MANY, SLOW = 10_000, 8


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that all tests of this module ill-treat; all the same it ends in good order."""
    folder = tmp_path_factory.mktemp("connections")
    with serving(folder, "--workers", "2") as served:
        until(lambda: len(workers(served)) == 2)
        before = workers(served)
        yield served
        assert workers(served) == before  # none has died
        until(lambda: in_flight(served) == 0)
        assert served.stop() == 0
    assert not faults_logged(served)


def in_flight(served: Served) -> float:
    page = fetch(f"{served.url}/metrics")[1]
    (line,) = (one for one in page.splitlines() if one.startswith("reward_server_items_in_flight "))
    return float(line.split()[1])


def connect(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(served)), SECONDS)


def framed(body: bytes, length: int | None = None, head: bytes = b"") -> bytes:
    size = len(body) if length is None else length
    return HEAD + head + b"Content-Length: %d\r\n\r\n" % size + body


@pytest.fixture(scope="module")
def body(work: Work) -> bytes:
    return orjson.dumps({"networks": NETWORKS, "items": work.items})


def test_clients_that_disconnect_in_mid_request(served: Served, work: Work, body: bytes) -> None:
    whole = framed(body)
    head = len(whole) - len(body)

    def vanish(sent: bytes, read: int = 0) -> None:
        with connect(served) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(sent)
            if read:
                connection.recv(read, socket.MSG_WAITALL)

    async def run() -> None:
        async with load(served, work) as clients:
            for cut in (head // 2, head + 5, len(whole) // 2, len(whole) - 1, len(whole)) * 8:
                await asyncio.to_thread(vanish, whole[:cut])
            for read in (1, 1000) * 4:
                await asyncio.to_thread(vanish, whole, read)
        assert not clients.met

    asyncio.run(run())


def test_slow_clients_hold_nobody_up_and_are_answered_too(
    served: Served, work: Work, body: bytes
) -> None:
    """A byte a second: of the head, of the body, of the reply."""
    whole, hurry = framed(body), threading.Event()

    def dawdle(slowly_sent: int) -> list[Json]:
        """The results; the last bytes of the request, or else of the reply, go one by one."""
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(SECONDS)
            connection.connect(("127.0.0.1", port_of(served)))
            fast = len(whole) - slowly_sent
            connection.sendall(whole[:fast])
            at = fast
            while at < len(whole) and not hurry.wait(1):
                connection.sendall(whole[at : at + 1])
                at += 1
            connection.sendall(whole[at:])
            first = connection.recv(1, socket.MSG_PEEK)
            while not hurry.wait(1):  # the reply waits in the service
                assert first == b"H"
            reply = HTTPResponse(connection)
            reply.begin()
            assert reply.status == 200
            results: list[Json] = orjson.loads(reply.read())["results"]
            return results

    async def run(callers: ThreadPoolExecutor) -> None:
        async with load(served, work) as clients:
            clients.seconds.clear()
            await clients.rounds_from_now(7)
            alone = median(clients.seconds)
            slow = [
                callers.submit(dawdle, slowly_sent)
                for slowly_sent in (len(whole) - 10, len(body) // 2, 0)
                for _ in range(SLOW)
            ]
            await asyncio.sleep(1)  # until the readers' batches are scored
            clients.seconds.clear()
            await clients.rounds_from_now(7)
            beside = median(clients.seconds)
            assert not any(one.done() for one in slow)
            hurry.set()
            for one in slow:
                assert await asyncio.wrap_future(one) == work.results
        assert not clients.met
        assert beside < 1.5 * alone + 0.1

    with ThreadPoolExecutor(3 * SLOW) as callers:
        try:
            asyncio.run(run(callers))
        finally:
            hurry.set()


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
#: What is sent, and the statuses of which some must come; none: the rest is waited for.
LIES: dict[str, tuple[Callable[[bytes], bytes], set[int]]] = {
    "a body shorter than it says": (lambda body: framed(body[:-1], len(body)), set()),
    "half of a body": (lambda body: framed(body[: len(body) // 2], len(body)), set()),
    "a body longer than it says": (lambda body: framed(body, len(body) - 1), {400, 422}),
    "a body far longer than it says": (lambda body: framed(body, 10), {400, 422}),
    # whole by its length, and then no request
    "a body with dirt after it": (lambda body: framed(body + b"\0" * 99, len(body)), {200, 400}),
    "two lengths": (lambda body: framed(body, head=b"Content-Length: 5\r\n"), {400}),
    "a length below 0": (lambda body: framed(body, -1), {400}),
    "a length that no number holds": (lambda body: framed(body, 2**70), {400}),
    "a length beside chunks": (
        lambda body: framed(body, head=b"Transfer-Encoding: chunked\r\n"),
        {400},
    ),
    "a chunk longer than it says": (
        lambda body: CHUNKED + b"1\r\n" + body + b"\r\n0\r\n\r\n",
        {400},
    ),
    "a chunk shorter than it says": (
        lambda body: CHUNKED + b"%x\r\n" % (len(body) + 1) + body,
        set(),
    ),
}


def test_bodies_that_lie_about_their_length_are_refused(
    served: Served, work: Work, body: bytes
) -> None:
    def tell(sent: bytes, *, end: bool) -> set[int]:
        """The statuses that come back first; with ``end``, which says that nothing more is sent,
        all until the service closes: who says so is taken for gone, and answered no more.
        """
        got = b""
        with connect(served) as connection:
            with suppress(OSError):  # it is refused before all is sent
                connection.sendall(sent)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            with suppress(OSError):  # what came before a reset can still be read
                while (end or not re.search(rb"HTTP/1.1 \d+", got)) and (
                    part := connection.recv(65536)
                ):
                    got += part
        return {int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", got)}

    async def run() -> None:
        async with load(served, work) as clients:
            for lie, (made, statuses) in LIES.items():
                told = await asyncio.to_thread(tell, made(body), end=not statuses)
                assert told <= statuses, lie
                assert bool(told) is bool(statuses), f"{lie}: answered with {told}"
        assert not clients.met

    asyncio.run(run())


def test_items_that_no_time_was_left_for_are_sent_again(served: Served, work: Work) -> None:
    async def run() -> None:
        async with load(served, work, deadline_ms=1) as clients:
            pass
        assert set(clients.met) == {"deadline"}

    asyncio.run(run())


def test_ten_thousand_connections_are_opened_and_left(served: Served, work: Work) -> None:
    """As many as the system lets this process open; of three, two begin a request."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    many = min(MANY, hard - 500)
    begun = (b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{")
    before = sockets(served)

    def open_all(left: ExitStack) -> None:
        for number in range(many):
            left.enter_context(connect(served)).sendall(begun[number % len(begun)])

    async def run() -> None:
        async with load(served, work) as clients:
            with ExitStack() as left:
                await asyncio.to_thread(open_all, left)
                await clients.rounds_from_now()
                held = sockets(served) - before
                began = time.perf_counter()
                status, _ = await asyncio.to_thread(fetch, f"{served.url}/healthz")
                took = time.perf_counter() - began
            print(f"{held} connections open, {many} of them left; /healthz in {took * 1e3:.0f} ms")
            assert many <= held < many + 20
            assert status == 200
            assert took < 2
        assert not clients.met

    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        asyncio.run(run())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    until(lambda: sockets(served) <= before)


def test_a_reply_that_nobody_reads_is_not_kept_for_ever(tmp_path: Path, work: Work) -> None:
    more = {"verbosity": "full", "networks": NETWORKS, "items": work.items * 16}
    with serving(tmp_path, "--workers", "1", "--idle-seconds", "1") as served:
        before = sockets(served)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port_of(served)))
            connection.sendall(framed(orjson.dumps(more)))
            until(lambda: any(line.get("route") == "/score" for line in served.lines()))
            time.sleep(3)
            assert sockets(served) == before


def test_replies_to_two_requests_at_once_that_nobody_reads_are_not_kept_either(
    tmp_path: Path, work: Work
) -> None:
    more = {"verbosity": "full", "networks": NETWORKS, "items": work.items * 16}
    with serving(tmp_path, "--workers", "1", "--idle-seconds", "1") as served:
        before = sockets(served)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port_of(served)))
            connection.sendall(framed(orjson.dumps(more)) + framed(b'{"items": []}'))
            until(lambda: sockets(served) > before)
            until(lambda: sockets(served) == before)
        assert fetch(f"{served.url}/healthz")[0] == 200
        assert not faults_logged(served)


def test_a_client_that_goes_away_with_a_second_request_sent_stops_the_first(
    tmp_path: Path, work: Work
) -> None:
    large = framed(orjson.dumps({"networks": NETWORKS, "items": work.items * 32}))
    options = "--workers", "1", "--max-items", "32768"
    with serving(tmp_path, *options) as served:
        with connect(served) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(large + framed(b'{"items": []}'))
            until(lambda: in_flight(served) > 0)
            time.sleep(0.1)  # the second is there too
        until(lambda: in_flight(served) == 0)
        (told,) = (line for line in served.lines() if line.get("route") == "/score")
        assert told["status"] == 499
        assert not faults_logged(served)


def sockets(served: Served) -> int:
    """That the workers have open, all together."""
    count = 0
    for pid in workers_of(served.process.pid):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                count += descriptor.readlink().name.startswith("socket:")
    return count
