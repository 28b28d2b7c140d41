"""Two rewards for the rollouts of one group: what of the difference GRPO sees.

An advantage is a reward less the mean of its group. GRPO turns its sign into "more of this" or
"less of this", and learns nothing from a group whose rewards are all equal.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

#: An advantage nearer to 0 than this is one of rounding, and has no sign.
_NOTHING = 1e-9


class GroupAgreement(NamedTuple):
    """How two rewards of one group agree; ``tau`` is ``None`` where either is constant."""

    tau: float | None
    flips: int
    """Advantages that were positive and are negative, or the other way round."""
    to_zero: int
    from_zero: int
    varies_before: bool
    varies_after: bool


def agreement(before: Sequence[float], after: Sequence[float]) -> GroupAgreement:
    """How two rewards of the same rollouts agree."""
    pairs = list(zip(_signs(before), _signs(after), strict=True))
    return GroupAgreement(
        kendall_tau(before, after),
        sum(was * is_ < 0 for was, is_ in pairs),
        sum(was != 0 and is_ == 0 for was, is_ in pairs),
        sum(was == 0 and is_ != 0 for was, is_ in pairs),
        min(before) != max(before),
        min(after) != max(after),
    )


def kendall_tau(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Kendall's tau-b: 1 for one order, -1 for the reverse, ties allowed for.

    ``None`` where all of ``a`` or all of ``b`` are equal. Knight's way: sorted by the first,
    each pair out of order in the second is discordant.
    """
    total = math.comb(len(a), 2)
    pairs = sorted(zip(a, b, strict=True))
    tied_a, tied_b, tied_both = _ties(sorted(a)), _ties(sorted(b)), _ties(pairs)
    if total in (tied_a, tied_b):
        return None
    discordant = 0
    seen: list[float] = []
    for _, equal in groupby(pairs, key=lambda pair: pair[0]):
        values = [value for _, value in equal]
        discordant += sum(len(seen) - bisect_right(seen, value) for value in values)
        for value in values:
            insort(seen, value)
    concordant = total - tied_a - tied_b + tied_both - discordant
    return (concordant - discordant) / math.sqrt((total - tied_a) * (total - tied_b))


def _ties(ordered: Sequence[object]) -> int:
    """The pairs of equal values."""
    return sum(math.comb(sum(1 for _ in equal), 2) for _, equal in groupby(ordered))


def _signs(rewards: Sequence[float]) -> list[int]:
    mean = math.fsum(rewards) / len(rewards)
    advantages = [reward - mean for reward in rewards]
    return [
        0 if abs(advantage) <= _NOTHING else 1 if advantage > 0 else -1 for advantage in advantages
    ]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two rewards agree over all groups; only rollouts with both rewards take part."""

    groups: int
    """With at least two such rollouts."""
    rollouts: int
    kendall_tau: float | None
    """The mean over the groups that vary under both; ``None`` where there is none."""
    ranked_groups: int
    """The groups of that mean."""
    sign_flips: int
    to_zero: int
    from_zero: int
    gain_variance: int
    lose_variance: int
    without_variance_before: int
    without_variance_after: int


def agree_over(groups: Sequence[tuple[Sequence[float], Sequence[float]]]) -> Agreement:
    """The agreement over groups, each the two rewards of its rollouts."""
    groups = [(before, after) for before, after in groups if len(before) > 1]
    agreements = [agreement(before, after) for before, after in groups]
    taus = [group.tau for group in agreements if group.tau is not None]
    return Agreement(
        groups=len(agreements),
        rollouts=sum(len(before) for before, _ in groups),
        kendall_tau=math.fsum(taus) / len(taus) if taus else None,
        ranked_groups=len(taus),
        sign_flips=sum(group.flips for group in agreements),
        to_zero=sum(group.to_zero for group in agreements),
        from_zero=sum(group.from_zero for group in agreements),
        gain_variance=sum(group.varies_after and not group.varies_before for group in agreements),
        lose_variance=sum(group.varies_before and not group.varies_after for group in agreements),
        without_variance_before=sum(not group.varies_before for group in agreements),
        without_variance_after=sum(not group.varies_after for group in agreements),
    )
