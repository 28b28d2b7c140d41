"""The floor for JSON over HTTP: a handler that reads, parses and sends, and does no more.

``serve`` runs it as it runs the service: the same server, connections, memory, thread switches.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import SimpleNamespace
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from reward_server import serve
from reward_server.api.limits import Gate
from reward_server.settings import Settings

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]
_REPLY = b" " * 2**24


class Bare:
    """Answers with as many bytes as the query asks for."""

    def __init__(self, settings: Settings, lifespan: Lifespan) -> None:
        self.state = SimpleNamespace(service=SimpleNamespace(gate=Gate(settings)))
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            async with self._lifespan(self):
                await receive()
                await send({"type": "lifespan.startup.complete"})
                await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        parts, more = [], True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(parts)
        if body:
            orjson.loads(body)
        reply = _REPLY[: int(scope["query_string"] or 0)]
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(reply)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": reply})


if __name__ == "__main__":
    vars(serve)["create_app"] = Bare
    serve.serve(Settings(port=int(sys.argv[1]), workers=1))
