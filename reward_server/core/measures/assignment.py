"""The best one-to-one assignment: who is matched with whom, so that the sum is largest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..budget import Budget


def best_assignment(scores: Sequence[Sequence[float]], budget: Budget) -> float:
    """The largest sum of scores where no row and no column counts twice; 0 for an empty table.

    ``scores``: finite, rows of the same length; as many are matched as there are of the fewer.
    By scipy where it is installed (the extra ``regions``), which large tables need; else by the
    same method (shortest augmenting paths; Jonker and Volgenant, 1987) in Python.
    """
    if not scores or not scores[0]:
        return 0.0
    rows, columns = len(scores), len(scores[0])
    fewer, more = min(rows, columns), max(rows, columns)
    if fewer == 1:
        return max([max(row) for row in scores])
    budget.spend(fewer * fewer * more)
    try:
        # not at the top: a service whose profiles have no regions need not load it
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415
    except ImportError:
        wide = scores if rows <= columns else list(zip(*scores, strict=True))
        return _by_paths(wide)
    chosen, partners = linear_sum_assignment(scores, maximize=True)
    return math.fsum(
        [scores[int(row)][int(column)] for row, column in zip(chosen, partners, strict=True)]
    )


def _by_paths(scores: Sequence[Sequence[float]]) -> float:
    """The same for a table with at least as many columns as rows."""
    rows, columns = len(scores), len(scores[0])
    row_price = [0.0] * (rows + 1)
    column_price = [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)  # 0: none; rows and columns count from 1
    for row in range(1, rows + 1):
        row_of[0] = row
        column = 0
        least = [math.inf] * (columns + 1)
        came_from = [0] * (columns + 1)
        used = [False] * (columns + 1)
        while row_of[column]:
            used[column] = True
            current, step, following = row_of[column], math.inf, 0
            costs = scores[current - 1]
            for other in range(1, columns + 1):
                if used[other]:
                    continue
                cost = -costs[other - 1] - row_price[current] - column_price[other]
                if cost < least[other]:
                    least[other], came_from[other] = cost, column
                if least[other] < step:
                    step, following = least[other], other
            for other in range(columns + 1):
                if used[other]:
                    row_price[row_of[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = following
        while column:
            before = came_from[column]
            row_of[column] = row_of[before]
            column = before
    return math.fsum(
        [
            scores[row_of[column] - 1][column - 1]
            for column in range(1, columns + 1)
            if row_of[column]
        ]
    )
