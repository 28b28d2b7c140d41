"""Errors of a request as a whole: each carries its status, and all have one shape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import ClassVar

import orjson
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from reward_server.core.budget import StoppedError
from reward_server.wire.problems import Problem
from reward_server.wire.replies import ErrorReply

#: Problems of a body that a reply lists; more would not help.
_MOST_PROBLEMS = 20
#: Seconds for which the rest of the body of a refused request is taken, to be thrown away.
_LINGER_SECONDS = 5.0


class RefusedError(Exception):
    """A request that is refused as a whole; the message says what was expected."""

    status: ClassVar[HTTPStatus]
    kind: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.problems = problems
        self.headers = headers
        self.body_is_unread = False


class BadRequestError(RefusedError):
    """What came is not a request that HTTP/1.1 allows."""

    status = HTTPStatus.BAD_REQUEST
    kind = "bad_request"


class HeadTooLargeError(RefusedError):
    """The head of the request has too many bytes or fields."""

    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    kind = "head_too_large"


class UnknownHostError(RefusedError):
    """The request is for a host that the service does not go by."""

    status = HTTPStatus.MISDIRECTED_REQUEST
    kind = "unknown_host"


class ContentTypeError(RefusedError):
    """A page of another origin sends what a browser lets any page send anywhere."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    kind = "content_type"


class MalformedError(RefusedError):
    """The body is not what the route takes."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "malformed"


class TooMuchWorkRefusal(RefusedError):  # noqa: N818 - core has the error itself
    """The networks of a request take more work, or memory, than their size allows."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "too_much_work"


class ReplyTooLargeError(RefusedError):
    """The reply would have too many bytes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    kind = "reply_too_large"


class UnauthorizedError(RefusedError):
    """The caller has no token that is accepted."""

    status = HTTPStatus.UNAUTHORIZED
    kind = "unauthorized"


class UnknownProfileError(RefusedError):
    """The request names a profile that the service does not have."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "unknown_profile"


class NoSuchProfileError(UnknownProfileError):
    """The path names a profile that the service does not have."""

    status = HTTPStatus.NOT_FOUND


class UnknownNetworkError(RefusedError):
    """The path names a network that the service has not loaded."""

    status = HTTPStatus.NOT_FOUND
    kind = "unknown_network"


class FingerprintError(RefusedError):
    """The caller expects another reward than this one."""

    status = HTTPStatus.CONFLICT
    kind = "fingerprint"


class BodyTooLargeError(RefusedError):
    """The body has too many bytes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    kind = "body_too_large"


class BatchTooLargeError(RefusedError):
    """The batch has too many items."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    kind = "batch_too_large"


class SlowBodyError(RefusedError):
    """The body does not come."""

    status = HTTPStatus.REQUEST_TIMEOUT
    kind = "slow_body"
    retryable = True


class EncodingError(RefusedError):
    """The body is encoded in a way that is not understood."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    kind = "content_encoding"


class OverloadedError(RefusedError):
    """The worker has as much to do as it takes on."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    kind = "overloaded"
    retryable = True


class DrainingError(RefusedError, StoppedError):
    """The service is being stopped."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    kind = "draining"
    retryable = True


class ClientGoneError(StoppedError):
    """The client went away before it had its reply."""


def add_handlers(app: FastAPI, refused: Callable[[str], None]) -> None:
    """Give every reply of ``app`` that is not 200 the shape of ``ErrorReply``.

    ``refused`` is told the kind of each error for which a route refuses a request.
    """

    async def on_refusal(_: Request, error: Exception) -> Response:
        assert isinstance(error, RefusedError)  # noqa: S101 - what it is registered for
        refused(error.kind)
        return refusal(error)

    app.add_exception_handler(RefusedError, on_refusal)
    app.add_exception_handler(ClientGoneError, _on_client_gone)
    app.add_exception_handler(HTTPException, _on_http_exception)


def refusal(error: RefusedError) -> Response:
    """The reply that tells why a request is refused."""
    reply = _reply(
        error.status,
        error.kind,
        str(error),
        problems=error.problems,
        retryable=error.retryable,
        headers=error.headers,
    )
    return _EarlyReply(reply) if error.body_is_unread else reply


def failure() -> Response:
    """The reply where the fault is ours. The log has the traceback, the caller has none."""
    message = "the service failed on this request; its log says why"
    return _reply(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message, retryable=True)


def malformed(found: Sequence[Problem]) -> MalformedError:
    """The error that tells of these problems of a body."""
    first = found[:_MOST_PROBLEMS]
    more = f"; and {len(found) - len(first)} more" if len(found) > len(first) else ""
    return MalformedError("; ".join(map(str, first)) + more, first)


async def _on_client_gone(_: Request, __: Exception) -> Response:
    """Nobody reads it; 499 is the custom in logs and metrics."""
    return Response(status_code=499)


async def _on_http_exception(_: Request, error: Exception) -> Response:
    """What the framework itself refuses: an unknown path, a wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    status = HTTPStatus(error.status_code)
    kind = status.name.lower()
    return _reply(status, kind, error.detail, headers=error.headers)


def _reply(
    status: HTTPStatus,
    kind: str,
    message: str,
    *,
    problems: Sequence[Problem] = (),
    retryable: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: ErrorReply = {
        "error": {
            "kind": kind,
            "message": message,
            "retryable": retryable,
            "details": [{"path": path, "message": text} for path, text in problems],
        }
    }
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


class _EarlyReply(Response):
    """A reply that is whole before the request's body is.

    Where the connection is closed after it, the rest of the body is taken first: a connection
    that is closed over bytes it has not read is reset, and its client may never see why it was
    refused. Elsewhere the server throws the rest away, at less cost.
    """

    def __init__(self, reply: Response) -> None:
        super().__init__(reply.body, reply.status_code, reply.headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply, as ASGI has it."""
        if not self._closes(scope):
            await super().__call__(scope, receive, send)
            return
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while (await receive()).get("more_body", False):
                    pass
        await send({"type": "http.response.body"})

    def _closes(self, scope: Scope) -> bool:
        given, own = Headers(scope=scope).get("connection", ""), self.headers.get("connection", "")
        return "close" in f"{given},{own}".lower() or scope["http_version"] == "1.0"
