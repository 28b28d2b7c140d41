"""Statistics of a group."""

from __future__ import annotations

import math

import pytest

from reward_server.core.group import group_statistics


@pytest.mark.parametrize(
    ("rewards", "expected"),
    [
        # no item of the group was scored
        ([], (0, None, None, None)),
        ([16.0], (1, 16.0, 0.0, True)),
        ([0.0, 0.0], (2, 0.0, 0.0, True)),
        # the population's deviation: divided by n, not by n - 1
        ([1.0, 11.0], (2, 6.0, 5.0, False)),
        ([-1.5, 0.0, 10.5, 3.0], (4, 3.0, math.sqrt(85.5 / 4), False)),
    ],
)
def test_a_group_has_size_mean_and_population_deviation(
    rewards: list[float], expected: tuple[int, float | None, float | None, bool | None]
) -> None:
    assert group_statistics(rewards) == expected


def test_equal_rewards_have_no_deviation_whatever_their_rounding() -> None:
    # 0.1 * 3 is not 0.3: a mean by sum would leave a tiny deviation
    assert group_statistics([0.1] * 3) == (3, 0.1, 0.0, True)


def test_the_order_of_the_rewards_is_no_matter() -> None:
    rewards = [16.0, 1e-9, -1.5, 22.5, 3.75]
    assert group_statistics(rewards) == group_statistics(rewards[::-1])
