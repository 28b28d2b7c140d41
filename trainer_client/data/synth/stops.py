"""Stations along the lines of a grid: where lines meet, where they end, and evenly in between."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from .routes import Cell, Route

Point = tuple[float, float]

#: How often two lines cross where neither stops.
_PLAIN_CROSSING = 0.05
#: Stations are at least so far apart; 1 is room for a station and its name.
_NEAREST = 0.45
#: In the middle of the city there are so many stations to a length, for one where lines end.
_DOWNTOWN = 0.3
#: and where all around is taken by other lines, so many cells: their names need the room.
_ROOM = 1.0
#: A station so near to a bend is put on it.
_ON_BEND = 0.3
#: And from where another line crosses, it is at least so far.
_OFF_CROSSING = 0.5


@dataclass(frozen=True, slots=True)
class Stops:
    """``main``: each line's stations in order; ``branches``: (junction, stations) of each line."""

    points: list[Point]
    main: list[list[int]]
    branches: list[list[tuple[int, list[int]]]]


def place_stops(
    routes: list[Route], wanted: list[int], pitch: float, chance: random.Random
) -> Stops:
    """The stations of all lines. ``wanted``: how many each should have; ``pitch``: of a cell."""
    keys = _keys(routes, chance)
    chains: dict[tuple[Cell, ...], list[int]] = {}
    for number, route in enumerate(routes):
        for path in route.paths():
            for chain in _cut(path, keys):
                chains.setdefault(_canonical(chain), []).append(number)
    taken = {cell for route in routes for path in route.paths() for cell in path}
    rooms = {chain: _room(chain, len(lines), taken, pitch) for chain, lines in chains.items()}
    weights = {chain: _weight(chain, routes) for chain in chains}
    counts: dict[tuple[Cell, ...], float] = {}
    for number, route in enumerate(routes):
        fixed = len({cell for path in route.paths() for cell in path} & keys)
        its = [chain for chain, lines in chains.items() if number in lines]
        filled = sum(counts.get(chain, 0.0) for chain in its)
        free = [chain for chain in its if chain not in counts]
        counts |= _shared_out(wanted[number] - fixed - filled, free, weights, rooms)
    points: list[Point] = []
    at: dict[Cell, int] = {}

    def station(cell: Cell) -> int:
        if cell not in at:
            at[cell] = len(points)
            points.append((cell[0] * pitch, cell[1] * pitch))
        return at[cell]

    inside: dict[tuple[Cell, ...], list[int]] = {}
    crossed = _crossed(chains)
    for chain in chains:
        inside[chain] = []
        count = int(min(counts[chain] + chance.random(), rooms[chain]))
        avoid = [pitch * mark for mark in _crossings(chain, crossed)]
        for point in _between([(x * pitch, y * pitch) for x, y in chain], count, avoid):
            inside[chain].append(len(points))
            points.append(point)

    def stations(path: list[Cell]) -> list[int]:
        found = [station(path[0])]
        for chain in _cut(path, keys):
            canonical = _canonical(chain)
            middle = inside[canonical]
            found += middle if canonical == chain else middle[::-1]
            found.append(station(chain[-1]))
        return found

    main, branches = [], []
    for route in routes:
        first, *others = route.paths()
        main.append(stations(first)[: -1 if route.closed else None])
        branches.append([(its[0], its[1:]) for its in map(stations, others)])
    return Stops(points, main, branches)


def _keys(routes: list[Route], chance: random.Random) -> set[Cell]:
    """The cells that have a station for certain: where lines end, part, or meet."""
    lines_at: defaultdict[Cell, set[int]] = defaultdict(set)
    ways_at: defaultdict[Cell, set[Cell]] = defaultdict(set)
    ends: set[Cell] = set()
    for number, route in enumerate(routes):
        for path in route.paths():
            ends.update((path[0], path[-1]))
            for one, other in pairwise(path):
                lines_at[one].add(number)
                lines_at[other].add(number)
                ways_at[one].add(other)
                ways_at[other].add(one)
    meetings = Counter(
        pair
        for cell, lines in lines_at.items()
        if len(lines) == 2 and len(ways_at[cell]) == 4
        for pair in [frozenset(lines)]
    )
    keys = set(ends)
    for cell, ways in ways_at.items():
        if len(ways) < 3 or cell in ends:
            continue
        pair = frozenset(lines_at[cell])
        if len(ways) == 4 and meetings[pair] > 1 and chance.random() < _PLAIN_CROSSING:
            meetings[pair] -= 1  # the lines meet elsewhere too
            continue
        keys.add(cell)
    return keys


def _cut(path: list[Cell], keys: set[Cell]) -> list[tuple[Cell, ...]]:
    """The path from one key to the next."""
    chains, last = [], 0
    for i in range(1, len(path)):
        if path[i] in keys:
            chains.append(tuple(path[last : i + 1]))
            last = i
    return chains


