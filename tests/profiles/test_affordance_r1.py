"""Profile ``affordance-r1``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.profiles.published import refused, scored

TRUE = [{"box": [0, 0, 99, 99], "point": [50, 50]}, {"box": [200, 0, 299, 99], "point": [250, 50]}]
FIRST = {"bbox_2d": [0, 0, 99, 99], "point_2d": [50, 50], "affordance": "hold"}
SECOND = {"bbox_2d": [200, 0, 299, 99], "point_2d": [250, 50], "affordance": "hold"}


def said(answer: object) -> str:
    text = json.dumps(answer)
    return f"<think>I look</think><rethink>again</rethink>\n<answer>{text}</answer>"


CASES: dict[str, tuple[str, tuple[float, float, float, float]]] = {
    "all": (said([FIRST, SECOND]), (4, 3, 1, 1)),
    "in another order": (said([SECOND, FIRST]), (4, 3, 1, 1)),
    "one of two": (said([FIRST]), (4, 1.5, 1, 0)),
    # the point is near the true one, but outside of its own box
    "point outside": (
        said([{**FIRST, "bbox_2d": [0, 0, 99, 45]}, SECOND]),
        # IoU 46/100; corners off by 54/4 = 13.5
        (4, 3 / 2, 1, 1),
    ),
    # 30 pixels off: not less than 30; the corners are off by 9 on average
    "just too far": (
        said([{**FIRST, "bbox_2d": [0, 0, 99, 63], "point_2d": [50, 20]}, SECOND]),
        # IoU 0.64 is not above 0.65; corners 36/4 = 9 are near enough
        (4, (1 + 3) / 2, 1, 1),
    ),
    "one object without a point": (
        said([FIRST, {"bbox_2d": [200, 0, 299, 99], "affordance": "hold"}]),
        (1 + 2.5, 0, 1, 1),
    ),
    "one object and no list": (said(FIRST), (4, 1.5, 1, 0)),
    "entries that are none": (said([FIRST, 3]), (1 + 1.5, 0, 1, 1)),
    "the empty list": (said([]), (1, 0, 1, 0)),
    "no JSON": ("<answer>the handle</answer>", (0, 0, 1, 0)),
    "nothing": ("", (0, 0, 1, 0)),
    "sentences again and again": (said([FIRST, SECOND]) + ". So. So. So.", (3, 3, 0, 1)),
}


@pytest.mark.parametrize(("completion", "parts"), CASES.values(), ids=CASES)
def test_affordance(completion: str, parts: tuple[float, ...]) -> None:
    got = scored("affordance-r1", "affordance", completion, answer=TRUE)
    names = ("format", "accuracy", "non_repeat", "count")
    assert got.parts == pytest.approx(dict(zip(names, parts, strict=True)))
    assert got.reward == pytest.approx(sum(parts))


@pytest.mark.parametrize("answer", [[], [{"box": [5, 0, 0, 5], "point": [1, 1]}]])
def test_gold_without_a_region_is_refused(answer: list[Any]) -> None:
    assert "answer" in refused("affordance-r1", "affordance", "", answer=answer)
