"""Boxes as completions write them in JSON, and as gold has them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from .budget import Budget
from .measures.overlap import Box, iou
from .model import GoldError

#: What it takes to compare two boxes.
_PAIR_STEPS = 20


def read_json(text: str) -> Any:  # noqa: ANN401 - what JSON can hold
    """The value of a strict JSON text, without NaN or infinity; ``None`` where it is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> float:
    raise ValueError(name)


def repaired_list(text: str) -> list[Any] | None:
    """The JSON list that a text is, made whole: ``None`` where it cannot be.

    ``[[`` and ``]]`` count as one bracket, quotes may be single ones, and a list that breaks off
    ends with its last whole object.
    """
    text = text.replace("[[", "[").replace("]]", "]")
    if not text.endswith("]"):
        cut = text.rfind("},")
        text = (text if cut < 0 else text[:cut]) + "}]"
    value = read_json(text)
    if value is None and "'" in text:
        value = read_json(text.replace("'", '"'))
    return value if isinstance(value, list) else None


def finite_numbers(value: object, count: int) -> tuple[float, ...] | None:
    """A list of so many finite numbers; ``None`` for anything else, truth values too."""
    if not isinstance(value, list) or len(value) != count:
        return None
    for number in value:
        if not isinstance(number, int | float) or isinstance(number, bool):
            return None
        if isinstance(number, float) and not math.isfinite(number):
            return None
    try:
        return tuple([float(number) for number in value])
    except OverflowError:  # a whole number that no float holds
        return None


def read_box(value: object) -> Box | None:
    """A list of four finite numbers; their order is not looked at."""
    numbers = finite_numbers(value, 4)
    return None if numbers is None else (numbers[0], numbers[1], numbers[2], numbers[3])


def gold_boxes(regions: Sequence[Mapping[str, Any]]) -> list[Box]:
    """The boxes of gold regions. Raises ``GoldError`` for corners in the wrong order."""
    boxes: list[Box] = []
    for place, region in enumerate(regions):
        x1, y1, x2, y2 = region["box"]
        if x1 > x2 or y1 > y2:
            raise GoldError(
                "bad_gold",
                f"answer[{place}].box: expected [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2, "
                f"got {list(region['box'])}",
            )
        boxes.append((x1, y1, x2, y2))
    return boxes


def overlaps(given: Sequence[Box], true: Sequence[Box], budget: Budget) -> list[list[float]]:
    """IoU of each true box (row) with each given one (column)."""
    budget.spend(_PAIR_STEPS * len(given) * len(true))
    return [[iou(box, other) for other in given] for box in true]
