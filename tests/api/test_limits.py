"""What a service does not take on: too large, too slow, too much at once, too late."""

from __future__ import annotations

import gzip
import http.client
import json
import selectors
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from backports import zstd
from fastapi.testclient import TestClient

from reward_server.api.body import inflate
from reward_server.api.errors import BodyTooLargeError, OverloadedError
from reward_server.api.limits import Gate
from reward_server.app import create_app
from reward_server.settings import Settings

from ..serving import SECONDS, Served, fetch, serving, until

Json = dict[str, Any]

LIMIT = 100_000
#: Items in flight, which may be those of one batch; they take a while to score.
MOST = 40_000
HEAD = b"POST /score HTTP/1.1\r\nHost: x\r\n"
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "zstd": zstd.compress,
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A worker with little patience."""
    limits = {
        "MAX_BODY_BYTES": str(64 * 2**20),
        "MAX_BYTES_IN_FLIGHT": str(64 * 2**20),
        "MAX_ITEMS": str(MOST),
        "MAX_ITEMS_IN_FLIGHT": str(MOST),
        "BODY_SECONDS": "1",
        "IDLE_SECONDS": "1",
    }
    variables = {f"REWARD_SERVER_{name}": value for name, value in limits.items()}
    folder = tmp_path_factory.mktemp("limits")
    with serving(folder, "--workers", "1", variables=variables) as served:
        yield served


@pytest.fixture(scope="module")
def small() -> TestClient:
    return TestClient(create_app(Settings(max_body_bytes=LIMIT)), raise_server_exceptions=False)


def connect(served: Served) -> socket.socket:
    address = urlsplit(served.url)
    return socket.create_connection((address.hostname, address.port), SECONDS)


def answer(connection: socket.socket) -> tuple[int, dict[str, str], Json]:
    """Status, headers and body of what comes next."""
    reply = http.client.HTTPResponse(connection)
    reply.begin()
    return reply.status, dict(reply.headers), json.loads(reply.read())


def large(toy: Json, planning: Json, count: int, **fields: object) -> bytes:
    """A body of ``count`` items, made quickly."""
    head = json.dumps({"networks": toy, **fields}).encode()
    items = b",".join([json.dumps(planning).encode()] * count)
    return head[:-1] + b', "items": [' + items + b"]}"


def post(served: Served, body: bytes, head: bytes = b"") -> tuple[int, dict[str, str], Json]:
    with connect(served) as connection:
        connection.sendall(HEAD + head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return answer(connection)


def in_flight(served: Served) -> int:
    page = fetch(f"{served.url}/metrics")[1]
    (line,) = (one for one in page.splitlines() if one.startswith("reward_server_items_in_flight "))
    return int(float(line.split()[1]))


# Size


def test_a_body_is_refused_for_its_length_before_any_of_it_is_sent(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(HEAD + b"Content-Length: 10000000000\r\n\r\n")
        status, _, body = answer(connection)
    assert (status, body["error"]["kind"]) == (413, "body_too_large")


def test_a_body_without_a_length_is_refused_once_it_is_too_large(served: Served) -> None:
    part = b"%x\r\n%s\r\n" % (2**20, b" " * 2**20)
    with connect(served) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(66):
            connection.sendall(part)
        status, _, body = answer(connection)
    assert (status, body["error"]["kind"]) == (413, "body_too_large")


def test_a_caller_that_reads_only_when_all_is_sent_is_told_too(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (80 * 2**20))
        for _ in range(80):
            connection.sendall(b" " * 2**20)
        status, headers, body = answer(connection)
    assert (status, body["error"]["kind"]) == (413, "body_too_large")
    assert headers["connection"] == "close"


# Compression


@pytest.mark.parametrize(("encoding", "compress"), COMPRESS.items(), ids=COMPRESS)
def test_a_compressed_body_is_scored_as_if_it_were_plain(
    small: TestClient, boxed: Json, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    body = json.dumps({"items": [boxed] * 100}).encode()
    plain = small.post("/score", content=body)
    reply = small.post("/score", content=compress(body), headers={"Content-Encoding": encoding})
    assert (reply.status_code, reply.json()) == (200, plain.json())


@pytest.mark.parametrize(("encoding", "compress"), COMPRESS.items(), ids=COMPRESS)
def test_the_limit_holds_for_what_a_body_is_once_it_is_decompressed(
    small: TestClient, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    empty = b'{"items": []}'
    for spaces, expected in ((LIMIT - len(empty), 200), (LIMIT - len(empty) + 1, 413)):
        body = compress(empty + b" " * spaces)
        reply = small.post("/score", content=body, headers={"Content-Encoding": encoding})
        assert reply.status_code == expected, reply.text


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(wbits=31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(256)), packer.flush()])


BOMBS = {"gzip": gzip_bomb, "zstd": lambda: zstd.compress(bytes(2**28))}


@pytest.mark.parametrize(("encoding", "bomb"), BOMBS.items(), ids=BOMBS)
def test_a_bomb_is_never_expanded(encoding: str, bomb: Callable[[], bytes]) -> None:
    body = bomb()
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLargeError):
            inflate(body, encoding, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < len(body) + 10 * LIMIT
    finally:
        tracemalloc.stop()


GZIP, ZSTD = gzip.compress(b'{"items": []}'), zstd.compress(b'{"items": []}')
BROKEN = {
    "no gzip": ("gzip", b'{"items": []}', "expected gzip: "),
    "no zstd": ("zstd", b'{"items": []}', "expected zstd: "),
    "nothing": ("gzip", b"", "ends too early"),
    "half of gzip": ("gzip", GZIP[:-5], "expected gzip: the body ends too early"),
    "half of zstd": ("zstd", ZSTD[:-5], "expected zstd: the body ends too early"),
    "two of gzip": ("gzip", GZIP + GZIP, "expected gzip: the body goes on after its end"),
    "two of zstd": ("zstd", ZSTD + ZSTD, "expected zstd: the body goes on after its end"),
    "a false checksum": ("gzip", GZIP[:-8] + bytes(4) + GZIP[-4:], "incorrect data check"),
}


@pytest.mark.parametrize(("encoding", "body", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_stream_is_malformed(
    small: TestClient, encoding: str, body: bytes, message: str
) -> None:
    reply = small.post("/score", content=body, headers={"Content-Encoding": encoding})
    assert (reply.status_code, reply.json()["error"]["kind"]) == (422, "malformed")
    assert message in reply.json()["error"]["message"]


def test_a_zstd_window_that_would_take_much_memory_is_refused(small: TestClient) -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27}
    packer = zstd.ZstdCompressor(options=options)
    body = packer.compress(b'{"items": []}') + packer.flush()  # without the size, which helps
    reply = small.post("/score", content=body, headers={"Content-Encoding": "zstd"})
    assert reply.status_code == 422
    assert "too much memory" in reply.json()["error"]["message"]


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x"])
def test_another_encoding_is_refused_with_those_that_are_understood(
    small: TestClient, encoding: str
) -> None:
    reply = small.post("/score", content=b"x", headers={"Content-Encoding": encoding})
    assert (reply.status_code, reply.json()["error"]["kind"]) == (415, "content_encoding")
    assert reply.headers["Accept-Encoding"] == "gzip, zstd"


# Time


def test_a_body_that_comes_a_byte_at_a_time_is_refused_after_a_while(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
        began = time.monotonic()
        connection.settimeout(0.1)
        while True:
            connection.sendall(b" ")
            try:
                assert connection.recv(1, socket.MSG_PEEK)
                break
            except TimeoutError:
                assert time.monotonic() - began < 10
        connection.settimeout(SECONDS)
        status, headers, body = answer(connection)
    assert (status, body["error"]["kind"]) == (408, "slow_body")
    assert body["error"]["retryable"]
    assert headers["connection"] == "close"


def test_a_body_that_is_shorter_than_its_length_holds_nothing(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n{}")
        assert answer(connection)[0] == 408
    with connect(served) as connection:
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n{}")
    assert post(served, b'{"items": []}')[0] == 200


@pytest.mark.parametrize("sent", [b"", b"POST /sco", HEAD])
def test_a_connection_without_a_request_is_closed(served: Served, sent: bytes) -> None:
    with connect(served) as connection:
        connection.sendall(sent)
        began = time.monotonic()
        assert connection.recv(1) == b""
        assert 0.5 < time.monotonic() - began < 10


def test_connections_that_are_opened_and_left_keep_nobody_out(served: Served) -> None:
    with ExitStack() as left:
        opened = [left.enter_context(connect(served)) for _ in range(500)]
        for connection in opened[::2]:
            connection.sendall(HEAD)
        assert fetch(f"{served.url}/healthz")[0] == 200
        assert post(served, b'{"items": []}')[0] == 200
        for connection in opened:
            assert connection.recv(1) == b""


def test_a_kept_connection_is_closed_when_it_is_no_longer_used(served: Served) -> None:
    with connect(served) as connection:
        for _ in range(3):
            time.sleep(0.6)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer(connection)[0] == 200
        assert connection.recv(1) == b""


# Deadlines


def test_items_that_no_time_is_left_for_say_so_and_the_others_stay(
    served: Served, toy: Json, planning: Json
) -> None:
    whole = time.monotonic()
    assert post(served, large(toy, planning, MOST))[0] == 200
    third = round((time.monotonic() - whole) / 3 * 1000)
    status, _, body = post(served, large(toy, planning, MOST, deadline_ms=third))
    assert status == 200
    results = body["results"]
    done = [one["status"] for one in results].index("error")
    assert 0 < done < len(results) == MOST
    assert {one["reward"] for one in results[:done]} == {16.0}
    for late in results[done:]:
        assert (late["id"], late["status"], late["reward"]) == ("q7-0", "error", None)
        assert late["error"]["kind"] == "deadline"
        assert late["error"]["retryable"]
    assert body["groups"]["q7"]["size"] == done


def test_the_time_that_a_request_waits_counts_too(
    served: Served, toy: Json, planning: Json
) -> None:
    with ThreadPoolExecutor() as callers:
        before = callers.submit(post, served, large(toy, planning, MOST - 1))
        until(lambda: before.done() or in_flight(served) > 0)
        _, _, body = post(served, large(toy, planning, 1, deadline_ms=1))
        assert before.result()[0] == 200
    assert body["results"][0]["error"]["kind"] == "deadline"


@pytest.mark.parametrize("wrong", [0, -1, 0.5, "1", True, 10**30])
def test_a_deadline_is_a_whole_number_of_milliseconds(small: TestClient, wrong: object) -> None:
    reply = small.post("/score", json={"items": [], "deadline_ms": wrong})
    assert reply.status_code == 422
    assert reply.json()["error"]["message"].startswith("deadline_ms: expected ")


# Overload


def test_what_is_too_much_at_once_is_refused_while_what_was_taken_is_scored(
    served: Served, toy: Json, planning: Json
) -> None:
    with ThreadPoolExecutor() as callers:
        taken = callers.submit(post, served, large(toy, planning, MOST))
        until(lambda: taken.done() or in_flight(served) == MOST)
        # a caller that reads only when all is sent is told too
        status, headers, body = post(served, b" " * 2**24, b"Connection: close\r\n")
        assert not taken.done()
    assert (status, body["error"]["kind"], body["error"]["retryable"]) == (429, "overloaded", True)
    assert int(headers["retry-after"]) >= 1
    assert [one["reward"] for one in taken.result()[2]["results"]] == [16.0] * MOST
    assert post(served, b'{"items": []}')[0] == 200


def test_a_body_for_which_there_will_be_no_room_is_refused_before_it_is_sent(
    served: Served, toy: Json, planning: Json
) -> None:
    body = large(toy, planning, MOST * 3 // 4)
    with ThreadPoolExecutor() as callers:
        taken = callers.submit(post, served, body)
        until(lambda: taken.done() or in_flight(served) > 0)
        with connect(served) as connection:
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
            status, headers, reply = answer(connection)
            connection.sendall(body)  # it is thrown away, and the connection goes on
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer(connection)[0] == 200
        assert not taken.done()
        assert post(served, large(toy, planning, 1))[0] == 200  # for which there is room
    assert (status, reply["error"]["kind"]) == (429, "overloaded")
    assert int(headers["retry-after"]) >= 1
    assert taken.result()[0] == 200


def test_a_body_is_refused_before_it_is_read_only_where_there_is_little_room() -> None:
    gate = Gate(Settings(max_items=1000, max_items_in_flight=4000, max_bytes_in_flight=2 * 10**9))
    gate.sizes[None].add(1000, 100_000)
    for _ in range(20):
        gate.sizes[None].add(1, 100)  # small ones hardly count
    gate.check_head(10**9, None)  # a worker with nothing to do reads whatever it may take
    gate.add_items(2400)
    gate.check_head(10**9, None)  # which may be a few items that are very long
    gate.add_items(800)
    gate.check_head(80_000, None)
    gate.check_head(10**9, "gzip")  # of which there was none yet
    with pytest.raises(OverloadedError):
        gate.check_head(90_000, None)


def test_who_tries_again_when_told_to_is_answered_in_the_end(
    served: Served, toy: Json, planning: Json
) -> None:
    body = large(toy, planning, MOST // 2)

    def insist(_: int) -> list[int]:
        statuses = []
        while True:
            status, headers, reply = post(served, body)
            statuses.append(status)
            if status == 200:
                assert [one["reward"] for one in reply["results"]] == [16.0] * (MOST // 2)
                return statuses
            time.sleep(int(headers["retry-after"]))

    with ThreadPoolExecutor() as callers:
        told = [status for statuses in callers.map(insist, range(4)) for status in statuses]
    assert set(told) == {200, 429}


def test_bodies_that_are_on_their_way_hold_no_more_than_is_allowed(served: Served) -> None:
    size = 40 * 2**20
    head = HEAD + b"Content-Length: %d\r\n\r\n" % size
    with connect(served) as first, connect(served) as second:
        first.sendall(head + b" " * (size - 1))
        second.sendall(head)
        status, headers, body = answer(second)
    assert (status, body["error"]["kind"]) == (429, "overloaded")
    assert int(headers["retry-after"]) >= 1


def test_requests_are_served_first_come_first_served(
    served: Served, toy: Json, planning: Json
) -> None:
    count, many = MOST // 8, 6
    body = large(toy, planning, count)
    answered: list[int] = []
    with selectors.DefaultSelector() as replies, ExitStack() as opened:

        def have_come(number: int) -> bool:
            note()
            return len(answered) + in_flight(served) // count >= number

        def note(patience: float = 0) -> None:
            for key, _ in replies.select(patience):
                replies.unregister(key.fileobj)
                answered.append(key.data)

        for number in range(many):
            connection = opened.enter_context(connect(served))
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            replies.register(connection, selectors.EVENT_READ, number)
            until(partial(have_come, number + 1))
        while len(answered) < many:
            note(SECONDS)
    assert answered == list(range(many))


# Clients that go away


def test_a_client_that_goes_away_stops_its_work_and_frees_its_place(
    served: Served, toy: Json, planning: Json
) -> None:
    whole = large(toy, planning, MOST)
    began = time.monotonic()
    assert post(served, whole)[0] == 200
    scoring = time.monotonic() - began
    with connect(served) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(whole) + whole)
        until(lambda: in_flight(served) > 0)
    began = time.monotonic()
    until(lambda: in_flight(served) == 0)
    assert time.monotonic() - began < max(scoring / 2, 0.2)


def test_health_is_told_within_milliseconds_while_batches_are_scored(
    served: Served, toy: Json, planning: Json
) -> None:
    times = []
    with ThreadPoolExecutor() as callers:
        batches = [callers.submit(post, served, large(toy, planning, 10_000)) for _ in range(4)]
        while not all(batch.done() for batch in batches):
            began = time.perf_counter()
            assert fetch(f"{served.url}/healthz")[0] == 200
            times.append(time.perf_counter() - began)
            time.sleep(0.005)
    times.sort()
    assert times[len(times) // 2] < 0.05  # a batch takes longer; most of it is this machine's noise


@pytest.mark.parametrize(
    ("workers", "waiting", "shed"), [(2, 1, True), (2, 0, False), (1, 1, False)]
)
def test_a_client_is_let_go_to_another_worker_where_others_wait_here(
    workers: int, waiting: int, *, shed: bool
) -> None:
    gate = Gate(Settings(workers=workers))
    gate.turns = waiting
    assert gate.sheds(100 * 1024) is shed
    assert not gate.sheds(1024)  # for which a new connection would cost much
