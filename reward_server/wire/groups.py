"""What GRPO sees of the groups of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.group import GroupStatistics, group_statistics
from .results import Result

__all__ = ["GroupStatistics", "statistics"]


def statistics(
    groups: Mapping[str, Sequence[int]], results: Sequence[Result]
) -> dict[str, GroupStatistics]:
    """Label -> statistics of the rewards at the places of each group; an error has no reward."""
    return {
        label: group_statistics(
            [reward for place in places if (reward := results[place]["reward"]) is not None]
        )
        for label, places in groups.items()
    }
