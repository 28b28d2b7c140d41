"""Profile ``spatial-ladder``."""

from __future__ import annotations

import pytest

from tests.profiles.published import scored


@pytest.mark.parametrize(
    ("completion", "accuracy", "kept"),
    [
        ("<think>so</think><answer>B</answer>", 1, 1),
        ("  <think>so</think>\n<answer>\nb.\n</answer>\n", 1, 1),
        ("<think>so</think><answer>B. the chair</answer>", 0, 1),
        ("<think>so</think><answer>A</answer><answer>B</answer>", 1, 0),
        ("B", 1, 0),
        ("<answer>B", 0, 0),
        ("", 0, 0),
    ],
)
def test_choice(completion: str, accuracy: float, kept: float) -> None:
    got = scored("spatial-ladder", "choice", completion, answer="B")
    assert got.parts == {"accuracy": accuracy, "format": kept}
    assert got.reward == accuracy + kept
    assert got.correct is bool(accuracy)


@pytest.mark.parametrize(
    ("said", "gold", "accuracy"),
    [
        ("10", 10.0, 1.0),
        ("9.6", 10.0, 1.0),
        ("8.9", 10.0, 0.8),
        ("5.2", 10.0, 0.1),
        ("20", 10.0, 0.0),
        ("1e1.", 10.0, 1.0),
        ("ten", 10.0, 0.0),
        ("inf", 10.0, 0.0),
        ("nan", 10.0, 0.0),
        ("10 cm", 10.0, 0.0),
        # what fails, or is right for every number, in the published code
        ("0", 0.0, 1.0),
        ("1", 0.0, 0.0),
        ("500", -5.0, 0.0),
        ("-5", -5.0, 1.0),
    ],
)
def test_number(said: str, gold: float, accuracy: float) -> None:
    completion = f"<think>so</think><answer>{said}</answer>"
    got = scored("spatial-ladder", "number", completion, answer=gold)
    assert got.parts["accuracy"] == pytest.approx(accuracy)
    assert got.correct is (accuracy == 1)
