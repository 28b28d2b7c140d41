"""Refuses at its head a request whose body the worker cannot take on."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from .body import check_size, encoding_of
from .errors import RefusedError, refusal
from .limits import Gate


class AdmissionMiddleware:
    """Lets requests pass, of those that bring a body only as many as there is room for.

    It stands before the routes: a worker that is sent several times what it can do refuses most
    requests, and to find their route takes longer than to refuse them. ``paths``: where a POST
    brings a body that ``read_body`` reads. ``refused`` is called with the kind of each refusal.
    """

    def __init__(
        self,
        app: ASGIApp,
        gate: Gate,
        largest: int,
        paths: frozenset[str],
        refused: Callable[[str], None],
    ) -> None:
        self._app = app
        self._gate = gate
        self._largest = largest
        self._paths = paths
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._paths:
            try:
                self._check(Headers(scope=scope))
            except RefusedError as error:
                error.body_is_unread = True
                self._refused(error.kind)
                await refusal(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, headers: Headers) -> None:
        """Raises ``RefusedError``: what of it, ``Gate.check_head`` and ``body`` say."""
        encoding = encoding_of(headers)
        length = headers.get("content-length")
        if length is not None:  # whether it tells the truth is seen when the body comes
            check_size(int(length), self._largest)
        self._gate.check_head(0 if length is None else int(length), encoding)
