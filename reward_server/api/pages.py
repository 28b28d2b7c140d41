"""``/docs`` and ``/redoc``: the API for people, by Swagger UI and ReDoc, from this service alone.

The pages have nothing of the service in them, and are open where there are tokens; their script
then asks for one and fetches ``openapi.json`` with it, which is as protected as ``/score``: it
describes rewards, and one of them may be the user's own. Scripts and styles are those that the
package fastapi-offline carries.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

#: The styles that ReDoc writes into its page, by their hash: an empty one, which it then fills rule
#: by rule, and that of its scroll bar. A new version of it may need another.
_REDOC_STYLES: Final = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)
#: What a browser may do with any page of ours: no script but ours, nothing from elsewhere.
PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'self'; style-src 'self' {_REDOC_STYLES}; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_BUNDLED = "fastapi_offline"
#: Name -> the package whose folder ``static`` has the file, and its type.
_FILES: Final = {
    "docs.css": (__package__, "text/css"),
    "docs.js": (__package__, "text/javascript"),
    "redoc.standalone.js": (_BUNDLED, "text/javascript"),
    "swagger-ui-bundle.js": (_BUNDLED, "text/javascript"),
    "swagger-ui.css": (_BUNDLED, "text/css"),
}
#: A picture that ReDoc would load from its maker's host, and what there is instead: none.
_ELSEWHERE, _NOTHING = b"https://cdn.redoc.ly/redoc/logo-mini.svg", b"data:,"
#: What anyone may load.
PATHS: Final = frozenset({"/docs", "/redoc", *(f"/docs/{name}" for name in _FILES)})

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def swagger_ui() -> Response:
    """The API, to try out."""
    return _page("docs.html")


@router.get("/redoc")
async def redoc() -> Response:
    """The API, to read."""
    return _page("redoc.html")


@router.get("/docs/{name}")
async def file(name: str) -> Response:
    """A script or a style sheet of the pages."""
    if name not in _FILES:
        raise HTTPException(404)
    package, kind = _FILES[name]
    return Response(
        _bytes(package, name), media_type=f"{kind}; charset=utf-8", headers=PAGE_HEADERS
    )


def _page(name: str) -> Response:
    return HTMLResponse(_bytes(__package__, name), headers=PAGE_HEADERS)


@cache
def _bytes(package: str, name: str) -> bytes:
    whole = resources.files(package).joinpath("static", name).read_bytes()
    return whole.replace(_ELSEWHERE, _NOTHING)
