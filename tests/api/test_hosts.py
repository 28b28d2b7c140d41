"""No page of another origin reads a reply by DNS rebinding or posts blindly; others may call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.settings import Settings

from ..serving import fetch, serving

Json = dict[str, Any]

EMPTY = b'{"items": []}'


def caller(**settings: Any) -> TestClient:  # noqa: ANN401 - of any setting
    app = create_app(Settings(explorer=False, **settings))
    return TestClient(app, base_url="http://localhost:8080")


#: ``allowed_hosts``, ``Host``, and whether the two fit.
HOSTS: dict[str, tuple[tuple[str, ...] | None, str, bool]] = {
    "localhost": ((), "localhost", True),
    "localhost with a port": ((), "localhost:8080", True),
    "localhost in capitals, whole": ((), "LocalHost.:8080", True),
    "a name below localhost": ((), "rewards.localhost:8080", True),
    "an address of loopback": ((), "127.0.0.1:8080", True),
    "one in brackets": ((), "[::1]:8080", True),
    "the address of a pod": ((), "10.1.2.3:8080", True),
    "the address of a pod, in brackets": ((), "[fd00::1:2]", True),
    "the configured host": ((), "gpu-7.example:8080", True),
    "a name of the local network": ((), "reward-server:8080", True),
    "a name that leads here": ((), "evil.example:8080", False),
    "one that begins like ours": ((), "localhost.evil.example", False),
    "one that ends like ours": ((), "evil.notlocalhost", False),
    "one that begins like an address": ((), "127.0.0.1.evil.example", False),
    "nothing": ((), "", True),
    "brackets that are no address": ((), "[evil.example]", False),
    "an allowed name": (("rewards.example",), "rewards.example:443", True),
    "a name below it": (("rewards.example",), "a.rewards.example", False),
    "a name below an allowed ending": (("*.rewards.svc",), "reward-server.rewards.svc", True),
    "the ending itself": (("*.rewards.svc",), "rewards.svc", False),
    "a name that ends so by chance": (("*.rewards.svc",), "evilrewards.svc", False),
    "any": (("*",), "evil.example", True),
    "no setting": (None, "evil.example", True),
}


@pytest.mark.parametrize(("allowed", "host", "fits"), HOSTS.values(), ids=HOSTS)
def test_a_request_is_for_a_host_that_the_service_goes_by(
    allowed: tuple[str, ...] | None, host: str, fits: bool
) -> None:
    service = caller(allowed_hosts=allowed, host="gpu-7.example")
    for _ in range(2):  # what was seen before is remembered
        reply = service.get("/metadata", headers={"Host": host})
        assert reply.status_code == (200 if fits else 421)
    if not fits:
        error = reply.json()["error"]
        assert (error["kind"], error["retryable"]) == ("unknown_host", False)
        assert "allowed_hosts" in error["message"]


def test_names_are_not_remembered_without_end() -> None:
    service = caller(allowed_hosts=("*",))
    for number in range(200):
        assert service.get("/healthz", headers={"Host": f"h{number}"}).status_code == 200


def test_a_refused_host_is_counted() -> None:
    service = caller(allowed_hosts=())
    service.post("/score", content=EMPTY, headers={"Host": "evil.example"})
    assert 'reward_server_refused_total{reason="unknown_host"} 1.0' in service.get("/metrics").text


#: What a browser says of the page that sends, and whether it is one of ours.
ORIGINS: dict[str, tuple[dict[str, str], bool]] = {
    "no page": ({}, True),
    "our own page": ({"Origin": "http://localhost:8080"}, True),
    "our own page behind a proxy over TLS": (
        {"Origin": "https://rewards.example", "Host": "rewards.example"},
        True,
    ),
    "a standard port, spelled out": (
        {"Origin": "http://rewards.example", "Host": "rewards.example:80"},
        True,
    ),
    "our own page, as the browser says": (
        {"Origin": "https://rewards.example", "Sec-Fetch-Site": "same-origin"},
        True,
    ),
    "a page of an allowed name": ({"Origin": "https://gateway.example"}, True),
    "another site": ({"Origin": "https://evil.example"}, False),
    "another site, as the browser says": (
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        False,
    ),
    "another port of this machine": ({"Origin": "http://localhost:3000"}, False),
    "another name of this machine": ({"Origin": "http://127.0.0.1:8080"}, False),
    "a file, or a frame in a sandbox": ({"Origin": "null"}, False),
    "no origin at all": ({"Origin": "http://[evil"}, False),
    "a port that is none": ({"Origin": "http://localhost:many"}, False),
}
#: What a form of any page can send unasked.
SIMPLE = (
    None,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=a",
)


@pytest.mark.parametrize(("headers", "ours"), ORIGINS.values(), ids=ORIGINS)
def test_a_page_of_another_origin_has_to_ask_first(headers: dict[str, str], ours: bool) -> None:
    service = caller(allowed_hosts=("gateway.example", "*"))
    for kind in SIMPLE:
        more = {} if kind is None else {"Content-Type": kind}
        reply = service.post("/score", content=EMPTY, headers={**headers, **more})
        assert reply.status_code == (200 if ours else 415), kind
        if not ours:
            assert reply.json()["error"]["kind"] == "content_type"
    kind = "application/json; charset=utf-8"
    reply = service.post("/score", content=EMPTY, headers={**headers, "Content-Type": kind})
    assert reply.status_code == 200


def test_no_other_origin_is_ever_allowed_to_send_json() -> None:
    service = caller()
    asked = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    reply = service.options("/score", headers=asked)
    assert reply.status_code == 405
    assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 421),
        (("--allowed-hosts", "*"), 200),
        (("--allowed-hosts", "a.example, rewards.example"), 200),
        (("--host", "0.0.0.0"), 200),  # noqa: S104 - as in a container
        (("--host", "0.0.0.0", "--allowed-hosts", "a.example"), 421),  # noqa: S104
    ],
)
def test_a_service_on_loopback_has_no_other_name_unless_it_is_told(
    tmp_path: Path, options: tuple[str, ...], status: int
) -> None:
    with serving(tmp_path, "--workers", "1", *options) as served:
        assert fetch(f"{served.url}/healthz")[0] == 200
        assert fetch(f"{served.url}/metadata", headers={"Host": "rewards.example"})[0] == status
