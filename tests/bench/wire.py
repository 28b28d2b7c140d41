"""The client of the benches: prepared bytes over plain sockets, so that it takes little time."""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60
_TICKS = os.sysconf("SC_CLK_TCK")


def request(body: bytes, path: str = "/score", headers: str = "") -> bytes:
    """The bytes of a POST; each of ``headers`` ends with its line break."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    return f"{head}{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """A kept connection, made anew where the server has closed it after its reply."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, sent: bytes) -> Reply:
        """The reply to the bytes of a request. Raises ``OSError`` where the connection breaks."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), _SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(sent)
            reply = self._read(self._socket)
        except OSError:
            self.close()
            raise
        if reply.headers.get("connection") == "close":
            self.close()
        return reply

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @staticmethod
    def _read(connection: socket.socket) -> Reply:
        start = b""
        while (end := start.find(b"\r\n\r\n")) < 0:
            part = connection.recv(65536)
            if not part:
                raise ConnectionResetError("closed before a reply")
            start += part
        reply = parsed_head(start[:end])
        body = bytearray(int(reply.headers["content-length"]))
        there = len(start) - end - 4
        body[:there] = start[end + 4 :]
        view = memoryview(body)
        while there < len(body):
            read = connection.recv_into(view[there:])
            if not read:
                raise ConnectionResetError("closed within a reply")
            there += read
        reply.body = bytes(body)
        return reply


def parsed_head(head: bytes) -> Reply:
    """A reply that still lacks its body."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return Reply(int(first.split(" ", 2)[1]), {name.lower(): value for name, value in pairs}, b"")


@dataclass
class Driven:
    """What one client did in its time."""

    items: int
    seconds: float
    """Of processor."""


def drive(port: int, sent: bytes, items: int, begin: float, end: float) -> Driven:
    """Ask as fast as replies come until ``end``, by the monotonic clock; count from ``begin``."""
    connection = Connection(port)
    done, before = 0, own_seconds()
    while (now := time.monotonic()) < end:
        if now < begin:
            before = own_seconds()
        status = connection.ask(sent).status
        if status != 200:
            raise AssertionError(f"answered with {status}")
        done += items * (begin <= time.monotonic() < end)
    connection.close()
    return Driven(done, own_seconds() - before)


def own_seconds() -> float:
    """Seconds of processor that this process has had."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def processor_seconds(pid: int) -> float:
    """Seconds of processor that a process has had; 0 where it is gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0


def busy_seconds() -> float:
    """Seconds of processor that all processes of the machine have had."""
    fields = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]))
    return (sum(fields) - fields[3] - fields[4]) / _TICKS


def memory_bytes(pid: int) -> int:
    """The resident memory of a process; 0 where it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def workers_of(supervisor: int) -> list[int]:
    """The processes of a server that answer: the children of one of several workers, or itself."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command = stat.with_name("cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if parent == supervisor and b"spawn_main" in command:
            found.append(int(stat.parent.name))
    return sorted(found) or [supervisor]


def least_and_median(times: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[0], ordered[len(ordered) // 2]
