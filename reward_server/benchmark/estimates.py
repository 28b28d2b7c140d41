"""Weighted means over questions, with bootstrap confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

#: The share of resampled means that an interval holds.
CONFIDENCE: Final = 0.95
#: Numbers drawn at once.
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are drawn; the same draws for the same numbers."""

    resamples: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one question adds to a mean: ``value`` of its rollouts, counted ``weight`` times."""

    value: float
    weight: float
    rollouts: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """``value`` = ``earned`` / ``weight``, over so many questions; null where there are none.

    ``low`` and ``high`` bound the interval, null with fewer than two questions. ``left_out``:
    rollouts that belong here and could not be counted.
    """

    value: float | None
    low: float | None
    high: float | None
    earned: float
    weight: float
    questions: int
    rollouts: int
    left_out: int


def estimate(parts: Sequence[Part], left_out: int, bootstrap: Bootstrap) -> Estimate:
    """The weighted mean of the questions' values.

    Its interval is the percentile one of a bootstrap that draws whole questions, so that the
    rollouts of one are never taken for independent.
    """
    earned = math.fsum(part.value * part.weight for part in parts)
    weight = math.fsum(part.weight for part in parts)
    low, high = _interval(parts, bootstrap) if len(parts) > 1 else (None, None)
    return Estimate(
        earned / weight if parts else None,
        low,
        high,
        earned,
        weight,
        len(parts),
        sum(part.rollouts for part in parts),
        left_out,
    )


def _interval(parts: Sequence[Part], bootstrap: Bootstrap) -> tuple[float, float]:
    # questions that add the same are drawn together: it is the same bootstrap, and far fewer draws
    kinds, counts = np.unique(
        np.array([(part.value * part.weight, part.weight) for part in parts]),
        axis=0,
        return_counts=True,
    )
    generator = np.random.default_rng(bootstrap.seed)
    means: list[float] = []
    step = max(1, _AT_ONCE // len(kinds))
    for start in range(0, bootstrap.resamples, step):
        size = min(step, bootstrap.resamples - start)
        drawn = generator.multinomial(len(parts), counts / len(parts), size=size) @ kinds
        means += (drawn[:, 0] / drawn[:, 1]).tolist()
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    return low, high
