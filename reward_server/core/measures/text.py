"""Measures of texts: edit similarity, ANLS, word error rate, token F1, repetition.

Distances are rapidfuzz's, on code points or on words: 64 of them at a time.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import LCSseq, Levenshtein

from ..budget import Budget

#: Cells of the table of distances that take one step.
_CELLS: Final = 32


def edit_similarity(given: str, true: str, budget: Budget, *, normalize: bool = True) -> float:
    """1 - edit distance / longer length; 1 for two empty texts.

    ``normalize``: both are brought to Unicode's NFC first, so that an accent is one character
    however it was typed.
    """
    if given == true:
        return 1.0
    if normalize:
        given, true = unicodedata.normalize("NFC", given), unicodedata.normalize("NFC", true)
    longer = max(len(given), len(true))
    if not longer:
        return 1.0
    budget.spend(len(given) * len(true) // _CELLS)
    return 1.0 - float(Levenshtein.distance(given, true)) / longer


def anls(
    given: str, true: str, budget: Budget, cut: float = 0.5, *, normalize: bool = True
) -> float:
    """Edit similarity, 0 where the distance is ``cut`` of the longer length or more.

    Average normalised Levenshtein similarity of one answer (Biten et al., arXiv 1905.13648).
    """
    similarity = edit_similarity(given, true, budget, normalize=normalize)
    return similarity if 1.0 - similarity < cut else 0.0


def word_error_rate(given: Sequence[str], true: Sequence[str], budget: Budget) -> float:
    """Words to insert, delete or replace / true words (at least 1); may be above 1."""
    budget.spend(len(given) * len(true) // _CELLS)
    return float(Levenshtein.distance(given, true)) / max(1, len(true))


def word_accuracy(given: Sequence[str], true: Sequence[str], budget: Budget) -> float:
    """1 - word error rate, at least 0; not symmetric, as the rate is of the true words."""
    return max(0.0, 1.0 - word_error_rate(given, true, budget))


def common_subsequence(given: Sequence[str], true: Sequence[str], budget: Budget) -> int:
    """Length of the longest sequence that both hold in this order, gaps allowed."""
    budget.spend(len(given) * len(true) // _CELLS)
    return int(LCSseq.similarity(given, true))


def sequence_f1(given: Sequence[str], true: Sequence[str], budget: Budget) -> float:
    """2 * longest common subsequence / (given + true); 1 for two empty ones."""
    both = len(given) + len(true)
    return 2.0 * common_subsequence(given, true, budget) / both if both else 1.0


def token_f1(given: Sequence[str], true: Sequence[str]) -> float:
    """2 * common tokens / (given + true), repeats counted; 1 for two empty ones."""
    both = len(given) + len(true)
    if not both:
        return 1.0
    return 2.0 * (Counter(given) & Counter(true)).total() / both


def repetition(tokens: Sequence[str], size: int, budget: Budget) -> float:
    """The share of runs of ``size`` tokens that stood before; 0 where there is no such run."""
    runs = len(tokens) - size + 1
    if runs <= 0:
        return 0.0
    budget.spend(runs * size // 2)
    different = set(zip(*[tokens[start:] for start in range(size)], strict=False))
    return 1.0 - len(different) / runs
