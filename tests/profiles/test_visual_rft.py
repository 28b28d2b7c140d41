"""Profile ``visual-rft``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.profiles.published import refused, scored

TRUE = [{"box": [0, 0, 100, 100]}, {"box": [200, 200, 300, 300]}]


def boxes(*entries: tuple[list[int], float]) -> str:
    return str([{"Position": box, "Confidence": sure} for box, sure in entries])


def wrapped(answer: str) -> str:
    return f"<think>\nI look.\n</think>\n<answer>{answer}</answer>"


DETECTION = {
    # both found; sure of both
    "all": (wrapped(boxes(([0, 0, 100, 100], 1), ([200, 200, 300, 300], 1))), (1, 1, 1)),
    # the half overlap is exactly 0.5, and not above it: a miss of which it was not sure
    "half": (wrapped(boxes(([0, 0, 100, 50], 0.25))), (0, 0.75, 1)),
    # one of two found with an IoU of 0.8, one claimed for nothing
    "one of two": (
        wrapped(boxes(([0, 0, 100, 80], 0.9), ([500, 500, 600, 600], 0.4))),
        (0.8 / 2, (0.9 + 0.6) / 2, 1),
    ),
    # the surer one of two on the same object takes it, though it fits less well
    "surer first": (
        wrapped(boxes(([0, 0, 100, 100], 0.5), ([0, 0, 100, 80], 0.9))),
        (0.8 / 2, (0.9 + 0.5) / 2, 1),
    ),
    "a repeated box is dropped": (
        wrapped(boxes(([0, 0, 100, 100], 1), ([0, 0, 100, 100], 0))),
        (1 / 2, 1, 1),
    ),
    "cut off behind the first": (
        "<answer>[{'Position': [0, 0, 100, 100], 'Confidence': 1}, {'Position': [200, 2",
        (0, 0, 0),
    ),
    "cut off, and nothing before it": (
        "[{'Position': [0, 0, 100, 100], 'Confidence': 1}, {'Position': [200, 2",
        (1 / 2, 1, 0),
    ),
    # lines inside the tags: the whole text is read, which is no list
    "on lines of its own": (wrapped("\n" + boxes(([0, 0, 100, 100], 1)) + "\n"), (0, 0, 1)),
    "no list": (wrapped("No Objects"), (0, 0, 1)),
    "without confidence": (wrapped("[{'Position': [0, 0, 100, 100]}]"), (0, 0, 1)),
    "not numbers": (wrapped('[{"Position": [0, 0, 1e999, 1], "Confidence": 1}]'), (0, 0, 1)),
}


@pytest.mark.parametrize(("completion", "parts"), DETECTION.values(), ids=DETECTION)
def test_detection(completion: str, parts: tuple[float, ...]) -> None:
    got = scored("visual-rft", "detection", completion, answer=TRUE)
    expected = dict(zip(("iou", "confidence", "format"), parts, strict=True))
    assert got.parts == pytest.approx(expected)
    assert got.reward == pytest.approx(sum(parts))
    assert got.correct is (parts[0] == 1)


def test_where_nothing_is_to_be_found_the_empty_list_is_right() -> None:
    assert scored("visual-rft", "detection", wrapped("[]"), answer=[]).reward == 3
    assert scored("visual-rft", "detection", wrapped("none"), answer=[]).reward == 1


GROUNDING = {
    "the box": (wrapped("(0,0),(100,100)"), 2.0),
    "corners the other way round": (wrapped("(100,100),(0,0)"), 2.0),
    # inter 50*100, union 10000: IoU 0.5, and the box round both is the true one
    "half": (wrapped("( 0 , 0 ) , ( 50 , 100 )"), 1.5),
    # beside it: IoU 0, the box round both is 300 wide, of which 100 is empty
    "beside": (wrapped("(200,0),(300,100)"), 1 - 1 / 3),
    "none": (wrapped("somewhere"), 0.0),
    "decimals are not read": (wrapped("(0.0,0.0),(100.0,100.0)"), 0.0),
    "no number is too long": (wrapped(f"({'9' * 400},0),(1,1)"), 0.0),
}


@pytest.mark.parametrize(("completion", "accuracy"), GROUNDING.values(), ids=GROUNDING)
def test_grounding(completion: str, accuracy: float) -> None:
    got = scored("visual-rft", "grounding", completion, answer=[{"box": [0, 0, 100, 100]}])
    assert got.parts["accuracy"] == pytest.approx(accuracy)
    assert got.reward == pytest.approx(accuracy + 1)


CLASSIFICATION = {
    "the name": (wrapped("Red Panda"), 1),
    "in other writing": (wrapped("red_PANDA"), 1),
    "more than the name": (wrapped("a red panda, I think"), 1),
    "part of the name": (wrapped("panda"), 1),
    "too short a part": (wrapped("re"), 0),
    "nothing": (wrapped(""), 0),
    "another": (wrapped("polar bear"), 0),
    "in the thinking, without an answer": ("I see a red panda", 1),
}


@pytest.mark.parametrize(("completion", "accuracy"), CLASSIFICATION.values(), ids=CLASSIFICATION)
def test_classification(completion: str, accuracy: float) -> None:
    got = scored("visual-rft", "classification", completion, answer="red panda")
    assert got.parts["accuracy"] == accuracy


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([], "answer: expected one box, got 0"),
        ([{"box": [9, 0, 0, 9]}], "answer[0].box: expected [x1, y1, x2, y2] with x1 <= x2"),
    ],
)
def test_gold_that_is_no_box_is_refused(answer: list[Any], message: str) -> None:
    assert message in refused("visual-rft", "grounding", "(0,0),(1,1)", answer=answer)
