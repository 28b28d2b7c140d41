"""Profile ``perception-r1``."""

from __future__ import annotations

import pytest

from tests.profiles.published import scored

ITEM = {"answer": "12", "facts": ["AB is 5", "BC is 7"]}
RIGHT = "<think>\nso\n</think>\n<answer>\n\\boxed{12}\n</answer>"


@pytest.mark.parametrize(
    ("reply", "visual"),
    [
        ("<info1>1</info1> <info2>0</info2>", 1 / (2 + 1e-6)),
        ("<info1>1</info1> <info3>1</info3>", 1 / (1 + 1e-6)),  # reading ends at the gap
        ("<info1>0</info1> no: <info1> 0.5 </info1>", 0.5 / (1 + 1e-6)),  # the last one counts
        ("<info1>yes</info1><info2>7</info2>", 1 / (2 + 1e-6)),
        ("<info1>nan</info1>", 0.0),
        ("<info1></info1>", 0.0),
        ("both are there", 0.0),
    ],
)
def test_what_the_judge_says(reply: str, visual: float) -> None:
    got = scored("perception-r1", "math", RIGHT, **ITEM, judge_reply=reply)
    assert got.parts["visual"] == pytest.approx(visual)
    assert got.reward == pytest.approx(1 + 0.7 * visual)


def test_without_facts_the_judge_is_not_read() -> None:
    item = {"answer": "12", "facts": [], "judge_reply": "<info1>1</info1>"}
    assert scored("perception-r1", "math", RIGHT, **item).reward == pytest.approx(1)


@pytest.mark.parametrize(
    ("completion", "accuracy", "kept"),
    [
        (RIGHT, 1, 1),
        (f"{RIGHT}\n", 1, 0),
        ("<think>\n12\n</think>\n<answer>\n\\boxed{}\n</answer>", 1, 0),  # an empty box is none
        ("<think>so</think><answer>$12$</answer>", 1, 0),
        ("<answer>13</answer> \\boxed{12}", 0, 0),  # the answer on one line is all that is read
        ("\\boxed{12} or \\boxed{13}", 0, 0),
        ("", 0, 0),
    ],
)
def test_answer_and_layout(completion: str, accuracy: float, kept: float) -> None:
    got = scored("perception-r1", "math", completion, **ITEM, judge_reply="")
    assert (got.parts["accuracy"], got.parts["format"]) == (accuracy, kept)


def test_repeated_runs_of_words_cost_up_to_two() -> None:
    # 40 times the same word: 21 runs of 20, all but one of them stood before
    got = scored("perception-r1", "math", "so " * 40, **ITEM, judge_reply="")
    assert got.parts["ngram_penalty"] == pytest.approx(-2 * 20 / 21)
    assert got.reward == pytest.approx(-2 * 20 / 21)
