"""Generated questions against the cities' own files, and against the reward.

Whether a question's gold is right is found once more without the code that asked it: by graphs of
the files, and by what ``robust`` gives for perfect answers written from the gold, and for wrong
ones. Everyday tests do the same on a few hundred questions. And what an answer earns that is the
same to all questions of a task.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from datasets import disable_progress_bars

from reward_server import Scorer
from reward_server.core.model import DifficultyName
from reward_server.core.transit.model import TaskName
from tests.bench.common import arguments, print_table
from tests.trainer_client.data.confirm import confirm
from tests.trainer_client.data.making import rows_of
from trainer_client.client.rows import item
from trainer_client.data.synth.make import synth

PER_CITY = 105
#: Answers that somebody may give to all questions of a task.
CONSTANTS: Mapping[str, tuple[str, ...]] = {
    "TorF1": ("yes", "no"),
    "TorF2": ("yes", "no"),
    "Counting1": ("A", "B", "C", "D"),
    "Counting2": ("1", "2", "3", "4"),
}
Earned = defaultdict[tuple[str, str], list[tuple[bool, float]]]
"""Task and answer -> of each question whether it is right, and reward / W."""


def main() -> None:
    """Print what was confirmed; fail where anything was not."""
    cities = 3 if arguments(__doc__).quick else 67
    disable_progress_bars()
    counts: Counter[str] = Counter()
    problems: list[str] = []
    times: list[tuple[str, str, str]] = []
    constant: Earned = defaultdict(list)
    for difficulty in get_args(DifficultyName):
        with TemporaryDirectory() as folder:
            started = time.perf_counter()
            rows = rows_of(synth(cities, difficulty, 11), Path(folder), PER_CITY, seed=11)
            asked = time.perf_counter()
            confirmed = confirm(rows, Path(folder) / "made" / "stations")
            done = time.perf_counter()
            answer_always(rows, Path(folder) / "made" / "stations", constant)
        counts += confirmed
        problems += confirmed.problems
        times.append((difficulty, f"{asked - started:.1f}", f"{done - asked:.1f}"))
    questions = sum(counts[task] for task in get_args(TaskName))
    print(f"{questions} questions on {3 * cities} synthetic cities, a third of each difficulty\n")
    print_table(("confirmed", "count"), [(name, str(n)) for name, n in sorted(counts.items())])
    print_table(("cities", "made and asked, s", "confirmed, s"), times)
    print_table(
        ("task", "always", "right, %", "reward / W"),
        [
            (
                task,
                answer,
                f"{100 * sum(right for right, _ in earned) / len(earned):.0f}",
                f"{sum(reward for _, reward in earned) / len(earned):.1f}",
            )
            for (task, answer), earned in constant.items()
        ],
    )
    print(f"not confirmed: {len(problems)}")
    if problems:
        sys.exit("\n".join(problems[:20]))


def answer_always(rows: Iterable[Mapping[str, Any]], networks: Path, earned: Earned) -> None:
    """Add what each of ``CONSTANTS`` earns by ``robust`` on each question of its task."""
    scorer = Scorer(networks=networks)
    for row in rows:
        answers = CONSTANTS.get(row["task"], ())
        results = scorer.score([item(row, f"\\boxed{{{answer}}}") for answer in answers])
        for answer, result in zip(answers, results, strict=True):
            assert result["reward"] is not None
            assert result["weight"] is not None
            scored = (bool(result["correct"]), result["reward"] / result["weight"])
            earned[row["task"], answer].append(scored)


if __name__ == "__main__":
    main()
