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


def consistency_bonus(
    accuracies: Sequence[float],
    log_probabilities: Sequence[float],
    *,
    surest: float = 0.95,
    margin: float = 0.01,
    least: float = 0.1,
) -> list[float]:
    """What each member of a group gets, before its weight, for an answer that is right and sure.

    GRPO-CARE (arXiv 2506.16141). Members above ``least`` and at least at the group's mean accuracy
    are accurate; of them, who is at most ``margin`` less sure than they are on average gets its
    accuracy. ``log_probabilities``: the mean one of the answer's tokens by a reference model;
    probabilities count as ``surest`` at the most.
    """
    if not accuracies:
        return []
    sure = [min(math.exp(min(value, 0.0)), surest) for value in log_probabilities]
    mean = sum(accuracies) / len(accuracies)
    accurate = [accuracy > least and accuracy >= mean for accuracy in accuracies]
    if not any(accurate):
        return [0.0] * len(accuracies)
    chosen = [value for value, is_accurate in zip(sure, accurate, strict=True) if is_accurate]
    enough = sum(chosen) / len(chosen) - margin
    return [
        accuracy if is_accurate and value >= enough else 0.0
        for accuracy, value, is_accurate in zip(accuracies, sure, accurate, strict=True)
    ]
