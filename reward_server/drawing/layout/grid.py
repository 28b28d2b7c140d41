"""Chains laid along an octilinear grid, one by one, each by the cheapest way that is left.

After Bast, Brosi and Storandt, "Metro maps on octilinear grid graphs" (2020): bends, crossings
and way lengths cost, and a chain finds its way around what is laid already. Then single nodes
are moved while that makes the whole cheaper.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from .sketch import Point

Cell = tuple[int, int]
Way = tuple[Cell, ...]
"""Cells from one node to another, each next to the one before."""

_STEPS: tuple[Cell, ...] = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
#: Turns that a way may take: none sharper than 90 degrees.
_GOING_ON = (0, 1, 7, 2, 6)
#: In place of a direction: the search is done.
_ARRIVED = -1
_LENGTHS = (1.0, 1.41, 1.0, 1.41, 1.0, 1.41, 1.0, 1.41)
#: What a turn of 0, 45, 90, 135, 180 degrees costs, along a way and for a line through a node.
_TURNS = (0.0, 1.2, 3.2, 30.0, 60.0)
_CROSSING = 7.0
_OVERLAP = 40.0
_THROUGH_NODE = 60.0
_BESIDE_NODE = 0.6
#: For leaving a node in a direction off the sketch's, per octant squared.
_OFF = 0.5
#: For a node off its place in the sketch, per cell squared.
_MOVED = 0.35
#: For a way too short for its stations, per cell.
_CROWDED = 3.0
#: Steps of all searches together: what bounds the time.
_MOST_STEPS = 280_000
_FAR = 5


class Rail(NamedTuple):
    """A chain to be laid between two nodes; ``room``: the cells that its stations need."""

    one: int
    other: int
    room: float
    lines: int


class Laid(NamedTuple):
    """Where the nodes are, and the way of each rail from its ``one`` to its ``other``."""

    nodes: Mapping[int, Cell]
    ways: Sequence[Way]


def lay(
    sketch: Mapping[int, Point],
    rails: Sequence[Rail],
    straight: Mapping[tuple[int, int], int],
) -> Laid:
    """All rails on the grid. ``sketch`` is in cells; ``straight`` as for ``straightened``."""
    board = _Board(sketch, rails, straight)
    for rail in board.order():
        board.lay(rail)
    board.improve()
    return Laid(board.nodes, board.ways)


class _Board:
    """The grid with what is laid on it."""

    def __init__(
        self,
        sketch: Mapping[int, Point],
        rails: Sequence[Rail],
        straight: Mapping[tuple[int, int], int],
    ) -> None:
        self.sketch = sketch
        self.rails = rails
        self.nodes = _snapped(sketch)
        self.ways: list[Way] = [()] * len(rails)
        self._straight = straight
        self._taken = {cell: node for node, cell in self.nodes.items()}
        self._beside: defaultdict[Cell, int] = defaultdict(int)
        for cell in self._taken:
            self._mark_beside(cell, 1)
        self._at: defaultdict[int, list[int]] = defaultdict(list)
        for index, rail in enumerate(rails):
            self._at[rail.one].append(index)
            self._at[rail.other].append(index)
        self._used: defaultdict[Cell, list[Cell]] = defaultdict(list)
        self._steps: defaultdict[tuple[Cell, int], int] = defaultdict(int)
        self._costs = [0.0] * len(rails)
        self._left = _MOST_STEPS

    def order(self) -> list[int]:
        """Rails, those of busy nodes first, each beside one laid before where there is one."""
        busy = {node: sum(self.rails[rail].lines for rail in at) for node, at in self._at.items()}
        order: list[int] = []
        done: set[int] = set()
        met: set[int] = set()
        for start in sorted(busy, key=lambda node: (-busy[node], node)):
            queue = [(-busy[start], start)]
            while queue:
                _, node = heappop(queue)
                if node in met:
                    continue
                met.add(node)
                own = [rail for rail in self._at[node] if rail not in done]
                own.sort(key=lambda rail: (-self.rails[rail].lines, rail))
                for rail in own:
                    done.add(rail)
                    order.append(rail)
                    for end in self.rails[rail][:2]:
                        heappush(queue, (-busy[end], end))
        return order

    def lay(self, rail: int) -> None:
        """Give a rail its cheapest way."""
        way, cost = self._search(rail)
        self.ways[rail], self._costs[rail] = way, cost
        self._mark(way, 1)

    def lift(self, rail: int) -> None:
        """Take a rail off the grid."""
        self._mark(self.ways[rail], -1)
        self.ways[rail] = ()

    def improve(self) -> None:
        """Move nodes, and lay their rails anew, while it pays and steps are left."""
        while self._left > 0:
            ranked = sorted(self.nodes, key=lambda node: (-self._cost_at(node), node))
            moved = 0
            for node in ranked:
                if self._left <= 0:
                    break
                moved += self._try_moving(node)
            if not moved:
                break

    def _try_moving(self, node: int) -> bool:
        home = self.nodes[node]
        rails = sorted(self._at[node], key=lambda rail: (-self.rails[rail].lines, rail))
        kept = {rail: (self.ways[rail], self._costs[rail]) for rail in rails}
        best, best_cost = home, self._cost_at(node) - 1e-6
        best_ways = kept
        for rail in rails:
            self.lift(rail)
        for step in (None, *_STEPS):
            cell = home if step is None else (home[0] + step[0], home[1] + step[1])
            if (cell != home and cell in self._taken) or (cell in self._used):
                continue
            self._put(node, cell)
            cost = self._moved_cost(node)
            laid: list[int] = []
            for rail in rails:
                if cost >= best_cost:
                    break
                self.lay(rail)
                laid.append(rail)
                cost += self._costs[rail]
            if cost < best_cost:
                best, best_cost = cell, cost
                best_ways = {rail: (self.ways[rail], self._costs[rail]) for rail in rails}
            for rail in laid:
                self.lift(rail)
        self._put(node, best)
        for rail, (way, cost) in best_ways.items():
            self.ways[rail], self._costs[rail] = way, cost
            self._mark(way, 1)
        return best_ways is not kept

    def _cost_at(self, node: int) -> float:
        return sum(self._costs[rail] for rail in self._at[node]) + self._moved_cost(node)

    def _moved_cost(self, node: int) -> float:
        (x, y), (wanted_x, wanted_y) = self.nodes[node], self.sketch[node]
        return _MOVED * ((x - wanted_x) ** 2 + (y - wanted_y) ** 2)

    def _put(self, node: int, cell: Cell) -> None:
        before = self.nodes[node]
        self._mark_beside(before, -1)
        del self._taken[before]
        self.nodes[node] = cell
        self._taken[cell] = node
        self._mark_beside(cell, 1)

    def _mark_beside(self, cell: Cell, count: int) -> None:
        for dx, dy in _STEPS:
            self._beside[cell[0] + dx, cell[1] + dy] += count

    def _mark(self, way: Way, count: int) -> None:
        """Note the cells and steps of a way, or forget them."""
        octants = _octants(way)
        for octant, (cell, after) in zip(octants, pairwise(way), strict=True):
            self._steps[cell, octant] += count
            self._steps[after, (octant + 4) % 8] += count
        for (into, out), cell in zip(pairwise(octants), way[1:-1], strict=True):
            if count > 0:
                self._used[cell].append((into, out))
            else:
                self._used[cell].remove((into, out))
                if not self._used[cell]:
                    del self._used[cell]

    def _leaving(self, rail: int, node: int) -> list[float]:
        """What it costs a rail to leave a node in each of the eight directions."""
        end = self.rails[rail]
        other = end.other if end.one == node else end.one
        (ax, ay), (bx, by) = self.sketch[node], self.sketch[other]
        wanted = math.atan2(by - ay, bx - ax) / (math.pi / 4)
        costs = []
        for octant in range(8):
            off = (wanted - octant + 4) % 8 - 4
            costs.append(_OFF * off * off)
        cell = self.nodes[node]
        for beside in self._at[node]:
            way = self.ways[beside]
            if beside == rail or not way:
                continue
            steps = _octants(way[:2] if way[0] == cell else (way[-1], way[-2]))
            theirs = steps[0]
            lines = self._straight.get((rail, beside), 0)
            for octant in range(8):
                between = abs((octant - theirs + 4) % 8 - 4)
                if between == 0:
                    costs[octant] += _OVERLAP
                elif lines:
                    costs[octant] += min(lines, 3) * _TURNS[4 - between]
                elif between == 1:
                    costs[octant] += 0.4
        return costs

    def _search(self, rail: int) -> tuple[Way, float]:
        """The cheapest way of a rail, and what it costs: A* over cells and directions."""
        one, other, room, _ = self.rails[rail]
        start, goal = self.nodes[one], self.nodes[other]
        arriving = self._leaving(rail, other)
        frontier = _Frontier(start, goal)
        for octant, cost in enumerate(self._leaving(rail, one)):
            after, own = self._step(start, octant, goal)
            frontier.reach((after, octant), cost + own, None)
        while True:
            cost, (cell, octant) = frontier.nearest()
            if octant == _ARRIVED:
                break
            if cell == goal:
                frontier.reach((goal, _ARRIVED), cost + arriving[(octant + 4) % 8], (cell, octant))
                continue
            if not frontier.holds(cell):
                continue
            crossed = self._used.get(cell, ())
            for turn in _GOING_ON:
                out = (octant + turn) % 8
                here = _TURNS[min(turn, 8 - turn)]
                for their_in, their_out in crossed:
                    along = their_out % 4 in (octant % 4, out % 4)
                    bent = turn or their_in != their_out
                    here += _OVERLAP if along or bent else _CROSSING
                after, own = self._step(cell, out, goal)
                frontier.reach((after, out), cost + here + own, (cell, octant))
        self._left -= len(frontier.gone)
        way = frontier.way()
        length = sum(_LENGTHS[octant] for octant in _octants(way))
        return way, cost + _CROWDED * max(0.0, room - length)

    def _step(self, cell: Cell, octant: int, goal: Cell) -> tuple[Cell, float]:
        """The next cell in a direction, and what the step there costs."""
        x, y = cell
        dx, dy = _STEPS[octant]
        after = (x + dx, y + dy)
        cost = _LENGTHS[octant]
        steps = self._steps
        if steps.get((cell, octant)):
            cost += _OVERLAP
        # two diagonals cross between cells
        if octant % 2 and steps.get(((x + dx, y), (octant + (2 if dx == dy else -2)) % 8)):
            cost += _CROSSING
        if after != goal:
            if after in self._taken:
                cost += _THROUGH_NODE
            cost += _BESIDE_NODE * self._beside.get(after, 0)
        return after, cost


class _Frontier:
    """What a search has reached, and at what cost; a state is a cell and the way into it."""

    def __init__(self, start: Cell, goal: Cell) -> None:
        self.gone: set[tuple[Cell, int]] = set()
        self._start, self._goal = start, goal
        (ax, ay), (bx, by) = start, goal
        self._low = (min(ax, bx) - _FAR, min(ay, by) - _FAR)
        self._high = (max(ax, bx) + _FAR, max(ay, by) + _FAR)
        self._best: dict[tuple[Cell, int], float] = {}
        self._came: dict[tuple[Cell, int], tuple[Cell, int] | None] = {}
        self._queue: list[tuple[float, float, tuple[Cell, int]]] = []

    def holds(self, cell: Cell) -> bool:
        """Whether a cell is not too far off."""
        (x, y), (left, top), (right, bottom) = cell, self._low, self._high
        return left <= x <= right and top <= y <= bottom

    def reach(self, state: tuple[Cell, int], cost: float, before: tuple[Cell, int] | None) -> None:
        """Note a way to a state, if it is the cheapest so far."""
        if cost < self._best.get(state, math.inf):
            self._best[state] = cost
            self._came[state] = before
            (x, y), goal = state[0], self._goal
            dx, dy = abs(x - goal[0]), abs(y - goal[1])
            ahead = max(dx, dy) + 0.41 * min(dx, dy)
            heappush(self._queue, (cost + ahead, cost, state))

    def nearest(self) -> tuple[float, tuple[Cell, int]]:
        """The state to go on from; there always is one, for every obstacle has its price."""
        while True:
            _, cost, state = heappop(self._queue)
            if state not in self.gone:
                self.gone.add(state)
                return cost, state

    def way(self) -> Way:
        """The cells from the start to the goal, once it is reached."""
        cells = []
        state = self._came[self._goal, _ARRIVED]
        while state is not None:
            cells.append(state[0])
            state = self._came[state]
        return (self._start, *reversed(cells))


def _octants(way: Sequence[Cell]) -> list[int]:
    return [_STEPS.index((bx - ax, by - ay)) for (ax, ay), (bx, by) in pairwise(way)]


def _snapped(sketch: Mapping[int, Point]) -> dict[int, Cell]:
    """A cell of its own for each node, as near as may be to its place."""
    cells: dict[int, Cell] = {}
    taken: set[Cell] = set()
    for node, (x, y) in sorted(sketch.items()):
        near = sorted(_around(round(x), round(y)), key=lambda cell: (math.dist(cell, (x, y)), cell))
        free = next(cell for cell in near if cell not in taken)
        cells[node] = free
        taken.add(free)
    return cells


def _around(x: int, y: int) -> Iterable[Cell]:
    for dx in range(-6, 7):
        for dy in range(-6, 7):
            yield x + dx, y + dy
