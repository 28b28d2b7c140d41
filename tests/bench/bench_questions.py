"""Generated questions against the cities' own files, and against the reward.

Whether a question's gold is right is found once more without the code that asked it: by graphs of
the files, and by what ``robust`` gives for perfect answers written from the gold, and for wrong
ones. Everyday tests do the same on a few hundred questions.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from datasets import disable_progress_bars

from reward_server.core.model import DifficultyName
from reward_server.core.transit.model import TaskName
from tests.bench.common import arguments, print_table
from tests.trainer_client.data.confirm import confirm
from tests.trainer_client.data.making import rows_of
from trainer_client.data.synth.make import synth

PER_CITY = 105


def main() -> None:
    """Print what was confirmed; fail where anything was not."""
    cities = 3 if arguments(__doc__).quick else 67
    disable_progress_bars()
    counts: Counter[str] = Counter()
    problems: list[str] = []
    times: list[tuple[str, str, str]] = []
    for difficulty in get_args(DifficultyName):
        with TemporaryDirectory() as folder:
            started = time.perf_counter()
            rows = rows_of(synth(cities, difficulty, 11), Path(folder), PER_CITY, seed=11)
            asked = time.perf_counter()
            confirmed = confirm(rows, Path(folder) / "made" / "stations")
            done = time.perf_counter()
        counts += confirmed
        problems += confirmed.problems
        times.append((difficulty, f"{asked - started:.1f}", f"{done - asked:.1f}"))
    questions = sum(counts[task] for task in get_args(TaskName))
    print(f"{questions} questions on {3 * cities} synthetic cities, a third of each difficulty\n")
    print_table(("confirmed", "count"), [(name, str(n)) for name, n in sorted(counts.items())])
    print_table(("cities", "made and asked, s", "confirmed, s"), times)
    print(f"not confirmed: {len(problems)}")
    if problems:
        sys.exit("\n".join(problems[:20]))


if __name__ == "__main__":
    main()
