"""A network's map: where everything is, and its SVG."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from reward_server.core.transit.build import Branch, Overlay, build
from reward_server.core.transit.network import Network
from reward_server.drawing.labels import Extent
from reward_server.drawing.plan import Plan, make_plan, short_name
from reward_server.drawing.styles import STYLES
from reward_server.drawing.svg import svg

SVG = "{http://www.w3.org/2000/svg}"
POSITIONS = {
    "A": (0.0, 0.0), "B": (2.0, 0.0), "C": (4.0, 0.0), "D": (6.0, 0.0), "E": (8.0, 2.0),
    "F": (4.0, 2.0), "G": (4.0, -2.0), "H": (6.0, 3.0),
}  # fmt: skip


def extent(text: str, size: float, bold: bool) -> Extent:
    return Extent.usual(len(text) * size * (0.6 if bold else 0.5), size)


@pytest.fixture(scope="module")
def network() -> Network:
    return build(
        "toy",
        {
            "Line 1": ["A", "B", "C", "D", "E", "H"],
            "Line 2": ["A", "B", "C", "F"],
            "Ring": ["C", "F", "D", "G"],
        },
        Overlay(loops=("Ring",), branches={"Line 1": (Branch("D", ("H",)),)}),
    )


@pytest.fixture(scope="module")
def plan(network: Network) -> Plan:
    spots = [POSITIONS[name] for name in network.station_names]
    return make_plan(network, spots, STYLES["classic"], extent, title="Toy <1>")


def test_lines_that_share_a_way_run_side_by_side(plan: Plan) -> None:
    lane = plan.style.line + plan.style.gap
    first, second = (next(piece for piece in plan.pieces if piece.line == line) for line in (0, 1))
    assert first.at(1)[0] == pytest.approx(second.at(1)[0], abs=0.1)
    assert abs(first.at(1)[1] - second.at(1)[1]) == pytest.approx(lane)


def test_an_interchange_s_marker_reaches_over_all_its_lines(network: Network, plan: Plan) -> None:
    marker = plan.markers[network.station("B")]
    assert marker.interchange
    assert len(marker.points) == 2
    assert not plan.markers[network.station("E")].interchange


def test_a_loop_is_closed_and_a_branch_leaves_at_its_junction(network: Network, plan: Plan) -> None:
    ring = next(piece for piece in plan.pieces if piece.line == 2)
    assert ring.closed
    assert ring.path[0] == ring.path[-1]
    branches = [piece for piece in plan.pieces if piece.line == 0][1:]
    assert [piece.nodes for piece in branches] in (
        [(network.station("H"), network.station("D"))],
        [(network.station("D"), network.station("H"))],
    )


def test_a_ride_follows_its_line_from_stop_to_stop(network: Network, plan: Plan) -> None:
    stops = [network.station(name) for name in "ABC"]
    curves = plan.ride(0, stops)
    assert len(curves) == 2
    assert curves[0][-1] == curves[1][0]
    piece = plan.pieces[0]
    assert curves[0][0] == piece.at(0)


def test_nothing_lies_over_a_name(plan: Plan) -> None:
    assert plan.crowded == ()


def test_the_svg_is_xml_with_a_group_for_each_line_and_station(
    network: Network, plan: Plan
) -> None:
    root = ET.fromstring(svg(plan))  # noqa: S314 -- our own
    ids = {element.get("id") for element in root.iter()}
    assert {f"line-{i}" for i in range(3)} <= ids
    assert {f"station-{i}" for i in range(len(network.station_names))} <= ids
    assert {f"name-{i}" for i in range(len(network.station_names))} <= ids
    assert root.findtext(f"{SVG}title") == "Toy <1>"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Line 12", "12"), ("M3", "M3"), ("12号线", "12"), ("Blue Line", "Blue"), ("A", "A"),
        ("Line B", "B"), ("Harbour Line", "Harbour"), ("2", "2"),
    ],
)  # fmt: skip
def test_a_badge_says_a_line_s_short_name(line: str, said: str) -> None:
    assert short_name(line) == said
