"""Who may call: bearer tokens, several at once, changed without a restart."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from reward_server.api.auth import Tokens
from reward_server.app import create_app
from reward_server.settings import Settings, SettingsError, shown

Json = dict[str, Any]
ALICE, BOB = "alice-0123456789", "bob/012345678=="


def caller(**settings: object) -> TestClient:
    app = create_app(Settings.model_validate(settings))
    return TestClient(app, raise_server_exceptions=False)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def guarded() -> TestClient:
    return caller(tokens=f"{ALICE},{BOB}")


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_without_tokens_everybody_may_call(boxed: Json) -> None:
    service = caller()
    assert service.post("/score", json={"items": [boxed]}).status_code == 200
    assert service.get("/metadata").status_code == 200


@pytest.mark.parametrize("token", [ALICE, BOB])
def test_each_token_is_accepted(guarded: TestClient, token: str, boxed: Json) -> None:
    reply = guarded.post("/score", json={"items": [boxed]}, headers=bearer(token))
    assert reply.json()["results"][0]["correct"] is True


def test_the_scheme_may_be_in_any_case(guarded: TestClient) -> None:
    reply = guarded.get("/metadata", headers={"Authorization": f"bEARER  {ALICE} "})
    assert reply.status_code == 200


@pytest.mark.parametrize(
    ("header", "challenge", "message"),
    [
        (None, 'Bearer realm="reward_server"', "a token is needed: Authorization: Bearer TOKEN"),
        (
            f"Basic {ALICE}",
            'Bearer realm="reward_server"',
            "a token is needed: Authorization: Bearer TOKEN",
        ),
        *(
            (
                f"Bearer {wrong}",
                'Bearer realm="reward_server", error="invalid_token"',
                "the token is none that is accepted here",
            )
            for wrong in ("", "x", ALICE[:-1], ALICE + "0", ALICE.upper(), f"{ALICE},{BOB}", "é")
        ),
    ],
)
def test_another_caller_gets_401_in_the_shape_of_every_error(
    guarded: TestClient, header: str | None, challenge: str, message: str
) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    reply = guarded.post("/score", content=b"not even json", headers=headers)
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == challenge
    assert reply.json() == {
        "error": {"kind": "unauthorized", "message": message, "retryable": False, "details": []}
    }


@pytest.mark.parametrize(
    "path", ["/score", "/metadata", "/networks/china/beijing", "/docs", "/openapi.json", "/redoc"]
)
def test_all_that_tells_anything_is_protected(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 401
    assert guarded.get(path, headers=bearer(ALICE)).status_code != 401


@pytest.mark.parametrize("path", ["/healthz/", "//healthz", "/healthz/../score", "/nowhere"])
def test_a_path_that_looks_like_an_open_one_is_not_open(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 401


@pytest.mark.parametrize("protect_health", [False, True])
@pytest.mark.parametrize("protect_metrics", [False, True])
def test_health_and_metrics_are_open_unless_the_settings_protect_them(
    protect_health: bool, protect_metrics: bool
) -> None:
    service = caller(tokens=ALICE, protect_health=protect_health, protect_metrics=protect_metrics)
    for path, protected in (
        ("/healthz", protect_health),
        ("/readyz", protect_health),
        ("/metrics", protect_metrics),
    ):
        assert (service.get(path).status_code == 401) is protected
        assert service.get(path, headers=bearer(ALICE)).status_code == 200


def test_a_refused_caller_is_counted(boxed: Json) -> None:
    service = caller(tokens=ALICE)
    for _ in range(3):
        service.post("/score", json={"items": [boxed]})
    page = service.get("/metrics").text
    assert 'reward_server_refused_total{reason="unauthorized"} 3.0' in page
    assert 'reward_server_requests_total{route="/score",status="401"} 3.0' in page


def test_a_file_has_a_token_a_line_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# the trainers\n{ALICE}\n\n   {BOB}  \r\n#{ALICE}0\n")
    tokens = Tokens(file=file)
    assert tokens.accept(ALICE)
    assert tokens.accept(BOB)
    assert not tokens.accept(ALICE + "0")
    assert not tokens.accept("")


def test_tokens_of_the_settings_and_of_the_file_are_accepted_alike(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(ALICE)
    service = caller(tokens=BOB, tokens_file=tmp_path / "tokens")
    for token in (ALICE, BOB):
        assert service.get("/metadata", headers=bearer(token)).status_code == 200


def test_a_changed_file_is_read_again_within_a_second(tmp_path: Path) -> None:
    file, clock = tmp_path / "tokens", Clock()
    file.write_text(ALICE)
    tokens = Tokens(file=file, clock=clock)
    file.write_text(f"{ALICE}\n{BOB}")
    assert not tokens.accept(BOB)  # it has looked just now
    clock.now += 1.0
    assert tokens.accept(BOB)
    assert tokens.accept(ALICE)
    file.write_text(BOB)
    clock.now += 1.0
    assert not tokens.accept(ALICE)


def test_a_file_that_is_swapped_behind_a_link_is_read_again(tmp_path: Path) -> None:
    """As Kubernetes does with a mounted secret."""
    clock = Clock()
    for name, token in (("old", ALICE), ("new", BOB)):
        (tmp_path / name).write_text(token)
        os.utime(tmp_path / name, (1, 1))
    (link := tmp_path / "tokens").symlink_to("old")
    tokens = Tokens(file=link, clock=clock)
    link.unlink()
    link.symlink_to("new")
    clock.now += 1.0
    assert tokens.accept(BOB)


@pytest.mark.parametrize("content", [None, "", "# none\n", "two words\n"])
def test_a_file_that_turns_bad_changes_nothing_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str | None
) -> None:
    file, clock = tmp_path / "tokens", Clock()
    file.write_text(ALICE)
    tokens = Tokens(file=file, clock=clock)
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            clock.now += 1.0
            assert tokens.accept(ALICE)
            assert not tokens.accept("")
    assert len(caplog.records) == 1
    assert "the tokens stay as they were" in caplog.text
    file.write_text(BOB)
    clock.now += 1.0
    assert tokens.accept(BOB)
    assert not tokens.accept(ALICE)


@pytest.mark.parametrize(
    ("given", "content", "message"),
    [
        (None, "", "tokens: expected at least one token"),
        (None, "# only\n# comments\n", "tokens: expected at least one token"),
        (None, f"{ALICE}\nsecret word\n", "tokens: token 2: expected letters"),
        ([], None, "tokens: expected at least one token"),
        ([ALICE, ""], None, "tokens: token 2: expected letters"),
    ],
)
def test_a_service_does_not_start_with_tokens_that_protect_nothing(
    tmp_path: Path, given: list[str] | None, content: str | None, message: str
) -> None:
    file = None
    if content is not None:
        file = tmp_path / "tokens"
        file.write_text(content)
    secrets = None if given is None else tuple(map(SecretStr, given))
    with pytest.raises(SettingsError) as raised:
        create_app(Settings(tokens=secrets, tokens_file=file))
    assert message in str(raised.value)
    assert "secret" not in str(raised.value)


def test_the_settings_do_not_show_a_token() -> None:
    settings = Settings.model_validate({"tokens": ALICE})
    assert ALICE not in repr(settings)
    assert ALICE not in settings.model_dump_json()
    assert ALICE not in shown(settings, "tokens")
