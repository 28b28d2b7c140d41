"""Profile ``vicrit``."""

from __future__ import annotations

import pytest

from tests.profiles.published import refused, scored

GOLD = {"answer": "a green old kite", "original": "a red old kite"}


@pytest.mark.parametrize(
    ("completion", "strict", "loose"),
    [
        ("\\boxed{a green old kite}", 1, 1),
        ("\\boxed{the green one}", 0, 1),
        ("\\boxed{a red old kite}", 0, 0),
        ("I think\na green old kite", 1, 1),
        ("a green old kite\nor not", 0, 0),
        ("\\boxed{A Greenish kite}", 0, 1),
        ("\\boxed{a green old kite} \\boxed{no}", 1, 1),
        ("\\boxed{a green old kite", 1, 1),
        ("", 0, 0),
    ],
)
def test_match(completion: str, strict: float, loose: float) -> None:
    assert scored("vicrit", "span", completion, **GOLD).reward == strict
    assert scored("vicrit", "span_loose", completion, **GOLD).reward == loose


def test_what_was_only_left_out_cannot_be_looked_for() -> None:
    gold = {"answer": "a kite", "original": "a red kite"}
    assert "answer" in refused("vicrit", "span_loose", "a kite", **gold)
