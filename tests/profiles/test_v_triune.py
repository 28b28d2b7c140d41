"""Profile ``v-triune``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.profiles.published import refused, scored

CAT = {"box": [0, 0, 100, 100], "label": "Cat"}
DOG = {"box": [200, 200, 300, 300], "label": "dog"}


def answer(*regions: tuple[list[float], str]) -> str:
    listed = [{"bbox_2d": box, "label": label} for box, label in regions]
    return f"<think>\nI look.\n</think>\n<answer>\n{listed}\n</answer>"


BOTH = answer(([0, 0, 100, 100], "cat"), ([200, 200, 300, 300], "dog"))
DETECTION = {
    "both": (BOTH, 1.0, 1.0, 1.0),
    # one of two at IoU 0.9: early it is a match, 0.7 * 0.45 + 0.3 * (1 - 1/4), and one too few
    "near, early": (answer(([0, 0, 100, 90], "cat")), 0.1, (0.315 + 0.225) * 0.6, 1.0),
    # later it is none: all that is left is 0
    "near, later": (answer(([0, 0, 100, 90], "cat")), 0.11, 0.0, 1.0),
    "0.96 until a quarter": (
        answer(([0, 0, 100, 96], "cat")),
        0.25,
        (0.7 * 0.48 + 0.225) * 0.6,
        1.0,
    ),
    "0.96 behind it": (answer(([0, 0, 100, 96], "cat")), 0.26, 0.0, 1.0),
    "of another label": (answer(([0, 0, 100, 100], "dog")), 1.0, 0.0, 1.0),
    "a repeated box costs nothing": (
        answer(([0, 0, 100, 100], "cat"), ([0, 0, 100, 100], "x"), ([200, 200, 300, 300], "DOG")),
        1.0,
        1.0,
        1.0,
    ),
    # 3 boxes for 2: completeness 1 - 1/6, iou 1, one too many
    "one too many": (
        answer(([0, 0, 100, 100], "cat"), ([200, 200, 300, 300], "dog"), ([5, 5, 9, 9], "cat")),
        1.0,
        (0.7 + 0.3 * (1 - 1 / 6)) * 0.6,
        1.0,
    ),
    "on one line": (BOTH.replace("\n", ""), 1.0, 1.0, 0.0),
    "nothing": ("", 1.0, 0.0, 0.0),
    "an apostrophe": (
        '<answer>\n[{"bbox_2d": [0, 0, 100, 100], "label": "cat\'s"}]\n</answer>',
        1.0,
        0.0,
        1.0,
    ),
}


@pytest.mark.parametrize(
    ("completion", "progress", "accuracy", "kept"), DETECTION.values(), ids=DETECTION
)
def test_detection(completion: str, progress: float, accuracy: float, kept: float) -> None:
    got = scored("v-triune", "detection", completion, answer=[CAT, DOG], progress=progress)
    assert got.parts["accuracy"] == pytest.approx(accuracy)
    # a completion that begins with its answer has no line break before it
    assert got.parts["format"] == (0.0 if completion.startswith("<answer>") else kept)
    assert got.reward == pytest.approx((accuracy + 0.1 * got.parts["format"]) / 1.1)


MAP50 = {
    "both": (BOTH, 1.0),
    # the cat is found second: at its recall the precision is 1/2 at the most; no dog
    "second": (answer(([9, 9, 20, 20], "cat"), ([0, 0, 100, 60], "cat")), 0.5 / 2),
    "at least half": (answer(([0, 0, 100, 50], "cat"), ([200, 200, 300, 300], "dog")), 1.0),
    "less than half": (answer(([0, 0, 100, 49], "cat"), ([200, 200, 300, 300], "dog")), 0.5),
}


@pytest.mark.parametrize(("completion", "accuracy"), MAP50.values(), ids=MAP50)
def test_detection_by_average_precision(completion: str, accuracy: float) -> None:
    got = scored("v-triune", "detection_map50", completion, answer=[CAT, DOG])
    assert got.parts["accuracy"] == pytest.approx(accuracy)


def boxed(value: str) -> str:
    return f"<think>\nI reckon.\n</think>\n<answer>\n\\boxed{{{value}}}\n</answer>"


@pytest.mark.parametrize(
    ("gold", "value", "right"),
    [
        (r"\frac{1}{2}", "0.5", True),
        (r"2\sqrt{3}", r"\sqrt{12}", True),
        ("x^2-1", "(x-1)(x+1)", True),
        ("(1,2)", "(2,1)", False),
        (r"\{1,2\}", r"\{2,1\}", True),
        ("7", "8", False),
        ("7", "", False),
        ("ab", "ba", False),
    ],
)
def test_math(gold: str, value: str, right: bool) -> None:
    got = scored("v-triune", "math", boxed(value), answer=gold)
    assert got.parts == {"accuracy": float(right), "format": 1.0}
    assert got.correct is right


def test_each_tag_on_its_line_is_a_quarter_of_the_format() -> None:
    got = scored("v-triune", "math", "<think>\nso\n</think>\n\\boxed{7}", answer="7")
    assert got.parts == {"accuracy": 1.0, "format": 0.5}
    assert got.reward == pytest.approx(1.05 / 1.1)


@pytest.mark.parametrize(
    ("task", "gold", "message"),
    [
        ("detection_map50", {"answer": []}, "expected at least one box"),
        ("math", {"answer": " "}, "expected a value"),
    ],
)
def test_gold_that_is_empty_is_refused(task: str, gold: dict[str, Any], message: str) -> None:
    assert message in refused("v-triune", task, "", **gold)
