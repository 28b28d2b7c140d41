"""A first sketch of where junctions lie: far apart on the tracks, far apart on paper.

Stress by stochastic gradient descent (Zheng, Pawar and Goodman, 2018), then turned so that most
chains run along an octilinear direction, then pulled straight along them.
"""

from __future__ import annotations

import cmath
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import combinations

Point = tuple[float, float]
Edge = tuple[int, int, float]
"""Two nodes and how long the way between them should be drawn."""

_ROUNDS = 40
_STARTS = 6
#: Pulls of all starts together: what bounds the time.
_MOST_PULLS = 1_500_000
_SWEEPS = 60
#: How much a node holds to the place that stress gave it while chains are pulled straight.
_ANCHOR = 0.06
_OCTANT = math.pi / 4
#: What a line's bend of 0, 45, 90, 135, 180 degrees at a node costs.
_BENDS = (0.0, 0.35, 1.4, 4.0, 6.0)
_SAME_OCTANT = 8.0


def stress(nodes: Sequence[int], edges: Sequence[Edge]) -> dict[int, Point]:
    """A place for each node; of a few starts the one whose edges cross least often."""
    pairs = _distances(nodes, edges)
    starts = max(1, min(_STARTS, _MOST_PULLS // (_ROUNDS * len(pairs))))
    sketches = [_descend(nodes, pairs, random.Random(start)) for start in range(starts)]  # noqa: S311
    return min(sketches, key=lambda places: _badness(places, edges, pairs))


def _distances(nodes: Sequence[int], edges: Sequence[Edge]) -> list[tuple[int, int, float]]:
    """Each two nodes with the length of the shortest way between them."""
    near: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for one, other, length in edges:
        near[one].append((other, length))
        near[other].append((one, length))
    reached = {node: _reach(node, near) for node in nodes}
    farthest = max((max(found.values()) for found in reached.values()), default=0.0)
    apart = 0.6 * farthest + 2.0
    return [(a, b, reached[a].get(b, apart)) for a, b in combinations(nodes, 2)]


def _reach(start: int, near: Mapping[int, Iterable[tuple[int, float]]]) -> dict[int, float]:
    found: dict[int, float] = {}
    queue = [(0.0, start)]
    while queue:
        far, node = heappop(queue)
        if node not in found:
            found[node] = far
            for other, length in near[node]:
                heappush(queue, (far + length, other))
    return found


def _descend(
    nodes: Sequence[int], pairs: Sequence[tuple[int, int, float]], chance: random.Random
) -> dict[int, Point]:
    size = max((length for _, _, length in pairs), default=1.0)
    x = {node: chance.uniform(0, size) for node in nodes}
    y = {node: chance.uniform(0, size) for node in nodes}
    least = min((length for _, _, length in pairs), default=1.0)
    fastest, slowest = size**2, 0.1 * least**2
    order = list(pairs)
    for step in range(_ROUNDS):
        rate = fastest * (slowest / fastest) ** (step / (_ROUNDS - 1))
        chance.shuffle(order)
        for a, b, length in order:
            dx, dy = x[a] - x[b], y[a] - y[b]
            far = math.sqrt(dx * dx + dy * dy) or 1e-9
            pull = min(rate / (length * length), 1.0) * (far - length) / (2 * far)
            x[a] -= pull * dx
            y[a] -= pull * dy
            x[b] += pull * dx
            y[b] += pull * dy
    return {node: (x[node], y[node]) for node in nodes}


def _badness(
    places: Mapping[int, Point],
    edges: Sequence[Edge],
    pairs: Sequence[tuple[int, int, float]],
) -> float:
    tension = sum((math.dist(places[a], places[b]) / d - 1) ** 2 for a, b, d in pairs)
    return crossings(places, edges) + tension / max(len(places), 1)


def crossings(places: Mapping[int, Point], edges: Sequence[Edge]) -> int:
    """How many pairs of edges cross."""
    segments = [(a, b, places[a], places[b]) for a, b, _ in edges]
    count = 0
    for (a, b, p, q), (c, d, r, s) in combinations(segments, 2):
        if a in (c, d) or b in (c, d):
            continue
        if max(p[0], q[0]) < min(r[0], s[0]) or max(r[0], s[0]) < min(p[0], q[0]):
            continue
        if _turn(p, q, r) * _turn(p, q, s) < 0 and _turn(r, s, p) * _turn(r, s, q) < 0:
            count += 1
    return count


def _turn(p: Point, q: Point, r: Point) -> float:
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def turned(places: Mapping[int, Point], edges: Sequence[Edge]) -> dict[int, Point]:
    """The same sketch, turned so that it is wide and most edges are nearly octilinear."""
    total = 0j
    for a, b, length in edges:
        (ax, ay), (bx, by) = places[a], places[b]
        edge = complex(bx - ax, by - ay)
        if edge:
            total += length * (edge / abs(edge)) ** 8
    turn = -cmath.phase(total) / 8 if total else 0.0

    return max((_spun(places, turn + eighth * _OCTANT) for eighth in range(4)), key=_flatness)


def _spun(places: Mapping[int, Point], angle: float) -> dict[int, Point]:
    spin = cmath.exp(1j * angle)
    spun = {node: complex(*place) * spin for node, place in places.items()}
    return {node: (place.real, place.imag) for node, place in spun.items()}


def _flatness(places: Mapping[int, Point]) -> float:
    """How much wider than high a sketch is."""
    xs, ys = [x for x, _ in places.values()], [y for _, y in places.values()]
    return (max(xs) - min(xs)) / ((max(ys) - min(ys)) or 1e-9)


def straightened(
    places: Mapping[int, Point],
    edges: Sequence[Edge],
    straight: Mapping[tuple[int, int], int],
) -> dict[int, Point]:
    """The sketch with each edge pulled towards one of the eight directions.

    ``straight``: two edges, by their indices, that meet in a node -> how many lines go on from
    the one to the other there.
    """
    directions = _directions(places, edges, straight)
    spots = dict(places)
    at: defaultdict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for (a, b, length), octant in zip(edges, directions, strict=True):
        dx = length * math.cos(octant * _OCTANT)
        dy = length * math.sin(octant * _OCTANT)
        at[b].append((a, dx, dy))
        at[a].append((b, -dx, -dy))
    for _ in range(_SWEEPS):
        for node, pulls in at.items():
            weight = _ANCHOR * len(pulls)
            x, y = places[node][0] * weight, places[node][1] * weight
            for other, dx, dy in pulls:
                x += spots[other][0] + dx
                y += spots[other][1] + dy
            total = weight + len(pulls)
            spots[node] = (x / total, y / total)
    return spots


def _directions(
    places: Mapping[int, Point],
    edges: Sequence[Edge],
    straight: Mapping[tuple[int, int], int],
) -> list[int]:
    """An octant for each edge, from its first node: near to how it lies, few bends of lines."""
    angles = [_angle(places[a], places[b]) for a, b, _ in edges]
    chosen = [round(angle / _OCTANT) % 8 for angle in angles]
    at: defaultdict[int, list[int]] = defaultdict(list)
    for index, (a, b, _) in enumerate(edges):
        at[a].append(index)
        at[b].append(index)

    def leaves(edge: int, node: int, octant: int) -> int:
        return octant if edges[edge][0] == node else (octant + 4) % 8

    def cost(edge: int, octant: int) -> float:
        off = (angles[edge] / _OCTANT - octant + 4) % 8 - 4
        total = 2.5 * off * off
        for node in edges[edge][:2]:
            own = leaves(edge, node, octant)
            for other in at[node]:
                if other == edge:
                    continue
                theirs = leaves(other, node, chosen[other])
                if own == theirs:
                    total += _SAME_OCTANT
                lines = straight.get((edge, other), 0)
                if lines:
                    between = abs((own - theirs + 4) % 8 - 4)
                    total += lines * _BENDS[4 - between]
        return total

    for _ in range(8):
        before = list(chosen)
        for edge in range(len(edges)):
            here = chosen[edge]
            chosen[edge] = min(
                ((here + turn) % 8 for turn in (0, 1, -1)), key=lambda octant: cost(edge, octant)
            )
        if chosen == before:
            break
    return chosen


def _angle(one: Point, other: Point) -> float:
    return math.atan2(other[1] - one[1], other[0] - one[0])
