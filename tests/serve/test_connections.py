"""What one connection may send, over real sockets, and what it is told where that is too much.

How connections bear on each other is in ``tests/faults/test_connections.py``.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import pytest

from ..faults.conftest import faults_logged
from ..serving import SECONDS, Served, fetch, serving

Json = dict[str, Any]

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /score HTTP/1.1\r\nHost: localhost\r\n"
EMPTY = b'{"items": []}'
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """With tokens: what is refused here, is so before anybody is asked who they are."""
    variables = {"REWARD_SERVER_TOKENS": "alice", "REWARD_SERVER_LOG_FORMAT": "json"}
    folder = tmp_path_factory.mktemp("connections")
    with serving(folder, "--workers", "1", variables=variables) as served:
        yield served
        assert served.stop() == 0
    assert not faults_logged(served)
    assert "Traceback" not in served.log.read_text()


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("open"), "--workers", "1") as served:
        yield served


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Json

    @property
    def kind(self) -> str:
        kind: str = self.body["error"]["kind"]
        return kind


class Caller:
    """A connection to a service, and the replies that come one after another."""

    def __init__(self, served: Served) -> None:
        address = urlsplit(served.url)
        self.socket = socket.create_connection((address.hostname, address.port), SECONDS)
        self._replies = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._replies.close()
        self.socket.close()

    def send(self, sent: bytes) -> None:
        self.socket.sendall(sent)

    def read(self) -> Reply:
        """The next reply. Raises ``EOFError`` where none comes any more."""
        line = self._replies.readline()
        if not line:
            raise EOFError
        given = http.client.parse_headers(self._replies)
        headers = {name.lower(): value for name, value in given.items()}
        body = json.loads(self._replies.read(int(headers["content-length"])))
        return Reply(int(line.split()[1]), headers, body)


def told(served: Served, *parts: bytes) -> Reply:
    """The first reply to what is sent, as long as the service takes it; it must then close."""
    with Caller(served) as caller:
        with suppress(ConnectionError):
            for part in parts:
                caller.send(part)
        reply = caller.read()
        caller.socket.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError), pytest.raises(EOFError):
            caller.read()
        return reply


#: How heads begin that are too large, in all the ways in which they can be, and go on for ever.
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "fields": (GET, b"X: y\r\n"),
    "a field": (GET + b"X-A: ", b"a"),
    "a name": (GET, b"a"),
    "a path": (b"GET /", b"a"),
    "a query": (b"GET /healthz?", b"a"),
    "empty lines before a request": (b"", b"\r\n"),
    "an extension of a chunk": (CHUNKED + b"1;", b"a"),
    "the value of an extension": (CHUNKED + b"1;a=", b"a"),
    "the name of a trailer": (CHUNKED + b"0\r\n", b"a"),
    "the value of a trailer": (CHUNKED + b"0\r\nX-A: ", b"a"),
    "trailers": (CHUNKED + b"0\r\n", b"X: y\r\n"),
    "an extension of each chunk": (CHUNKED, b"1;" + b"a" * 100 + b"\r\nx\r\n"),
}


def endless(kind: str, size: int) -> bytes:
    """As much of it as nobody should take."""
    begin, more = ENDLESS[kind]
    return begin + more * (size // len(more))


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("step", [1000, 65536, 10**6])
def test_a_head_without_end_is_refused_while_it_comes(
    open_to_all: Served, kind: str, step: int
) -> None:
    sent = endless(kind, 400_000)
    reply = told(open_to_all, *(sent[at : at + step] for at in range(0, len(sent), step)))
    assert (reply.status, reply.kind) == (431, "head_too_large")
    assert reply.body["error"]["retryable"] is False
    assert reply.body["error"]["details"] == []
    assert reply.body["error"]["message"].startswith("expected ")
    assert reply.headers["connection"] == "close"
    assert reply.headers["x-content-type-options"] == "nosniff"


def fields(count: int) -> bytes:
    return b"".join(b"X-%d: y\r\n" % number for number in range(count))


BOUNDS: dict[str, tuple[bytes, int]] = {
    "99 fields": (GET + fields(99) + b"\r\n", 200),
    "101 fields": (GET + fields(100) + b"\r\n", 431),
    "a long field": (GET + b"X-A: " + b"a" * 32_000 + b"\r\n\r\n", 200),
    "a field that is too long": (GET + b"X-A: " + b"a" * 33_000 + b"\r\n\r\n", 431),
    "a long path": (b"GET /healthz?" + b"a" * 32_000 + GET[len("GET /healthz") :] + b"\r\n", 200),
    "a path that is too long": (
        b"GET /healthz?" + b"a" * 33_000 + GET[len("GET /healthz") :] + b"\r\n",
        431,
    ),
    "a head and a body, together larger than a head may be": (
        POST + b"Content-Length: 60013\r\n\r\n" + b" " * 60_000 + EMPTY,
        200,
    ),
    "a large body in small chunks": (
        CHUNKED + b"1\r\n \r\n" * 20_000 + b"d\r\n" + EMPTY + b"\r\n0\r\n\r\n",
        200,
    ),
    "small extensions and trailers": (
        CHUNKED + b"d;a=b\r\n" + EMPTY + b"\r\n0\r\nX-A: y\r\n\r\n",
        200,
    ),
}


@pytest.mark.parametrize(("sent", "status"), BOUNDS.values(), ids=BOUNDS)
def test_heads_have_bounds_and_bodies_do_not_count(
    open_to_all: Served, sent: bytes, status: int
) -> None:
    assert told(open_to_all, sent).status == status


def test_each_request_of_a_connection_has_its_own_bound(open_to_all: Served) -> None:
    large = GET + b"X-A: " + b"a" * 20_000 + b"\r\n\r\n"
    with Caller(open_to_all) as caller:
        for _ in range(5):
            caller.send(large)
            assert caller.read().status == 200
        for cut in (10, len(large) // 2, len(large) - 1):  # with the end of one comes the next
            caller.send(large + large[:cut])
            assert caller.read().status == 200
            caller.send(large[cut:])
            assert caller.read().status == 200


def test_a_trailer_is_no_header(served: Served) -> None:
    body = b"d\r\n" + EMPTY + b"\r\n0\r\nAuthorization: Bearer alice\r\n\r\n"
    assert told(served, CHUNKED + body).status == 401


def memory(served: Served) -> int:
    """The most that the process had, in bytes."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


