"""Profile ``v-triune``: V-Triune (arXiv 2505.18129). Contract: docs/published.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from ..core.boxes import gold_boxes, overlaps, read_box, repaired_list
from ..core.budget import Budget
from ..core.measures.algebra import Expression, equal_expressions, read_expression
from ..core.measures.overlap import Box
from ..core.measures.ranking import average_precision
from ..core.model import GoldError, Verdict
from ..core.parts import profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import boxed_closed, first_block
from ..core.tasks import Networks
from ..wire.fields import Text
from ..wire.published import NamedBoxRegion, Number

LAYOUT = (
    "<think>, thinking, </think>, <answer>, the answer and </answer>, each on lines of its own; in "
    "the answer [{'bbox_2d': [x1, y1, x2, y2], 'label': name}, …], or \\boxed{…}"
)
FORMULA = """\
R = (accuracy + 0.1 · format) / 1.1
detection: accuracy = (0.7 · iou + 0.3 · completeness) · 0.6^|given - true|
  iou = sum of matched IoUs / true; completeness = 1 - mean of the shares not matched
  a match has an IoU of 0.85 for a tenth of the run, 0.95 for a quarter, then 0.99
detection_map50: accuracy = AP50 · 0.6^|given - true|
math: accuracy = [equal to the last box]"""


class VTriuneDetectionFields(TypedDict):
    """Boxes with labels, and where the run stands."""

    answer: list[NamedBoxRegion]
    progress: Annotated[Number, Field(ge=0, le=1, description="Step / all steps of the run.")]


class VTriuneMapFields(TypedDict):
    """Boxes with labels."""

    answer: list[NamedBoxRegion]


class VTriuneMathFields(TypedDict):
    """A value in LaTeX."""

    answer: Text


@dataclass(frozen=True, slots=True)
class Detection:
    """Weights of the parts, and of what makes up accuracy."""

    accuracy: float = 1 / 1.1
    format: float = 0.1 / 1.1
    iou: float = 0.7
    completeness: float = 0.3
    size: float = 0.6
    """For each box too many or too few, accuracy is multiplied by it."""
    first: float = 0.85
    """The IoU of a match in the first tenth of the run."""
    second: float = 0.95
    """The same until a quarter of it."""
    last: float = 0.99
    """The same from then on."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Weights of the parts, and for each box too many or too few."""

    accuracy: float = 1 / 1.1
    format: float = 0.1 / 1.1
    size: float = 0.6


class Regions(NamedTuple):
    """Boxes with their labels in lower case; ``progress`` of the run."""

    boxes: list[Box]
    labels: list[str]
    progress: float = 1.0


def regions(item: Mapping[str, Any], _: Networks) -> Regions:
    """The boxes, of which there must be one; raises ``GoldError``."""
    answer = item["answer"]
    if not answer:
        raise GoldError("bad_gold", "answer: expected at least one box, got none")
    labels = [region["label"].lower() for region in answer]
    return Regions(gold_boxes(answer), labels, item.get("progress", 1.0))


def score_detection(completion: str, gold: Regions, points: Detection, budget: Budget) -> Verdict:
    """Each true box in turn takes the box of its label that it overlaps most, if it does enough."""
    given = _read_list(completion)
    progress = gold.progress
    least = points.first if progress <= 0.1 else points.second if progress <= 0.25 else points.last
    accuracy = 0.0
    if given.boxes:
        fits, free = 0.0, list(range(len(given.boxes)))
        for row, label in zip(overlaps(given.boxes, gold.boxes, budget), gold.labels, strict=True):
            same = [place for place in free if given.labels[place] == label]
            best = max(same, key=row.__getitem__, default=None)
            if best is not None and row[best] >= least:
                fits += row[best]
                free.remove(best)
        many, true = len(given.boxes), len(gold.boxes)
        matched = many - len(free)
        completeness = 1 - ((true - matched) / true + (many - matched) / many) / 2
        accuracy = points.iou * fits / true + points.completeness * completeness
        accuracy *= points.size ** abs(many - true)
    parts = {"accuracy": accuracy, "format": _detection_format(completion, given)}
    return sum_of_parts(parts, points, correct=accuracy >= 1 - 1e-9, claim=given.boxes or None)


