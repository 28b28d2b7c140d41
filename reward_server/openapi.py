"""``openapi.json``: FastAPI's document, with the request that the score route reads itself."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from .api.requests import SCORE_REQUEST


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of ``app``."""
    whole = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    request = SCORE_REQUEST.json_schema(ref_template="#/components/schemas/{model}")
    schemas = whole["components"]["schemas"]
    schemas |= request.pop("$defs")
    schemas["ScoreRequest"] = request
    return whole


def text(app: FastAPI) -> str:
    """The document as ``openapi.json`` holds it: sorted keys, one end of line."""
    return json.dumps(document(app), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