@pytest.mark.parametrize("kind", ENDLESS)
def test_heads_without_end_take_no_memory(served: Served, kind: str) -> None:
    """Twenty at once, each of 8 MB: after a refusal it is read only to be thrown away."""
    before = memory(served)
    whole = endless(kind, 8_000_000)
    with ExitStack() as stack:
        for caller in [stack.enter_context(Caller(served)) for _ in range(20)]:
            with suppress(ConnectionError):
                caller.send(whole)
        assert fetch(f"{served.url}/healthz")[0] == 200
    assert memory(served) - before < 20 * 2**20


NO_HTTP: dict[str, bytes] = {
    "dirt": b"\0\1\2\3\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + b"\0" * 200,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no such method": b"SCORE / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "a version without heads": b"GET /healthz HTTP/0.9\r\nHost: x\r\n\r\n",
    "a version in frames": b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n",
    "a name with a space": GET + b"A b: c\r\n\r\n",
    "a line that goes on": GET + b"A: b\r\n c\r\n\r\n",
    "lines that end in LF": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "no Host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two Hosts": GET + b"Host: localhost\r\n\r\n",
    "two other Hosts": GET + b"hOST: evil.example\r\n\r\n",
    "a proxy's request": b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no path": b"GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a chunk without a size": CHUNKED + b"x\r\n",
    "a chunk longer than it says": CHUNKED + b"1\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_request_is_told_so_in_the_shape_of_every_error(
    open_to_all: Served, sent: bytes
) -> None:
    reply = told(open_to_all, sent)
    assert (reply.status, reply.kind) == (400, "bad_request")
    assert reply.body["error"]["message"].startswith("expected ")
    assert len(reply.body["error"]["message"]) < 300
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["connection"] == "close"
    assert reply.headers["x-request-id"]


