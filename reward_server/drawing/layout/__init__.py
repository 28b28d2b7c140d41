"""Where the stations of a network go on a schematic map: octilinear, evenly spaced, few bends.

chains (what runs on which track) -> sketch (junctions far apart) -> grid (ways in eight
directions) -> stations along the ways. Always the same map for the same network, and within a
few seconds: the search counts its steps.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from reward_server.core.transit.network import Network

from .chains import Chain, Link, cut, find_tracks, link_of
from .grid import Rail, lay
from .sketch import Edge, Point, straightened, stress, turned

#: Links of a chain between two junctions beyond which it may bow.
_LONGEST = 8
#: Junctions beyond which a map would take too long, and nobody could read it.
MANY_JUNCTIONS = 300
#: Cells to a unit of the sketch: room for the ways that go around.
_CELLS = 1.7


class TooLargeError(ValueError):
    """A network with more junctions than a map is made of."""


class Layout(NamedTuple):
    """A map without letters. Points are in cells: (x, y), y downwards; 1 is room for a station.

    ``positions``: of each station, by its index. ``ways``: two stations that follow each other
    on a line, the smaller index first -> the points from the one to the other, bends and
    stations passed by included.
    """

    positions: Sequence[Point]
    ways: Mapping[Link, Sequence[Point]]


def lay_out(network: Network, places: Mapping[int, Point] | None = None) -> Layout:
    """The layout of a network; with ``places`` (station -> x and y) near to how those lie.

    Raises ``TooLargeError`` beyond ``MANY_JUNCTIONS``.
    """
    tracks = find_tracks(network)
    chains = cut(tracks.links, _LONGEST)
    nodes = sorted({end for chain in chains for end in (chain[0], chain[-1])})
    if len(nodes) > MANY_JUNCTIONS:
        raise TooLargeError(
            f"network {network.name!r} has {len(nodes)} junctions and termini; a map of more "
            f"than {MANY_JUNCTIONS} is not drawn"
        )
    straight = _straight(chains, tracks.links)
    if places is None:
        edges = [(chain[0], chain[-1], 0.8 + 0.75 * (len(chain) - 1)) for chain in chains]
        sketch = turned(stress(nodes, edges), edges)
    else:
        sketch, edges = _scaled(nodes, chains, places)
    sketch = straightened(sketch, edges, straight)
    cells = {node: (_CELLS * x, _CELLS * y) for node, (x, y) in sketch.items()}
    rails = [
        Rail(chain[0], chain[-1], float(len(chain) - 1), len(tracks.links[link_of(*chain[:2])]))
        for chain in chains
    ]
    laid = lay(cells, rails, straight)
    positions: dict[int, Point] = {}
    ways: dict[Link, tuple[Point, ...]] = {}
    for chain, cells_of_way in zip(chains, laid.ways, strict=True):
        way = [(float(x), float(y)) for x, y in cells_of_way]
        for (one, other), points in zip(pairwise(chain), _parts(way, len(chain) - 1), strict=True):
            positions[one], positions[other] = points[0], points[-1]
            ways[link_of(one, other)] = points if one < other else points[::-1]
    for link, passed in tracks.passing.items():
        if link not in ways:
            ways[link] = _joined(passed, ways)
    left = min(x for x, _ in positions.values())
    top = min(y for _, y in positions.values())
    return Layout(
        [
            (positions[station][0] - left, positions[station][1] - top)
            for station in range(len(network.station_names))
        ],
        {link: [(x - left, y - top) for x, y in points] for link, points in ways.items()},
    )


def _straight(
    chains: Sequence[Chain], links: Mapping[Link, frozenset[int]]
) -> dict[tuple[int, int], int]:
    """Two chains that meet, by their indices -> how many lines go on from the one to the other."""
    at: defaultdict[int, list[int]] = defaultdict(list)
    for index, chain in enumerate(chains):
        at[chain[0]].append(index)
        at[chain[-1]].append(index)
    straight = {}
    for meeting in at.values():
        for one, other in combinations(meeting, 2):
            lines = links[link_of(*chains[one][:2])] & links[link_of(*chains[other][:2])]
            if lines:
                straight[one, other] = straight[other, one] = len(lines)
    return straight


def _scaled(
    nodes: Sequence[int], chains: Sequence[Chain], places: Mapping[int, Point]
) -> tuple[dict[int, Point], list[Edge]]:
    """The given places, so large that neighbours are mostly as far apart as in a sketch."""
    steps = sorted(
        math.dist(places[one], places[other]) for chain in chains for one, other in pairwise(chain)
    )
    unit = steps[len(steps) // 2] or 1.0
    sketch = {node: (places[node][0] / unit, places[node][1] / unit) for node in nodes}
    edges = [
        (chain[0], chain[-1], math.dist(sketch[chain[0]], sketch[chain[-1]])) for chain in chains
    ]
    return sketch, edges


def _parts(way: Sequence[Point], count: int) -> list[tuple[Point, ...]]:
    """A way cut into ``count`` parts of equal length, each with its bends."""
    total = sum(math.dist(one, other) for one, other in pairwise(way))
    parts: list[tuple[Point, ...]] = []
    part, done = [way[0]], 0.0
    for one, other in pairwise(way):
        length = math.dist(one, other)
        while (
            len(parts) < count - 1 and (wanted := total * (len(parts) + 1) / count) < done + length
        ):
            share = (wanted - done) / length
            point = (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            if point != part[-1]:
                part.append(point)
            parts.append(_bends(part))
            part = [point]
        if other != part[-1]:
            part.append(other)
        done += length
    parts.append(_bends(part))
    return parts


def _bends(points: Sequence[Point]) -> tuple[Point, ...]:
    """The ends of a way and the points where it turns."""
    kept = [points[0]]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        cross = (point[0] - before[0]) * (after[1] - point[1]) - (point[1] - before[1]) * (
            after[0] - point[0]
        )
        if abs(cross) > 1e-9:
            kept.append(point)
    return (*kept, points[-1])


def _joined(stations: Chain, ways: Mapping[Link, Sequence[Point]]) -> tuple[Point, ...]:
    """The way through several stations."""
    points: list[Point] = []
    for one, other in pairwise(stations):
        way = ways[link_of(one, other)]
        points += (way if one < other else way[::-1])[bool(points) :]
    return tuple(points)