def _canonical(chain: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return min(chain, chain[::-1])


def _weight(chain: tuple[Cell, ...], routes: list[Route]) -> float:
    """A chain's length in cells, more of it counted where it is farther from the middle."""
    far = max(hypot(*cell) for route in routes for cell in route.cells)
    total = 0.0
    for (ax, ay), (bx, by) in pairwise(chain):
        out = hypot((ax + bx) / 2, (ay + by) / 2) / far
        total += hypot(bx - ax, by - ay) * (_DOWNTOWN + (1 - _DOWNTOWN) * min(1.0, 2 * out * out))
    return total


def _shared_out(
    total: float,
    chains: list[tuple[Cell, ...]],
    weights: dict[tuple[Cell, ...], float],
    rooms: dict[tuple[Cell, ...], float],
) -> dict[tuple[Cell, ...], float]:
    """So many stations given to chains by weight, to none more than it has room for."""
    given: dict[tuple[Cell, ...], float] = {}
    open_ = list(chains)
    while open_:
        left = max(0.0, total - sum(given.values()))
        each = left / sum(weights[chain] for chain in open_)
        full = [chain for chain in open_ if each * weights[chain] >= rooms[chain]]
        given |= {chain: rooms[chain] for chain in full}
        if not full:
            return given | {chain: each * weights[chain] for chain in open_}
        open_ = [chain for chain in open_ if chain not in given]
    return given


def _room(chain: tuple[Cell, ...], lines: int, taken: set[Cell], pitch: float) -> float:
    """How many stations a chain has room for between its ends."""
    length = pitch * sum(hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(chain))
    marker = _NEAREST * (0.65 + 0.35 * lines)  # lies across all the lines
    return max(0.0, length / max(marker, _ROOM * pitch * _crowd(chain, taken)) - 1)


def _crowd(chain: tuple[Cell, ...], taken: set[Cell]) -> float:
    """How much of what lies beside a chain is taken by other lines: 0 to 1."""
    beside = {
        (x + dx, y + dy) for x, y in chain for dx in (-1, 0, 1) for dy in (-1, 0, 1)
    }.difference(chain)
    return len(beside & taken) / len(beside)


def _crossed(chains: Iterable[tuple[Cell, ...]]) -> set[Point]:
    """Where two chains cross without a station: at a cell, or between the four of a square."""
    through: Counter[Point] = Counter()
    for chain in chains:
        through.update(chain[1:-1])
        through.update(_middle(one, other) for one, other in pairwise(chain))
    return {point for point, times in through.items() if times > 1}


def _crossings(chain: tuple[Cell, ...], crossed: set[Point]) -> list[float]:
    """How far along a chain, in cells, others cross it."""
    found, so_far = [], 0.0
    for one, other in pairwise(chain):
        step = hypot(other[0] - one[0], other[1] - one[1])
        if _middle(one, other) in crossed:
            found.append(so_far + step / 2)
        so_far += step
        if (float(other[0]), float(other[1])) in crossed and other != chain[-1]:
            found.append(so_far)
    return found


def _middle(one: Cell, other: Cell) -> Point:
    return ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)


def _between(chain: list[Point], count: int, avoid: list[float]) -> list[Point]:
    """So many stations strictly between a chain's ends, and one more between any two bends.

    None is where another line crosses, at so many units along the chain as ``avoid`` has.
    """
    corners = [chain[0]]
    for before, here, after in zip(chain, chain[1:], chain[2:], strict=False):
        if (here[0] - before[0], here[1] - before[1]) != (after[0] - here[0], after[1] - here[1]):
            corners.append(here)
    corners.append(chain[-1])
    marks = [0.0]
    for (ax, ay), (bx, by) in pairwise(corners):
        marks.append(marks[-1] + hypot(bx - ax, by - ay))
    length, bends = marks[-1], marks[1:-1]
    places = [length * (i + 1) / (count + 1) for i in range(count)]
    for i, place in enumerate(places):
        near = min(bends, key=lambda bend: abs(bend - place), default=None)
        if near is not None and abs(near - place) < _ON_BEND and near not in places:
            places[i] = near
    ends = [0.0, *places, length]
    for start, end in pairwise(ends):
        within = [bend for bend in bends if start < bend < end]
        for one, other in pairwise(within):
            places.append((one + other) / 2)
    for i, place in enumerate(places):
        for crossing in avoid:
            if abs(place - crossing) < _OFF_CROSSING:
                places[i] = crossing + (_OFF_CROSSING if place >= crossing else -_OFF_CROSSING)
    found = []
    for place in sorted(place for place in places if _ON_BEND < place < length - _ON_BEND):
        leg = next(i for i in range(len(marks) - 1) if place <= marks[i + 1] + 1e-9)
        share = (place - marks[leg]) / (marks[leg + 1] - marks[leg])
        (ax, ay), (bx, by) = corners[leg], corners[leg + 1]
        found.append((ax + (bx - ax) * share, ay + (by - ay) * share))
    return found
