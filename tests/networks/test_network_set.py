"""Sets of networks and the digests they are known by."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from reward_server.core.transit.build import Branch, Overlay
from reward_server.networks.load import load_bundled
from reward_server.networks.network_set import NetworkSet, content_digest, load_network

LINES = {"Line 1": ["Adit", "Beck（换乘站）", "Croft"], "Line 2": ["Beck", "Dell"]}


def test_a_set_is_the_same_in_whatever_order_its_networks_came() -> None:
    a, b = load_network("x/a", LINES), load_network("x/b", {"Line 1": ["Adit", "Beck"]})
    assert list(NetworkSet([b, a])) == list(NetworkSet([a, b])) == ["x/a", "x/b"]
    assert NetworkSet([b, a]).digest == NetworkSet([a, b]).digest


def test_a_set_changes_with_the_names_and_the_contents_of_its_networks() -> None:
    sets = [
        NetworkSet([]),
        NetworkSet([load_network("x/a", LINES)]),
        NetworkSet([load_network("x/b", LINES)]),
        NetworkSet([load_network("x/a", LINES, Overlay(loops=("Line 1",)))]),
        NetworkSet([load_network("x/a", LINES), load_network("x/b", LINES)]),
    ]
    assert len({networks.digest for networks in sets}) == len(sets)


def test_a_set_has_the_digest_and_the_source_of_each_network() -> None:
    one = load_network("x/a", LINES)
    networks = NetworkSet([one])
    assert networks.digests == {"x/a": content_digest(LINES)}
    assert networks.loaded["x/a"] is one
    assert networks["x/a"] is one.network


def test_two_networks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="'x/a' stands twice"):
        NetworkSet([load_network("x/a", LINES), load_network("x/a", LINES)])


@pytest.mark.parametrize(
    ("lines", "overlay"),
    [
        ({"Line 2": LINES["Line 2"], "Line 1": LINES["Line 1"]}, Overlay()),
        ({**LINES, "Line 1": ["Adit", "Beck", "Croft"]}, Overlay()),
        ({**LINES, "Line 1": ["Beck（换乘站）", "Adit", "Croft"]}, Overlay()),
        (LINES, Overlay(station_aliases={"Old Town": "Beck"})),
        (LINES, Overlay(line_aliases={"Old Town": "Beck"})),
        (LINES, Overlay(loops=("Line 1",))),
        (LINES, Overlay(branches={"Line 1": (Branch("Beck", ("Croft",)),)})),
        (LINES, Overlay(split=("Beck",))),
        (LINES, Overlay(join=(("Beck", "Dell"),))),
    ],
)
def test_a_digest_changes_with_all_that_a_network_is_built_from(
    lines: Mapping[str, list[str]], overlay: Overlay
) -> None:
    assert content_digest(lines, overlay) != content_digest(LINES)


def test_the_order_of_aliases_does_not_change_a_digest() -> None:
    one, other = {"Old Town": "Beck", "Pit": "Adit"}, {"Pit": "Adit", "Old Town": "Beck"}
    assert content_digest(LINES, Overlay(station_aliases=one)) == content_digest(
        LINES, Overlay(station_aliases=other)
    )


def test_a_digest_is_this_one_on_every_machine() -> None:
    # a caller may have pinned it: when this changes, so does every fingerprint
    assert content_digest(LINES) == (
        "68451c10536cb0ccf814ccf468f16677ce4d38a901e573bb113de709c5b645db"
    )


def test_digests_do_not_depend_on_the_process() -> None:
    program = "from reward_server.networks.load import load_bundled; print(load_bundled().digest)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert run.stdout.strip() == load_bundled().digest
