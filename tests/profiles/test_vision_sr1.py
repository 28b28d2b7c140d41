"""Profile ``vision-sr1``."""

from __future__ import annotations

import pytest

from tests.profiles.published import refused, scored


def seen(answer: str) -> str:
    return f"<description>A wall.</description> <think>so</think> \\boxed{{{answer}}}"


def gold(answer: str, probe: str = "") -> dict[str, object]:
    return {
        "answer": answer,
        "probes": [{"task": "math", "answer": answer, "completion": probe}],
    }


@pytest.mark.parametrize(
    ("answer", "said", "right"),
    [
        ("7", "7", True),
        ("7", "7.0", True),
        ("7", "7 cm", True),
        ("7", "7%", True),
        ("7", "about 7", False),
        ("7", "14/2", False),
        ("3/4", r"\frac{3}{4}", True),
        ("3/4", "6/8", False),
        ("3/4", "0.75", True),
        (r"2\sqrt{3}", r"\sqrt{12}", True),
        ("1,200", "1200", True),
        ("B", "(b)", True),
        ("B", "B. the chair", False),
        ("(1, 2)", "(1,2)", True),
        ("(1, 2)", "[1, 2]", False),
        ("(1, 2)", "(1, 2, 0)", False),
        ("on", "no", False),
        ("red", r"\text{Red}", True),
        ("None", "", False),
    ],
)
def test_equality(answer: str, said: str, right: bool) -> None:
    got = scored("vision-sr1", "math", seen(said), **gold(answer, f"\\boxed{{{said}}}"))
    assert got.parts == {"accuracy": right, "format": 1.0, "description_accuracy": right}
    assert got.reward == pytest.approx(0.9 * right + 0.1 + right)


@pytest.mark.parametrize(
    ("completion", "kept"),
    [
        (seen("7"), 1),
        (seen("7").replace("<think>", "< think >"), 1),
        (f" {seen('7')}\n", 1),
        (f"{seen('7')}.", 0),
        ("<think>so</think> \\boxed{7}", 0),
    ],
)
def test_format(completion: str, kept: float) -> None:
    got = scored("vision-sr1", "math", completion, **gold("7"))
    assert got.parts == {"accuracy": 1.0, "format": kept, "description_accuracy": 0.0}


def test_a_gold_of_nothing_is_refused() -> None:
    assert "answer" in refused("vision-sr1", "math", "", **gold("  "))
