"""A plan -> its SVG, in layers that a page can find: lines, stations, names, badges, legend.

Every line is ``<g class="line" id="line-3" data-line="Line 4">``, every station
``<g class="station" id="station-12" data-station="Mill Station">`` and its name
``<text class="name" id="name-12">``, by their indices in the network; an interchange's group has
the class ``interchange`` too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import atan2, degrees

from .colours import ink_on
from .geometry import Box, Point
from .labels import LEADING, Label
from .plan import Badge, Marker, Plan

#: From the middle of capital letters to the line that they stand on, in sizes.
_CAPITALS = 0.345
_ROUND = 'stroke-linecap="round" stroke-linejoin="round"'


def svg(plan: Plan) -> str:
    """The SVG of a map, ``plan.width`` by ``plan.height`` pixels."""
    style = plan.style
    families = escape(", ".join(_quoted(family) for family in style.families))
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="img" '
        f'viewBox="0 0 {_n(plan.width)} {_n(plan.height)}" width="{_n(plan.width)}" '
        f'height="{_n(plan.height)}" font-family="{families}">'
    )
    parts = [
        opening,
        f"<title>{escape(plan.title)}</title>" if plan.title else "",
        f'<rect class="paper" width="100%" height="100%" fill="{style.paper}"/>',
        f'<g class="lines" fill="none" stroke-width="{_n(style.line)}" {_ROUND}>',
        *_lines(plan),
        '</g><g class="stations">',
        *(_station(plan, marker) for marker in plan.markers),
        f'</g><g class="names" fill="{style.ink}">',
        *(_name(number, label) for number, label in enumerate(plan.labels)),
        '</g><g class="badges">',
        *(_badge(plan, badge) for badge in plan.badges),
        '</g><g class="legend">',
        *_legend(plan),
        "</g>",
        _title(plan),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def curve(points: Sequence[Point]) -> str:
    """The ``d`` of a path through points."""
    start, *others = points
    return f"M{_n(start[0])} {_n(start[1])}L" + " ".join(f"{_n(x)} {_n(y)}" for x, y in others)


def _lines(plan: Plan) -> Iterator[str]:
    for index, (name, colour) in enumerate(zip(plan.lines, plan.colours, strict=True)):
        curves = "".join(
            f'<path d="{curve(piece.path)}"/>' for piece in plan.pieces if piece.line == index
        )
        yield (
            f'<g class="line" id="line-{index}" data-line="{escape(name)}" stroke="{colour}">'
            f"{curves}</g>"
        )


def _station(plan: Plan, marker: Marker) -> str:
    style = plan.style
    kind = "station interchange" if marker.interchange else "station"
    colour = plan.colours[marker.lines[0]]
    (x, y), *_ = marker.points
    if marker.interchange:
        inner = marker.reach - style.rim
        shape = _blob(marker.points, marker.reach, style.ink) + _blob(
            marker.points, inner, style.fill
        )
    elif style.stops == "bar":
        dx, dy = -marker.along[1] * marker.reach, marker.along[0] * marker.reach
        shape = (
            f'<path d="{curve([(x - dx, y - dy), (x + dx, y + dy)])}" stroke="{colour}" '
            f'stroke-width="{_n(style.line * 0.75)}"/>'
        )
    elif style.stops == "ring":
        shape = (
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(marker.reach - 1)}" fill="{style.fill}" '
            f'stroke="{colour}" stroke-width="2"/>'
        )
    else:
        shape = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(style.line * 0.3)}" fill="#ffffff"/>'
    return (
        f'<g class="{kind}" id="station-{marker.station}" data-station="{escape(marker.name)}">'
        f"<title>{escape(marker.name)}</title>{shape}</g>"
    )


def _blob(points: Sequence[Point], reach: float, colour: str) -> str:
    """The shape around points, so far to each side."""
    if len(points) == 1:
        (x, y) = points[0]
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(reach)}" fill="{colour}"/>'
    return (
        f'<path d="{curve(points)}Z" fill="{colour}" stroke="{colour}" '
        f'stroke-width="{_n(2 * reach)}" {_ROUND}/>'
    )


def _name(number: int, label: Label) -> str:
    box, size = label.box, label.size
    (x, y), angle = box.centre, degrees(atan2(box.axis[1], box.axis[0]))
    start = x + label.align * box.half_width
    anchor = {-1: "start", 0: "middle", 1: "end"}[label.align]
    first = y - LEADING * size * (len(label.lines) - 1) / 2 + _CAPITALS * size
    turned = f' transform="rotate({_n(angle)} {_n(x)} {_n(y)})"' if angle else ""
    weight = ' font-weight="600"' if label.bold else ""
    spans = "".join(
        f'<tspan x="{_n(start)}" y="{_n(first + i * LEADING * size)}">{escape(line)}</tspan>'
        for i, line in enumerate(label.lines)
    )
    return (
        f'<text class="name" id="name-{number}" font-size="{_n(size)}" text-anchor="{anchor}"'
        f"{weight}{turned}>{spans}</text>"
    )


def _badge(plan: Plan, badge: Badge) -> str:
    colour = plan.colours[badge.line]
    return (
        f'<g class="badge" data-line="{escape(plan.lines[badge.line])}">'
        f"{_tag(badge.box, badge.text, colour, plan.style.letters * 0.92)}</g>"
    )


def _tag(box: Box, text: str, colour: str, size: float) -> str:
    left, top, _, _ = box.bounds()
    x, y = box.centre
    return (
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(2 * box.half_width)}" '
        f'height="{_n(2 * box.half_height)}" rx="{_n(box.half_height * 0.35)}" fill="{colour}"/>'
        f'<text x="{_n(x)}" y="{_n(y + _CAPITALS * size)}" font-size="{_n(size)}" '
        f'font-weight="600" text-anchor="middle" fill="{ink_on(colour)}">{escape(text)}</text>'
    )


def _legend(plan: Plan) -> Iterator[str]:
    size = plan.style.letters
    for line, (x, y) in plan.legend:
        yield (
            f'<g data-line="{escape(plan.lines[line])}">'
            f'<path d="{curve([(x, y), (x + size * 1.8, y)])}" stroke="{plan.colours[line]}" '
            f'stroke-width="{_n(max(plan.style.line, 5.0))}" stroke-linecap="round"/>'
            f'<text x="{_n(x + size * 2.6)}" y="{_n(y + _CAPITALS * size)}" '
            f'font-size="{_n(size)}" fill="{plan.style.ink}">{escape(plan.lines[line])}</text></g>'
        )


def _title(plan: Plan) -> str:
    if not plan.title:
        return ""
    x, y = plan.title_at
    size = plan.style.letters * 2.0
    return (
        f'<text class="title" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" font-weight="600" '
        f'fill="{plan.style.ink}">{escape(plan.title)}</text>'
    )


def _quoted(family: str) -> str:
    return f"'{family}'" if " " in family else family


def _n(value: float) -> str:
    """A number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
