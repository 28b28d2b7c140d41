"""How long replay takes over 100,000 rollouts on one core, and how much memory.

The rollouts are completions of 2 KB in groups of 8, as a trainer writes them. Times are of this
process and its one thread; "memory" is what the process took at the most, with Python and all
networks, over twice as many rollouts as well: what grows is what a rollout costs.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from reward_server.cli import main as command_line
from tests.bench.common import (
    arguments,
    cities_in_words,
    load_cities,
    print_table,
    yardstick_microseconds,
)
from tests.bench.rollouts import cities_options, pools, rollouts, shares

PART = "BENCH_REPLAY_ARGUMENTS"
COUNT = 100_000
QUICK = 5_000
DIFFERENT = 2_000
AGAINST = ("paper", "released", "stored", "results.jsonl")


def main() -> None:
    if part := os.environ.get(PART):
        measure(json.loads(part))
        return
    count = QUICK if arguments(__doc__).quick else COUNT
    cities = load_cities()
    by_task, source = pools(cities)
    print(f"{source}; {cities_in_words(cities)}; yardstick {yardstick_microseconds():.1f} us")
    some = rollouts(by_task, cities, shares(DIFFERENT), "in tags")
    with TemporaryDirectory() as folder:
        rows = []
        for size in (count, 2 * count):
            file = write(Path(folder), some, size)
            for against in AGAINST if size == count else AGAINST[:1]:
                rows.append([f"{size:,}", against, *run(file, against)])
        print_table(["rollouts", "against", "seconds", "us a rollout", "memory MB"], rows, words=2)


def write(folder: Path, some: list[dict[str, object]], size: int) -> Path:
    """A file of so many rollouts, each group under a name of its own, and a file of results."""
    file = folder / "rollouts.jsonl"
    results = folder / "results.jsonl"
    with file.open("w", encoding="utf-8") as to, results.open("w", encoding="utf-8") as out:
        for number in range(size):
            item = some[number % len(some)]
            names = {"id": str(number), "group": f"{item['group']}-{number // len(some)}"}
            to.write(json.dumps(item | names | {"reward": 0.0}, ensure_ascii=False) + "\n")
            out.write(json.dumps({"id": str(number), "reward": 1.0}) + "\n")
    return file


def run(file: Path, against: str) -> list[str]:
    """Seconds, microseconds a rollout and megabytes, measured in a process of its own."""
    named = str(file.with_name(against)) if against.endswith(".jsonl") else against
    given = ["replay", str(file), "--against", named, *cities_options()]
    environment = {**os.environ, PART: json.dumps(given)}
    done = subprocess.run(
        [sys.executable, __file__], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.split()[-3:]


def measure(given: list[str]) -> None:
    """Run the command and print what it took, after its tables."""
    with Path(given[1]).open("rb") as lines:
        rollouts_there = sum(1 for _ in lines)
    sys.argv = ["reward-server", *given]
    started = time.process_time()
    try:
        command_line()
    except SystemExit as end:
        if end.code not in (0, 1):
            raise
    seconds = time.process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.2f} {seconds / rollouts_there * 1e6:.0f} {megabytes:.0f}")


if __name__ == "__main__":
    main()
