"""Points, turned boxes and thick strokes, and whether they touch. x to the right, y downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import atan2, cos, floor, hypot, pi, sin
from typing import NamedTuple

Point = tuple[float, float]


def towards(start: Point, end: Point) -> Point:
    """The direction from one point to another, of length 1; (0, 0) where they are one."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length) if length else (0.0, 0.0)


def turn(before: Point, after: Point) -> float:
    """The angle, in radians, from one direction to another: positive to the right, to +-pi."""
    cross = before[0] * after[1] - before[1] * after[0]
    return atan2(cross, before[0] * after[0] + before[1] * after[1])


class Box(NamedTuple):
    """A rectangle around ``centre``, its longer sides along ``axis`` (of length 1)."""

    centre: Point
    half_width: float
    half_height: float
    axis: Point = (1.0, 0.0)

    def bounds(self) -> tuple[float, float, float, float]:
        """The smallest upright rectangle around it: left, top, right, bottom."""
        (x, y), (c, s) = self.centre, self.axis
        dx = abs(c) * self.half_width + abs(s) * self.half_height
        dy = abs(s) * self.half_width + abs(c) * self.half_height
        return x - dx, y - dy, x + dx, y + dy

    def corners(self) -> tuple[Point, Point, Point, Point]:
        """Its corners, in order."""
        (x, y), (c, s), w, h = self.centre, self.axis, self.half_width, self.half_height
        ax, ay, bx, by = c * w, s * w, -s * h, c * h
        return (
            (x - ax - bx, y - ay - by),
            (x + ax - bx, y + ay - by),
            (x + ax + bx, y + ay + by),
            (x - ax + bx, y - ay + by),
        )

    def grown(self, by: float) -> Box:
        """The same rectangle, wider by ``by`` on each side."""
        return Box(self.centre, self.half_width + by, self.half_height + by, self.axis)


class Stroke(NamedTuple):
    """A straight piece of a line, ``reach`` wide to each side. A disc has no length."""

    start: Point
    end: Point
    reach: float


def boxes_touch(one: Box, other: Box) -> bool:
    """Whether two boxes have a point in common."""
    (c, s), (oc, os) = one.axis, other.axis
    dx, dy = other.centre[0] - one.centre[0], other.centre[1] - one.centre[1]
    along, across = abs(c * oc + s * os), abs(c * os - s * oc)
    w, h, ow, oh = one.half_width, one.half_height, other.half_width, other.half_height
    return (
        abs(dx * c + dy * s) < w + ow * along + oh * across
        and abs(dy * c - dx * s) < h + ow * across + oh * along
        and abs(dx * oc + dy * os) < ow + w * along + h * across
        and abs(dy * oc - dx * os) < oh + w * across + h * along
    )


def box_touches_stroke(box: Box, stroke: Stroke) -> bool:
    """Whether a stroke, its ends round, meets a box."""
    (x, y), (c, s) = box.centre, box.axis
    w, h, reach = box.half_width, box.half_height, stroke.reach
    x1, y1 = stroke.start[0] - x, stroke.start[1] - y
    x2, y2 = stroke.end[0] - x, stroke.end[1] - y
    x1, y1 = x1 * c + y1 * s, y1 * c - x1 * s
    x2, y2 = x2 * c + y2 * s, y2 * c - x2 * s
    if not _enters(x1, y1, x2, y2, w + reach, h + reach):
        return False
    if _enters(x1, y1, x2, y2, w, h + reach) or _enters(x1, y1, x2, y2, w + reach, h):
        return True
    # it only cuts a corner of the box that is wider by its reach
    corners = ((w, h), (-w, h), (w, -h), (-w, -h))
    return min(nearest(((x1, y1), (x2, y2)), corner)[0] for corner in corners) < reach


def _enters(x1: float, y1: float, x2: float, y2: float, width: float, height: float) -> bool:
    """Whether a line from one point to another enters an upright box around (0, 0)."""
    enter, leave = 0.0, 1.0
    for start, end, half in ((x1, x2, width), (y1, y2, height)):
        step = end - start
        if abs(step) < 1e-9:
            if abs(start) >= half:
                return False
            continue
        first, last = (-half - start) / step, (half - start) / step
        enter, leave = max(enter, min(first, last)), min(leave, max(first, last))
        if enter >= leave:
            return False
    return True


