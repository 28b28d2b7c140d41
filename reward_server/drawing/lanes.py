"""How the lines run: octilinear from station to station, side by side where they share a way.

Every link (two stations that follow each other) has one way for all its lines: straight, or with
one corner where its ends do not lie on an octilinear direction. Lines on one link run in lanes,
ordered so that those which turn off to the left are on the left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import hypot, pi

from ..core.transit.network import Network
from .geometry import Point, rounded, towards, turn
from .layout.chains import Link, find_tracks, link_of

#: What a bend costs where a link's corner may be put on either side, per 45 degrees.
_BENDS = (0.0, 1.0, 3.5, 12.0, 20.0)
_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that is drawn in one stroke: its main part, or a branch."""

    line: int
    nodes: tuple[int, ...]
    """The stations it runs through in order, those included at which it does not stop."""
    closed: bool
    path: tuple[Point, ...]
    """The curve, close enough to draw straight between its points."""
    hops: tuple[tuple[Point, ...], ...]
    """The curve from each node to the next."""

    def at(self, place: int) -> Point:
        """Where the curve passes its node number ``place``."""
        return self.hops[place][0] if place < len(self.hops) else self.hops[-1][-1]

    def direction(self, place: int) -> Point:
        """Where it heads for as it leaves its node number ``place``, or comes to its last."""
        hop = self.hops[min(place, len(self.hops) - 1)]
        steps = [towards(*pair) for pair in pairwise(hop) if pair[0] != pair[1]]
        return (steps[0] if place < len(self.hops) else steps[-1]) if steps else (1.0, 0.0)


def lay_lines(
    network: Network,
    spots: Sequence[Point],
    lane: float,
    radius: float,
    known: Mapping[Link, Sequence[Point]] | None = None,
) -> list[Piece]:
    """The curves of all lines, by line.

    ``spots``: where each station is, in pixels. ``lane``: from the middle of one line to the next.
    ``radius``: of a bend. ``known``: the points of links, from the station with the smaller index.
    """
    routes = list(_routes(network))
    ways = _ways(routes, spots, known or {})
    lanes = _order_lanes(routes, ways)
    return [_piece(route, spots, ways, lanes, lane, radius) for route in routes]


@dataclass(frozen=True, slots=True)
class _Route:
    line: int
    nodes: tuple[int, ...]
    closed: bool

    def links(self) -> list[tuple[int, int]]:
        """Its steps, in its direction."""
        steps = list(pairwise(self.nodes))
        return [*steps, (self.nodes[-1], self.nodes[0])] if self.closed else steps


def _routes(network: Network) -> Iterator[_Route]:
    """Each line as strokes that together take each of its links once."""
    passing = find_tracks(network).passing
    for index, line in enumerate(network.lines):
        drawn: set[Link] = set()
        for number, run in enumerate(line.runs):
            closed = line.ring and number == 0
            strokes: list[list[int]] = [[run[0]]]
            for here, after in pairwise((*run, run[0]) if closed else run):
                link = link_of(here, after)
                if link in drawn:
                    strokes.append([after])
                    continue
                drawn.add(link)
                way = passing.get(link, link)
                strokes[-1] += way[1:] if way[0] == here else way[-2::-1]
            for nodes in strokes:
                if len(nodes) > 1:
                    whole = closed and len(strokes) == 1
                    yield _Route(index, tuple(nodes[:-1] if whole else nodes), whole)


def _ways(
    routes: Sequence[_Route], spots: Sequence[Point], known: Mapping[Link, Sequence[Point]]
) -> dict[Link, tuple[Point, ...]]:
    """The points of each link, from its first station to its second."""
    options: dict[Link, list[tuple[Point, ...]]] = {}
    joints: defaultdict[Link, list[tuple[Link, int]]] = defaultdict(list)
    for route in routes:
        steps = route.links()
        for one, other in steps:
            link = link_of(one, other)
            if link not in options:
                start, end = spots[link[0]], spots[link[1]]
                if link in known:
                    options[link] = [(start, *known[link][1:-1], end)]
                else:
                    options[link] = [(start, *corner, end) for corner in _elbows(start, end)]
        for (one, node), (_, other) in zip(steps, steps[1:] + steps[: route.closed], strict=False):
            into, out = link_of(one, node), link_of(node, other)
            joints[into].append((out, node))
            joints[out].append((into, node))
    ways = {link: its[0] for link, its in options.items()}

    def cost(link: Link, way: tuple[Point, ...]) -> float:
        total = 0.0
        for other, node in joints[link]:
            own = _leaving(way, link, node)
            theirs = _leaving(ways[other], other, node)
            total += _BENDS[round(abs(turn((-own[0], -own[1]), theirs)) / (pi / 4))]
        return total

    for _ in range(_SWEEPS):
        changed = False
        for link, its in options.items():
            if len(its) > 1:
                best = min(its, key=lambda way, link=link: cost(link, way))  # type: ignore[misc]
                changed |= best != ways[link]
                ways[link] = best
        if not changed:
            break
    return ways


