"""pass@k and majority@k against counting all that can be drawn."""

from __future__ import annotations

from itertools import combinations

import pytest

from reward_server.benchmark.groups import majority_at_k, pass_at_k, sizes_to_try


@pytest.mark.parametrize("rollouts", range(1, 8))
def test_pass_at_k_is_the_share_of_draws_with_a_correct_one(rollouts: int) -> None:
    for correct in range(rollouts + 1):
        verdicts = [number < correct for number in range(rollouts)]
        for k in range(1, rollouts + 1):
            draws = [any(draw) for draw in combinations(verdicts, k)]
            assert pass_at_k(rollouts, correct, k) == pytest.approx(sum(draws) / len(draws))


def test_pass_at_1_is_the_accuracy() -> None:
    assert pass_at_k(8, 3, 1) == 3 / 8


VOTES: dict[str, tuple[list[object], list[bool], int, float]] = {
    "most are right": (["a", "a", "b"], [True, True, False], 3, 1.0),
    "most are wrong": (["a", "b", "b"], [True, False, False], 3, 0.0),
    "wrong ones that differ do not add up": (
        ["a", "b", "c", "a"],
        [True, False, False, True],
        4,
        1,
    ),
    "a tie is shared": (["a", "b"], [True, False], 2, 0.5),
    "a tie of three": (["a", "b", "c"], [True, False, False], 3, 1 / 3),
    "no answer does not vote": ([None, None, "a"], [False, False, True], 3, 1.0),
    "without a vote there is no answer": ([None, None], [False, False], 2, 0.0),
    "right answers that differ share no votes": (
        ["a", "b", "c", "c"],
        [True, True, False, False],
        4,
        0,
    ),
    "one vote after another": (["a", "a", "b", "b"], [True, True, False, False], 2, 0.5),
    "what is left over does not vote": (["a", "a", "b"], [True, True, False], 2, 1.0),
    "majority of one is the accuracy": (
        ["a", "b", "b"],
        [True, False, False],
        1,
        1 / 3,
    ),
}


@pytest.mark.parametrize(("answers", "correct", "k", "worth"), VOTES.values(), ids=VOTES)
def test_majority_by_hand(
    answers: list[str | None], correct: list[bool], k: int, worth: float
) -> None:
    assert majority_at_k(answers, correct, k) == pytest.approx(worth)


@pytest.mark.parametrize(
    ("largest", "sizes"), [(1, [1]), (2, [1, 2]), (7, [1, 2, 4]), (8, [1, 2, 4, 8])]
)
def test_k_doubles_up_to_the_largest_group(largest: int, sizes: list[int]) -> None:
    assert sizes_to_try(largest) == sizes
