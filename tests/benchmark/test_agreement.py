"""What GRPO sees of two rewards, against counting every pair."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.benchmark.agreement import agree_over, agreement, kendall_tau

REWARDS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=24)


def by_every_pair(a: list[float], b: list[float]) -> float | None:
    """Tau-b by its definition."""
    score = ties_a = ties_b = 0
    for (a1, b1), (a2, b2) in combinations(zip(a, b, strict=True), 2):
        score += ((a1 > a2) - (a1 < a2)) * ((b1 > b2) - (b1 < b2))
        ties_a += a1 == a2
        ties_b += b1 == b2
    pairs = math.comb(len(a), 2)
    if pairs in (ties_a, ties_b):
        return None
    return score / math.sqrt((pairs - ties_a) * (pairs - ties_b))


@given(REWARDS)
def test_kendall_tau_is_that_of_every_pair(rewards: list[tuple[int, int]]) -> None:
    a, b = ([float(reward) for reward in side] for side in zip(*rewards, strict=True))
    wanted = by_every_pair(a, b)
    found = kendall_tau(a, b)
    assert found == (None if wanted is None else pytest.approx(wanted))


def test_a_large_group_is_ranked_without_comparing_every_pair() -> None:
    rising = [float(number) for number in range(50_000)]
    assert kendall_tau(rising, rising) == 1.0
    assert kendall_tau(rising, rising[::-1]) == -1.0


def test_an_advantage_flips_where_its_sign_does() -> None:
    # means 2.5 and 2.5: the second and third change places
    found = agreement([1, 2, 3, 4], [1, 3, 2, 4])
    assert (found.flips, found.to_zero, found.from_zero) == (2, 0, 0)
    assert found.tau == pytest.approx(4 / 6)


def test_an_advantage_may_lose_its_sign_or_gain_one() -> None:
    # means 1 and 1: the rewards at the mean have no sign
    found = agreement([0, 1, 2], [1, 0, 2])
    assert (found.flips, found.to_zero, found.from_zero) == (0, 1, 1)


def test_a_constant_added_or_a_factor_changes_nothing_that_is_seen() -> None:
    rewards = [0.1, 0.7, 0.7, 1.3]
    found = agreement(rewards, [3 * reward + 100 for reward in rewards])
    assert found.tau == pytest.approx(1.0)
    assert found[1:] == (0, 0, 0, True, True)


def test_equal_rewards_have_no_sign_whatever_their_rounding() -> None:
    found = agreement([0.1] * 3, [0.1, 0.1, 0.4])
    assert (found.tau, found.varies_before, found.varies_after) == (None, False, True)
    assert (found.flips, found.from_zero) == (0, 3)


def test_groups_are_summed_up() -> None:
    found = agree_over(
        [
            ([1, 2, 3, 4], [4, 3, 2, 1]),
            ([1, 2], [1, 2]),
            ([1, 1], [1, 2]),
            ([1, 2], [1, 1]),
            ([1, 1], [2, 2]),
            # one rollout alone has no advantage
            ([1], [2]),
        ]
    )
    assert (found.groups, found.rollouts) == (5, 12)
    assert (found.kendall_tau, found.ranked_groups) == (0.0, 2)
    assert (found.sign_flips, found.to_zero, found.from_zero) == (4, 2, 2)
    assert (found.gain_variance, found.lose_variance) == (1, 1)
    assert (found.without_variance_before, found.without_variance_after) == (2, 2)


def test_without_groups_there_is_nothing_to_agree_on() -> None:
    found = agree_over([])
    assert (found.groups, found.kendall_tau, found.ranked_groups) == (0, None, 0)
