"""Microseconds per item of each task of the published profiles, on their shared cases.

One process, one thread; for each task the least of the rounds, of ``evaluate`` alone and of
``Scorer.score``, which checks the items and makes the results.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import cast

from reward_server.core.budget import Budget
from reward_server.core.evaluate import evaluate
from reward_server.profiles import PUBLISHED
from reward_server.scorer import Scorer
from reward_server.wire.items import Item
from tests.bench.common import ROOT, arguments, print_table

FOLDER = Path(os.environ.get("PUBLISHED_DIR", ROOT.parent / "shared" / "published"))


def main() -> None:
    rounds = 3 if arguments(__doc__).quick else 15
    if not FOLDER.is_dir():
        print("no cases: set PUBLISHED_DIR to their folder, or put it into ../shared/published")
        return
    rows = []
    for profile in PUBLISHED:
        scorer = Scorer(profile=profile)
        with gzip.open(FOLDER / f"{profile}.jsonl.gz", "rt", encoding="utf-8") as lines:
            cases = [json.loads(line) for line in lines]
        for case in cases:
            del case["expected"]
        for task in scorer.profile.tasks:
            of_task = [case for case in cases if case["task"] == task]
            items = scorer.items.read(of_task)
            length = sum(len(item["completion"]) for item in items) // len(items)
            runs = partial(evaluate_all, scorer, items), partial(scorer.score, of_task)
            times = [least(run, rounds) / len(items) * 1e6 for run in runs]
            rows.append([profile, task, str(len(items)), str(length), *(f"{t:.1f}" for t in times)])
    heads = ["profile", "task", "items", "characters", "evaluate, us", "Scorer.score, us"]
    print_table(heads, rows, words=2)


def evaluate_all(scorer: Scorer, items: list[Item]) -> None:
    budget = Budget()
    for item in items:
        evaluate(cast("str", item["completion"]), item, scorer.profile, {}, budget)


def least(run: Callable[[], object], rounds: int) -> float:
    """Seconds of the quickest round."""
    times = []
    for _ in range(rounds):
        started = perf_counter()
        run()
        times.append(perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
