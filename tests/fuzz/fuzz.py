"""Looks for bytes and completions that the service cannot bear, and says how many it tried.

``python tests/fuzz/fuzz.py --minutes 10``: half of the time for each target. Inputs are drawn by
chance from a seed; with ``--engine atheris`` (``pip install atheris``, Linux) they are grown along
the branches that they reach in the package. Exits with 1 where anything was found.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Try = Callable[[bytes, Counter[str], float], None]

#: Bytes of an input; one choice takes one to three.
MOST = 400
_SLOWER = 30.0  # how much atheris makes everything
TARGETS = ("bodies", "completions")


def target(name: str) -> Try:
    """What tries an input; imported here, as atheris has to see the package's import."""
    if name == "bodies":
        return importlib.import_module("tests.fuzz.bodies").try_body  # type: ignore[no-any-return]
    return importlib.import_module("tests.fuzz.completions").try_completion  # type: ignore[no-any-return]


class Run:
    """Inputs tried on one target, what became of them, and what was found."""

    def __init__(self, name: str, slower: float = 1.0) -> None:
        self.name = name
        self.tried = 0
        self.seen: Counter[str] = Counter()
        self.found: dict[str, str] = {}
        self._try = target(name)
        self._slower = slower

    def one(self, data: bytes) -> None:
        """Try an input; of findings at one place the first is kept."""
        self.tried += 1
        try:
            self._try(data, self.seen, self._slower)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}"
            if place not in self.found:
                self.found[place] = "".join(traceback.format_exception(error))
                print(f"FOUND in {self.name}, input {data.hex()}\n{self.found[place]}", flush=True)

    def report(self, seconds: float) -> None:
        """Print the count of inputs, and what became of them."""
        pace = self.tried / max(seconds, 1e-9)
        print(f"{self.name}: {self.tried} inputs tried in {seconds:.0f} s, {pace:.0f} a second;")
        print(f"  {len(self.found)} findings")
        for what, count in sorted(self.seen.items()):
            print(f"  {count:>9}  {what}")
        sys.stdout.flush()


def by_chance(run: Run, seed: int, enough: Callable[[Run], bool]) -> None:
    """Try inputs of every length until there are enough."""
    rng = Random(seed)  # noqa: S311 - no secret
    while not enough(run):
        run.one(rng.randbytes(rng.randrange(4, MOST) >> rng.randrange(5)))


def by_coverage(name: str, seed: int, seconds: float) -> int:
    """Let atheris try inputs for so long, in a process of its own, as it never comes back."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["reward_server"]):
        run = Run(name, _SLOWER)
    started = time.monotonic()

    def one(data: bytes) -> None:
        run.one(data)
        if time.monotonic() - started > seconds:
            run.report(seconds)
            os._exit(bool(run.found))

    with tempfile.TemporaryDirectory() as corpus:
        flags = [f"-seed={seed}", f"-max_len={MOST}", "-rss_limit_mb=4096", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *flags, corpus], one)
        atheris.Fuzz()
    return 1  # not reached


def main() -> int:
    """Fuzz both targets; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["chance", "atheris"], default="chance")
    parser.add_argument("--target", choices=TARGETS, action="append", help="default: both")
    given = parser.parse_args()
    names: list[str] = given.target or list(TARGETS)
    seconds = given.minutes * 60 / len(names)
    if given.engine == "atheris":
        return max([by_coverage(name, given.seed, seconds) for name in names])
    runs: Mapping[str, Run] = {name: Run(name) for name in names}
    for run in runs.values():
        started = time.monotonic()
        deadline = started + seconds
        by_chance(run, given.seed, lambda _, until=deadline: time.monotonic() > until)  # type: ignore[misc]
        run.report(time.monotonic() - started)
    return int(any(run.found for run in runs.values()))


if __name__ == "__main__":
    sys.exit(main())
