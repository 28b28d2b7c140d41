"""Profile ``q-insight``."""

from __future__ import annotations

import pytest

from tests.profiles.published import scored


def lines(body: str) -> str:
    return f"<think>\nI look.\n</think>\n<answer>\n{body}\n</answer>"


RATING = '{"rating": 3.5}'


@pytest.mark.parametrize(
    ("completion", "accuracy", "kept"),
    [
        (lines(RATING), 1, 1),
        (lines('{"rating": 3.16}'), 1, 1),
        (lines('{"rating": 3.15}'), 0, 1),  # just 0.35 away, and not less
        (lines('{"rating": "3.5"}'), 0, 1),
        (lines('{"rating": 3.5.1}'), 0, 1),
        (lines(f" {RATING}"), 1, 0),  # the brace does not begin its line
        (lines(f"so {RATING}"), 1, 0),
        (f"<think>\nso\n</think>\n<answer>{RATING}</answer>", 1, 0),
        (f"<think>so</think>\n<answer>\n{RATING}\n</answer>", 1, 0),
        (f"<think>\n</think>\n<answer>\n{RATING}\n</answer>", 1, 0),  # one line break, not two
        (f"<think>\n\n</think>\n<answer>\n{RATING}\n</answer>", 1, 1),
        (f"{lines(RATING)} \n", 1, 1),
        (f" {lines(RATING)}", 1, 0),
        (f"{lines(RATING)} so", 1, 0),
        # the first answer counts; thinking may hold others
        (f"<think>\n<answer>1</answer>\n</think>\n<answer>\n{RATING}\n</answer>", 0, 1),
        ("", 0, 0),
    ],
)
def test_score(completion: str, accuracy: float, kept: float) -> None:
    got = scored("q-insight", "score", completion, answer=3.5)
    assert got.parts == {"accuracy": accuracy, "format": kept}
    assert got.reward == accuracy + kept


@pytest.mark.parametrize(
    ("body", "accuracy"),
    [
        ('{"distortion_class": "blur", "severity": "slight"}', 1.0),
        ('{"distortion_class": "blur", "severity": "serious"}', 0.25),
        ('{"distortion_class": "noise", "severity": "slight"}', 0.0),
        ('{"severity": "slight", "distortion_class": "blur"}', 0.0),
        ('{"distortion_class": "Blur", "severity": "slight"}', 0.0),
    ],
)
def test_distortion(body: str, accuracy: float) -> None:
    gold = {"distortion_class": "blur", "severity": "slight"}
    got = scored("q-insight", "distortion", lines(body), answer=gold)
    assert got.parts == {"accuracy": accuracy, "format": 1.0}
    assert got.correct is (accuracy == 1)


def test_no_distortion_is_the_text_null() -> None:
    body = lines('{"distortion_class": "null", "severity": "null"}')
    gold = {"distortion_class": None, "severity": None}
    assert scored("q-insight", "distortion", body, answer=gold).reward == 2


@pytest.mark.parametrize(
    ("completion", "accuracy", "kept"),
    [
        (lines("Image A"), 1, 1),
        (lines("image A"), 0, 1),
        (lines("Image A is better"), 0, 1),
        ("<think>\nso\n</think>\n<answer>\nImage A</answer>", 1, 0),
        (f"{lines('Image A')}\n{lines('Image B')}", 1, 1),  # the format lets both pass
    ],
)
def test_comparison(completion: str, accuracy: float, kept: float) -> None:
    got = scored("q-insight", "comparison", completion, answer="Image A")
    assert got.parts == {"accuracy": accuracy, "format": kept}
