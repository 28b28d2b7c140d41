"""``trainer-client doctor``: what is wrong with a service, in words."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest
from typer.testing import CliRunner

from reward_server import Scorer
from trainer_client.cli import app

from ...faults.conftest import port_of
from ...serving import Served, free_port, serving
from ..client.spoiling import LIES, UNSPOILT, spoiling


def doctor(*arguments: str, code: int, variables: Mapping[str, str] | None = None) -> str:
    """All that the command says."""
    unset: dict[str, str | None] = dict.fromkeys(
        ("REWARD_URL", "REWARD_TOKEN", "REWARD_PROFILE", "REWARD_FINGERPRINT")
    )
    ended = CliRunner().invoke(
        app, ["doctor", "--seconds", "0.1", *arguments], env={**unset, **(variables or {})}
    )
    assert ended.exit_code == code, ended.output
    return ended.output


@contextmanager
def answering(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of one that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name there
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_service_that_is_well(served: Served) -> None:
    said = doctor("--url", served.url, code=0)
    for words in (
        "answers, and takes work",
        "none given, none needed",
        "robust (default), paper, released",
        Scorer().fingerprint,
        "3 loaded",
        "the same rewards as scored here",
        "p50",
        "p99",
        "items/s",
        "A run may start.",
    ):
        assert words in said
    assert "WRONG" not in said


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with tokens and with a network of its own."""
    folder = tmp_path_factory.mktemp("other")
    city = folder / "stations" / "here" / "toy.json"
    city.parent.mkdir(parents=True)
    city.write_text('{"Line 1": ["A", "B"]}')
    options = "--workers", "1", "--networks", str(folder / "stations")
    with serving(folder, *options, variables={"REWARD_SERVER_TOKENS": "sesame"}) as served:
        yield served


def test_tokens_and_a_service_without_our_networks(other: Served) -> None:
    without = doctor("--url", other.url, code=1)
    assert "a token is needed" in without
    assert "set REWARD_TOKEN" in without
    wrong = doctor("--url", other.url, code=1, variables={"REWARD_TOKEN": "close"})
    assert "it is not accepted" in wrong
    said = doctor(code=0, variables={"REWARD_URL": other.url, "REWARD_TOKEN": "sesame"})
    assert "1 loaded: here/toy" in said
    assert "the same rewards" in said
    assert "sesame" not in said + wrong


def test_another_profile_or_fingerprint_than_the_wanted_one(served: Served) -> None:
    assert "but no 'nope'" in doctor("--url", served.url, "--profile", "nope", code=1)
    said = doctor("--url", served.url, "--expect-fingerprint", "robust-1-x", code=1)
    assert f"it is {Scorer().fingerprint}, not robust-1-x" in said
    assert "latency" not in said


def test_nothing_listens_or_the_name_is_not_known_or_it_speaks_no_tls(served: Served) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    tls = served.url.replace("http:", "https:")
    said = doctor("--url", f"{nobody},http://reward.invalid,{tls}", code=1)
    assert f"{nobody}: reach: connection refused: nothing listens there" in said
    assert "the name 'reward.invalid' is not known (DNS)" in said
    assert "TLS failed; perhaps it speaks plain http" in said


def test_one_that_takes_no_connection_and_one_that_never_replies() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        address = silent.getsockname()
        for_reply = f"http://127.0.0.1:{address[1]}"
        said = doctor("--url", for_reply, "--connect-timeout-s", "0.5", "--deadline-s", "1", code=1)
        assert "no reply within 1 s" in said or "no connection within 0.5 s" in said


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        (200, b"<html>hello</html>", {}, "another service answers there: 200 to GET /readyz"),
        (404, b"not here", {}, "another service answers there: 404"),
        (301, b"", {"Location": "https://elsewhere/"}, "it redirects to https://elsewhere/"),
        (502, b"bad gateway", {}, "a proxy answers 502, and reaches no service itself"),
        (
            503,
            b'{"error":{"kind":"draining","message":"stopped","retryable":true,"details":[]}}',
            {},
            "it is being stopped",
        ),
        (200, b'{"status":"ok"}', {}, "it lacks"),
    ],
)
def test_what_answers_is_no_reward_service_or_none_that_takes_work(
    status: int, body: bytes, headers: Mapping[str, str], words: str
) -> None:
    with answering(status, body, headers) as url:
        assert words in doctor("--url", url, code=1)


def test_a_proxy_in_the_environment_is_named_where_nothing_is_reached() -> None:
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9"}
    said = doctor("--url", f"http://127.0.0.1:{free_port()}", code=1, variables=proxy)
    assert "HTTP_PROXY: no proxy is used for rewards" in said


def test_endpoints_that_give_different_rewards(served: Served, other: Served) -> None:
    token = {"REWARD_TOKEN": "sesame"}
    said = doctor("--url", f"{served.url},{other.url}", code=1, variables=token)
    assert "the endpoints give different rewards" in said


def test_rewards_that_differ_from_those_of_the_code_here_are_odd(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def otherwise(body: bytes) -> bytes:
        reply = orjson.loads(body)
        for one in reply["results"]:
            one["signals"].append("new")
        return orjson.dumps(reply)

    monkeypatch.setitem(LIES, "otherwise", otherwise)
    with spoiling(port_of(served), lambda n: UNSPOILT if n else "otherwise") as proxy:
        said = doctor("--url", proxy.url, code=0)
    assert "its rewards differ from those of the code that is installed here" in said


def test_without_an_address_there_is_nothing_to_look_at() -> None:
    assert "give the service's address: --url, or REWARD_URL" in doctor(code=2)