def score_map(completion: str, gold: Regions, points: Accuracy, budget: Budget) -> Verdict:
    """COCO's average precision at an IoU of 0.5, every box claimed with the same confidence."""
    given = _read_list(completion)
    table = overlaps(given.boxes, gold.boxes, budget)
    precisions = []
    for label in dict.fromkeys(gold.labels):
        free = [place for place, other in enumerate(gold.labels) if other == label]
        true, hits = len(free), []
        for place, other in enumerate(given.labels):
            if other != label:
                continue
            fitting = [row for row in free if table[row][place] >= 0.5]
            hits.append(bool(fitting))
            if fitting:  # of equal ones the last
                free.remove(max(reversed(fitting), key=lambda row: table[row][place]))
        precisions.append(average_precision(hits, true))
    accuracy = sum(precisions) / len(precisions)
    accuracy *= points.size ** abs(len(given.boxes) - len(gold.boxes))
    parts = {"accuracy": accuracy, "format": _detection_format(completion, given)}
    return sum_of_parts(parts, points, correct=accuracy >= 1 - 1e-9, claim=given.boxes or None)


def _read_list(completion: str) -> Regions:
    """The boxes that can be read, of a repeated one the first."""
    inside = (first_block(completion) or "").strip().lower()
    kept: dict[Box, str] = {}
    for each in (repaired_list(inside.replace("\\", "")) or []) if inside else []:
        if not isinstance(each, dict):
            continue
        box, label = read_box(each.get("bbox_2d")), each.get("label")
        if box is not None and box[0] <= box[2] and box[1] <= box[3] and isinstance(label, str):
            kept.setdefault(box, label)
    return Regions(list(kept), list(kept.values()))


def _detection_format(completion: str, given: Regions) -> float:
    opened, closed = "\n<answer>\n" in completion, completion.count("\n</answer>") == 1
    return float(opened and closed and bool(given.boxes))


def expression(item: Mapping[str, Any], _: Networks) -> Expression:
    """The value; raises ``GoldError`` where there is none."""
    found = read_expression(item["answer"].lower(), Budget())
    if found is None:
        raise GoldError("bad_gold", "answer: expected a value of 1 to 200 characters")
    return found


_MARKS = ("<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>")


def score_math(completion: str, gold: Expression, points: Accuracy, budget: Budget) -> Verdict:
    """Whether the last box holds the value."""
    inside = boxed_closed(completion.lower())
    claim = None if inside is None else read_expression(inside, budget)
    right = claim is not None and equal_expressions(gold, claim)
    kept = sum(completion.count(mark) == 1 for mark in _MARKS) / len(_MARKS)
    parts = {"accuracy": float(right), "format": kept}
    return sum_of_parts(parts, points, correct=right, claim=None if claim is None else inside)


_FORMAT = "1 for answer tags on lines of their own round at least one box"
PROFILE = profile_of_parts(
    "v-triune",
    {
        "detection": task_of_parts(
            VTriuneDetectionFields,
            regions,
            score_detection,
            Detection(),
            {
                "accuracy": "{iou:g} · IoU + {completeness:g} · completeness, times {size:g} for "
                "each box too many or too few",
                "format": _FORMAT,
            },
            "detection",
        ),
        "detection_map50": task_of_parts(
            VTriuneMapFields,
            regions,
            score_map,
            Accuracy(),
            {
                "accuracy": "average precision at 0.5, times {size:g} for each box too many or few",
                "format": _FORMAT,
            },
            "accuracy",
        ),
        "math": task_of_parts(
            VTriuneMathFields,
            expression,
            score_math,
            Accuracy(),
            {
                "accuracy": "1 where the last box has the value",
                "format": "0.25 for each of the four tags that stands exactly once on its line",
            },
            "accuracy",
        ),
    },
    paper="V-Triune (One RL to See Them All), arXiv 2505.18129",
    source="github.com/MiniMax-AI/One-RL-to-See-Them-All at 39bcf0d; the weights inside accuracy "
    "come with its data and are those of a public sample",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="apostrophes that make a list unreadable; words taken for products of letters; math "
    "beyond numbers, fractions, roots, polynomials, lists, sets and intervals, compared as text",
)
