"""``openapi.json`` is what the service serves, and documents every body and reply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from fastapi.testclient import TestClient

from reward_server import openapi
from reward_server.app import create_app
from reward_server.scorer import Scorer
from reward_server.settings import Settings
from reward_server.wire.requests import ScoreRequest
from reward_server.wire.results import Result

COMMITTED = Path(__file__).parent.parent / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    with TestClient(create_app(Settings())) as client:
        served: dict[str, Any] = client.get("/openapi.json").json()
    return served


def test_the_committed_file_is_what_the_command_writes() -> None:
    written = openapi.text(create_app(Settings()))
    assert COMMITTED.read_text(encoding="utf-8") == written, (
        "run: reward-server openapi --out openapi.json"
    )


def test_the_committed_file_is_what_is_served(document: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == document


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document["paths"]) <= known
    assert references(document["components"]) <= known


def test_the_example_of_a_request_is_scored(document: dict[str, Any]) -> None:
    content = document["paths"]["/score"]["post"]["requestBody"]["content"]
    with TestClient(create_app(Settings())) as client:
        reply = client.post("/score", json=content["application/json"]["example"])
    assert reply.json()["results"][0]["reward"] == 16.0


@pytest.mark.parametrize("kind", [ScoreRequest, Scorer().items.records["TransitItem"], Result])
def test_the_schemas_have_the_fields_of_the_types(
    document: dict[str, Any], kind: type[object]
) -> None:
    schema = document["components"]["schemas"][kind.__name__]
    assert list(schema["properties"]) == list(get_type_hints(kind))
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/score", "post", {*"200 401 408 409 413 415 422 429 503".split(), "default"}),
        ("/metadata", "get", {"200", "401", "default"}),
        ("/networks/{name}", "get", {"200", "401", "404", "default"}),
        ("/healthz", "get", {"200", "401", "default"}),
        ("/readyz", "get", {"200", "401", "503", "default"}),
    ],
)
def test_every_reply_is_documented_with_a_body_of_its_own(
    document: dict[str, Any], path: str, method: str, statuses: set[str]
) -> None:
    replies = document["paths"][path][method]["responses"]
    assert set(replies) == statuses
    for status, reply in replies.items():
        schema = reply["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert (schema == "ErrorReply") == (status != "200")


@pytest.mark.parametrize(
    "path", "/score /openrlhf /slime /verify /seed_session /aggregate_metrics".split()
)
def test_every_route_that_takes_a_body_says_how_it_may_be_compressed(
    document: dict[str, Any], path: str
) -> None:
    operation = document["paths"][path]["post"]
    assert "application/json" in operation["requestBody"]["content"]
    (encoding,) = (one for one in operation["parameters"] if one["in"] == "header")
    assert encoding["schema"]["enum"] == ["identity", "gzip", "zstd"]
