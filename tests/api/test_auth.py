"""Who may call: bearer tokens, several at once, changed without a restart."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from reward_server.api.auth import Tokens
from reward_server.app import create_app
from reward_server.settings import Settings, SettingsError, shown

from ..serving import fetch, free_port, serving, until

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
    "path", ["/score", "/metadata", "/networks/china/beijing", "/openapi.json"]
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("first", ["# the trainers\n", ""])
def test_a_file_has_a_token_a_line_and_comments(tmp_path: Path, encoding: str, first: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{first}{ALICE}\n\n   {BOB}  \r\n#{ALICE}0\n", encoding=encoding)
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


def test_two_workers_take_a_new_token_and_drop_the_old_one_while_they_serve(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(ALICE)
    with serving(tmp_path, "--workers", "2", "--tokens-file", str(file)) as served:

        def accepted(token: str) -> set[bool]:
            """What the workers say, of which each asks about a new connection."""
            url = f"{served.url}/metadata"
            return {fetch(url, headers=bearer(token))[0] == 200 for _ in range(20)}

        assert (accepted(ALICE), accepted(BOB)) == ({True}, {False})
        file.write_text(f"{ALICE}\n{BOB}\n")
        until(lambda: (accepted(ALICE), accepted(BOB)) == ({True}, {True}))
        file.write_text(BOB)
        until(lambda: (accepted(ALICE), accepted(BOB)) == ({False}, {True}))
        assert ALICE not in served.log.read_text()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_command_tells_in_a_sentence_why_it_does_not_start(
    tmp_path: Path, workers: str
) -> None:
    file = tmp_path / "tokens"
    file.write_text("# none yet\n")
    command = [sys.executable, "-m", "reward_server.cli", "serve", "--workers", workers]
    run = subprocess.run(
        [*command, "--port", str(free_port()), "--tokens-file", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 2
    assert run.stderr.startswith(f"reward-server: {file}: expected at least one token")
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("host", "variables", "warned"),
    [
        ("0.0.0.0", {}, True),  # noqa: S104 - what is warned of
        ("0.0.0.0", {"REWARD_SERVER_TOKENS": ALICE}, False),  # noqa: S104
        ("127.0.0.1", {}, False),
        ("localhost", {}, False),
    ],
)
def test_a_service_that_others_reach_warns_where_anyone_may_call(
    tmp_path: Path, host: str, variables: dict[str, str], warned: bool
) -> None:
    with serving(tmp_path, "--workers", "1", "--host", host, variables=variables) as served:
        lines = [line for line in served.lines() if line["level"] == "warning"]
    assert [line["message"] for line in lines] == (
        [f"{host} is reached from other machines, and anyone may call"] if warned else []
    )
