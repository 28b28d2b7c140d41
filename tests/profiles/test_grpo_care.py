"""Profile ``grpo-care``."""

from __future__ import annotations

import math
from typing import Any

import pytest

from reward_server.core.group import consistency_bonus
from tests.profiles.published import scored

CASES: list[tuple[str, Any, str, float]] = [
    ("choice", "B", " B ", 1),
    ("choice", "B", "b", 0),
    ("choice", "B", "B.", 0),
    ("numerical", 12, "12", 1),
    ("numerical", 12, "12.0", 0),
    ("numerical", 1200, "1,200", 0),
    ("numerical", 3.5, "3.504", 1),
    ("numerical", 3.5, "3.51", 0),
    ("numerical", 3, "inf", 0),
    # one of four words is another
    ("ocr", "no parking on sundays", "no parking on Sundays", 0.75),
    ("ocr", "exit", "please use the other exit", 0),
    # running and runs have one stem; of one word there is no pair
    ("free_form", "running", "runs", 2 / 3),
    # 2 of 3 words, 1 of 2 pairs, the longest common run of words is 2
    ("free_form", "the red car", "a red car", (2 / 3 + 1 / 2 + 2 / 3) / 3),
    ("free_form", "the red car", "", 0),
    ("regression", 10, "9", 0.9),
    ("regression", 10, "30", 0),
    ("regression", -10, "-10", 1),
    ("regression", 0, "0", 1),
    ("regression", 0, "1", 0),
    ("regression", 10, "ten", 0),
]


@pytest.mark.parametrize(("task", "answer", "said", "accuracy"), CASES)
def test_accuracy(task: str, answer: object, said: str, accuracy: float) -> None:
    completion = f"<think>so</think> <answer>{said}</answer>"
    got = scored("grpo-care", task, completion, answer=answer, answer_logprob=-0.5)
    assert got.parts == pytest.approx({"accuracy": accuracy, "format": 1.0})
    assert got.reward == pytest.approx(accuracy + 1)
    assert got.correct is (accuracy == 1)


def test_the_bonus_goes_to_those_that_are_right_and_surer_than_their_mean() -> None:
    chances = [0.9, 0.5, 0.99, 0.8]
    logarithms = [math.log(chance) for chance in chances]
    # accurate are all but the second; they are sure by 0.9, 0.95 and 0.8: 0.883 on average
    bonus = consistency_bonus([1.0, 0.0, 1.0, 1.0], logarithms)
    assert bonus == [1.0, 0.0, 1.0, 0.0]
    # within the margin of it
    assert consistency_bonus([1.0, 1.0], [math.log(0.50), math.log(0.51)]) == [1.0, 1.0]


def test_no_bonus_where_nobody_is_right() -> None:
    assert consistency_bonus([0.0, 0.1], [0.0, 0.0]) == [0.0, 0.0]
    assert consistency_bonus([], []) == []
