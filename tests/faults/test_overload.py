"""What is promised of overload, counted in requests: a full service works for what it took on.

To read a body only to refuse it is what a service wastes in overload, so callers here ask before
they send one (``Expect: 100-continue``), and those that were sent in vain are counted. That holds
on a busy machine too; what goodput comes to in items a second is for ``make soak`` to say.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ..bench.common import seeded
from ..serving import SECONDS, Served, serving
from .conftest import NETWORKS, Work, port_of

Json = dict[str, Any]

#: Items that the worker takes on at a time, and of a batch: about an eighth of them.
IN_FLIGHT, LEAST, MOST = 2048, 128, 384
#: With a batch each, they ask for four times what the worker takes.
CALLERS = 32
#: Requests to be scored before all is over.
ENOUGH = 120
#: Bodies read in vain for one that is scored: about 1, and more than 2 if no head is looked at.
IN_VAIN = 1.75


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    options = "--max-items", str(MOST), "--max-items-in-flight", str(IN_FLIGHT)
    with serving(tmp_path, "--workers", "1", *options) as served:
        yield served


def test_a_full_service_refuses_most_of_what_it_must_without_reading_it(
    served: Served, work: Work
) -> None:
    counts: Counter[str] = Counter()

    def call(caller: int) -> None:
        chance = seeded(f"overload {caller}")
        while counts["scored"] < ENOUGH:
            start = chance.randrange(len(work.items) - MOST)
            batch = slice(start, start + chance.randint(LEAST, MOST))
            counts["sent"] += 1
            with socket.create_connection(("127.0.0.1", port_of(served)), SECONDS) as connection:
                asked_for, status, reply = ask(connection, work.items[batch])
            counts["bodies read"] += asked_for
            if status == 200:
                assert reply["results"] == work.results[batch]
                counts["scored"] += 1
            else:
                assert (status, reply["error"]["kind"]) == (429, "overloaded")

    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(call, range(CALLERS)))
    assert counts["sent"] >= 3 * counts["scored"], f"no overload: {counts}"
    in_vain = counts["bodies read"] - counts["scored"]
    assert in_vain <= IN_VAIN * counts["scored"], counts


def ask(connection: socket.socket, items: list[Json]) -> tuple[bool, int, Json]:
    """Whether the service asked for the body, and the status and body of its reply."""
    body = json.dumps({"networks": NETWORKS, "items": items}).encode()
    head = f"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
    asked_for = connection.recv(12, socket.MSG_PEEK | socket.MSG_WAITALL) == b"HTTP/1.1 100"
    if asked_for:
        connection.sendall(body)
    # this skips the 100
    reply = http.client.HTTPResponse(connection)
    reply.begin()
    return asked_for, reply.status, json.loads(reply.read())
