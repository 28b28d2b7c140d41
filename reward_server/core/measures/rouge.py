"""ROUGE of two texts (Lin, 2004), as rouge-score has it with stemming."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Final

from ..budget import Budget
from .porter import stem
from .text import common_subsequence

_TOKENS: Final = re.compile(r"[a-z0-9]+")
#: Tokens of at most so many characters are taken as they are.
_SHORT: Final = 3
#: Steps of a token that is stemmed.
_STEM_STEPS: Final = 100

_stem: Final = lru_cache(maxsize=4096)(stem)


def tokens(text: str, budget: Budget) -> list[str]:
    """The text's runs of a-z and 0-9 in lower case, each longer one as its stem."""
    found = _TOKENS.findall(text.lower())
    budget.spend(_STEM_STEPS * len(found))
    return [token if len(token) <= _SHORT else _stem(token) for token in found]


def rouge_mean(given: str, true: str, budget: Budget) -> float:
    """The mean of the F-measures of ROUGE-1, ROUGE-2 and ROUGE-L.

    A text of one token has no pair of tokens, so that it has at most 2/3, and an empty one 0.
    """
    ours, theirs = tokens(given, budget), tokens(true, budget)
    longest = common_subsequence(ours, theirs, budget)
    parts = (
        _f1(*_common_runs(ours, theirs, 1)),
        _f1(*_common_runs(ours, theirs, 2)),
        _f1(longest, len(ours), len(theirs)),
    )
    return sum(parts) / 3


def _common_runs(ours: list[str], theirs: list[str], size: int) -> tuple[int, int, int]:
    """How many runs of ``size`` tokens both have, and how many each has."""
    first, second = _runs(ours, size), _runs(theirs, size)
    return (first & second).total(), first.total(), second.total()


def _runs(of: list[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(of[start:] for start in range(size)), strict=False))


def _f1(common: int, ours: int, theirs: int) -> float:
    precision, recall = common / max(1, ours), common / max(1, theirs)
    both = precision + recall
    return 2 * precision * recall / both if both > 0 else 0.0
