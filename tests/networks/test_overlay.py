"""What an overlay changes in a network."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from reward_server.core.transit.build import Branch, Overlay, build
from reward_server.core.transit.model import NetworkError
from reward_server.core.transit.name_index import AMBIGUOUS
from reward_server.core.transit.network import Network
from reward_server.networks.overlay import NetworkOverlay, merged

# a main part with a branch at its end, as ReasonMap flattens it
LINES = {
    "Line 1": ["Adit", "Beck", "Croft (Branch-starting Station)", "Dell", "Eyot", "Spur", "Tarn"],
    "Line 2": ["Adit", "Fell (East)", "Glen", "Fell (West)"],
}


def network(**overlay: object) -> Network:
    return build("toy", LINES, NetworkOverlay.model_validate(overlay).to_core())


def ways(network: Network, departure: str, arrival: str) -> set[tuple[str, ...]]:
    """The ways between two stations of the first line."""
    found = network.lines[0].between(network.station(departure), network.station(arrival))
    return {tuple(network.station_names[station] for station in way) for way in found}


def test_without_an_overlay_a_branch_is_the_end_of_its_line() -> None:
    assert ways(network(), "Croft", "Tarn") == {("Dell", "Eyot", "Spur")}


def test_a_branch_leaves_at_its_junction() -> None:
    branched = network(branches={"Line 1": [{"junction": "Croft", "stations": ["Spur", "Tarn"]}]})
    assert ways(branched, "Croft", "Tarn") == {("Spur",)}
    assert ways(branched, "Beck", "Tarn") == {("Croft", "Spur")}
    assert ways(branched, "Tarn", "Eyot") == {("Spur", "Croft", "Dell")}
    assert ways(branched, "Adit", "Eyot") == {("Beck", "Croft", "Dell")}


def test_a_branch_before_its_junction_comes_in_from_its_far_end() -> None:
    # like a 6: the loop is Croft, Dell, ..., Tarn, and its tail stands first in the list
    six = network(
        loops=["Line 1"], branches={"Line 1": [{"junction": "Croft", "stations": ["Beck", "Adit"]}]}
    )
    assert ways(six, "Croft", "Adit") == {("Beck",)}
    assert ways(six, "Adit", "Tarn") == {
        ("Beck", "Croft"),
        ("Beck", "Croft", "Dell", "Eyot", "Spur"),
    }


def test_two_branches_are_joined_by_the_main_part_between_them() -> None:
    branches = [
        {"junction": "Croft", "stations": ["Spur"]},
        {"junction": "Beck", "stations": ["Tarn"]},
    ]
    branched = network(branches={"Line 1": branches})
    assert ways(branched, "Spur", "Tarn") == {("Croft", "Beck")}
    assert ways(branched, "Tarn", "Eyot") == {("Beck", "Croft", "Dell")}


def test_a_loop_has_two_ways_round() -> None:
    plain, looped = network(), network(loops=["Line 1"])
    assert ways(plain, "Beck", "Tarn") == {("Croft", "Dell", "Eyot", "Spur")}
    assert ways(looped, "Beck", "Tarn") == {("Croft", "Dell", "Eyot", "Spur"), ("Adit",)}


def test_aliases_name_stations_and_lines() -> None:
    named = network(aliases={"stations": {"Old Town": "Beck"}, "lines": {"Green Line": "Line 2"}})
    assert named.station("old town station") == named.station("Beck")
    assert named.line_index.find_exactly("green") == 1


def test_names_that_fold_alike_are_one_station_until_they_are_split() -> None:
    assert network().station("Fell (East)") == network().station("Fell (West)")
    apart = network(split=["Fell (East)", "Fell (West)"])
    assert apart.station("Fell (East)") != apart.station("Fell (West)")
    assert apart.station("Fell") == AMBIGUOUS


def test_joined_names_are_one_station() -> None:
    joined = network(join=[["Glen", "Dell"]])
    assert joined.station("Glen") == joined.station("Dell")
    assert joined.rides(joined.station("Fell"), joined.station("Eyot")) == 2
    assert joined.rides(joined.station("Glen"), joined.station("Eyot")) == 1


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"loop": []}, "Extra inputs"),
        ({"aliases": {"station": {}}}, "Extra inputs"),
        ({"branches": {"Line 1": [{"junction": "Beck", "stations": []}]}}, "at least 1 item"),
        ({"branches": {"Line 1": [{"junction": "B", "stations": ["C"]}] * 7}}, "at most 6 items"),
        ({"join": [["Beck"]]}, "at least 2 items"),
        (
            {"join": [["Beck", "Dell"], ["Dell Station", "Eyot"]]},
            "'Dell Station' stands in two sets",
        ),
        ({"loops": ["x" * 201]}, "at most 200 characters"),
        ({"loops": [1]}, "valid string"),
        ({"loops": ["Line 1"], "sources": {"Line 2": "a map"}}, "'Line 2' is no line or station"),
        ({"loops": ["Line 1"], "sources": {"Line 1": ""}}, "at least 1 character"),
    ],
)
def test_an_overlay_of_another_form_is_refused(overlay: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        NetworkOverlay.model_validate(overlay)


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"loops": ["Line 9"]}, "no line 'Line 9'"),
        ({"branches": {"Line 9": []}}, "no line 'Line 9'"),
        (
            {"branches": {"Line 1": [{"junction": "Beck", "stations": ["Glen"]}]}},
            "follow each other",
        ),
        (
            {"branches": {"Line 1": [{"junction": "Glen", "stations": ["Spur"]}]}},
            "leaves at 'Glen'",
        ),
        (  # in the list they are told the other way round
            {"branches": {"Line 1": [{"junction": "Croft", "stations": ["Tarn", "Spur"]}]}},
            "follow each other",
        ),
        ({"aliases": {"stations": {"Old Town": "Nowhere"}}}, "no station 'Nowhere'"),
        ({"aliases": {"stations": {"Beck": "Dell"}}}, "the name of another station"),
        ({"aliases": {"lines": {"Green": "Line 9"}}}, "no line 'Line 9'"),
        ({"aliases": {"lines": {"2": "Line 1"}}}, "the name of another line"),
        ({"split": ["Nowhere"]}, "no station 'Nowhere'"),
        ({"join": [["Beck", "Nowhere"]]}, "no station 'Nowhere'"),
    ],
)
def test_an_overlay_of_another_city_is_refused(overlay: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        network(**overlay)


# what both speak of -> the overlay that has the say, the further one, and both as one
MERGED: list[tuple[str, Overlay, Overlay, Overlay]] = [
    ("nothing", Overlay(), Overlay(), Overlay()),
    (
        "an alias, in another spelling",
        Overlay(station_aliases={"Old Town": "Beck"}, line_aliases={"Green": "Line 1"}),
        Overlay(
            station_aliases={"old town station": "Croft", "New Town": "Dell"},
            line_aliases={"Green Line": "Line 2", "Red": "Line 2"},
        ),
        Overlay(
            station_aliases={"Old Town": "Beck", "New Town": "Dell"},
            line_aliases={"Green": "Line 1", "Red": "Line 2"},
        ),
    ),
    (
        "other lines",
        Overlay(loops=("1",), branches={"2": (Branch("A", ("B",)),)}),
        Overlay(loops=("3",), branches={"4": (Branch("C", ("D",)),)}),
        Overlay(
            loops=("1", "3"), branches={"2": (Branch("A", ("B",)),), "4": (Branch("C", ("D",)),)}
        ),
    ),
    (
        "a line, by loop and by branch",
        Overlay(loops=("1",), branches={"2": (Branch("A", ("B",)),), "3": ()}),
        Overlay(
            loops=("1", "2", "3"), branches={n: (Branch("C", ("D",)),) for n in ("1", "2", "3")}
        ),
        Overlay(loops=("1",), branches={"2": (Branch("A", ("B",)),), "3": ()}),
    ),
    (
        "stations to split and to join",
        Overlay(split=("A (N)",), join=(("B", "C"),)),
        Overlay(split=("A (N)", "A (S)"), join=(("C Station", "D"), ("E", "F"))),
        Overlay(split=("A (N)", "A (S)"), join=(("B", "C"), ("E", "F"))),
    ),
]


@pytest.mark.parametrize(
    ("own", "further", "both"), [row[1:] for row in MERGED], ids=[row[0] for row in MERGED]
)
def test_of_two_overlays_the_own_one_has_the_say(
    own: Overlay, further: Overlay, both: Overlay
) -> None:
    assert merged(own, further) == both
    assert merged(Overlay(), further) == further
    assert merged(own, Overlay()) == own


def test_names_that_differ_in_an_accent_may_be_joined_to_different_stations() -> None:
    joined = NetworkOverlay.model_validate({"join": [["Láng", "Adit"], ["Lăng", "Beck"]]}).to_core()
    built = build("toy", {"1": ["Láng", "Croft", "Lăng"], "2": ["Adit", "Dell", "Beck"]}, joined)
    assert built.station("Láng") == built.station("Adit") != built.station("Beck")
    assert built.station("Lăng") == built.station("Beck")
