"""Lines grown on an octilinear grid: each finds its way from one side of the city to another.

A line bends by 45 degrees at a time, keeps off the others' tracks, and meets them at the grid's
nodes, so that what looks like a crossing is one and no station lies on a line that passes it by.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from math import cos, pi, sin, sqrt

Cell = tuple[int, int]

STEPS: tuple[Cell, ...] = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
_LENGTHS = tuple(sqrt(dx * dx + dy * dy) for dx, dy in STEPS)
#: What a turn of so many times 45 degrees costs; sharper ones are not made.
_TURNS = (0.0, 0.9, 5.0)
_TURN_AGAIN = 1.6
_SHARED = 12.0
_CROSS_OFF_NODE = 3.0
#: What a node costs on which so many lines are, and one beside a line.
_TAKEN = (0.0, 0.3, 4.0, 30.0, 60.0)
_BESIDE = 0.45
_ROUGH = 0.5
_CHOICES = 3


@dataclass(slots=True)
class Route:
    """A line on the grid. On a loop the last cell is followed by the first."""

    cells: list[Cell]
    closed: bool = False
    branches: list[list[Cell]] = field(default_factory=list)
    """Each from its junction, a cell of the line, outwards."""

    def paths(self) -> list[list[Cell]]:
        """All its cells in order, a loop's first one again at its end, then its branches."""
        return [[*self.cells, self.cells[0]] if self.closed else self.cells, *self.branches]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the lines of a city."""

    lengths: tuple[float, ...]
    """Of each line, in cells."""
    meetings: float
    """Nodes in common to each two lines."""
    interlined: bool
    loop: bool
    branches: int


def grow(wish: Wish, chance: random.Random) -> list[Route]:
    """The lines of a city."""
    ground = _Ground(wish, chance)
    for number in range(len(wish.lengths)):
        ground.add(number)
    for _ in range(wish.branches):
        ground.branch()
    return ground.routes


class _Ground:
    """The grid, and the lines on it so far."""

    def __init__(self, wish: Wish, chance: random.Random) -> None:
        self.wish, self.chance = wish, chance
        self.routes: list[Route] = []
        self.at: defaultdict[Cell, set[int]] = defaultdict(set)
        self.along: defaultdict[tuple[Cell, Cell], set[int]] = defaultdict(set)
        self.size = int(max(wish.lengths) * 0.8) + 4
        self.flat = chance.uniform(0.7, 0.95)  # the city is wider than high
        self.turned = chance.uniform(0, pi)
        self.rough: dict[Cell, float] = {}

    def add(self, number: int) -> None:
        """Grow one more line."""
        if number == 0 and self.wish.loop:
            self._keep(Route(self._ring(), closed=True))
            return
        sharing = self.wish.interlined and self.routes and self.chance.random() < 0.75
        tries: list[tuple[float, list[Cell]]] = []
        for _ in range(_CHOICES if number else 1):
            cells = self._shared(number) if sharing else self._across(number)
            if cells:
                tries.append((self._regret(cells, number, shared=bool(sharing)), cells))
        if not tries:
            cells = self._across(number)
            if cells:
                tries.append((0.0, cells))
        if tries:
            self._keep(Route(min(tries)[1]))

    def branch(self) -> None:
        """Let some line branch."""
        number = self.chance.randrange(len(self.routes))
        route = self.routes[number]
        inner = [
            i
            for i in range(len(route.cells) // 4, 3 * len(route.cells) // 4)
            if 0 < i < len(route.cells) - 1 and self.at[route.cells[i]] == {number}
        ]
        if not inner or route.branches:
            return
        i = self.chance.choice(inner)
        here, before = route.cells[i], route.cells[i - 1]
        heading = STEPS.index((here[0] - before[0], here[1] - before[1]))
        length = max(3.0, self._reach(number) * self.chance.uniform(0.2, 0.4))
        side = self.chance.choice((-1, 1))
        dx, dy = STEPS[(heading + side) % 8]
        away = (round(here[0] + dx * length), round(here[1] + dy * length))
        cells = self._way(here, away, heading, blocked=set(route.cells))
        if cells and len(cells) > 2:
            route.branches.append(cells)
            self._mark(cells, number)

    def _keep(self, route: Route) -> None:
        number = len(self.routes)
        self.routes.append(route)
        self._mark(route.paths()[0], number)

    def _mark(self, cells: list[Cell], number: int) -> None:
        for cell in cells:
            self.at[cell].add(number)
        for one, other in pairwise(cells):
            self.along[_edge(one, other)].add(number)

    def _place(self, angle: float, far: float) -> Cell:
        """The cell so far from the middle in a direction."""
        x, y = far * cos(angle), far * sin(angle) * self.flat
        return (round(x), round(y))

    def _across(self, number: int) -> list[Cell]:
        """A line from one side to another, by way of somewhere in the city."""
        chance, count = self.chance, len(self.wish.lengths)
        length = self._reach(number)
        angle = self.turned + pi * number / count + chance.gauss(0, 0.25)
        if chance.random() < 0.5:
            angle += pi
        kind = chance.random()
        if count > 3 and kind < 0.25:  # around the middle
            opening = chance.uniform(1.5, 2.3)
            start, end = (
                self._place(angle, length * 0.48),
                self._place(angle + opening, length * 0.48),
            )
            by = self._place(angle + opening / 2, length * chance.uniform(0.15, 0.3))
        elif self.routes and kind < 0.4:  # out from a place in town
            start = self._place(angle, length * 0.9)
            town = [cell for cell, lines in self.at.items() if len(lines) == 1]
            near = sorted(town, key=lambda cell: cell[0] ** 2 + cell[1] ** 2)
            end = chance.choice(near[: max(3, len(near) // 3)])
            by = self._place(angle, length * 0.45)
        else:
            other = angle + pi + chance.gauss(0, 0.4)
            share = chance.uniform(0.35, 0.65)
            start, end = (
                self._place(angle, length * share),
                self._place(other, length * (1 - share)),
            )
            spread = 0.1 * length
            by = (round(chance.gauss(0, spread)), round(chance.gauss(0, spread * self.flat)))
        if len({start, by, end}) < 3 or len(self.at[by]) > 1:
            return []
        first = self._way(start, by, None, blocked=set())
        if len(first) < 2:
            return []
        last = first[-2]
        heading = STEPS.index((by[0] - last[0], by[1] - last[1]))
        second = self._way(by, end, heading, blocked=set(first[:-1]))
        return first + second[1:] if len(second) > 1 else []

    def _reach(self, number: int) -> float:
        """How far a line goes: of a very long one the stations are closer, and the map no wider."""
        lengths = self.wish.lengths
        return min(lengths[number], 1.3 * sum(lengths) / len(lengths))

    def _shared(self, number: int) -> list[Cell]:
        """A line that runs with another for a while and leaves it at one end or both."""
        chance = self.chance
        base = chance.choice(self.routes[: max(1, len(self.routes))])
        cells = base.cells
        count = len(cells)
        if count < 8 or base.closed:
            return []
        share = chance.uniform(0.35, 0.75)
        span = max(4, int(count * share))
        first = chance.randrange(1, max(2, count - span))
        last = min(count - 2, first + span)
        middle = cells[first : last + 1]
        if chance.random() < 0.35:
            middle = cells[first:]
            last = count - 1
        tails: list[list[Cell]] = []
        for joint, inner in ((middle[0], middle[1]), (middle[-1], middle[-2])):
            if joint in (cells[0], cells[-1]):
                tails.append([joint])
                continue
            heading = STEPS.index((joint[0] - inner[0], joint[1] - inner[1]))
            length = max(3.0, self._reach(number) * chance.uniform(0.2, 0.45))
            dx, dy = STEPS[(heading + chance.choice((-1, 1))) % 8]
            away = (round(joint[0] + dx * length), round(joint[1] + dy * length))
            tails.append(self._way(joint, away, heading, blocked=set(cells)))
        if not all(tails) or set(tails[0][1:]) & set(tails[1][1:]):
            return []
        return [*reversed(tails[0][1:]), *middle, *tails[1][1:]]

    def _ring(self) -> list[Cell]:
        """An octagon around the middle, its cells in order."""
        wide = max(2, round(self.wish.lengths[0] / 7 * self.chance.uniform(0.9, 1.2)))
        high = max(2, round(wide * self.flat))
        cut = max(1, min(wide, high) // 2)
        corners = [
            (wide, cut), (wide - cut + 0, high), (-wide + cut, high), (-wide, cut),
            (-wide, -cut), (-wide + cut, -high), (wide - cut, -high), (wide, -cut),
        ]  # fmt: skip
        cells: list[Cell] = []
        for here, corner in zip(corners, corners[1:] + corners[:1], strict=True):
            x, y = here
            while (x, y) != corner:
                cells.append((x, y))
                x, y = x + _sign(corner[0] - x), y + _sign(corner[1] - y)
        return cells

    def _regret(self, cells: list[Cell], number: int, *, shared: bool) -> float:
        """How far a line is from what is asked of it."""
        met = sum(1 for cell in cells if self.at[cell])
        total = 0.2 * abs(len(cells) - self._reach(number))
        if not shared:
            total += abs(met - max(1.0, number * self.wish.meetings))
        if not met and number:
            total += 100
        return total

    def _way(self, start: Cell, end: Cell, heading: int | None, blocked: set[Cell]) -> list[Cell]:
        """The cheapest way between two cells, both included; empty where there is none."""
        cost: dict[tuple[Cell, int], float] = {}
        came: dict[tuple[Cell, int], tuple[Cell, int]] = {}
        queue: list[tuple[float, float, int, Cell, int]] = []
        size, tie = self.size, 0
        for octant in range(8) if heading is None else (heading,):
            heappush(queue, (_octile(start, end), 0.0, tie := tie + 1, start, octant))
            cost[start, octant] = 0.0
        done: set[tuple[Cell, int]] = set()
        while queue:
            _, so_far, _, cell, octant = heappop(queue)
            here = (cell, octant)
            if here in done:
                continue
            done.add(here)
            if cell == end:
                return _walked(here, came)
            again = here in came and came[here][1] != octant
            for turn in (0, 1, -1, 2, -2):
                to = (octant + turn) % 8
                step = STEPS[to]
                after = (cell[0] + step[0], cell[1] + step[1])
                if after in blocked or abs(after[0]) > size or abs(after[1]) > size:
                    continue
                if (after, to) in done:
                    continue
                price = so_far + _LENGTHS[to] + self._price(cell, after, end)
                if cell != start or heading is not None:
                    price += _TURNS[abs(turn)] + (_TURN_AGAIN if turn and again else 0.0)
                elif turn:
                    continue
                if price < cost.get((after, to), 1e9):
                    cost[after, to] = price
                    came[after, to] = here
                    heappush(queue, (price + _octile(after, end), price, tie := tie + 1, after, to))
        return []

    def _price(self, one: Cell, other: Cell, end: Cell) -> float:
        """What a step costs beyond its length."""
        rough = self.rough.get(other)
        if rough is None:
            rough = self.rough[other] = self.chance.random() * _ROUGH
        price = rough
        if self.along and self.along.get(_edge(one, other)):
            price += _SHARED
        lines = self.at.get(other)
        if lines:
            price += _TAKEN[min(len(lines), 4)] if other != end else 0.0
        else:
            x, y = other
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                if self.at.get((x + dx, y + dy)):
                    price += _BESIDE
        (ax, ay), (bx, by) = one, other
        if ax != bx and ay != by and self.along.get(_edge((ax, by), (bx, ay))):
            price += _CROSS_OFF_NODE
        return price


def _walked(here: tuple[Cell, int], came: dict[tuple[Cell, int], tuple[Cell, int]]) -> list[Cell]:
    cells = [here[0]]
    while here in came:
        here = came[here]
        cells.append(here[0])
    return cells[::-1]


def _edge(one: Cell, other: Cell) -> tuple[Cell, Cell]:
    return (one, other) if one < other else (other, one)


def _octile(one: Cell, other: Cell) -> float:
    dx, dy = abs(one[0] - other[0]), abs(one[1] - other[1])
    return max(dx, dy) + 0.414 * min(dx, dy)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
