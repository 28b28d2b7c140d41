"""``make mutants``: change the code in one place at a time, list the changes that no test notices.

A mutant stands in a copy of the working tree, so that the processes that tests start run it too;
the tests of its package run until one fails. A mutant that passes them all is a survivor: a test is
missing, or nothing changes. The latter stand in ``equivalent.jsonl``: file, line, what it becomes,
why that is all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

# imported once here rather than in each mutant's process
import fastapi.testclient  # noqa: F401
import hypothesis  # noqa: F401
import networkx as nx  # noqa: F401
import pytest
import rapidfuzz.process  # noqa: F401
import typer  # noqa: F401

from .changes import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.jsonl")
#: Folder -> the tests, below tests/, that should notice; the first that a module lies in counts.
TESTS = {
    "reward_server/core": "core test_cases.py test_released.py properties",
    "reward_server/wire": "test_scorer.py api/test_[bms]* test_cases.py test_cli.py",
    "reward_server/api": "api test_openapi.py test_prometheus.py faults",
    "reward_server/networks": "networks api/test_bad_input.py properties",
    "reward_server/benchmark": "benchmark test_cli.py",
    "reward_server/drawing": "drawing explorer/test_[jmp]*",
    "reward_server/explorer": "explorer",
    "reward_server": "test_scorer.py test_[cs]*.py api faults",
    "trainer_client/data": "trainer_client/data",
    "trainer_client": "trainer_client/test_* trainer_client/adapters",
}
#: Ratios over many draws and counted steps: they notice little, and late.
LEFT_OUT = {"test_mending.py", "test_linear_time.py", "test_soak.py", "test_schemathesis.py"}
OPTIONS = ["-xq", "-pno:cacheprovider", "-Wignore::pytest.PytestAssertRewriteWarning"]
MOST_MEMORY = 8 << 30
#: Seconds that the tests of a folder may take without a change.
SLOWEST = 1200


def tests_of_folder(file: str) -> list[str]:
    """The files of tests that should notice a change to a module, in order."""
    patterns = next(TESTS[folder] for folder in TESTS if file.startswith(f"{folder}/")).split()
    files: dict[Path, None] = {}
    for path in (path for pattern in patterns for path in sorted(Path("tests").glob(pattern))):
        files.update(dict.fromkeys(sorted(path.rglob("test_*.py")) if path.is_dir() else [path]))
    return [str(path) for path in files if path.name not in LEFT_OUT]


def tests_by_name(file: str) -> list[str]:
    """The tests that mirror a module, where there are any: they notice soonest."""
    parts = Path(file).with_name(f"test_{Path(file).name}").parts
    mirrored = Path("tests", *(parts[1:] if parts[0] == "reward_server" else parts))
    return [str(mirrored)] if mirrored.exists() else []


def run_tests(suites: list[list[str]], limit: float, *, unchanged: bool = False) -> str:
    """Run suites of the current folder in turn: "survived", "noticed" or "timed out"."""
    child = os.fork()
    if not child:
        failed = True
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            if not unchanged:
                sys.dont_write_bytecode = True
                os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
                for stream in range(3):
                    os.dup2(os.open(os.devnull, os.O_RDWR), stream)
            failed = any(pytest.main([*OPTIONS, *suite]) for suite in suites if suite)
        finally:
            os._exit(failed)
    end = time.monotonic() + limit
    done, status = 0, 0
    while not done and time.monotonic() < end:
        time.sleep(0.02)
        done, status = os.waitpid(child, os.WNOHANG)
    with suppress(ProcessLookupError):  # and all that the tests have started
        os.killpg(child, signal.SIGKILL)
    if not done:
        os.waitpid(child, 0)
        return "timed out"
    return "noticed" if status else "survived"


def judge(mutant: Mutant, limit: float) -> str:
    """What the tests say of a mutant."""
    file = Path(mutant.file)
    original = file.read_bytes()
    # Python compares times to the second only, and would take what it compiled before
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()
    file.write_text(mutant.source, encoding="utf-8")
    verdict = run_tests([tests_by_name(mutant.file), tests_of_folder(mutant.file)], limit)
    file.write_bytes(original)
    return verdict


def git(*arguments: str) -> list[str]:
    """The lines that a command of git prints in the project."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def work_in(tree: Path) -> None:
    """Copy the project as it is, and let this process and all that it starts import the copy."""
    for name in git("ls-files", "--cached", "--others", "--exclude-standard"):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    os.chdir(tree)
    sys.path[0] = str(tree)
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]  # this package, which is imported from there too
    os.environ |= {"PYTHONPATH": str(tree), "HYPOTHESIS_PROFILE": "mutants"}
    os.environ.setdefault("REASONMAP_DIR", str(ROOT.parent / "shared" / "reasonmap"))


