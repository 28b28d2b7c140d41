"""What counting for Prometheus adds to scoring, in microseconds an item, by batch size.

"hand on": the scoring loop with breakdowns kept, less the loop without. "count": one
``Metrics.count_batch``. "page": one ``GET /metrics``. With one worker the numbers are in memory,
with several in files that all of them map.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from reward_server.api.metrics import Metrics, shared_folder
from reward_server.scorer import Scorer, group_results
from tests.bench.common import (
    arguments,
    load_cities,
    print_table,
    seconds,
    seeded,
    shared_items,
    valid,
    yardstick_microseconds,
)

SIZES = (1, 16, 256, 1024)
PART = "BENCH_METRICS_WORKERS"
WORKERS = {"one": 1, "several": 2}
GROUP = 8


def main() -> None:
    quick = arguments(__doc__).quick
    if part := os.environ.get(PART):
        measure(part, quick=quick)
        return
    for name, workers in WORKERS.items():
        # in a process of its own: prometheus-client looks for the folder when it is imported
        with shared_folder(workers):
            command = [sys.executable, *sys.argv]
            subprocess.run(command, env={**os.environ, PART: name}, check=True)


def measure(workers: str, *, quick: bool) -> None:
    items, source = shared_items()
    seeded("metrics").shuffle(items)
    for number, item in enumerate(items):
        item["group"] = str(number // GROUP)
    scorer = Scorer(load_cities())
    rows = []
    for size in SIZES:
        batch = valid(items[:size])
        metrics = Metrics("any", ["/score"], [scorer.profile])
        outcomes = scorer.evaluate(batch)
        groups = group_results(batch, outcomes)
        runs: list[Callable[[], object]] = [
            partial(scorer.evaluate, batch),
            partial(metrics.count_batch, batch, outcomes, groups),
        ]
        # they take turns, so that what else the machine does hits them alike
        rounds = [[seconds(run) for run in runs] for _ in range(20 if quick else 200)]
        score, counted = (min(column) for column in zip(*rounds, strict=True))
        times = [f"{value / size * 1e6:.3f}" for value in (score, counted)]
        rows.append([str(size), *times, f"{counted / score:.1%}"])
    page = min(seconds(metrics.page) for _ in range(20))
    print(f"{workers} worker(s), {source}; yardstick {yardstick_microseconds():.1f} us")
    print(f"page {page * 1000:.1f} ms, {len(metrics.page()) / 1024:.0f} KB")
    print_table(["items", "score", "count", "added"], rows)


if __name__ == "__main__":
    main()
