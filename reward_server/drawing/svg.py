"""A plan -> its SVG, in layers that a page can find: lines, stations, names, badges, legend.

Every line is ``<g class="line" id="line-3" data-line="Line 4">``, every station
``<g class="station" id="station-12" data-station="Mill Station">`` and its name
``<text class="name" id="name-12">``, by their indices in the network; an interchange's group has
the class ``interchange`` too.

A text whose letters several fonts have between them is several pieces, each set in one font and
put where it belongs: a renderer that looks for missing letters by itself shapes the whole text by
the rules of its first letter, and loses what joins across fonts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import atan2, degrees
from typing import NamedTuple

from .colours import ink_on
from .geometry import Point
from .labels import CAPITALS, Label
from .plan import Badge, Marker, Plan


class Piece(NamedTuple):
    """A part of a line of text that is set in one font."""

    text: str
    family: str | None
    """``None``: one of the style's own families, whichever has the letters."""
    left: float
    """From the line's left edge, in pixels."""
    width: float


Compose = Callable[[str, float, bool], Sequence[Piece]]
"""A text, its size in pixels and whether it is bold -> its pieces from left to right."""


def whole(text: str, size: float, bold: bool) -> tuple[Piece]:  # noqa: ARG001 -- a Compose
    """The text in the style's own families, wherever it is put."""
    return (Piece(text, None, 0.0, 0.0),)


_ANCHORS = {-1: "start", 0: "middle", 1: "end"}
_ROUND = 'stroke-linecap="round" stroke-linejoin="round"'


def svg(plan: Plan, compose: Compose = whole) -> str:
    """The SVG of a map, ``plan.width`` by ``plan.height`` pixels.

    ``compose``: what sets texts in other fonts than the style's.
    """
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
        *(_name(number, label, compose) for number, label in enumerate(plan.labels)),
        '</g><g class="badges">',
        *(_badge(plan, badge, compose) for badge in plan.badges),
        '</g><g class="legend">',
        *_legend(plan, compose),
        "</g>",
        _title(plan, compose),
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


def _name(number: int, label: Label, compose: Compose) -> str:
    box, size = label.box, label.size
    (x, y), angle = box.centre, degrees(atan2(box.axis[1], box.axis[0]))
    start = x + label.align * box.half_width
    first = y + label.drop
    turned = f' transform="rotate({_n(angle)} {_n(x)} {_n(y)})"' if angle else ""
    weight = ' font-weight="600"' if label.bold else ""
    spans = "".join(
        _spans(compose(line, size, label.bold), start, first + i * label.leading, label.align)
        for i, line in enumerate(label.lines)
    )
    return (
        f'<text class="name" id="name-{number}" font-size="{_n(size)}" '
        f'text-anchor="{_ANCHORS[label.align]}"{weight}{turned}>{spans}</text>'
    )


def _spans(pieces: Sequence[Piece], x: float, y: float, align: int) -> str:
    """A line of text that starts at a point, has its middle there or ends there, by ``align``."""
    if len(pieces) == 1:
        (piece,) = pieces
        return (
            f'<tspan x="{_n(x)}" y="{_n(y)}"{in_family(piece.family)}>{escape(piece.text)}</tspan>'
        )
    left = x - (align + 1) / 2 * (pieces[-1].left + pieces[-1].width)
    return "".join(
        f'<tspan x="{_n(left + piece.left)}" y="{_n(y)}" text-anchor="start"'
        f"{in_family(piece.family)}>{escape(piece.text)}</tspan>"
        for piece in pieces
    )


def in_family(family: str | None) -> str:
    """The attribute that sets a text in one family, or nothing."""
    return f' font-family="{escape(_quoted(family))}"' if family else ""


def _text(pieces: Sequence[Piece], x: float, y: float, align: int) -> str:
    """What a ``<text>`` at a point holds: no spans where the whole of it is in its own families."""
    if [piece.family for piece in pieces] == [None]:
        return escape(pieces[0].text)
    return _spans(pieces, x, y, align)


def _badge(plan: Plan, badge: Badge, compose: Compose) -> str:
    colour = plan.colours[badge.line]
    box, size = badge.box, badge.size
    left, top, _, _ = box.bounds()
    x, y = box.centre[0], box.centre[1] + badge.drop
    text = _text(compose(badge.text, size, True), x, y, 0)
    return (
        f'<g class="badge" data-line="{escape(plan.lines[badge.line])}">'
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(2 * box.half_width)}" '
        f'height="{_n(2 * box.half_height)}" rx="{_n(box.half_height * 0.35)}" fill="{colour}"/>'
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" '
        f'font-weight="600" text-anchor="middle" fill="{ink_on(colour)}">{text}</text></g>'
    )


def _legend(plan: Plan, compose: Compose) -> Iterator[str]:
    size = plan.style.letters
    for line, (x, y) in plan.legend:
        start, baseline = x + size * 2.6, y + CAPITALS * size
        text = _text(compose(plan.lines[line], size, False), start, baseline, -1)
        yield (
            f'<g data-line="{escape(plan.lines[line])}">'
            f'<path d="{curve([(x, y), (x + size * 1.8, y)])}" stroke="{plan.colours[line]}" '
            f'stroke-width="{_n(max(plan.style.line, 5.0))}" stroke-linecap="round"/>'
            f'<text x="{_n(start)}" y="{_n(baseline)}" '
            f'font-size="{_n(size)}" fill="{plan.style.ink}">{text}</text></g>'
        )


def _title(plan: Plan, compose: Compose) -> str:
    if not plan.title:
        return ""
    x, y = plan.title_at
    size = plan.style.letters * 2.0
    return (
        f'<text class="title" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" font-weight="600" '
        f'fill="{plan.style.ink}">{_text(compose(plan.title, size, True), x, y, -1)}</text>'
    )


def _quoted(family: str) -> str:
    return f"'{family}'" if " " in family else family


def _n(value: float) -> str:
    """A number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
