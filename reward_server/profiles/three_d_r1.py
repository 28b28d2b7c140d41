"""Profile ``3d-r1``: 3D-R1 (arXiv 2507.23478). Contract: docs/published.md."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.measures.overlap import Box3D, iou_3d
from ..core.model import Verdict
from ..core.parts import profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import first_block
from ..core.tasks import Networks
from ..wire.published import Number, SpaceRegion

LAYOUT = (
    "<think>…</think><answer>…</answer>, with boxes anywhere as box: [x1, y1, z1, x2, y2, z2], two "
    "opposite corners"
)
FORMULA = """\
R = 0.3 · format + 0.4 · perception + 0.3 · similarity
format = 0.5 for both blocks + 0.25 for a thinking of more than 20 characters with its tags + 0.25
  for an answer of more than 10
perception = mean over given boxes of the largest IoU with a true one
similarity = cosine of the answers' CLIP embeddings, which the item brings"""


class ThreeDR1Fields(TypedDict):
    """The boxes of a scene, and how similar the answer is to the true one by CLIP."""

    answer: list[SpaceRegion]
    similarity: Annotated[Number, Field(description="Cosine of the texts' embeddings.")]


@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts."""

    format: float = 0.3
    perception: float = 0.4
    similarity: float = 0.3


class Gold(NamedTuple):
    """True boxes, and the similarity of the answers."""

    boxes: list[Box3D]
    similarity: float


def gold_of(item: Mapping[str, Any], _: Networks) -> Gold:
    """The gold."""
    return Gold([region["box"] for region in item["answer"]], item["similarity"])


# box = "box:" "[" digits, points, commas, minus signs and white space "]"
_BOX = re.compile(r"box:\s*\[([\d.,\-\s]+)\]")


def read_boxes(completion: str) -> list[Box3D]:
    """All boxes in the text, also in its thinking; what has not six finite numbers is none."""
    boxes: list[Box3D] = []
    for found in _BOX.findall(completion):
        try:
            numbers = [float(number) for number in found.split(",")]
        except ValueError:
            continue
        if len(numbers) == 6 and all(map(math.isfinite, numbers)):
            x1, y1, z1, x2, y2, z2 = numbers
            boxes.append((x1, y1, z1, x2, y2, z2))
    return boxes


def score(completion: str, gold: Gold, points: Parts, budget: Budget) -> Verdict:
    """The blocks, the boxes and the similarity."""
    given = read_boxes(completion)
    budget.spend(40 * len(given) * len(gold.boxes))
    perception = 0.0
    if given and gold.boxes:
        perception = sum(max(iou_3d(box, true) for true in gold.boxes) for box in given)
        perception /= len(given)
    parts = {
        "format": _format(completion),
        "perception": perception,
        "similarity": gold.similarity,
    }
    return sum_of_parts(parts, points, correct=perception >= 1 - 1e-9, claim=given or None)


def _format(completion: str) -> float:
    thinking, answer = first_block(completion, "think"), first_block(completion, "answer")
    kept = 0.5 * (thinking is not None and answer is not None)
    kept += 0.25 * (thinking is not None and len(thinking) + len("<think></think>") > 20)
    return kept + 0.25 * (answer is not None and len(answer) + len("<answer></answer>") > 10)


PROFILE = profile_of_parts(
    "3d-r1",
    {
        "boxes3d": task_of_parts(
            ThreeDR1Fields,
            gold_of,
            score,
            Parts(),
            {
                "format": "0.5 for both blocks, 0.25 for each that is not too short",
                "perception": "mean of the largest IoU of each box, 0 to 1",
                "similarity": "the number that the item brings, mostly 0 to 1",
            },
        )
    },
    paper="3D-R1, arXiv 2507.23478",
    source="github.com/AIGeeksGroup/3D-R1 at 7aebda2: reward_functions.py",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="CLIP itself: the item brings its similarity, which is not cut off at 0",
)
