"""Intervals: the same on every run, by question, and about as wide as they should be."""

from __future__ import annotations

import math

import pytest

from reward_server.benchmark.estimates import Bootstrap, Estimate, Part, estimate

SEEDED = Bootstrap(resamples=2000, seed=7)


def width(found: Estimate) -> float:
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert found.low <= found.value <= found.high
    return found.high - found.low


def shares(right: int, of: int, rollouts: int = 1) -> list[Part]:
    return [Part(float(number < right), 1.0, rollouts) for number in range(of)]


def test_the_same_parts_have_the_same_interval() -> None:
    parts = [Part(number / 300, 1.0, 1) for number in range(300)]
    assert estimate(parts, 0, SEEDED) == estimate(parts, 0, SEEDED)
    # in whatever order they come
    assert estimate(parts[::-1], 0, SEEDED) == estimate(parts, 0, SEEDED)
    assert estimate(parts, 0, Bootstrap(2000, 8)) != estimate(parts, 0, SEEDED)


@pytest.mark.parametrize(("right", "of"), [(30, 100), (200, 400), (1500, 2000)])
def test_an_interval_of_equal_weights_is_that_of_a_proportion(right: int, of: int) -> None:
    share = right / of
    found = width(estimate(shares(right, of), 0, SEEDED))
    assert found == pytest.approx(2 * 1.96 * math.sqrt(share * (1 - share) / of), rel=0.1)


def test_rollouts_of_one_question_are_not_independent() -> None:
    # eight rollouts of each question say no more than one where all eight are the same
    once, often = (estimate(shares(30, 100, rollouts), 0, SEEDED) for rollouts in (1, 8))
    assert (once.low, once.high) == (often.low, often.high)
    assert (once.rollouts, often.rollouts) == (100, 800)


def test_weights_count_in_value_and_interval() -> None:
    found = estimate([Part(1.0, 3.0, 1), Part(0.0, 1.0, 1)], 4, SEEDED)
    assert (found.value, found.earned, found.weight) == (0.75, 3.0, 4.0)
    assert (found.low, found.high, found.left_out) == (0.0, 1.0, 4)


def test_one_question_has_no_interval_and_none_has_no_value() -> None:
    one = estimate([Part(0.5, 2.0, 8)], 0, SEEDED)
    assert (one.value, one.low, one.high) == (0.5, None, None)
    none = estimate([], 3, SEEDED)
    assert (none.value, none.low, none.high, none.left_out) == (None, None, None, 3)
    assert (none.weight, none.questions) == (0.0, 0)


def test_many_different_questions_are_drawn_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = [Part(number / 500, 1.0, 1) for number in range(500)]
    whole = estimate(parts, 0, SEEDED)
    monkeypatch.setattr("reward_server.benchmark.estimates._AT_ONCE", 3 * 500)
    found = estimate(parts, 0, SEEDED)
    assert found.low == pytest.approx(whole.low)
    assert found.high == pytest.approx(whole.high)
