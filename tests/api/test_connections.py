"""Slow, short, idle and kept connections: each ends, and keeps nobody out."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import pytest

from ..serving import SECONDS, Served, fetch
from .limited import HEAD, answer, connect, post


def test_a_body_that_comes_a_byte_at_a_time_is_refused_after_a_while(limited: Served) -> None:
    with connect(limited) as connection:
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


def test_a_body_that_is_shorter_than_its_length_holds_nothing(limited: Served) -> None:
    with connect(limited) as connection:
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n{}")
        assert answer(connection)[0] == 408
    with connect(limited) as connection:
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n{}")
    assert post(limited, b'{"items": []}')[0] == 200


@pytest.mark.parametrize("sent", [b"", b"POST /sco", HEAD])
def test_a_connection_without_a_request_is_closed(limited: Served, sent: bytes) -> None:
    with connect(limited) as connection:
        connection.sendall(sent)
        began = time.monotonic()
        assert connection.recv(1) == b""
        assert 0.5 < time.monotonic() - began < 10


def test_connections_that_are_opened_and_left_keep_nobody_out(limited: Served) -> None:
    with ExitStack() as left:
        opened = [left.enter_context(connect(limited)) for _ in range(500)]
        for connection in opened[::2]:
            connection.sendall(HEAD)
        assert fetch(f"{limited.url}/healthz")[0] == 200
        assert post(limited, b'{"items": []}')[0] == 200
        for connection in opened:
            assert connection.recv(1) == b""


def test_a_kept_connection_is_closed_when_it_is_no_longer_used(limited: Served) -> None:
    with connect(limited) as connection:
        for _ in range(3):
            time.sleep(0.6)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer(connection)[0] == 200
        assert connection.recv(1) == b""
