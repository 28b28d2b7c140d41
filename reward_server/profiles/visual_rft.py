"""Profile ``visual-rft``: Visual-RFT (arXiv 2503.01785). Contract: docs/published.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from ..core.boxes import finite_numbers, gold_boxes, overlaps, read_box, repaired_list
from ..core.budget import Budget
from ..core.measures.confidence import calibration
from ..core.measures.overlap import Box, generalized_iou, in_order
from ..core.model import GoldError, Verdict
from ..core.parts import answer_of, profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import THINK_ANSWER, first_block, keeps_layout
from ..core.tasks import Networks
from ..wire.fields import Text
from ..wire.published import BoxRegion

LAYOUT = (
    "<think>…</think><answer>…</answer>; in the answer [{'Position': [x1, y1, x2, y2], "
    "'Confidence': c}, …] in 0 to 1000, (x1,y1),(x2,y2), or the name of the class"
)
FORMULA = """\
detection: R = iou + confidence + format
  iou = sum of matched IoUs above 0.5 / max(true boxes, given boxes)
  confidence = mean over given boxes of c if matched, else 1 - c
grounding: R = (1 + generalised IoU) + format
classification: R = [one name holds the other] + format"""


class VisualRftBoxesFields(TypedDict):
    """Boxes, in the frame that the prompt asks for (0 to 1000)."""

    answer: list[BoxRegion]


class VisualRftNameFields(TypedDict):
    """The name of a class."""

    answer: Text


@dataclass(frozen=True, slots=True)
class Detection:
    """Weights of the parts, and when a box is matched."""

    iou: float = 1.0
    confidence: float = 1.0
    format: float = 1.0
    threshold: float = 0.5
    """A true box is matched by an IoU above it."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Weights of the parts."""

    accuracy: float = 1.0
    format: float = 1.0
    shortest: float = 3.0
    """Characters of a name that may be part of another; a shorter one has to be equal."""


def boxes(item: Mapping[str, Any], _: Networks) -> list[Box]:
    """The boxes; raises ``GoldError``."""
    return gold_boxes(item["answer"])


def one_box(item: Mapping[str, Any], networks: Networks) -> Box:
    """The only box; raises ``GoldError``."""
    found = boxes(item, networks)
    if len(found) != 1:
        raise GoldError("bad_gold", f"answer: expected one box, got {len(found)}")
    return found[0]


def score_detection(completion: str, gold: list[Box], points: Detection, budget: Budget) -> Verdict:
    """Boxes in order of confidence take the true box that they overlap most, if they do enough."""
    claim = _read_list(completion)
    iou = confidence = 0.0
    if claim is not None and not gold:
        iou = confidence = float(not claim)
    elif claim:
        given = sorted(claim.items(), key=lambda entry: -entry[1])
        table = overlaps([box for box, _ in given], gold, budget)
        free, matched = list(range(len(gold))), [0.0] * len(given)
        for place in range(len(given)):
            best = max(free, key=lambda row: table[row][place], default=None)
            if best is not None and table[best][place] > points.threshold:
                matched[place] = table[best][place]
                free.remove(best)
        iou = sum(matched) / max(len(gold), len(given))
        confidence = calibration([sure for _, sure in given], [fit > 0 for fit in matched])
    parts = {"iou": iou, "confidence": confidence, "format": _format(completion)}
    return sum_of_parts(parts, points, correct=iou >= 1.0, claim=claim)


def _read_list(completion: str) -> dict[Box, float] | None:
    """Box -> confidence, of a repeated box the first; ``None`` where no list can be read."""
    inside = first_block(completion, one_line=True)
    text = (completion if inside is None else inside).strip()
    text = text.replace("\n", "").partition("</answer>")[0]
    objects = repaired_list(text)
    if objects is None:
        return None
    given: dict[Box, float] = {}
    for each in objects:
        if not isinstance(each, dict):
            return None
        box, sure = read_box(each.get("Position")), finite_numbers([each.get("Confidence")], 1)
        if box is None or sure is None:
            return None
        given.setdefault(box, sure[0])
    return given


_CORNER = r"\(\s*(\d{1,15})\s*,\s*(\d{1,15})\s*\)"
# box = "(" digits "," digits ")" "," "(" digits "," digits ")"
_CORNERS = re.compile(rf"{_CORNER}\s*,\s*{_CORNER}")


def score_grounding(completion: str, gold: Box, points: Accuracy, _: Budget) -> Verdict:
    """1 + generalised IoU of the first box in the answer."""
    inside = first_block(completion)
    found = _CORNERS.search(completion if inside is None else inside)
    accuracy, claim = 0.0, None
    if found is not None:
        x1, y1, x2, y2 = (int(number) / 1000 for number in found.groups())
        claim = in_order((x1, y1, x2, y2))
        scaled = (gold[0] / 1000, gold[1] / 1000, gold[2] / 1000, gold[3] / 1000)
        accuracy = 1.0 + generalized_iou(claim, scaled)
    parts = {"accuracy": accuracy, "format": _format(completion)}
    return sum_of_parts(parts, points, correct=accuracy >= 2.0, claim=claim)


def score_classification(completion: str, gold: str, points: Accuracy, _: Budget) -> Verdict:
    """Whether one name holds the other, without blanks, underscores and case."""
    inside = first_block(completion, one_line=True)
    claim, name = _folded(completion if inside is None else inside), _folded(gold)
    held = name in claim or (len(claim) >= points.shortest and claim in name)
    parts = {"accuracy": float(held), "format": _format(completion)}
    return sum_of_parts(parts, points, correct=held, claim=claim or None)


def _folded(text: str) -> str:
    return text.strip().replace(" ", "").replace("_", "").lower()


def _format(completion: str) -> float:
    return float(keeps_layout(completion, THINK_ANSWER))


_FORMAT = "1 for the layout and nothing else"
PROFILE = profile_of_parts(
    "visual-rft",
    {
        "detection": task_of_parts(
            VisualRftBoxesFields,
            boxes,
            score_detection,
            Detection(),
            {
                "iou": "sum of IoUs above {threshold:g} / the larger number of boxes, at most 1",
                "confidence": "mean of c for matched boxes and of 1 - c for others, at most 1",
                "format": _FORMAT,
            },
            "detection",
        ),
        "grounding": task_of_parts(
            VisualRftBoxesFields,
            one_box,
            score_grounding,
            Accuracy(),
            {"accuracy": "1 + generalised IoU", "format": _FORMAT},
            "accuracy",
        ),
        "classification": task_of_parts(
            VisualRftNameFields,
            answer_of,
            score_classification,
            Accuracy(),
            {
                "accuracy": "1 where one name holds the other, from {shortest:g} characters on",
                "format": _FORMAT,
            },
            "accuracy",
        ),
    },
    paper="Visual-RFT, arXiv 2503.01785",
    source="github.com/Liuziyu77/Visual-RFT at 9486633",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="math-verify's look at the whole completion first, which takes a stray number for the "
    "answer; an empty name that is part of every name",
)
