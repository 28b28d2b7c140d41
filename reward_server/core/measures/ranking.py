"""Measures of rankings: NDCG and average precision."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def ndcg(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Discounted gain of the ranked ones that are relevant / the most that all relevant ones give.

    Järvelin and Kekäläinen (2002), with gains of 0 and 1: rank i, from 1, counts 1 / log2(i + 1).
    What stands twice counts once, where it first stands. 0 where nothing is relevant.
    """
    wanted = set(relevant)
    gain = 0.0
    for rank, each in enumerate(ranked, start=1):
        if each in wanted:
            wanted.remove(each)
            gain += 1.0 / math.log2(rank + 1)
    ideal = sum([1.0 / math.log2(rank + 1) for rank in range(1, len(set(relevant)) + 1)])
    return gain / ideal if ideal else 0.0


def average_precision(hits: Sequence[bool], true: int) -> float:
    """Mean over the recalls 0, 0.01, … 1 of the best precision with at least that recall.

    COCO's, of one class: ``hits`` says of each prediction in order whether it is one of the
    ``true`` ones. 0 where there is none.
    """
    if not hits or true <= 0:
        return 0.0
    recalls: list[float] = []
    precisions: list[float] = []
    right = 0
    for count, hit in enumerate(hits, start=1):
        right += hit
        recalls.append(right / true)
        precisions.append(right / count)
    for place in range(len(precisions) - 2, -1, -1):
        precisions[place] = max(precisions[place], precisions[place + 1])
    total, place = 0.0, 0
    for hundredth in range(101):
        while place < len(recalls) and recalls[place] < hundredth / 100:
            place += 1
        if place == len(recalls):
            break
        total += precisions[place]
    return total / 101