def _elbows(start: Point, end: Point) -> list[tuple[Point, ...]]:
    """The corners that a link could have: none where it is octilinear, else one of two."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    slack = 0.02 * hypot(dx, dy)
    if min(abs(dx), abs(dy), abs(abs(dx) - abs(dy))) <= slack:
        return [()]
    short = min(abs(dx), abs(dy))
    step = (short if dx > 0 else -short, short if dy > 0 else -short)
    return [
        ((start[0] + step[0], start[1] + step[1]),),
        ((end[0] - step[0], end[1] - step[1]),),
    ]


def _leaving(way: tuple[Point, ...], link: Link, node: int) -> Point:
    """The direction in which a way leaves one of its ends."""
    return towards(way[0], way[1]) if node == link[0] else towards(way[-1], way[-2])


_Lanes = Mapping[Link, tuple[int, ...]]
"""Link -> its lines from left to right, as seen from its first station."""


def _order_lanes(routes: Sequence[_Route], ways: Mapping[Link, tuple[Point, ...]]) -> _Lanes:
    riders: defaultdict[Link, dict[int, tuple[_Route, int]]] = defaultdict(dict)
    for route in routes:
        for place, step in enumerate(route.links()):
            riders[link_of(*step)].setdefault(route.line, (route, place))
    lanes = {}
    for link, its in riders.items():
        wins = dict.fromkeys(its, 0)
        for one, other in combinations(sorted(its), 2):
            left = one if _is_left(its[one], its[other], link, ways) else other
            wins[left] += 1
        lanes[link] = tuple(sorted(its, key=lambda line: (-wins[line], line)))
    return lanes


def _is_left(
    one: tuple[_Route, int],
    other: tuple[_Route, int],
    link: Link,
    ways: Mapping[Link, tuple[Point, ...]],
) -> bool:
    """Whether the one line runs to the left of the other, as seen from the link's first station.

    Decided where they part, at whichever end has the smaller index; where they never part, the
    first is on the left of its own direction.
    """
    decided = []
    for ahead in (True, False):
        here, node = link if ahead else link[::-1]
        for mine, theirs in zip(_onward(one, here, node), _onward(other, here, node), strict=False):
            if mine == theirs:
                here, node = node, mine
                continue
            came = link_of(here, node)
            back = _leaving(ways[came], came, node)
            into = (-back[0], -back[1])
            turns = []
            for after in (mine, theirs):
                away = link_of(node, after)
                turns.append(turn(into, _leaving(ways[away], away, node)))
            if abs(turns[0] - turns[1]) > 0.01:
                decided.append((node, (turns[0] < turns[1]) == ahead))
            break
    if decided:
        return min(decided)[1]
    route, place = one
    return route.links()[place] == link


def _onward(rider: tuple[_Route, int], here: int, node: int) -> Iterator[int]:
    """The stations that a line runs to beyond ``node``, when it comes from ``here``."""
    route, place = rider
    nodes, count = route.nodes, len(route.nodes)
    step = 1 if (nodes[place], nodes[(place + 1) % count]) == (here, node) else -1
    at = place + 1 if step > 0 else place
    for _ in range(count):
        at += step
        if not route.closed and not 0 <= at < count:
            return
        yield nodes[at % count]


def _piece(
    route: _Route,
    spots: Sequence[Point],
    ways: Mapping[Link, tuple[Point, ...]],
    lanes: _Lanes,
    lane: float,
    radius: float,
) -> Piece:
    steps = route.links()
    legs = []  # each step's points in the line's direction, how far to its right it runs, its lines
    for one, other in steps:
        link = link_of(one, other)
        way, its = ways[link], lanes[link]
        beside = (its.index(route.line) - (len(its) - 1) / 2) * lane
        if link[0] != one:
            way, beside = way[::-1], -beside
        legs.append((way, beside, its))
    points: list[Point] = []
    marks: list[Point] = []  # where the line passes its nodes, before its corners are cut round
    count = len(legs)
    for number, node in enumerate(route.nodes):
        before = legs[number - 1] if number or route.closed else None
        after = legs[number] if number < count else None
        through, at = _through(spots[node], before, after, lane)
        points += through
        marks.append(through[at])
        if after is not None:
            points += _inner(after[0], after[1])
    path = rounded(points, radius, closed=route.closed)
    return Piece(route.line, route.nodes, route.closed, tuple(path), _hops(path, marks, route))


_Leg = tuple[tuple[Point, ...], float, tuple[int, ...]]


def _through(
    spot: Point, before: _Leg | None, after: _Leg | None, lane: float
) -> tuple[list[Point], int]:
    """The points by which a line passes a node, and which of them is at the node."""
    if before is None or after is None:
        leg = before or after
        assert leg is not None  # noqa: S101 -- a line has two stations, so one link or more
        way, beside, _ = leg
        direction = towards(way[0], way[1]) if before is None else towards(way[-2], way[-1])
        return [_aside(spot, direction, beside)], 0
    into, out = towards(before[0][-2], before[0][-1]), towards(after[0][0], after[0][1])
    if abs(before[1] - after[1]) < 1e-9 and (
        abs(before[1]) < 1e-9 or set(before[2]) == set(after[2])
    ):
        return [_miter(spot, into, out, before[1], before[1])], 0
    # the wider bundle keeps its lanes at the node, the other leg comes to them beyond it
    change = abs(before[1] - after[1])
    if len(before[2]) >= len(after[2]):
        run = min(0.45 * _length(after[0][0], after[0][1]), lane * 1.6 + 2.5 * change)
        joint = _aside((spot[0] + out[0] * run, spot[1] + out[1] * run), out, after[1])
        return [_aside(spot, into, before[1]), joint], 0
    run = min(0.45 * _length(before[0][-2], before[0][-1]), lane * 1.6 + 2.5 * change)
    joint = _aside((spot[0] - into[0] * run, spot[1] - into[1] * run), into, before[1])
    return [joint, _aside(spot, out, after[1])], 1


def _length(one: Point, other: Point) -> float:
    return hypot(other[0] - one[0], other[1] - one[1])


def _aside(point: Point, direction: Point, by: float) -> Point:
    """The point ``by`` to the right of another, for who looks in the direction."""
    return (point[0] - direction[1] * by, point[1] + direction[0] * by)


def _miter(point: Point, into: Point, out: Point, before: float, after: float) -> Point:
    """Where two lines meet that run beside a corner, each so far to its right."""
    cross = into[0] * out[1] - into[1] * out[0]
    if abs(cross) < 0.3:  # nearly straight on, or nearly back
        return _aside(point, into, before)
    along = (into[0] * out[0] + into[1] * out[1]) * before - after
    along /= cross
    x, y = _aside(point, into, before)
    return (x + into[0] * along, y + into[1] * along)


def _inner(way: tuple[Point, ...], beside: float) -> list[Point]:
    """The corners of a link between its ends, moved into a lane."""
    return [
        _miter(here, towards(before, here), towards(here, after), beside, beside)
        for before, here, after in zip(way, way[1:], way[2:], strict=False)
    ]


def _hops(
    path: Sequence[Point], marks: Sequence[Point], route: _Route
) -> tuple[tuple[Point, ...], ...]:
    """The path cut at the points nearest to the marks, which come in its order."""
    targets = [*marks, marks[0]] if route.closed else list(marks)
    if route.closed:  # begin where the path is nearest to its first node
        start = min(range(len(path) - 1), key=lambda i: _length(path[i], marks[0]))
        path = [*path[start:-1], *path[: start + 1]]
    cuts: list[tuple[int, Point]] = [(0, path[0])]
    for target in targets[1:-1]:
        cuts.append(_next_cut(path, cuts[-1], target))
    cuts.append((len(path) - 2, path[-1]))
    return tuple(
        (point, *path[segment + 1 : after_segment + 1], after)
        for (segment, point), (after_segment, after) in pairwise(cuts)
    )


def _next_cut(path: Sequence[Point], last: tuple[int, Point], target: Point) -> tuple[int, Point]:
    """The next point of a path, after ``last``, at which it comes nearest to a target."""
    best, found = float("inf"), last
    for segment in range(last[0], len(path) - 1):
        (x1, y1), (x2, y2) = last[1] if segment == last[0] else path[segment], path[segment + 1]
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        t = ((target[0] - x1) * dx + (target[1] - y1) * dy) / length if length else 0.0
        t = min(1.0, max(0.0, t))
        point = (x1 + t * dx, y1 + t * dy)
        distance = _length(point, target)
        if distance < best - 1e-9:
            best, found = distance, (segment, point)
        elif best < 12 and distance > best + 60:
            break  # the path has passed it; it may come by again much later
    return found
