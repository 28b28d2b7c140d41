"""Measures of numbers: tolerance and the ladder of relative accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence


def relative_error(given: float, true: float) -> float:
    """Distance / size of the gold; infinite where that is 0 or ``given`` is no finite number."""
    if not math.isfinite(given):
        return math.inf
    if given == true:
        return 0.0
    return abs(given - true) / abs(true) if true else math.inf


def within(given: float, true: float, tolerance: float, *, inclusive: bool = True) -> bool:
    """Whether the distance is within ``tolerance``; never for NaN or infinity."""
    if not math.isfinite(given):
        return False
    off = abs(given - true)
    return off <= tolerance if inclusive else off < tolerance


def ladder(given: float, true: float, levels: Sequence[float]) -> float:
    """Mean relative accuracy: the share of levels c with a relative error of at most 1 - c.

    Thinking in Space (arXiv 2412.14171), section 3.
    """
    error = relative_error(given, true)
    return sum([error <= 1.0 - level for level in levels]) / len(levels)
