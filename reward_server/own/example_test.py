"""Tests of the profile in example.py: pytest example_test.py."""

from __future__ import annotations

from pathlib import Path

from reward_server.scorer import Scorer

SCORER = Scorer(profile=Path(__file__).with_name("example.py"))


def rewards(*completions: str) -> list[float | None]:
    """The rewards of completions to one question."""
    items = [
        {"task": "words", "answer": ["red", "blue"], "completion": completion}
        for completion in completions
    ]
    return [result["reward"] for result in SCORER.score(items)]


def test_what_answers_earn() -> None:
    """The right answer earns all, half of it part, and none nothing."""
    assert rewards(
        "<think>I look.</think><answer>blue, red</answer>",
        "<answer>red, green</answer>",
        "",
    ) == [1.1, 0.5, 0.0]


def test_gold_that_cannot_be_scored_against_is_an_error() -> None:
    """An empty gold gives no reward, not even 0."""
    (result,) = SCORER.score([{"task": "words", "answer": [""], "completion": "red"}])
    assert result["error"] is not None
    assert result["reward"] is None
