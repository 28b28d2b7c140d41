"""Which names a request may call the service by, and what a page of another origin may send.

A browser lets any page send requests to any address, to one of this machine or of a private
network too; only the reply it keeps from the page. Two things are to be prevented:

- **DNS rebinding.** A page of ``evil.example`` whose name is made to lead to 127.0.0.1 is, to the
  browser, of the same origin as the service: it reads replies. Its requests have its name in
  ``Host``, and nothing else tells them apart: over plain HTTP a browser sends neither
  ``Sec-Fetch-Site`` nor, with a GET, ``Origin``. So names are checked. It takes a name that can be
  bought: an address is none, such as that by which a kubelet calls a pod, nor is a name without a
  dot, such as a Service's or a machine's. These are never refused.
- **Blind posts.** What a form can send, text or a form's fields, goes out unasked; ``/score`` would
  take its JSON whatever its type says. ``application/json`` of another origin must be asked for
  first, which this service never grants.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from reward_server.settings import Settings
from reward_server.wire.hosts import host_of, is_address, is_loopback

from .errors import ContentTypeError, RefusedError, UnknownHostError, refusal

#: Values of ``Host`` that are remembered, so that they are not read again for each request.
_REMEMBERED = 64
#: Methods that change nothing, whatever is sent along.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ANY = "*"


class AllowedHosts:
    """The names of a service: those of loopback, its ``host``, and its ``allowed_hosts``.

    Where ``allowed_hosts`` is ``None``, any. ``serve`` sets it to none besides where the service
    listens on loopback: whatever other name leads there was made to, unless a proxy of this
    machine passes it on, and then the refusal says what to set. A service that listens elsewhere
    is called by names that it cannot know, a Service's or a gateway's; tokens keep pages of other
    origins out of it.
    """

    def __init__(self, settings: Settings) -> None:
        named = settings.allowed_hosts
        self._any = named is None or _ANY in named
        self._host = settings.host.lower()
        self._names = frozenset(named or ())
        self._endings = tuple(name[1:] for name in self._names if name.startswith("*."))

    def allows(self, host: str) -> bool:
        """Whether a request may have this in ``Host``, without its port."""
        local = "." not in host or is_loopback(host) or is_address(host)
        return self._any or local or host == self._host or self.lists(host)

    def lists(self, host: str) -> bool:
        """Whether ``allowed_hosts`` has this name, and not just ``*``."""
        return host in self._names or host.endswith(self._endings)


class HostsMiddleware:
    """Refuses requests for other hosts, and those that only a page of another origin sends.

    ``refused`` is called with the kind of each refusal.
    """

    def __init__(self, app: ASGIApp, hosts: AllowedHosts, refused: Callable[[str], None]) -> None:
        self._app = app
        self._hosts = hosts
        self._refused = refused
        self._known: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http":
            try:
                self._check(scope)
            except RefusedError as error:
                error.body_is_unread = True
                self._refused(error.kind)
                await refusal(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        """Raises ``UnknownHostError`` or ``ContentTypeError``.

        Of most requests it only looks at the headers once, as bytes.
        """
        given = origin = None
        for name, value in scope["headers"]:
            if name == b"host":
                given = value
            elif name == b"origin":
                origin = value
        if given is not None and given not in self._known:  # HTTP/1.0 has none, and no browser
            host = given.decode("latin-1")
            if not self._hosts.allows(host_of(host)):
                raise UnknownHostError(
                    f"expected a name of this service in Host, got {host[:100]!r}; "
                    "the setting allowed_hosts names more"
                )
            if len(self._known) < _REMEMBERED:
                self._known.add(given)
        if origin is not None and scope["method"] not in _SAFE:
            headers = Headers(scope=scope)
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json" and self._is_foreign(headers):
                raise ContentTypeError(
                    "expected Content-Type: application/json from a page of another origin, "
                    f"got {kind[:100]!r}"
                )

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether a request is of a page that is none of ours.

        Behind a proxy that changes ``Host`` the browser itself may say that it is ours, over TLS,
        or the settings do.
        """
        if headers.get("sec-fetch-site") == "same-origin":  # which no page can set
            return False
        try:
            page = urlsplit(headers["origin"])
            ours = urlsplit(f"{page.scheme}://{headers.get('host', '')}")
            same = bool(page.hostname) and page.hostname == ours.hostname
            standard = {"http": 80, "https": 443}.get(page.scheme)
            if same and (page.port or standard) == (ours.port or standard):
                return False
            return not self._hosts.lists(page.hostname or "")
        except ValueError:  # of brackets or ports that are none
            return True
