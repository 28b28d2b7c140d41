"""Scores a file of items, one a line: what ``reward-server score`` does, in constant memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from .scorer import Scorer
from .wire.files import Advance
from .wire.items import ItemsError
from .wire.results import Failure, Result, Verbosity, failed

MALFORMED: Final = "malformed"


@dataclass(slots=True)
class Tally:
    """What has come out of a file so far."""

    lines: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(task, status) -> lines; the task of a line that is no item is "malformed"."""
    rewards: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Task -> sum of the rewards of its lines that are ok."""
    errors: Counter[str] = field(default_factory=Counter)
    """Error kind -> lines."""

    def add(self, task: str, result: Result) -> None:
        """Count one more line."""
        self.lines[task, result["status"]] += 1
        if result["reward"] is not None:
            self.rewards[task] += result["reward"]
        if result["error"] is not None:
            self.errors[result["error"]["kind"]] += 1


def score_lines(
    lines: Iterable[bytes], scorer: Scorer, verbosity: Verbosity, tally: Tally
) -> Iterator[Result]:
    """A result for each line, in order, also for a line that is no item; ``tally`` counts them."""
    for number, line in enumerate(lines, 1):
        try:
            item = scorer.items.read_json(line)
        except ItemsError as error:
            task = MALFORMED
            result = failed(None, Failure(MALFORMED, f"line {number}: {error}"), verbosity)
        else:
            task = item["task"]
            (result,) = scorer.results([item], scorer.evaluate([item]), verbosity)
        tally.add(task, result)
        yield result


@contextmanager
def show_progress(words: str, total: int | None) -> Iterator[Advance]:
    """A progress bar on stderr, where that is a terminal: it is told what was read."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task(words, total=total)
        yield lambda step: progress.advance(bar, step)


def print_tally(
    tally: Tally, fingerprint: str, seconds: float, console: Console, counted: str
) -> None:
    """Print what a file came to: by task, by error, and how quickly.

    ``counted`` is what its lines are called.
    """
    table = Table("task", "ok", "error", "mean reward", title=fingerprint)
    for task in sorted({task for task, _ in tally.lines}):
        ok, errors = tally.lines[task, "ok"], tally.lines[task, "error"]
        mean = f"{tally.rewards[task] / ok:.3f}" if ok else ""
        name = "(no item)" if task == MALFORMED else task
        table.add_row(Text(name), str(ok), str(errors), mean)
    console.print(table)
    for kind, count in tally.errors.most_common():
        console.print(f"{count} x {kind}", highlight=False)
    total = tally.lines.total()
    rate = total / seconds if seconds else 0
    console.print(f"{total} {counted} in {seconds:.2f} s, {rate:,.0f} {counted}/s", highlight=False)
