"""What the service tells of itself: metadata, networks, health, documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from reward_server.app import create_app
from reward_server.profiles import PROFILES
from reward_server.settings import Settings
from reward_server.wire.replies import ErrorReply, Metadata


def test_the_metadata_tell_what_is_scored_and_how(client: TestClient) -> None:
    reply = client.get("/metadata")
    TypeAdapter(Metadata).validate_json(reply.content, strict=True)
    told = reply.json()
    assert told["tasks"] == ["TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"]
    assert told["components"] == ["format", "correctness", "detail"]
    assert told["default_profile"] == "robust"
    assert {one["name"]: one["constants"] for one in told["profiles"]} == {
        name: profile.constants() for name, profile in PROFILES.items()
    }
    assert "progress" in told["terms"]["robust"]
    assert told["limits"]["items"] == 16_384
    versions = told["versions"]
    assert versions.keys() == {
        *("reward_server", "core", "python", "networkx", "rapidfuzz", "unicode"),
    }
    assert versions["core"] in {"compiled", "interpreted"}  # tests/test_compiled.py: which one


def test_the_metadata_have_the_fingerprint_that_scores_come_with(client: TestClient) -> None:
    for one in client.get("/metadata").json()["profiles"]:
        reply = client.post("/score", json={"items": [], "profile": one["name"]})
        assert reply.json()["fingerprint"] == one["fingerprint"]


def test_a_network_is_told_by_its_name_which_has_a_slash(client: TestClient) -> None:
    networks = client.get("/metadata").json()["networks"]
    assert networks
    for name, digest in networks.items():
        told = client.get(f"/networks/{name}").json()
        assert (told["name"], told["digest"]) == (name, digest)
        assert told["lines"][0]["stations"]


@pytest.mark.parametrize("name", ["nowhere", "velmora", "velmora/aldrina/", "../secret", "%00"])
def test_an_unknown_network_is_not_found(client: TestClient, name: str) -> None:
    reply = client.get(f"/networks/{name}")
    TypeAdapter(ErrorReply).validate_json(reply.content, strict=True)
    assert reply.status_code == 404


def test_the_message_for_an_unknown_network_says_where_the_known_ones_are(
    client: TestClient,
) -> None:
    error = client.get("/networks/x/y").json()["error"]
    assert error["kind"] == "unknown_network"
    assert error["message"] == (
        "no network 'x/y' among the 3 loaded ones; GET /metadata lists them"
    )


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_service_is_alive_and_ready(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


def test_the_documents_are_served(client: TestClient) -> None:
    assert client.get("/docs").status_code == 200
    assert client.get("/openapi.json").json()["openapi"].startswith("3.")


def test_overlays_are_seen_in_networks_and_fingerprints(tmp_path: Path) -> None:
    files = {
        "cities/x/y.json": {"Ring": ["A", "B", "C"]},
        "o/x/y.overlay.json": {"loops": ["Ring"]},
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(json.dumps(content))
    seen = []
    for overlays in (None, str(tmp_path / "o")):
        settings = Settings(networks=tmp_path / "cities", overlays=overlays)
        with TestClient(create_app(settings)) as client:
            metadata = client.get("/metadata").json()
            city = client.get("/networks/x/y").json()
            assert metadata["networks"] == {"x/y": city["digest"]}
            seen.append((city["lines"][0]["loop"], city["digest"], metadata["profiles"][0]))
    (bare, overlaid) = seen
    assert (bare[0], overlaid[0]) == (False, True)
    assert bare[1] != overlaid[1]
    assert bare[2]["fingerprint"] != overlaid[2]["fingerprint"]
