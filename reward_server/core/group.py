"""Statistics of a group: what GRPO will see of the rewards of one prompt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class GroupStatistics(NamedTuple):
    """``mean`` and population ``std`` of the ``size`` rewards; ``None`` where there are none.

    ``zero_variance``: all rewards are equal, so every advantage of the group is 0.
    """

    size: int
    mean: float | None
    std: float | None
    zero_variance: bool | None


def group_statistics(rewards: Sequence[float]) -> GroupStatistics:
    """The statistics of a group's rewards; items in error have none and are not counted."""
    size = len(rewards)
    if not size:
        return GroupStatistics(0, None, None, None)
    if min(rewards) == max(rewards):
        return GroupStatistics(size, rewards[0], 0.0, True)
    mean = math.fsum(rewards) / size
    std = math.sqrt(math.fsum((reward - mean) ** 2 for reward in rewards) / size)
    return GroupStatistics(size, mean, std, False)