def changed_lines(revision: str, file: str) -> set[int]:
    """The numbers of the lines that a file has since a revision."""
    lines: set[int] = set()
    for row in git("diff", "--unified=0", revision, "--", file):
        if hunk := re.match(r"@@ \S+ \+(\d+)(?:,(\d+))? @@", row):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            lines.update(range(first, first + count))
    return lines


def chosen(asked: argparse.Namespace) -> list[Mutant]:
    """The mutants that are asked for, without those that are known to change nothing."""
    known = {tuple(json.loads(row)[:3]) for row in EQUIVALENT.read_text("utf-8").splitlines()}
    mutants: list[Mutant] = []
    for file in git("ls-files", *(asked.only or ("reward_server", "trainer_client"))):
        if file.endswith(".py"):
            lines = changed_lines(asked.changed, file) if asked.changed else None
            mutants += (
                mutant
                for mutant in mutants_of((ROOT / file).read_text("utf-8"), file)
                if lines is None or mutant.number in lines
            )
    others = [one for one in mutants if (one.file, one.line, one.becomes) not in known]
    print(f"{len(mutants)} mutants, {len(mutants) - len(others)} of them equivalent", flush=True)
    # always the same, from anywhere: where the time ends early, what was tried speaks for the rest
    count = min(asked.most or len(others), len(others))
    return random.Random(0).sample(others, count)  # noqa: S311 - no secret


def main() -> None:
    """Judge the mutants that are asked for; print the survivors, then a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("only", nargs="*", help="modules or folders; all, if none is named")
    parser.add_argument("--changed", metavar="REV", help="only of lines changed since a revision")
    parser.add_argument("--most", type=int, help="so many, drawn from all")
    parser.add_argument("--minutes", type=float, default=60, help="end after (60)")
    asked = parser.parse_args()
    mutants, end = chosen(asked), time.monotonic() + asked.minutes * 60
    verdicts: Counter[tuple[str, str]] = Counter()
    limits: dict[str, float] = {}
    with TemporaryDirectory(prefix="mutants-") as folder:
        work_in(Path(folder))
        for mutant in mutants:
            suite = tests_of_folder(mutant.file)
            if " ".join(suite) not in limits:
                begun = time.monotonic()
                if run_tests([suite], SLOWEST, unchanged=True) != "survived":
                    sys.exit(f"these fail without any change: {' '.join(suite)}")
                limits[" ".join(suite)] = 20 + 3 * (time.monotonic() - begun)
            if time.monotonic() > end:
                print(f"{len(mutants) - verdicts.total()} not tried: the time is over")
                break
            verdict = judge(mutant, limits[" ".join(suite)])
            verdicts[mutant.file, verdict] += 1
            if verdict == "survived":
                print(
                    f"{mutant.file}:{mutant.number}\n  - {mutant.line}\n  + {mutant.becomes}",
                    flush=True,
                )
        os.chdir(ROOT)
    for file in [*dict.fromkeys(file for file, _ in verdicts), ""]:
        count: Counter[str] = Counter()
        for (name, verdict), times in verdicts.items():
            count[verdict] += times * name.startswith(file)
        rate = 1 - count["survived"] / max(1, count.total())
        print(f"{rate:6.1%}  {file or 'in all'}: {dict(count)}")


if __name__ == "__main__":
    main()
