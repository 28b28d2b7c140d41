"""A network and where its stations are -> everything that is on its map, in pixels.

The map is given more room until each name, and each line's badge, has a place of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from math import cos, hypot, pi, sin

from ..core.transit.network import Network
from .colours import coloured, printed
from .geometry import Box, Point, StrokeGrid, boxes_touch, hull, strokes_of, towards, turn
from .labels import Anchor, Label, Measure, Placing, place_labels
from .lanes import Piece, lay_lines
from .layout.chains import Link
from .styles import Style

#: A map on which such a share of the names finds no place grows so much, so often at most.
_GROWTH = ((0.1, 1.25), (0.03, 1.12), (0.0, 1.06))
_TRIES = 24
_CLEAR = 2.0  # between letters and what else is drawn


@dataclass(frozen=True, slots=True)
class Marker:
    """A station's sign: the shape around ``points``, ``reach`` wide to each side."""

    station: int
    name: str
    points: tuple[Point, ...]
    reach: float
    lines: tuple[int, ...]
    along: Point
    """The direction of its line there; of an interchange any."""

    @property
    def interchange(self) -> bool:
        """Whether more than one line stops there."""
        return len(self.lines) > 1


@dataclass(frozen=True, slots=True)
class Badge:
    """A line's short name in a box of its colour, at one of its ends."""

    line: int
    text: str
    box: Box
    size: float
    """Of its letters."""
    drop: float
    """From the middle of the box down to the text's baseline, in pixels."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A map. All places are in pixels from the top left corner."""

    width: float
    height: float
    style: Style
    title: str
    title_at: Point
    lines: tuple[str, ...]
    colours: tuple[str, ...]
    pieces: tuple[Piece, ...]
    """The lines' curves, by line."""
    markers: tuple[Marker, ...]
    """By station."""
    labels: tuple[Label, ...]
    """By station."""
    badges: tuple[Badge, ...]
    legend: tuple[tuple[int, Point], ...]
    """Lines with the left end of each one's entry."""
    crowded: tuple[int, ...]
    """Stations whose names overlap something: none, but where no room is enough."""

    def ride(self, line: int, stops: Sequence[int]) -> list[tuple[Point, ...]]:
        """The curves of a ride on a line by way of these stations, those passed by included."""
        curves = []
        for one, other in pairwise(stops):
            curves += self._between(line, one, other)
        return curves

    def _between(self, line: int, one: int, other: int) -> list[tuple[Point, ...]]:
        for piece in self.pieces:
            if piece.line != line or one not in piece.nodes or other not in piece.nodes:
                continue
            start, end = piece.nodes.index(one), piece.nodes.index(other)
            first, last = min(start, end), max(start, end)
            inner = piece.hops[first:last]
            outer = piece.hops[last:] + piece.hops[:first] if piece.closed else ()
            return list(outer if outer and len(outer) < len(inner) else inner)
        return []


def make_plan(
    network: Network,
    positions: Sequence[Point],
    style: Style,
    measure: Measure,
    *,
    colours: Mapping[str, str] | None = None,
    ways: Mapping[Link, Sequence[Point]] | None = None,
    title: str = "",
    unit: float = 30.0,
    tries: int = _TRIES,
) -> Plan:
    """The map of a network.

    ``positions``: where each station is, by its index, in any unit; one unit is drawn as ``unit``
    pixels, or as more where the names need it and ``tries`` allow it. ``ways``: the points from
    one station to the next, the one with the smaller index first, where they are known; others
    are octilinear.
    """
    left, top = min(x for x, _ in positions), min(y for _, y in positions)
    scale = unit
    for attempt in range(tries):

        def scaled(point: Point, scale: float = scale) -> Point:
            return ((point[0] - left) * scale, (point[1] - top) * scale)

        drawn = _Sheet(
            network,
            [scaled(spot) for spot in positions],
            style,
            measure,
            {link: [scaled(point) for point in way] for link, way in (ways or {}).items()},
            last=attempt == tries - 1,
        )
        if drawn.fits:
            break
        scale *= next(by for share, by in _GROWTH if len(drawn.crowded) >= share * len(positions))
    return drawn.plan(title, coloured((line.name for line in network.lines), colours or {}))


def short_name(line: str) -> str:
    """What a line's badge says: its number or letter where it has one, else its name."""
    words = re.sub(r"[(（\[【].*", "", line).strip().split()
    if match := re.match(r"(?:地铁)?(\d{1,3})号?线", line):
        return match[1]
    codes = [word for word in words if len(word) <= 3 and (word.isdigit() or word.isupper())]
    codes += [word for word in words if len(word) <= 4 and any(sign.isdigit() for sign in word)]
    if codes:
        return codes[-1]
    kept = [word for word in words if word.lower() not in ("line", "route", "metro")]
    return " ".join(kept or words)


