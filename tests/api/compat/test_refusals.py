"""What a trainer's own format cannot say becomes a status, and never a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server.api.compat.nemo_gym import VERIFY_REQUEST
from reward_server.app import create_app
from reward_server.settings import Settings

Json = dict[str, Any]
ROUTES = ["/openrlhf", "/slime", "/verify"]


@pytest.fixture
def examples(client: TestClient) -> Json:
    """The example of each route in the API's document."""
    paths = client.get("/openapi.json").json()["paths"]
    found = {}
    for route in (*ROUTES, "/aggregate_metrics"):
        content = paths[route]["post"]["requestBody"]["content"]
        found[route] = content["application/json"]["example"]
    return found


@pytest.fixture
def small() -> Iterator[TestClient]:
    """A service that takes bodies of a hundred bytes."""
    settings = Settings(max_body_bytes=100)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("route", ROUTES)
def test_the_example_in_the_document_is_scored(
    client: TestClient, examples: Json, route: str
) -> None:
    reply = client.post(route, json=examples[route]).json()
    assert reply.get("reward", reply.get("rewards")) == 11.0


@pytest.mark.parametrize("route", ROUTES)
def test_our_own_fault_on_an_item_is_503_to_be_tried_again(
    client: TestClient, examples: Json, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("reward_server.scorer.evaluate", fail)
    reply = client.post(route, json=examples[route])
    assert reply.status_code == 503
    assert reply.headers["Retry-After"] == "1"
    error = reply.json()["error"]
    assert (error["kind"], error["retryable"]) == ("unscored", True)
    assert "internal" in error["message"]
    assert "secret" not in reply.text


@pytest.mark.parametrize("route", [*ROUTES, "/aggregate_metrics"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'"x"', b"null", b"\xff", b'{"a": NaN}'])
def test_a_body_that_is_none_is_refused(client: TestClient, route: str, body: bytes) -> None:
    reply = client.post(route, content=body)
    assert (reply.status_code, reply.json()["error"]["kind"]) == (422, "malformed")


@pytest.mark.parametrize("route", [*ROUTES, "/aggregate_metrics", "/seed_session"])
def test_the_limits_of_score_hold_here_too(small: TestClient, route: str) -> None:
    reply = small.post(route, json={"prompt": "x" * 100})
    assert (reply.status_code, reply.json()["error"]["kind"]) == (413, "body_too_large")


@pytest.mark.parametrize("route", ROUTES)
def test_a_service_that_is_full_says_when_to_come_back(
    client: TestClient, examples: Json, route: str
) -> None:
    gate = client.app.state.service.gate  # type: ignore[attr-defined]  # a FastAPI, in truth
    gate.items += 10**9
    try:
        reply = client.post(route, json=examples[route])
    finally:
        gate.items -= 10**9
    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("path", "method", "like"),
    [
        ("/openrlhf", "post", "/score"),
        ("/slime", "post", "/score"),
        ("/verify", "post", "/score"),
        ("/seed_session", "post", "/score"),
        ("/aggregate_metrics", "post", "/score"),
        ("/reverify_mode", "get", "/metadata"),
        ("/", "get", "/metadata"),
    ],
)
def test_every_status_is_documented(client: TestClient, path: str, method: str, like: str) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert paths[path][method]["responses"].keys() == paths[like][method]["responses"].keys()


def test_the_document_has_the_fields_of_the_requests(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert (
        schemas["VerifyRequest"]["properties"].keys()
        == VERIFY_REQUEST.json_schema()["properties"].keys()
    )
    label = schemas["SlimeRequest"]["properties"]["label"]
    assert label["$ref"] == "#/components/schemas/Gold"
    gold, text = schemas["Gold"]["anyOf"]
    assert text["contentMediaType"] == "application/json"
    item = schemas["TransitItem"]
    assert gold["properties"].keys() == item["properties"].keys() - {"completion"}
    assert gold["additionalProperties"] is False


@pytest.mark.parametrize("route", ROUTES)
def test_a_misspelt_parameter_is_refused_for_it_would_pin_nothing(
    client: TestClient, examples: Json, route: str
) -> None:
    reply = client.post(f"{route}?expected_fingerprint=x", json=examples[route])
    assert reply.status_code == 422
    (problem,) = reply.json()["error"]["details"]
    assert problem["path"] == "?expected_fingerprint"
    assert problem["message"] == "unknown parameter, expected profile or expect_fingerprint"
