"""What several rollouts of one question say together: pass@k and majority@k."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from math import comb


def pass_at_k(rollouts: int, correct: int, k: int) -> float:
    """The chance that of ``k`` rollouts drawn without repetition one is correct.

    The unbiased estimator 1 - C(n - c, k) / C(n, k) of Chen et al. (arXiv 2107.03374); ``k``
    is at most ``rollouts``.
    """
    return 1.0 - comb(rollouts - correct, k) / comb(rollouts, k)


def majority_at_k(answers: Sequence[Hashable | None], correct: Sequence[bool], k: int) -> float:
    """The share of votes of ``k`` rollouts, one after another, that end in a correct answer.

    ``None`` is no answer and does not vote; without a vote there is no answer. Answers with
    as many votes as each other share the outcome. What is left over at the end does not vote.
    """
    votes = [
        _vote(answers[start : start + k], correct[start : start + k])
        for start in range(0, len(answers) - k + 1, k)
    ]
    return sum(votes) / len(votes)


def _vote(answers: Sequence[Hashable | None], correct: Sequence[bool]) -> float:
    counts = Counter(answer for answer in answers if answer is not None)
    if not counts:
        return 0.0
    most = max(counts.values())
    verdicts = dict(zip(answers, correct, strict=True))
    winners = [answer for answer, count in counts.items() if count == most]
    return sum(verdicts[answer] for answer in winners) / len(winners)


def sizes_to_try(largest: int) -> list[int]:
    """1, 2, 4, ... up to the rollouts of the largest group."""
    return [1 << power for power in range(largest.bit_length())]
