"""The routes of the explorer: pages, what their forms send, and two static files.

Where the service has tokens, ``/`` and ``/spec`` are open and empty: the page asks for a token
and fetches what it shows, with the token, from the routes below ``/explorer``, which are as
protected as ``/score``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match
from starlette.types import Scope

from reward_server.api.auth import takes_html
from reward_server.api.errors import MalformedError
from reward_server.api.limits import Ticket
from reward_server.api.pages import PAGE_HEADERS
from reward_server.api.score import choose_scorer
from reward_server.api.state import Service, State
from reward_server.api.work import reply_in_turn
from reward_server.core.model import FAILURES
from reward_server.wire.results import COMPONENTS, SIGNALS

from .form import read_form
from .inputs import Fields, as_text
from .rollouts import Listing, list_rollouts
from .spec import profile_page
from .transit.view import draw
from .views import Workbench, opening, snippets, workbench

_STATIC: Final = {"explorer.css": "text/css", "explorer.js": "text/javascript"}
#: What anyone may load, for there is nothing secret in it; without a token, pages are empty.
FILES: Final = frozenset(f"/explorer/{name}" for name in _STATIC)
PAGES: Final = frozenset({"/", "/spec"})

#: A part of a page is asked for, not all of it.
Part = Annotated[str | None, Header(alias="X-Part")]


class BrowserRoute(APIRoute):
    """A route for who takes HTML; at ``/`` NeMo Gym, which does not, has a route of its own."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As any route, but for requests that do not ask for HTML."""
        match, inner = super().matches(scope)
        if match is Match.NONE or takes_html(scope):
            return match, inner
        return Match.NONE, {}


router = APIRouter(include_in_schema=False)
_templates = Environment(
    loader=PackageLoader("reward_server.explorer"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals.update(as_text=as_text, components=COMPONENTS)


async def page(request: Request, service: Service, network: str = "") -> Response:
    """The explorer, or where there are tokens the page that asks for one."""
    if service.tokens.needed:
        return _html("page.html.jinja", title="Explorer", source="/explorer", content="")
    return await _explorer(request, service, network)


browser = APIRouter(include_in_schema=False, route_class=BrowserRoute)
browser.add_api_route("/", page, methods=["GET"])
router.include_router(browser)


@router.get("/explorer")
async def content(
    request: Request, service: Service, part: Part = None, network: str = ""
) -> Response:
    """The explorer; as a part, without what is around it."""
    return await _explorer(request, service, network, part=part is not None)


@router.post("/explorer")
async def scored(request: Request, service: Service, part: Part = None) -> Response:
    """The explorer with the form that was sent, and its score."""

    def job(body: bytes, _: Ticket) -> Workbench:
        return workbench(service, _fields(body))

    bench, headers = await reply_in_turn(request, service, job, lambda _: len(service.scorers))
    reply = await _shown(request, service, bench, part=part is not None)
    reply.headers.update(headers)
    return reply


@router.post("/explorer/rollouts")
async def rollouts(
    request: Request,
    service: Service,
    profile: str | None = None,
    shown: Annotated[int, Query(alias="page")] = 1,
) -> Response:
    """The groups of the file of rollouts that is the body; nothing of it is kept."""
    scorer = choose_scorer(service, profile, None)

    def job(body: bytes, ticket: Ticket) -> Listing:
        return list_rollouts(body, scorer, ticket, service.settings.max_items, shown)

    listing, headers = await reply_in_turn(request, service, job)
    reply = _html("rollouts.html.jinja", listing=listing, scorer=scorer)
    reply.headers.update(headers)
    return reply


@router.get("/spec")
async def specification(service: Service) -> Response:
    """The reward's specification, or where there are tokens the page that asks for one."""
    if service.tokens.needed:
        return _html("page.html.jinja", title="Specification", source="/explorer/spec", content="")
    return _html("page.html.jinja", title="Specification", source="", content=_spec(service))


@router.get("/explorer/spec")
async def specification_content(service: Service) -> Response:
    """The reward's specification, without what is around it."""
    return _answer(_spec(service))


@router.get("/explorer/explorer.css")
async def style() -> Response:
    """The style sheet."""
    return _file("explorer.css")


@router.get("/explorer/explorer.js")
async def script() -> Response:
    """The script."""
    return _file("explorer.js")


async def _explorer(
    request: Request, service: State, network: str, *, part: bool = False
) -> Response:
    def opened() -> Workbench:
        return workbench(service, opening(service, network))

    return await _shown(request, service, await run_in_threadpool(opened), part=part)


async def _shown(request: Request, service: State, bench: Workbench, *, part: bool) -> Response:
    """The page with the bench's map, where it has one."""
    drawing = None if bench.map is None else await draw(bench.map, request.app.state.charts)
    content = _render(
        "workbench.html.jinja",
        bench=bench,
        drawing=drawing,
        profiles=list(service.scorers),
        snippets=snippets(bench, str(request.base_url).rstrip("/"), tokens=service.tokens.needed),
    )
    if part:
        return _answer(content)
    return _html("page.html.jinja", title="Explorer", source="", content=Markup(content))  # noqa: S704 - rendered above


def _spec(service: State) -> Markup:
    settings = service.settings
    return Markup(  # noqa: S704 - rendered here
        _render(
            "spec.html.jinja",
            pages=[profile_page(scorer) for scorer in service.scorers.values()],
            default=service.default_profile,
            signals=SIGNALS,
            failures=FAILURES,
            networks=service.networks.digests,
            limits={
                "bytes of a body": settings.max_body_bytes,
                "items of a batch": settings.max_items,
                "characters of a completion": settings.max_completion_characters,
            },
        )
    )


def _fields(body: bytes) -> Fields:
    try:
        return read_form(body)
    except ValueError as error:
        raise MalformedError(f"expected the fields of the page's form: {error}") from error


def _render(template: str, **context: Any) -> str:  # noqa: ANN401 - what the template asks for
    return _templates.get_template(template).render(context)


def _html(template: str, **context: Any) -> Response:  # noqa: ANN401 - what the template asks for
    return _answer(_render(template, **context))


def _answer(html: str) -> Response:
    return HTMLResponse(html, headers=PAGE_HEADERS)


@cache
def _bytes(name: str) -> bytes:
    return resources.files(__package__).joinpath("static", name).read_bytes()


def _file(name: str) -> Response:
    return Response(
        _bytes(name), media_type=f"{_STATIC[name]}; charset=utf-8", headers=PAGE_HEADERS
    )
