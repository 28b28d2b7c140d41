"""A network as ``GET /networks/{name}`` shows it."""

from __future__ import annotations

from reward_server.core.transit.build import Branch, Overlay
from reward_server.networks.describe import (
    BranchDescription,
    LineDescription,
    NetworkDescription,
    describe,
)
from reward_server.networks.network_set import load_network


def test_a_description_has_the_names_without_their_annotations() -> None:
    lines = {
        "Line 1": [
            "Adit Station",
            "Beck (Transfer Station) (Branch-starting Station)",
            "Croft",
            "Spur",
        ],
        "Ring": ["Beck", " Dell", "Eyot", "Beck"],
    }
    overlay = Overlay(branches={"Line 1": (Branch("beck", ("spur station",)),)})
    loaded = load_network("x/toy", lines, overlay)
    assert describe(loaded) == NetworkDescription(
        name="x/toy",
        digest=loaded.digest,
        station_count=6,
        transfer_stations=("Beck",),
        lines=(
            LineDescription(
                name="Line 1",
                stations=("Adit Station", "Beck", "Croft"),
                loop=False,
                branches=(BranchDescription("Beck", ("Spur",)),),
            ),
            LineDescription(name="Ring", stations=("Beck", "Dell", "Eyot"), loop=True, branches=()),
        ),
    )
