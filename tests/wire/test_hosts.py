"""Which names and addresses are this machine's own."""

from __future__ import annotations

import pytest

from reward_server.wire.hosts import host_of, is_loopback

HOSTS = {
    "127.0.0.1": True,
    "127.9.9.9": True,
    "::1": True,
    "localhost": True,
    "a.localhost": True,
    "0.0.0.0": False,  # noqa: S104 - nothing listens
    "::": False,
    "10.0.0.1": False,
    "localhost.example": False,
    "notlocalhost": False,
    "127.0.0.1.example": False,
    "": False,
}


@pytest.mark.parametrize(("host", "own"), HOSTS.items(), ids=HOSTS)
def test_a_host_is_told_from_its_name(host: str, own: bool) -> None:
    assert is_loopback(host) == own


HEADERS = {
    "localhost": "localhost",
    "localhost:8080": "localhost",
    " Rewards.Example.:80 ": "rewards.example",
    "[::1]:8080": "::1",
    "[FD00::1]": "fd00::1",
    "10.0.0.1:80": "10.0.0.1",
    "": "",
}


@pytest.mark.parametrize(("header", "host"), HEADERS.items(), ids=HEADERS)
def test_the_host_of_a_header_has_no_port(header: str, host: str) -> None:
    assert host_of(header) == host
