"""Layouts: each station a place of its own, every way octilinear, always the same map."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from reward_server.core.transit.build import Overlay, build
from reward_server.core.transit.network import Network
from reward_server.drawing.geometry import nearest
from reward_server.drawing.layout import MANY_JUNCTIONS, Layout, TooLargeError, lay_out
from reward_server.drawing.layout.chains import cut, find_tracks, link_of
from reward_server.networks.load import load_bundled, load_folder

BUNDLED = load_bundled()
TOY = build(
    "toy",
    {
        "Red": ["A", "B", "C", "D", "E"],
        "Blue": ["F", "C", "G", "H"],
        "Green": ["B", "I", "G"],
    },
)


def ridden_links(network: Network) -> set[tuple[int, int]]:
    """The pairs of stations that follow each other on a line, the smaller index first."""
    pairs: set[tuple[int, int]] = set()
    for line in network.lines:
        for run in line.runs:
            pairs.update(pairwise(run))
        if line.ring:
            pairs.add((line.runs[0][-1], line.runs[0][0]))
    return {(min(pair), max(pair)) for pair in pairs}


def check(network: Network, layout: Layout) -> None:
    """What every layout holds to."""
    assert len(layout.positions) == len(network.station_names)
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in layout.positions)
    smallest = min(
        math.dist(one, other)
        for place, one in enumerate(layout.positions)
        for other in layout.positions[:place]
    )
    assert smallest > 0.2
    assert layout.ways.keys() == ridden_links(network) != set()
    for (first, last), way in layout.ways.items():
        assert way[0] == pytest.approx(layout.positions[first])
        assert way[-1] == pytest.approx(layout.positions[last])
        for (ax, ay), (bx, by) in pairwise(way):
            dx, dy = abs(ax - bx), abs(ay - by)
            assert min(dx, dy, abs(dx - dy)) < 1e-6, "each piece has one of eight directions"


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_city_is_laid_out(name: str) -> None:
    check(BUNDLED[name], lay_out(BUNDLED[name]))


# small and middling ones here; tests/bench/bench_layout.py lays out all thirty
@pytest.mark.parametrize("name", ["canada/toronto", "norway/oslo"])
def test_a_real_city_is_laid_out(reasonmap: Path, name: str) -> None:
    network = load_folder(reasonmap / "stations")[name]
    check(network, lay_out(network))


def bends(network: Network, layout: Layout) -> int:
    """Where a line turns on its way, at stations and between them."""
    count = 0
    for line in network.lines:
        run = line.runs[0]
        points: list[tuple[float, float]] = []
        for one, other in pairwise(run):
            way = layout.ways[link_of(one, other)]
            points += (way if one < other else way[::-1])[bool(points) :]
        for a, b, c in zip(points, points[1:], points[2:], strict=False):
            cross = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
            count += abs(cross) > 1e-6
    return count


def test_beijing_can_be_read(reasonmap: Path) -> None:
    network = load_folder(reasonmap / "stations")["china/beijing"]
    layout = lay_out(network)
    check(network, layout)
    # 21 lines; its printed map has about as many
    assert bends(network, layout) < 8 * len(network.lines)


def test_a_single_line_is_straight() -> None:
    network = build("line", {"1": ["A", "B", "C", "D"]})
    layout = lay_out(network)
    check(network, layout)
    assert bends(network, layout) == 0
    assert layout.positions[0] != layout.positions[3]


@pytest.mark.parametrize("count", [3, 4, 9, 30])
def test_a_ring_alone_goes_round(count: int) -> None:
    names = [f"S{number}" for number in range(count)]
    network = build("ring", {"Ring": names}, Overlay(loops=("Ring",)))
    layout = lay_out(network)
    check(network, layout)
    assert link_of(0, count - 1) in layout.ways


def test_lines_that_never_meet_are_laid_out_apart() -> None:
    network = build("apart", {"1": ["A", "B", "C"], "2": ["D", "E"], "3": ["F", "G", "H", "I"]})
    check(network, lay_out(network))


def test_two_ways_between_the_same_two_stations_do_not_lie_on_each_other() -> None:
    network = build("two", {"1": ["A", "B", "C", "D"], "2": ["A", "E", "D"], "3": ["A", "D"]})
    layout = lay_out(network)
    check(network, layout)
    direct = layout.ways[link_of(network.station("A"), network.station("D"))]
    for name in "BCE":
        assert nearest(direct, layout.positions[network.station(name)])[0] > 0.2, name


def test_the_same_network_is_always_the_same_map() -> None:
    program = (
        "from reward_server.drawing.layout import lay_out\n"
        "from reward_server.networks.load import load_bundled\n"
        "print(lay_out(load_bundled()['lanhai/xingpu']))"
    )
    maps = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(maps) == 1


def test_given_places_are_kept_to() -> None:
    # a map with its own idea of where things are: Red from west to east, Blue from south to north
    places = dict(
        zip(
            (TOY.station(name) for name in "ABCDEFGHI"),
            [(0, 0), (10, 0), (20, 0), (30, 0), (40, 0), (20, 10), (20, -10), (20, -20), (10, -10)],
            strict=True,
        )
    )
    layout = lay_out(TOY, {station: (float(x), float(y)) for station, (x, y) in places.items()})
    check(TOY, layout)
    at = {name: layout.positions[TOY.station(name)] for name in "ABCDEFGHI"}
    assert at["A"][0] < at["B"][0] < at["C"][0] < at["D"][0] < at["E"][0]
    assert at["F"][1] > at["C"][1] > at["G"][1] > at["H"][1]


def test_an_express_runs_along_the_local_line() -> None:
    network = build(
        "express", {"Local": list("ABCDEFG"), "Express": ["A", "D", "G"], "Cross": ["X", "D", "Y"]}
    )
    tracks = find_tracks(network)
    stations = {name: network.station(name) for name in "ABCDEFG"}
    assert tracks.passing[link_of(stations["A"], stations["D"])] == tuple(
        stations[name] for name in "ABCD"
    )
    layout = lay_out(network)
    check(network, layout)
    whole = layout.ways[link_of(stations["A"], stations["D"])]
    for one, other in pairwise("ABCD"):
        part = layout.ways[link_of(stations[one], stations[other])]
        assert set(part) <= set(whole) | {layout.positions[stations[name]] for name in "BC"}


def test_lines_that_only_meet_twice_have_tracks_of_their_own() -> None:
    network = build("meet", {"1": list("ABCDE"), "2": ["X", "B", "D", "Y"]})
    assert find_tracks(network).passing == {}


def test_an_express_along_an_express_stops_nowhere_twice() -> None:
    lines = {"Local": list("ABCDEFGHI"), "Fast": list("ACEGI"), "Faster": list("AEI")}
    network = build("both", lines)
    passing = {
        tuple(network.station_names[station] for station in way)
        for way in find_tracks(network).passing.values()
    }
    assert passing == set(map(tuple, ("ABC", "CDE", "EFG", "GHI", "ABCDE", "EFGHI")))


def test_lines_that_pass_each_others_stations_in_turn_run_nowhere_twice() -> None:
    network = build("turns", {"One": list("XABCDY"), "Two": list("XACBDY")})
    assert not find_tracks(network).passing
    check(network, lay_out(network))


@pytest.mark.parametrize("name", BUNDLED)
def test_chains_hold_each_link_once(name: str) -> None:
    links = find_tracks(BUNDLED[name]).links
    chains = cut(links, 8)
    held = [link_of(*pair) for chain in chains for pair in pairwise(chain)]
    assert set(links) == ridden_links(BUNDLED[name])
    assert sorted(held) == sorted(links)
    ends = [link_of(chain[0], chain[-1]) for chain in chains]
    assert len(set(ends)) == len(ends), "no two chains would lie on each other"


def test_what_nobody_could_read_is_not_drawn() -> None:
    side = 18
    rows = {f"r{y}": [f"{x} {y}" for x in range(side)] for y in range(side)}
    columns = {f"c{x}": [f"{x} {y}" for y in range(side)] for x in range(side)}
    assert side**2 > MANY_JUNCTIONS
    with pytest.raises(TooLargeError, match="is not drawn"):
        lay_out(build("grid", {**rows, **columns}))
