"""Compressed bodies: limited by what they are once decompressed, or refused."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from backports import zstd
from fastapi.testclient import TestClient

from reward_server.api.body import inflate
from reward_server.api.errors import BodyTooLargeError
from reward_server.app import create_app
from reward_server.settings import Settings

Json = dict[str, Any]

LIMIT = 100_000
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "zstd": zstd.compress,
}


@pytest.fixture(scope="module")
def small() -> TestClient:
    return TestClient(create_app(Settings(max_body_bytes=LIMIT)), raise_server_exceptions=False)


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