class StrokeGrid:
    """Strokes, found by where they are."""

    def __init__(self, strokes: Iterable[Stroke] = (), cell: float = 40.0) -> None:
        self._cell = cell
        self._at: dict[tuple[int, int], list[Stroke]] = {}
        for stroke in strokes:
            self.add(stroke)

    def add(self, stroke: Stroke) -> None:
        """Keep one more stroke."""
        (x1, y1), (x2, y2), reach = stroke
        pieces = max(1, int(hypot(x2 - x1, y2 - y1) / self._cell))
        cells = set()
        for i in range(pieces):
            ax, ay = x1 + (x2 - x1) * i / pieces, y1 + (y2 - y1) * i / pieces
            bx, by = x1 + (x2 - x1) * (i + 1) / pieces, y1 + (y2 - y1) * (i + 1) / pieces
            cells.update(
                self._cells(
                    min(ax, bx) - reach,
                    min(ay, by) - reach,
                    max(ax, bx) + reach,
                    max(ay, by) + reach,
                )
            )
        for cell in cells:
            self._at.setdefault(cell, []).append(stroke)

    def touches(self, box: Box) -> bool:
        """Whether any stroke meets the box."""
        return next(self.touching(box), None) is not None

    def touching(self, box: Box) -> Iterator[Stroke]:
        """The strokes that meet the box; one may come more than once."""
        for cell in self._cells(*box.bounds()):
            for stroke in self._at.get(cell, ()):
                if box_touches_stroke(box, stroke):
                    yield stroke

    def _cells(self, left: float, top: float, right: float, bottom: float) -> list[tuple[int, int]]:
        size = self._cell
        return [
            (column, row)
            for column in range(floor(left / size), floor(right / size) + 1)
            for row in range(floor(top / size), floor(bottom / size) + 1)
        ]


def rounded(points: Sequence[Point], radius: float, *, closed: bool = False) -> list[Point]:
    """A polyline with its corners cut round, as points close enough to draw straight between."""
    corners = _without_repeats(points, closed=closed)
    count = len(corners)
    if count < 3:
        return corners
    result: list[Point] = []
    for i, (x, y) in enumerate(corners):
        if not closed and i in (0, count - 1):
            result.append((x, y))
            continue
        before, after = corners[i - 1], corners[(i + 1) % count]
        into, out = towards(before, (x, y)), towards((x, y), after)
        angle = abs(turn(into, out))
        if angle < 0.02:
            result.append((x, y))
            continue
        room = min(hypot(x - before[0], y - before[1]), hypot(after[0] - x, after[1] - y)) / 2
        tangent = sin(min(angle, 2.6) / 2) / cos(min(angle, 2.6) / 2)
        cut = min(radius * tangent, room)
        start = (x - into[0] * cut, y - into[1] * cut)
        end = (x + out[0] * cut, y + out[1] * cut)
        steps = max(2, min(12, round(angle / (pi / 24))))
        for step in range(steps + 1):
            t = step / steps  # a quadratic curve is near enough to an arc
            u = 1 - t
            result.append(
                (
                    u * u * start[0] + 2 * u * t * x + t * t * end[0],
                    u * u * start[1] + 2 * u * t * y + t * t * end[1],
                )
            )
    if closed:
        result.append(result[0])
    return result


def _without_repeats(points: Sequence[Point], *, closed: bool) -> list[Point]:
    kept = [points[0]]
    for point in points[1:]:
        if hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) > 1e-6:
            kept.append(point)
    if closed and len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return kept


def strokes_of(points: Sequence[Point], reach: float) -> list[Stroke]:
    """The straight pieces of a polyline."""
    return [Stroke(start, end, reach) for start, end in pairwise(points)]


def nearest(points: Sequence[Point], to: Point) -> tuple[float, Point]:
    """How far a polyline is from a point, and its point nearest to it."""
    best, found = float("inf"), points[0]
    for (x1, y1), (x2, y2) in pairwise(points):
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        t = ((to[0] - x1) * dx + (to[1] - y1) * dy) / length if length else 0.0
        t = min(1.0, max(0.0, t))
        x, y = x1 + t * dx, y1 + t * dy
        distance = hypot(to[0] - x, to[1] - y)
        if distance < best:
            best, found = distance, (x, y)
    return best, found


def hull(points: Iterable[Point]) -> list[Point]:
    """The corners of the smallest convex shape around points, in order."""
    ordered = sorted({(round(x, 3), round(y, 3)) for x, y in points})
    if len(ordered) < 3:
        return list(ordered)

    def half(sequence: Iterable[Point]) -> list[Point]:
        chain: list[Point] = []
        for point in sequence:
            while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= 1e-9:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    return half(ordered) + half(reversed(ordered))


def _cross(o: Point, a: Point, b: Point) -> float:
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