def test_http_1_0_needs_no_host(open_to_all: Served) -> None:
    assert told(open_to_all, b"GET /healthz HTTP/1.0\r\n\r\n").status == 200


def test_what_comes_before_is_answered_first(open_to_all: Served) -> None:
    with Caller(open_to_all) as caller:
        caller.send((GET + b"\r\n") * 3 + b"dirt\r\n\r\n")
        assert [caller.read().status for _ in range(4)] == [200, 200, 200, 400]


def test_a_refusal_is_counted_and_logged_with_the_id_of_the_caller(served: Served) -> None:
    def count() -> float:
        page = fetch(f"{served.url}/metrics")[1]
        (number,) = re.findall(
            r'^reward_server_refused_total\{reason="bad_request"\} (\S+)', page, re.MULTILINE
        )
        return float(number)

    before = count()
    told(served, GET + b"Host: localhost\r\nX-Request-ID: tell-me\r\n\r\n")
    assert count() == before + 1
    (line,) = (line for line in served.lines() if line.get("request_id") == "tell-me")
    assert (line["message"], line["status"]) == ("request", 400)


def test_more_requests_than_wait_here_are_not_taken(open_to_all: Served) -> None:
    with Caller(open_to_all) as caller:
        caller.send((GET + b"\r\n") * 200)
        replies = []
        with suppress(EOFError, ConnectionError):
            while True:
                replies.append(caller.read())
    *answered, refusal = replies
    assert [reply.status for reply in answered] == [200] * 17  # the first, and 16 that waited
    assert refusal.status == 400
    assert "before the reply to the first" in refusal.body["error"]["message"]


OFFERS: dict[str, bytes] = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    "websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
    "anything": b"Connection: upgrade\r\nUpgrade: tls/1.0, irc/6.9\r\n",
}
BODIES: dict[str, Callable[[bytes], bytes]] = {
    "a body of a length": lambda offer: (
        POST
        + offer
        + b"Authorization: Bearer alice\r\nContent-Length: %d\r\n\r\n" % len(EMPTY)
        + EMPTY
    ),
    "a body of chunks": lambda offer: (
        POST
        + offer
        + b"Authorization: Bearer alice\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"d\r\n%b\r\n0\r\n\r\n" % EMPTY
    ),
    "no body": lambda offer: GET + offer + b"\r\n",
}


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
@pytest.mark.parametrize("make", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("whole", [True, False])
def test_another_protocol_that_is_offered_is_ignored(
    served: Served, offer: bytes, make: Callable[[bytes], bytes], whole: bool
) -> None:
    sent = make(offer)
    step = len(sent) if whole else 7
    with Caller(served) as caller:
        for _ in range(2):  # and the connection goes on
            for at in range(0, len(sent), step):
                caller.send(sent[at : at + step])
            assert caller.read().status == 200


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_curl_that_would_rather_speak_http_2_keeps_its_body(open_to_all: Served) -> None:
    command = ["curl", "--silent", "--http2", "--data", EMPTY.decode(), f"{open_to_all.url}/score"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout)["results"] == []


OPEN_FILES = """
import resource
from reward_server.serve.connections import allow_many_connections
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
allow_many_connections()
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most))
"""


def test_a_process_opens_as_many_files_as_it_may() -> None:
    run = subprocess.run(
        [sys.executable, "-c", OPEN_FILES], capture_output=True, text=True, check=True
    )
    assert run.stdout == "True\n"
