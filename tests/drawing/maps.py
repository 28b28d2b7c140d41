"""What is wrong with a map, found by looking at each two things on it."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from reward_server.drawing.geometry import (
    box_touches_stroke,
    boxes_touch,
    nearest,
    strokes_of,
)
from reward_server.drawing.plan import Plan


class Faults(NamedTuple):
    """How often one thing lies over another."""

    labels_over_labels: int
    labels_over_lines: int
    labels_over_markers: int
    badges_over_anything: int
    outside: int
    passed_markers: int
    """Lines that run through the marker of a station at which they do not stop."""


def faults(plan: Plan) -> Faults:
    """Every fault of a plan, counted without the search that placed the labels."""
    names = [label.box for label in plan.labels]
    badges = [badge.box for badge in plan.badges]
    lines = [
        stroke for piece in plan.pieces for stroke in strokes_of(piece.path, plan.style.line / 2)
    ]
    markers = [
        stroke
        for marker in plan.markers
        for stroke in strokes_of((*marker.points, marker.points[0]), marker.reach)
    ]
    return Faults(
        sum(boxes_touch(one, other) for one, other in combinations(names, 2)),
        sum(box_touches_stroke(box, stroke) for box in names for stroke in lines),
        sum(box_touches_stroke(box, stroke) for box in names for stroke in markers),
        sum(boxes_touch(one, other) for one in badges for other in names)
        + sum(boxes_touch(one, other) for one, other in combinations(badges, 2))
        + sum(box_touches_stroke(box, stroke) for box in badges for stroke in (*lines, *markers)),
        sum(
            left < 0 or top < 0 or right > plan.width or bottom > plan.height
            for left, top, right, bottom in (box.bounds() for box in (*names, *badges))
        ),
        sum(
            nearest(piece.path, marker.points[0])[0] < plan.style.line / 2
            for marker in plan.markers
            for piece in plan.pieces
            if piece.line not in marker.lines and marker.station not in piece.nodes
        ),
    )


NO_FAULTS = Faults(0, 0, 0, 0, 0, 0)
