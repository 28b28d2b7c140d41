"""Profile ``affordance-r1``: Affordance-R1 (arXiv 2508.06206). Contract: docs/published.md."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from typing_extensions import TypedDict

from ..core.boxes import finite_numbers, gold_boxes, read_box, read_json
from ..core.budget import Budget
from ..core.measures.assignment import best_assignment
from ..core.measures.overlap import Box, holds, iou
from ..core.model import GoldError, Verdict
from ..core.parts import profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import Chunk, first_block, keeps_layout
from ..core.tasks import Networks
from ..wire.published import PointedRegion

LAYOUT = (
    '<think>…</think><rethink>…</rethink><answer>[{"bbox_2d": [x1, y1, x2, y2], "point_2d": '
    '[x, y], "affordance": name}, …]</answer>, in pixels'
)
FORMULA = """\
R = format + accuracy + non_repeat + count
format (0 to 4) = [layout] + mean over objects of the keys bbox_2d, point_2d, affordance
accuracy (0 to 3) = best assignment of ([IoU > 0.65] + [mean |coordinates| < 10] + [points < 30
  apart, and inside the own box]) / max(true, given)
non_repeat = [fewer than two repeated sentences]; count = [as many as true]"""

_LAYOUT: tuple[Chunk, ...] = (
    "<think>",
    re.compile(r"</think>\s*<rethink>"),
    re.compile(r"</rethink>\s*<answer>"),
    "</answer>",
)
#: Regions that are looked at.
_MOST = 120


class AffordanceR1Fields(TypedDict):
    """Boxes with points in them, in pixels."""

    answer: list[PointedRegion]


@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts, and what is near enough."""

    format: float = 1.0
    accuracy: float = 1.0
    non_repeat: float = 1.0
    count: float = 1.0
    iou: float = 0.65
    corners: float = 10.0
    """Pixels by which the four coordinates may be off on average."""
    points: float = 30.0
    """Pixels between the points."""


class Region(NamedTuple):
    """A box and a point."""

    box: Box
    point: tuple[float, float]


def regions(item: Mapping[str, Any], _: Networks) -> list[Region]:
    """The regions, of which there must be one; raises ``GoldError``."""
    answer = item["answer"]
    if not answer:
        raise GoldError("bad_gold", "answer: expected at least one region, got none")
    boxes = gold_boxes(answer)
    return [Region(box, tuple(one["point"])) for box, one in zip(boxes, answer, strict=True)]


def score(completion: str, gold: list[Region], points: Parts, budget: Budget) -> Verdict:
    """Layout and keys, the best assignment of regions, repeated sentences, and the count."""
    answer = read_json((first_block(completion) or "").strip())
    objects = [answer] if isinstance(answer, dict) else answer
    if not isinstance(objects, list):
        objects = None
    given = [] if objects is None else _regions(objects)
    accuracy = _accuracy(given[:_MOST], gold[:_MOST], points, budget) if given else 0.0
    layout = float(keeps_layout(completion, _LAYOUT))
    parts = {
        "format": layout + (sum(map(_keys, objects)) / len(objects) if objects else 0.0),
        "accuracy": accuracy,
        "non_repeat": float(_repeats(completion) < 2),
        "count": float(objects is not None and len(objects) == len(gold)),
    }
    return sum_of_parts(parts, points, correct=accuracy >= 3.0, claim=objects)


def _keys(entry: object) -> int:
    """How many of the three keys an object has as they are asked for."""
    if not isinstance(entry, dict):
        return 0
    box, point = entry.get("bbox_2d"), entry.get("point_2d")
    has_box = isinstance(box, list) and len(box) == 4
    has_point = isinstance(point, list) and len(point) == 2
    return has_box + has_point + ("affordance" in entry)


def _regions(objects: list[Any]) -> list[Region]:
    """All of them, or none where one cannot be read."""
    given: list[Region] = []
    for entry in objects:
        if not isinstance(entry, dict):
            return []
        box, point = read_box(entry.get("bbox_2d")), finite_numbers(entry.get("point_2d"), 2)
        if box is None or point is None:
            return []
        given.append(Region(box, (point[0], point[1])))
    return given


def _accuracy(given: list[Region], gold: list[Region], points: Parts, budget: Budget) -> float:
    budget.spend(50 * len(given) * len(gold))
    inside = [holds(one.box, *one.point) for one in given]
    table = [
        [
            (iou(one.box, other.box, side=1.0) > points.iou)
            + (math.fsum(map(abs, map(float.__sub__, one.box, other.box))) / 4 < points.corners)
            + (within and math.dist(one.point, other.point) < points.points)
            for other in gold
        ]
        for one, within in zip(given, inside, strict=True)
    ]
    return best_assignment(table, budget) / max(len(given), len(gold))


def _repeats(completion: str) -> int:
    """How many sentences stood before."""
    sentences = [piece.strip() for piece in completion.split(".")]
    sentences = [sentence for sentence in sentences if sentence]
    return len(sentences) - len(set(sentences))


PROFILE = profile_of_parts(
    "affordance-r1",
    {
        "affordance": task_of_parts(
            AffordanceR1Fields,
            regions,
            score,
            Parts(),
            {
                "format": "1 for the layout, and the mean of the keys that each object has, 0 to 3",
                "accuracy": "up to 3 a pair: IoU above {iou:g}, corners off by less than "
                "{corners:g}, points less than {points:g} apart",
                "non_repeat": "1 where fewer than 2 sentences are repeated",
                "count": "1 for as many as are true",
            },
        )
    },
    paper="Affordance-R1, arXiv 2508.06206",
    source="github.com/hq-King/Affordance-R1 at d040e27: aff_r1.py",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="the point for a similar affordance name, which needs word2vec vectors: the most is "
    "9, not 10; an answer that is one object is a list of one",
)
