"""How tests speak to the worker with small limits: bytes over a socket, and large bodies."""

from __future__ import annotations

import http.client
import json
import re
import socket
from typing import Any
from urllib.parse import urlsplit

from ..serving import SECONDS, Served, fetch

Json = dict[str, Any]

#: Items in flight, which may be those of one batch; they take a while to score.
MOST = 40_000
HEAD = b"POST /score HTTP/1.1\r\nHost: x\r\n"


def connect(limited: Served) -> socket.socket:
    address = urlsplit(limited.url)
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


def post(limited: Served, body: bytes, head: bytes = b"") -> tuple[int, dict[str, str], Json]:
    with connect(limited) as connection:
        connection.sendall(HEAD + head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return answer(connection)


def in_flight(limited: Served) -> int:
    page = fetch(f"{limited.url}/metrics")[1]
    (line,) = re.findall(r"^reward_server_items_in_flight .*", page, re.MULTILINE)
    return int(float(line.split()[1]))
