"""Bearer tokens: who may call. Without any configured, everybody may."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from reward_server.files import read_text
from reward_server.settings import Settings, SettingsError
from reward_server.wire.replies import ErrorReply

from .errors import UnauthorizedError, refusal

log = logging.getLogger(__name__)

#: Seconds between looks at the file.
_RELOAD_SECONDS = 1.0
# b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="  (RFC 6750, 2.1)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_SCHEME = "bearer "
#: What a route answers to a caller without a token, for ``openapi.json``.
UNAUTHORIZED: dict[str, Any] = {
    "model": ErrorReply,
    "description": "The service was started with tokens, and the request has none of them.",
    "headers": {
        "WWW-Authenticate": {
            "description": "Bearer.",
            "required": True,
            "schema": {"type": "string"},
        }
    },
}
_CHALLENGE = 'Bearer realm="reward_server"'


def open_paths(settings: Settings) -> frozenset[str]:
    """The paths that ask for no token even where there are some."""
    health = () if settings.protect_health else ("/healthz", "/readyz")
    metrics = () if settings.protect_metrics else ("/metrics",)
    return frozenset((*health, *metrics))


class Tokens:
    """The tokens that are accepted: those given, and those of a file that may change.

    The file has one a line; empty lines and lines that begin with ``#`` are passed over. It is
    read again when it has changed. A file that then cannot be read, or is not sound, changes
    nothing: whoever could call before still can. Raises ``SettingsError`` where the tokens
    to start with are not sound; its message never quotes one.
    """

    def __init__(
        self,
        given: Iterable[SecretStr] | None = None,
        file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._given = (
            None if given is None else _digests((one.get_secret_value() for one in given), "tokens")
        )
        self._file = file
        self._clock = clock
        self._looked = clock()
        self._fault: str | None = None
        self._version = None if file is None else _version(file)
        self._of_file = None if file is None else _read(file)

    @property
    def needed(self) -> bool:
        """Whether a caller needs a token at all."""
        return self._given is not None or self._file is not None

    def accept(self, token: str) -> bool:
        """Whether ``token`` is one of them, in a time that does not tell how near it is."""
        self._reread()
        digest = _digest(token)
        accepted = False
        for known in (*(self._given or ()), *(self._of_file or ())):
            accepted |= hmac.compare_digest(digest, known)
        return accepted

    def _reread(self) -> None:
        """Take the file's tokens again if it has changed; looks at most once a second."""
        now = self._clock()
        if self._file is None or now - self._looked < _RELOAD_SECONDS:
            return
        self._looked = now
        try:
            version = _version(self._file)
            if version != self._version:
                self._of_file = _read(self._file)
                self._version = version
                log.info("tokens reread", extra={"fields": {"tokens": len(self._of_file)}})
        except SettingsError as error:
            if str(error) != self._fault:  # once, not every second
                log.error("the tokens stay as they were: %s", error)  # noqa: TRY400 - no bug
            self._fault = str(error)
        else:
            self._fault = None


class AuthMiddleware:
    """Lets a request pass whose path is open or whose token is accepted, before any body is read.

    ``pages`` are open to who takes HTML: a browser cannot send a token before it has a page that
    asks for one. ``refused`` is called for each request that does not pass.
    """

    def __init__(
        self,
        app: ASGIApp,
        tokens: Tokens,
        open_paths: frozenset[str],
        refused: Callable[[str], None],
        pages: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self._pages = pages
        self._tokens = tokens
        self._open_paths = open_paths
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        open_to_all = scope["type"] == "lifespan" or scope["path"] in self._open_paths
        if open_to_all or (scope["path"] in self._pages and takes_html(scope)):
            await self._app(scope, receive, send)
            return
        scheme_and_token = Headers(scope=scope).get("authorization", "")
        given = scheme_and_token[: len(_SCHEME)].lower() == _SCHEME
        if given and self._tokens.accept(scheme_and_token[len(_SCHEME) :].strip()):
            await self._app(scope, receive, send)
            return
        if given:
            message = "the token is none that is accepted here"
            challenge = f'{_CHALLENGE}, error="invalid_token"'
        else:
            message, challenge = "a token is needed: Authorization: Bearer TOKEN", _CHALLENGE
        error = UnauthorizedError(message, headers={"WWW-Authenticate": challenge})
        error.body_is_unread = True
        self._refused(error.kind)
        await refusal(error)(scope, receive, send)


def takes_html(scope: Scope) -> bool:
    """Whether a request is a browser's for a page."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def _digest(token: str) -> bytes:
    """Of the same length for each token, so that a comparison tells nothing of theirs."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _digests(tokens: Iterable[str], place: str) -> frozenset[bytes]:
    """The digests of the tokens; raises ``SettingsError`` where there are none or bad ones."""
    digests = set()
    for number, token in enumerate(tokens, 1):
        if not _TOKEN.fullmatch(token):
            raise SettingsError(
                f"{place}: token {number}: expected letters, digits and -._~+/ with = at the end"
            )
        digests.add(_digest(token))
    if not digests:
        raise SettingsError(
            f"{place}: expected at least one token; without the setting all may call"
        )
    return frozenset(digests)


def _read(file: Path) -> frozenset[bytes]:
    """The digests of a file's tokens. Raises ``SettingsError``."""
    with _readable(file):
        lines = [line.strip() for line in read_text(file).splitlines()]
    return _digests((one for one in lines if one and not one.startswith("#")), str(file))


def _version(file: Path) -> tuple[int, int, int]:
    """What changes when the file is written or replaced, also behind a symbolic link.

    Raises ``SettingsError``.
    """
    with _readable(file):
        status = file.stat()
    return status.st_mtime_ns, status.st_ino, status.st_size


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: expected UTF-8") from error
