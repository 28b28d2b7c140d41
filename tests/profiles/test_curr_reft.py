"""Profile ``curr-reft``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.profiles.published import scored


def said(answer: str) -> str:
    return f"<think>so</think> <answer>{answer}</answer>"


CASES: list[tuple[str, Any, str, float]] = [
    ("judge", True, said("Yes."), 1),
    ("judge", True, said("not correct"), 1),  # a word for yes is looked for first
    ("judge", False, said("It is false"), 1),
    ("judge", False, said("know"), 0),
    ("judge", False, "no", 0),
    ("judge", True, "<answer>yes", 1),
    ("choice", "B", said("(b)"), 1),
    ("choice", "B", said("a B"), 0),  # the article is a letter
    ("choice", "B", said("ABC"), 0),
    ("choice_multi", ["A", "C"], said("A and C, A"), 1),  # repeats count once; AND is no letter
    ("choice_multi", ["A", "C"], said("C, A"), 0),
    ("choice_multi", ["C", "A"], said("C; a"), 1),
    ("open_class", ["red car", "dog"], said("dog, red"), 2 / 3),
    ("open_class", ["dog"], said("Dog"), 0),
    ("open_class", ["dog"], said('["dog"]'), 1),
    ("open_class", ["dog"], said(""), 0),
    ("open_math", "44", said("44"), 1),
    ("open_math", "44", said("it is 44"), 1),
    ("open_math", "44", said("45"), 0),
    ("open_math", "12", said("13"), 0),
    ("open_math", "12", said(""), 0),
    ("open_math", "B", said("Option b"), 1),
    ("open_math", "2", said("Option 12 C"), 0),
    ("open_math", r"\frac{3}{4}", said("$0.75$"), 1),
    ("open_math", "7", "first 3, then \\boxed{7} and 9", 1),
]


@pytest.mark.parametrize(("task", "answer", "completion", "accuracy"), CASES)
def test_accuracy(task: str, answer: object, completion: str, accuracy: float) -> None:
    got = scored("curr-reft", task, completion, answer=answer)
    assert got.parts["accuracy"] == pytest.approx(accuracy)
    kept = float(completion.startswith("<think>"))
    assert got.parts["format"] == kept
    assert got.reward == pytest.approx(accuracy + kept)


@pytest.mark.parametrize(
    ("completion", "accuracy", "kept"),
    [
        (said('{"bbox": [0, 0, 100, 100]}'), 1, 1),
        (said('{"bbox": [0, 0, 100, 50]}'), 0, 1),
        (said('{"bbox": [0, 0, 100.9, 99.9]}'), 1, 0),  # cut to whole numbers; not the layout
        (said("[0, 0, 100, 100]"), 1, 0),
        (said('{"bbox": [9, 9, 9, 9]} {"bbox": [0, 0, 100, 100]}'), 1, 1),
        ("[0,0,100,100]", 1, 0),
        ("", 0, 0),
    ],
)
def test_detection(completion: str, accuracy: float, kept: float) -> None:
    answer = [{"box": [0, 0, 100, 100]}]
    got = scored("curr-reft", "open_detection", completion, answer=answer)
    assert got.parts == {"accuracy": accuracy, "format": kept}


def test_a_common_part_of_one_pixel_is_none() -> None:
    got = scored("curr-reft", "open_detection", "[0,0,1,9]", answer=[{"box": [0, 0, 1, 9]}])
    assert got.parts["accuracy"] == 0
