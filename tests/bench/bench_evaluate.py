"""Microseconds per completion, by profile and task, on ReasonMap's shared completions.

One process, one thread. The variants take turns in every round, so that what else the machine
does hits them alike. Each batch is timed by itself: the sum of its least times over the rounds
is what the code takes, the sum of its medians what it takes beside whatever else is running.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import fsum
from statistics import median
from time import perf_counter_ns
from typing import Any, cast, get_args

import orjson

from reward_server.core.budget import Budget
from reward_server.core.evaluate import evaluate
from reward_server.core.tasks import Networks, Profile
from reward_server.core.transit.model import TaskName
from reward_server.networks.network_set import NetworkSet
from reward_server.profiles import PAPER, RELEASED, ROBUST
from reward_server.scorer import Scorer, group_results
from reward_server.wire.items import Item
from reward_server.wire.requests import SCORE_REQUEST
from tests.bench.common import (
    arguments,
    collections_counted,
    load_cities,
    print_table,
    seconds,
    shared_items,
    valid,
    yardstick_microseconds,
)

TASKS: tuple[TaskName, ...] = get_args(TaskName)
PROFILES = (RELEASED, ROBUST, PAPER)
#: Items of one call of ``Scorer.score``, of one body and of one timing.
BATCH = 128

EVALUATE = "evaluate"
COLD = "evaluate, cold"
SCORER = "Scorer.score"
SCORER_COLD = "Scorer.score, cold"
BYTES = "bytes to bytes"
LOADS = "orjson.loads"

Job = tuple[str, Item, Profile, Networks]
Json = dict[str, Any]


def main() -> None:
    quick = arguments(__doc__).quick
    items, source = shared_items()
    items = scorable(items)
    by_task: dict[TaskName, list[Json]] = {
        task: [item for item in items if item["task"] == task] for task in TASKS
    }
    if quick:
        by_task = {task: thinned(of_task, 120) for task, of_task in by_task.items()}
    rounds = 2 if quick else 9
    print(f"{source}, of which {len(items)} have gold; {rounds} rounds, batches of {BATCH}")
    unit = yardstick_microseconds()
    print(f"yardstick (a fixed loop of pure Python): {unit:.2f} us on this machine\n")

    with collections_counted() as collections:
        table = measure(by_task, rounds)
    print_times(table, unit)
    print_added(table)
    print("garbage collector: on; runs by generation while measuring:", *collections, "\n")
    print_singles(by_task["planning"], rounds)


def scorable(items: Sequence[Json]) -> list[Json]:
    """The items that have a score under every profile: two stations that are one have none."""
    fine = [True] * len(items)
    for profile in PROFILES:
        for index, result in enumerate(Scorer(load_cities(), profile).score(items, "reward")):
            fine[index] &= result["status"] == "ok"
    return [item for item, is_fine in zip(items, fine, strict=True) if is_fine]


def thinned(items: Sequence[Json], size: int) -> list[Json]:
    """About ``size`` of the items, from all over the list."""
    return list(items[:: max(1, len(items) // size)])


def jobs(items: Sequence[Item], cities: Networks, profile: Profile) -> list[Job]:
    """The arguments of ``evaluate`` for each item."""
    return [(cast("str", item["completion"]), item, profile, cities) for item in items]


def evaluate_all(work: Sequence[Job]) -> None:
    budget = Budget()
    for completion, question, profile, cities in work:
        evaluate(completion, question, profile, cities, budget)


def answer(scorer: Scorer, body: bytes) -> bytes:
    """What ``POST /score`` does between the bytes of a body and the bytes of its reply."""
    request = SCORE_REQUEST.validate_python(orjson.loads(body))
    items = scorer.items.read(request["items"])
    outcomes = scorer.evaluate(items)
    return orjson.dumps(
        {
            "fingerprint": scorer.fingerprint,
            "profile": scorer.profile.name,
            "results": scorer.results(items, outcomes, "components"),
            "groups": group_results(items, outcomes),
        }
    )


class Times:
    """Microseconds per completion of one variant, from the times of its batches."""

    def __init__(self, items: int) -> None:
        self._items = items
        self._rounds: list[list[float]] = []

    def add(self, batches: Sequence[Run]) -> None:
        """One round: each batch once."""
        self._rounds.append([seconds(run) for run in batches])

    def least(self) -> float:
        return fsum(map(min, zip(*self._rounds, strict=True))) / self._items * 1e6

    def median(self) -> float:
        return fsum(map(median, zip(*self._rounds, strict=True))) / self._items * 1e6


Run = Callable[[], object]
#: (profile, task) -> variant -> its times.
Table = dict[tuple[str, TaskName], dict[str, Times]]


def measure(by_task: Mapping[TaskName, Sequence[Json]], rounds: int) -> Table:
    """All variants of all profiles and tasks, in turn, ``rounds`` times."""
    cities = load_cities()
    prepared = {
        (profile, task): warm_variants(items, cities, profile)
        for profile in PROFILES
        for task, items in by_task.items()
    }
    for variants in prepared.values():
        for runs in variants.values():
            for run in runs:
                run()
    table: Table = {}
    for _ in range(rounds):
        for (profile, task), variants in prepared.items():
            items = by_task[task]
            cold = cold_variants(items, profile) if profile.tasks[task].table else {}
            times = table.setdefault((profile.name, task), {})
            for variant, runs in (variants | cold).items():
                times.setdefault(variant, Times(len(items))).add(runs)
    return table


def in_batches(items: Sequence[Json]) -> list[Sequence[Json]]:
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]


def warm_variants(
    items: Sequence[Json], cities: NetworkSet, profile: Profile
) -> dict[str, list[Run]]:
    """The variants, each a run for every batch, on networks that are used again and again."""
    scorer = Scorer(cities, profile)
    batches = in_batches(items)
    bodies = [orjson.dumps({"items": batch}) for batch in batches]
    return {
        EVALUATE: [partial(evaluate_all, jobs(valid(b), cities, profile)) for b in batches],
        SCORER: [partial(scorer.score, batch) for batch in batches],
        BYTES: [partial(answer, scorer, body) for body in bodies],
        LOADS: [partial(orjson.loads, body) for body in bodies],
    }


def cold_variants(items: Sequence[Json], profile: Profile) -> dict[str, list[Run]]:
    """The variants on networks that were just built and remember no name of any answer."""
    cities, scorer = load_cities(), Scorer(load_cities(), profile)
    batches = in_batches(items)
    return {
        COLD: [partial(evaluate_all, jobs(valid(b), cities, profile)) for b in batches],
        SCORER_COLD: [partial(scorer.score, batch) for batch in batches],
    }


def print_times(table: Table, unit: float) -> None:
    print(
        "Microseconds per completion, least (median) of the rounds. Cold: on a network just built,"
        "\nwhich remembers no name; only where the task looks at it. Last columns: evaluate as a"
        "\nmultiple of the yardstick and of orjson.loads of the same items.\n"
    )
    rows = []
    for (profile, task), times in table.items():
        cells = [
            f"{times[name].least():.2f} ({times[name].median():.2f})" if name in times else "-"
            for name in (EVALUATE, COLD, SCORER, SCORER_COLD, BYTES)
        ]
        best = times[EVALUATE].least()
        ratios = [f"{best / unit:.2f}", f"{best / times[LOADS].least():.1f}"]
        rows.append([profile, task, *cells, *ratios])
    heads = ["profile", "task", EVALUATE, COLD, SCORER, SCORER_COLD, BYTES, "x yardst.", "x loads"]
    print_table(heads, rows, words=2)


def print_added(table: Table) -> None:
    print("What validation and results add to evaluate, microseconds per completion, likewise:\n")
    rows = []
    for (profile, task), times in table.items():
        row = [profile, task]
        for more in (times[SCORER], times[BYTES]):
            least = more.least() - times[EVALUATE].least()
            row.append(f"{least:.2f} ({more.median() - times[EVALUATE].median():.2f})")
        rows.append(row)
    print_table(["profile", "task", SCORER, BYTES], rows, words=2)


def print_singles(items: Sequence[Json], rounds: int) -> None:
    """Planning completions one by one: the slow ones must not be much slower than the usual."""
    print("Single planning completions, evaluate alone, each the least of the rounds, us:\n")
    rows = []
    budget = Budget()
    for profile in PROFILES:
        warm = load_cities()
        for name in (EVALUATE, COLD):
            least = [float("inf")] * len(items)
            for _ in range(rounds):
                cities = load_cities() if name == COLD else warm
                for index, job in enumerate(jobs(valid(items), cities, profile)):
                    start = perf_counter_ns()
                    evaluate(*job, budget)
                    least[index] = min(least[index], (perf_counter_ns() - start) / 1e3)
            slowest = max(range(len(items)), key=least.__getitem__)
            ordered = sorted(least)
            shares = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.9, 0.99, 1)]
            which = f"{items[slowest]['id']}, {len(items[slowest]['completion'])} characters"
            rows.append([profile.name, name, which, *(f"{share:.2f}" for share in shares)])
    heads = ["profile", "variant", "slowest completion", "median", "90%", "99%", "most"]
    print_table(heads, rows, words=3)


if __name__ == "__main__":
    main()
