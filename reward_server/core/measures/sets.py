"""Measures of sets."""

from __future__ import annotations

from collections.abc import Set as AbstractSet


def jaccard(given: AbstractSet[str], true: AbstractSet[str]) -> float:
    """|both| / |either|; 1 for two empty sets."""
    either = len(given | true)
    return len(given & true) / either if either else 1.0


def set_f1(given: AbstractSet[str], true: AbstractSet[str]) -> float:
    """2 * |both| / (|given| + |true|); 1 for two empty sets."""
    all_of = len(given) + len(true)
    return 2.0 * len(given & true) / all_of if all_of else 1.0
