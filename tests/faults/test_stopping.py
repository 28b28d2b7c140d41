"""One item that takes long holds nobody up, and ends where nobody waits for it any more.

What is counted is work, not time: how often it looks up, so many steps apart.
"""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ..bench.hostile import body, lines_of, plain, planning
from ..serving import SECONDS, Served, fetch, serving, until
from . import counted_server
from .conftest import port_of
from .counted_server import Looks

Json = dict[str, Any]

#: Names of one completion, none of them known: each is brought to its key.
NAMES = 200_000
TEXT = "Route Name:1\nDeparture Stop:Stop 0\nArrival Stop:Stop 9\nVia Stops:" + "".join(
    f"{name:06x}," for name in range(NAMES)
)
NETWORK = {"t": lines_of(plain())}
ITEM = planning("t", ("Stop 0", "Stop 9"), TEXT, "via_stops")
BODY = body([ITEM], NETWORK)
HEAD = b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(BODY)
#: After so many looks the item has well begun.
BEGUN = 5


class Counted:
    """A server whose work is counted."""

    def __init__(self, served: Served, file: Path) -> None:
        self.served = served
        self._file = file
        self._before = 0

    def looks(self) -> Looks:
        """How often work has looked up since the last ``reset``, and of these before the stop."""
        so_far, before_stop = counted_server.looks(self._file)
        return Looks(so_far - self._before, before_stop - self._before)

    def reset(self) -> None:
        self._before = counted_server.looks(self._file).all

    def begun(self) -> bool:
        return self.looks().all > BEGUN

    def is_idle(self) -> bool:
        page = fetch(f"{self.served.url}/metrics")[1]
        return "\nreward_server_items_in_flight 0.0" in page

    def send(self) -> socket.socket:
        """Ask for the item on a connection of its own."""
        connection = socket.create_connection(("127.0.0.1", port_of(self.served)), SECONDS)
        connection.sendall(HEAD + BODY)
        return connection

    def score(self, **more: object) -> Json:
        content = {**json.loads(BODY), **more}
        reply: Json = json.loads(fetch(f"{self.served.url}/score", content)[1])
        return reply


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    file = tmp_path / "looks"
    program = counted_server.__file__, str(file)
    options = "--workers", "1", "--max-completion-characters", str(2**22), "--drain-seconds", "0.1"
    with serving(tmp_path, *options, program=program) as served:
        yield Counted(served, file)


def test_health_is_told_while_the_item_is_scored(counted: Counted) -> None:
    with ThreadPoolExecutor() as caller:
        scored = caller.submit(counted.score)
        until(lambda: counted.begun() or scored.done())
        told = []
        while not scored.done():
            assert fetch(f"{counted.served.url}/healthz")[0] == 200
            told.append(counted.looks().all)
    (result,) = scored.result()["results"]
    assert result["status"] == "ok"
    # told in the middle of its work, and again and again
    assert sum(looks < counted.looks().all for looks in told) > 3


def test_the_item_ends_at_the_deadline(counted: Counted) -> None:
    counted.score()
    whole = counted.looks().all
    counted.reset()
    (result,) = counted.score(deadline_ms=100)["results"]
    assert (result["status"], result["error"]["kind"]) == ("error", "deadline")
    assert BEGUN < counted.looks().all < whole / 2


def test_the_item_ends_where_its_client_goes_away(counted: Counted) -> None:
    with counted.send():
        until(counted.begun)
    until(counted.is_idle)
    looks = counted.looks()
    assert looks.before_stop > BEGUN
    assert looks.all <= looks.before_stop + 1
    counted.reset()
    counted.score()
    assert looks.all < counted.looks().all / 2


def test_the_item_ends_where_the_service_is_stopped(counted: Counted) -> None:
    counted.score()
    whole = counted.looks().all
    counted.reset()
    with counted.send() as connection:
        until(counted.begun)
        counted.served.process.send_signal(signal.SIGTERM)
        assert b"503" in b"".join(iter(partial(connection.recv, 65536), b""))
    assert counted.served.process.wait(SECONDS) == 0
    looks = counted.looks()
    assert looks.all <= looks.before_stop + 1
    assert looks.all < whole
