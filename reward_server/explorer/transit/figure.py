"""A chart with a question and its routes on it -> SVG, in classes that the style sheet knows.

The true route is a broad band; the answered one a line on top of it with arrows, dashed and with
crosses where it is wrong: so they are told apart without their colours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from reward_server.drawing.geometry import Box, Point, StrokeGrid, boxes_touch, strokes_of
from reward_server.drawing.labels import CAPITALS, Anchor, Label, place_labels
from reward_server.drawing.plan import Marker
from reward_server.drawing.svg import curve

from .journeys import Leg
from .maps import Chart, bounds, text_extent
from .scenes import Scene

_BAND = 11.0
_ARROWS_APART = 64.0
_MARGIN = 70.0
_PIN = 13.0
#: A focus is at least so high, by its width.
_FLATTEST = 0.45
_LETTERS = 14.0


def figure(chart: Chart, scene: Scene) -> str:
    """The SVG of a scene; what is not on the chart is left out."""
    return _Figure(chart, scene).svg()


class _Figure:
    def __init__(self, chart: Chart, scene: Scene) -> None:
        self.chart, self.scene, self.plan = chart, scene, chart.plan
        self.true = [way for leg in scene.true if (way := self._way(leg))]
        self.answered = [(way, sound) for leg, sound in scene.answered if (way := self._way(leg))]
        legs = [*scene.true, *(leg for leg, _ in scene.answered)]
        on_chart = chart.stations
        self.ridden = {chart.lines[leg.line] for leg in legs if leg.line in chart.lines}
        self.ridden |= {chart.lines[line] for line in scene.lines if line in chart.lines}
        self.stops = {on_chart[stop] for leg in legs for stop in leg.stops if stop in on_chart}
        self.ends = {
            on_chart[stop]
            for leg in legs
            for stop in (leg.departure, leg.arrival)
            if stop in on_chart
        }
        self.marks = [(on_chart[stop], text) for stop, text in scene.marks if stop in on_chart]
        self.jumps = [
            (on_chart[one], on_chart[other])
            for one, other in scene.jumps
            if one in on_chart and other in on_chart
        ]
        self.ends |= {stop for stop, _ in self.marks} | {end for jump in self.jumps for end in jump}
        self.named = sorted(self.stops | self.ends)

    def svg(self) -> str:
        labels = self._labels()
        whole, focus = self._whole(), self._focus(labels)
        box = _box(focus or whole)
        focused = f' data-focus="{_box(focus)}"' if focus else ""
        quiet = " quiet" if self.ridden else ""
        opening = (
            f'<svg class="chart{quiet}" xmlns="http://www.w3.org/2000/svg" role="img" '
            f'viewBox="{box}" data-whole="{_box(whole)}"{focused} aria-label="'
            f'{escape(self.scene.caption)}">'
        )
        parts = [
            opening,
            *self._lines(),
            '<g class="band">',
            *(f'<path d="{curve(way)}"/>' for way in self.true),
            "</g>",
            *self._ridden_lines(),
            *self._answer(),
            *self._stations(),
            *self._base_names(labels),
            '<g class="names">',
            *(_text(label, station in self.ends) for station, label in labels.items()),
            "</g>",
            *self._badges(),
            *self._pins(),
            "</svg>",
        ]
        return "".join(parts)

    def _way(self, leg: Leg) -> list[Point]:
        """The curve of a leg, in the direction of travel; empty where it is not on the chart."""
        chart = self.chart
        if leg.line not in chart.lines or not set(leg.stops) <= chart.stations.keys():
            return []
        points: list[Point] = []
        for one, other in pairwise(chart.stations[stop] for stop in leg.stops):
            hops = self.plan.ride(chart.lines[leg.line], (one, other))
            run = [point for hop in hops for point in hop]
            if not run:
                return []
            start = self.plan.markers[one].points[0]
            if math.dist(run[-1], start) < math.dist(run[0], start):
                run = [point for hop in hops[::-1] for point in hop[::-1]]
            points += run
        return points

    def _lines(self) -> Iterator[str]:
        plan = self.plan
        for index, (name, colour) in enumerate(zip(plan.lines, plan.colours, strict=True)):
            kind = "line" if index in self.ridden else "line other"
            paths = "".join(
                f'<path d="{curve(one.path)}"/>' for one in plan.pieces if one.line == index
            )
            yield f'<g class="{kind}" stroke="{colour}"><title>{escape(name)}</title>{paths}</g>'

    def _ridden_lines(self) -> Iterator[str]:
        """The ridden parts of lines once more, above the band."""
        plan, chart = self.plan, self.chart
        for leg in (*self.scene.true, *(leg for leg, _ in self.scene.answered)):
            way = self._way(leg)
            if way:
                colour = plan.colours[chart.lines[leg.line]]
                yield f'<path class="ride" stroke="{colour}" d="{curve(way)}"/>'

    def _answer(self) -> Iterator[str]:
        yield '<g class="answer">'
        for way, sound in self.answered:
            kind = "sound" if sound else "faulty"
            yield f'<path class="{kind}" d="{curve(way)}"/>'
            for at, angle in _along(way):
                shape = "M-5 -5.5L6 0L-5 5.5Z" if sound else "M-5 -5L5 5M-5 5L5 -5"
                sign = "arrow" if sound else "cross"
                yield (
                    f'<path class="{sign}" d="{shape}" '
                    f'transform="translate({_n(at[0])} {_n(at[1])}) rotate({_n(angle)})"/>'
                )
        for one, other in self.jumps:
            ends = [self.plan.markers[stop].points[0] for stop in (one, other)]
            yield f'<path class="jump" d="{curve(ends)}"/>'
        yield "</g>"

    def _stations(self) -> Iterator[str]:
        yield '<g class="stations">'
        for marker in self.plan.markers:
            stop = marker.station
            kind = "stop on" if stop in self.stops or stop in self.ends else "stop"
            shape = _shape(marker)
            yield f'<g class="{kind}"><title>{escape(marker.name)}</title>{shape}</g>'
        yield "</g>"

    def _labels(self) -> dict[int, Label]:
        """The names of the stations that matter, which come before all others."""
        plan = self.plan
        blocked = StrokeGrid()
        for way in (*self.true, *(way for way, _ in self.answered)):
            for stroke in strokes_of(way, _BAND / 2 + 2):
                blocked.add(stroke)
        for jump in self.jumps:
            for stroke in strokes_of([_middle(plan.markers[stop]) for stop in jump], 2.0):
                blocked.add(stroke)
        for index in self.ridden:
            for piece in plan.pieces:
                if piece.line == index:
                    for stroke in strokes_of(piece.path, plan.style.line / 2 + 1):
                        blocked.add(stroke)
        anchors = []
        pinned = {stop for stop, _ in self.marks}
        for station in self.named:
            marker = plan.markers[station]
            reach = _PIN + 2 if station in pinned else max(marker.reach + 2, _BAND - 2)
            bold = station in self.ends
            size = _LETTERS * (1.15 if bold else 1.0)
            text = " ".join(plan.labels[station].lines)
            anchors.append(Anchor(text, marker.points, reach, size, bold))
        boxes = [Box(_middle(plan.markers[stop]), _PIN, _PIN) for stop, _ in self.marks]
        boxes += [badge.box.grown(1.0) for badge in plan.badges]
        placing = place_labels(anchors, blocked, text_extent, boxes)
        return dict(zip(self.named, placing.labels, strict=True))

    def _base_names(self, labels: dict[int, Label]) -> Iterator[str]:
        """The other names, as far as there is room for them."""
        plan = self.plan
        crowded = set(plan.crowded)
        first = [label.box.grown(1.0) for label in labels.values()]
        yield '<g class="names other">'
        for station, label in enumerate(plan.labels):
            if station in labels or station in crowded:
                continue
            if not any(boxes_touch(label.box, box) for box in first):
                yield _text(label, bold=False)
        yield "</g>"

    def _badges(self) -> Iterator[str]:
        for badge in self.plan.badges:
            box, colour = badge.box, self.plan.colours[badge.line]
            left, top, _, _ = box.bounds()
            (x, y), size = box.centre, _LETTERS * 0.9
            kind = "badge" if badge.line in self.ridden else "badge other"
            yield (
                f'<g class="{kind}"><rect x="{_n(left)}" y="{_n(top)}" rx="4" fill="{colour}" '
                f'width="{_n(2 * box.half_width)}" height="{_n(2 * box.half_height)}"/>'
                f'<text x="{_n(x)}" y="{_n(y + CAPITALS * size)}" font-size="{_n(size)}" '
                f'text-anchor="middle" fill="{_ink(colour)}">{escape(badge.text)}</text></g>'
            )

    def _pins(self) -> Iterator[str]:
        for station, letter in self.marks:
            x, y = _middle(self.plan.markers[station])
            yield (
                f'<g class="pin"><circle cx="{_n(x)}" cy="{_n(y)}" r="12"/>'
                f'<text x="{_n(x)}" y="{_n(y + 5)}" font-size="14" text-anchor="middle">'
                f"{escape(letter)}</text></g>"
            )

    def _whole(self) -> tuple[float, float, float, float]:
        points = [point for piece in self.plan.pieces for point in piece.path]
        for box in (
            *(label.box for label in self.plan.labels),
            *(b.box for b in self.plan.badges),
        ):
            left, top, right, bottom = box.bounds()
            points += [(left, top), (right, bottom)]
        left, top, right, bottom = bounds(points)
        return left - 12, top - 12, right + 12, bottom + 12

    def _focus(self, labels: dict[int, Label]) -> tuple[float, float, float, float] | None:
        """What is around the question; nothing where that is most of the chart."""
        points = [point for way in self.true for point in way]
        points += [point for way, _ in self.answered for point in way]
        points += [_middle(self.plan.markers[station]) for station in self.ends]
        if not points:
            return None
        for label in labels.values():
            left, top, right, bottom = label.box.bounds()
            points += [(left, top), (right, bottom)]
        left, top, right, bottom = bounds(points)
        width = max(right - left, 420.0)
        height = max(bottom - top, 300.0, _FLATTEST * width)
        grown = (width - right + left) / 2, (height - bottom + top) / 2
        box = (
            left - grown[0] - _MARGIN,
            top - grown[1] - _MARGIN,
            right + grown[0] + _MARGIN,
            bottom + grown[1] + _MARGIN,
        )
        whole = self._whole()
        small = (box[2] - box[0]) * (box[3] - box[1]) < 0.75 * (whole[2] - whole[0]) * (
            whole[3] - whole[1]
        )
        return box if small else None


def _shape(marker: Marker) -> str:
    if len(marker.points) == 1:
        x, y = marker.points[0]
        radius = marker.reach if marker.interchange else 4.2
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>'
    d = f"{curve(marker.points)}Z"
    width = 2 * marker.reach
    return (
        f'<path class="rim" d="{d}" stroke-width="{_n(width)}"/>'
        f'<path class="hole" d="{d}" stroke-width="{_n(width - 4.4)}"/>'
    )


def _text(label: Label, bold: bool) -> str:
    box, size = label.box, label.size
    (x, y), angle = box.centre, math.degrees(math.atan2(box.axis[1], box.axis[0]))
    start = x + label.align * box.half_width
    anchor = {-1: "start", 0: "middle", 1: "end"}[label.align]
    first = y + label.drop
    turned = f' transform="rotate({_n(angle)} {_n(x)} {_n(y)})"' if abs(angle) > 0.1 else ""
    spans = "".join(
        f'<tspan x="{_n(start)}" y="{_n(first + row * label.leading)}">{escape(line)}</tspan>'
        for row, line in enumerate(label.lines)
    )
    weight = ' class="end"' if bold else ""
    return f'<text{weight} font-size="{_n(size)}" text-anchor="{anchor}"{turned}>{spans}</text>'


def _along(way: Sequence[Point]) -> Iterator[tuple[Point, float]]:
    """Places along a way, evenly apart, with the direction of travel in degrees."""
    total = sum(math.dist(one, other) for one, other in pairwise(way))
    count = max(1, round(total / _ARROWS_APART))
    wanted = [total * (number + 0.5) / count for number in range(count)]
    done = 0.0
    for one, other in pairwise(way):
        length = math.dist(one, other)
        while wanted and wanted[0] <= done + length and length:
            share = (wanted.pop(0) - done) / length
            at = (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            yield at, math.degrees(math.atan2(other[1] - one[1], other[0] - one[0]))
        done += length


def _middle(marker: Marker) -> Point:
    left, top, right, bottom = bounds(marker.points)
    return (left + right) / 2, (top + bottom) / 2


def _ink(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#1a1a1a" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def _box(around: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = around
    return f"{_n(left)} {_n(top)} {_n(right - left)} {_n(bottom - top)}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