class _Sheet:
    """One attempt to put a network on paper."""

    def __init__(
        self,
        network: Network,
        spots: Sequence[Point],
        style: Style,
        measure: Measure,
        ways: Mapping[Link, Sequence[Point]],
        *,
        last: bool,
    ) -> None:
        self.network, self.style, self.measure = network, style, measure
        self.pieces = lay_lines(network, spots, style.line + style.gap, style.radius, ways)
        self.markers = [self._marker(station) for station in range(len(spots))]
        self.blocked = StrokeGrid()
        for piece in self.pieces:
            for stroke in strokes_of(piece.path, style.line / 2 + _CLEAR):
                self.blocked.add(stroke)
        for marker in self.markers:
            ends = (*marker.points, marker.points[0]) if len(marker.points) > 1 else ()
            reach = marker.reach + _CLEAR / 2
            strokes = strokes_of(ends or (marker.points[0],) * 2, reach)
            for stroke in strokes:
                self.blocked.add(stroke)
        self.badges: list[Badge] = []
        termini = self._ends()
        placing = self._place_names(termini, all_or_none=not last)
        self.labels, self.crowded = placing
        self.fits = not placing.failed
        if self.labels:
            self.fits &= self._place_badges(termini)

    def _marker(self, station: int) -> Marker:
        """The sign of a station around all the lines that stop there."""
        style, passes = self.style, []
        for piece in self.pieces:
            if station in self.network.lines[piece.line].stations:
                for place, node in enumerate(piece.nodes):
                    if node == station:
                        passes.append((piece.line, piece, place))
        points = hull(piece.at(place) for _, piece, place in passes)
        if max(hypot(x - points[0][0], y - points[0][1]) for x, y in points) < style.line / 2:
            points = points[:1]
        lines = tuple(dict.fromkeys(line for line, _, _ in passes))
        _, piece, place = passes[0]
        along = piece.direction(place)
        single = {"dot": style.line * 0.5, "ring": style.line * 0.5 + 1.5, "bar": style.line * 1.2}
        reach = style.marker if len(lines) > 1 else single[style.stops]
        return Marker(
            station, self.network.station_names[station], tuple(points), reach, lines, along
        )

    def _ends(self) -> list[tuple[Badge, Point, Point]]:
        """A badge for each end of each line where it would be best, the end, and the way on."""
        found: list[tuple[int, Point, Point]] = []
        for index in range(len(self.network.lines)):
            pieces = [piece for piece in self.pieces if piece.line == index]
            links: Counter[int] = Counter()
            for piece in pieces:
                links.update(chain.from_iterable(pairwise(piece.nodes)))
                if piece.closed:
                    links.update((piece.nodes[0], piece.nodes[-1]))
                    found.append((index, piece.at(0), _away(piece)))
            for piece in pieces:
                last = len(piece.hops)
                (x, y), onward = piece.direction(0), piece.direction(last)
                if links[piece.nodes[0]] == 1:
                    found.append((index, piece.at(0), (-x, -y)))
                if links[piece.nodes[-1]] == 1:
                    found.append((index, piece.at(last), onward))
        ends = []
        for index, at, direction in found:
            text = short_name(self.network.lines[index].name)
            size = self.style.letters
            extent = self.measure(text, size * 0.92, True)
            # more where signs stand above or below the letters
            height = max(size * 1.3, extent.above + extent.below + size * 0.3)
            width = max(height, extent.width + size * 0.7)
            box = next(_around(at, direction, width / 2, height / 2, self.style.marker))
            ends.append((Badge(index, text, box, size * 0.92, extent.drop), at, direction))
        return ends

    def _place_badges(self, ends: Sequence[tuple[Badge, Point, Point]]) -> bool:
        """Put the badges near the lines' ends, beside the names; whether each line has one.

        Where many lines meet at one's end there may be no room for its badge there.
        """
        taken = [label.box.grown(_CLEAR) for label in self.labels]
        for badge, at, direction in ends:
            width, height = badge.box.half_width, badge.box.half_height
            for box in _around(at, direction, width, height, self.style.marker):
                if not self.blocked.touches(box.grown(1.5)) and not any(
                    boxes_touch(box, other) for other in taken
                ):
                    self.badges.append(replace(badge, box=box))
                    taken.append(box.grown(_CLEAR))
                    break
        return {badge.line for badge in self.badges} == {badge.line for badge, _, _ in ends}

    def _place_names(
        self, ends: Iterable[tuple[Badge, Point, Point]], *, all_or_none: bool
    ) -> Placing:
        style = self.style
        near: list[set[int]] = [set() for _ in self.markers]
        row_of: dict[int, int] = {}
        rows = 0
        for piece in self.pieces:
            heading = (0.0, 0.0)
            for place, (one, other) in enumerate(pairwise(piece.nodes)):
                if abs(turn(heading, ahead := piece.direction(place))) > 0.2:
                    rows += 1
                heading = ahead
                for node in (one, other):
                    if not self.markers[node].interchange:
                        row_of.setdefault(node, rows)
                if not (self.markers[one].interchange or self.markers[other].interchange):
                    near[one].add(other)
                    near[other].add(one)
        cut = _common_ending([marker.name for marker in self.markers])
        anchors = [
            Anchor(
                marker.name.removesuffix(cut) or marker.name,
                marker.points,
                marker.reach,
                style.letters,
                style.bold_interchanges and marker.interchange,
                tuple(sorted(near[marker.station])),
                row_of.get(marker.station, -1),
            )
            for marker in self.markers
        ]
        shunned = [badge.box for badge, _, _ in ends]
        return place_labels(anchors, self.blocked, self.measure, shunned, all_or_none=all_or_none)

    def plan(self, title: str, colours: Mapping[str, str]) -> Plan:
        """The sheet with its margins, title and legend, everything moved to its final place."""
        style, measure = self.style, self.measure
        bounds = [label.box.bounds() for label in self.labels]
        bounds += [badge.box.bounds() for badge in self.badges]
        for piece in self.pieces:
            for x, y in piece.path:
                bounds.append((x - style.line, y - style.line, x + style.line, y + style.line))
        left, top = min(b[0] for b in bounds), min(b[1] for b in bounds)
        right, bottom = max(b[2] for b in bounds), max(b[3] for b in bounds)
        margin, size = style.letters * 2.2, style.letters
        width = right - left + 2 * margin
        names = [line.name for line in self.network.lines]
        extents = [measure(name, size, False) for name in names]
        entry = max(extent.width for extent in extents) + size * 4.2
        row = max(size * 1.7, *(extent.above + extent.below + size * 0.3 for extent in extents))
        head = size * 4.6 if title else margin
        if title:
            width = max(width, measure(title, size * 2.0, True).width + 2 * margin)
        # the legend stands below in columns, or beside, whichever makes the sheet squarer
        columns = max(1, min(len(names), int((width - 2 * margin) / entry)))
        rows = -(-len(names) // columns)
        below = head + bottom - top + margin + rows * row + margin
        beside = width + entry + size
        tall = max(head + bottom - top + margin, head + len(names) * row + margin)
        flat = max(width, below) / min(width, below) <= max(beside, tall) / min(beside, tall)
        dx, dy = margin - left, head - top
        if flat:
            height = below
            first = head + bottom - top + margin * 0.8
            legend = [
                (i, (margin + (i // rows) * entry, first + (i % rows + 0.5) * row))
                for i in range(len(names))
            ]
        else:
            column = width
            width, height = beside, tall
            legend = [(i, (column, head + (i + 0.5) * row)) for i in range(len(names))]
        return Plan(
            width,
            height,
            style,
            title,
            (margin, size * 3.0),
            tuple(names),
            tuple(printed([colours[name] for name in names], style.paper)),
            tuple(_moved_piece(piece, dx, dy) for piece in self.pieces),
            tuple(
                Marker(m.station, m.name, _moved(m.points, dx, dy), m.reach, m.lines, m.along)
                for m in self.markers
            ),
            tuple(label._replace(box=_moved_box(label.box, dx, dy)) for label in self.labels),
            tuple(replace(badge, box=_moved_box(badge.box, dx, dy)) for badge in self.badges),
            tuple(legend),
            self.crowded,
        )


def _around(
    at: Point, direction: Point, width: float, height: float, clear: float
) -> Iterator[Box]:
    """Places for a box near a line's end: straight on, then to the sides, then farther off."""
    for far in (0.0, 1.0, 2.2, 3.5):
        for eighths in (0, 1, -1, 2, -2, 0.5, -0.5, 1.5, -1.5, 3, -3, 2.5, -2.5):
            angle = eighths * pi / 4
            dx = direction[0] * cos(angle) - direction[1] * sin(angle)
            dy = direction[1] * cos(angle) + direction[0] * sin(angle)
            out = clear + _CLEAR + 2 + far * height * 2
            out += min(width / max(abs(dx), 1e-6), height / max(abs(dy), 1e-6))
            yield Box((at[0] + dx * out, at[1] + dy * out), width, height)


def _common_ending(names: Sequence[str]) -> str:
    """What all names of a network end with and a map leaves out: " Station", 站; else nothing."""
    for ending in (" Station", "站"):
        if sum(name.endswith(ending) for name in names) > 0.8 * len(names):
            return ending
    return ""


def _away(piece: Piece) -> Point:
    """The direction from the middle of a loop to its first station, as octilinear as can be."""
    count = len(piece.path)
    middle = (sum(x for x, _ in piece.path) / count, sum(y for _, y in piece.path) / count)
    return towards(middle, piece.hops[0][0])


def _moved(points: Sequence[Point], dx: float, dy: float) -> tuple[Point, ...]:
    return tuple((x + dx, y + dy) for x, y in points)


def _moved_box(box: Box, dx: float, dy: float) -> Box:
    return box._replace(centre=(box.centre[0] + dx, box.centre[1] + dy))


def _moved_piece(piece: Piece, dx: float, dy: float) -> Piece:
    return Piece(
        piece.line,
        piece.nodes,
        piece.closed,
        _moved(piece.path, dx, dy),
        tuple(_moved(hop, dx, dy) for hop in piece.hops),
    )
