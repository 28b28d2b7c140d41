"""``openapi.json``: FastAPI's document, with the requests that routes read themselves."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from .api.compat.gold import gold_schema
from .api.compat.nemo_gym import AGGREGATE_METRICS_REQUEST, VERIFY_REQUEST
from .api.compat.openrlhf import OPENRLHF_REQUEST
from .api.compat.slime import SLIME_REQUEST
from .wire.requests import SCORE_REQUEST

_REQUESTS: tuple[TypeAdapter[Any], ...] = (
    SCORE_REQUEST,
    OPENRLHF_REQUEST,
    SLIME_REQUEST,
    VERIFY_REQUEST,
    AGGREGATE_METRICS_REQUEST,
)
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "Needed where the service was started with tokens.",
}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of ``app``."""
    whole = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    whole["components"]["securitySchemes"] = {"bearer": _BEARER}
    whole["security"] = [{"bearer": []}, {}]  # or none
    schemas = whole["components"]["schemas"]
    for adapter in _REQUESTS:
        request = adapter.json_schema(ref_template="#/components/schemas/{model}")
        schemas |= request.pop("$defs", {})
        schemas[request["title"]] = request
    items = [scorer.items for scorer in app.state.service.scorers.values()]
    records = {name: f"#/components/schemas/{name}" for one in items for name in one.records}
    references = [{"$ref": place} for place in records.values()]
    item = references[0] if len(references) == 1 else {"anyOf": references}
    schemas["ScoreRequest"]["properties"]["items"]["items"] = item
    for of_profile in items:
        schemas |= of_profile.schemas()
    schemas["Gold"] = gold_schema(items)
    for schema in schemas.values():
        _refer(schema)
    return whole


def _refer(node: Any) -> None:  # noqa: ANN401 - any part of a document
    """Turn each ``x-schema`` into a reference to the schema of that name."""
    if isinstance(node, list):
        for part in node:
            _refer(part)
    elif isinstance(node, dict):
        if "x-schema" in node:
            node["$ref"] = f"#/components/schemas/{node.pop('x-schema')}"
        for part in node.values():
            _refer(part)


def text(app: FastAPI) -> str:
    """The document as ``openapi.json`` holds it: sorted keys, one end of line."""
    return json.dumps(document(app), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
