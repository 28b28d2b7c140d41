"""A body that is too large: refused early, and whoever sends it is told."""

from __future__ import annotations

from ..serving import Served
from .limited import HEAD, answer, connect


def test_a_body_is_refused_for_its_length_before_any_of_it_is_sent(limited: Served) -> None:
    with connect(limited) as connection:
        connection.sendall(HEAD + b"Content-Length: 10000000000\r\n\r\n")
        status, _, body = answer(connection)
    assert (status, body["error"]["kind"]) == (413, "body_too_large")


def test_a_body_without_a_length_is_refused_once_it_is_too_large(limited: Served) -> None:
    part = b"%x\r\n%s\r\n" % (2**20, b" " * 2**20)
    with connect(limited) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(66):
            connection.sendall(part)
        status, _, body = answer(connection)
    assert (status, body["error"]["kind"]) == (413, "body_too_large")


def test_a_caller_that_reads_only_when_all_is_sent_is_told_too(limited: Served) -> None:
    with connect(limited) as connection:
        connection.sendall(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (80 * 2**20))
        for _ in range(80):
            connection.sendall(b" " * 2**20)
        status, headers, body = answer(connection)
    assert (status, body["error"]["kind"]) == (413, "body_too_large")
    assert headers["connection"] == "close"
