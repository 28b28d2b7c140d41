"""Around every request: its id, its headers, its line in the access log, its metrics."""

from __future__ import annotations

import logging
import re
import time
from random import getrandbits
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reward_server.logs import request_id

from .errors import failure
from .metrics import GONE, Metrics

log = logging.getLogger(__name__)
access_log = logging.getLogger("reward_server.access")

_REQUEST_ID = b"x-request-id"
#: An id of a caller is taken where it can stand in any log and any header.
_SAFE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_SECURITY_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
#: Asked for every few seconds by machines: in the log only at level debug, or where they fail.
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class AccessMiddleware:
    """The outermost part of the service: nothing leaves it without a status.

    A request's id is the caller's ``X-Request-ID`` where it is sane, else a new one; it is in the
    reply and in every line that the log has of the request. The route puts what it knows of the
    batch into ``scope["state"]["items"]``.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: frozenset[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, whatever becomes of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        current = _id_of(scope)
        own = [*_SECURITY_HEADERS, (_REQUEST_ID, current.encode("ascii"))]
        status = GONE

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *own]
            await send(message)

        token = request_id.set(current)
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            log.exception("the request failed")
            if status == GONE:  # else it is too late; the server cuts the connection
                await failure()(scope, receive, send_with_headers)
        finally:
            self._record(scope, status, time.perf_counter() - started)
            request_id.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        """Count the request, and log it."""
        route = self._route_of(scope)
        self._metrics.count_request(route, status, seconds)
        if status >= 500:
            level = logging.WARNING
        else:
            quiet = route in _PROBES and status == 200
            level = logging.DEBUG if quiet else logging.INFO
        if access_log.isEnabledFor(level):
            client = scope.get("client")
            fields: dict[str, Any] = {
                "method": scope["method"],
                "route": route,
                "status": status,
                "items": scope.get("state", {}).get("items"),
                "milliseconds": round(seconds * 1000, 3),
                "client": client[0] if client else None,
            }
            access_log.log(level, "request", extra={"fields": fields})

    def _route_of(self, scope: Scope) -> str:
        """The path as the route declares it; ``other`` where there is no such route."""
        route = getattr(scope.get("route"), "path", scope["path"])
        return route if route in self._routes else "other"


def _id_of(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    # no secret: to ask the system for one would let another thread in between
    return given if _SAFE_ID.fullmatch(given) else f"{getrandbits(64):016x}"
