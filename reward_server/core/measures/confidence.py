"""Measures of confidences: how well what is claimed to be sure fits what is right."""

from __future__ import annotations

import math
from collections.abc import Sequence


def calibration(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """The mean of the confidence in what is right and of 1 - that in what is wrong, in [0, 1].

    0 where there are none. The mean is cut off, not each confidence (Visual-RFT, arXiv
    2503.01785).
    """
    if not confidences:
        return 0.0
    each = [
        confidence if is_right else 1.0 - confidence
        for confidence, is_right in zip(confidences, right, strict=True)
    ]
    mean = sum(each) / len(each)
    return 0.0 if math.isnan(mean) else min(1.0, max(0.0, mean))
