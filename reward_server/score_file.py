"""Scores a file of items, one a line: what ``reward-server score`` does, in constant memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from .scorer import Scorer
from .wire.items import ITEM
from .wire.problems import problems
from .wire.results import Result, Verbosity, failed

MALFORMED: Final = "malformed"


@dataclass(slots=True)
class Tally:
    """What has come out of a file so far."""

    lines: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(task, status) -> lines; the task of a line that could not be read is "malformed"."""
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
            item = ITEM.validate_json(line)
        except ValidationError as error:
            message = f"line {number}: {'; '.join(map(str, problems(error)))}"
            task, result = MALFORMED, failed(None, MALFORMED, message, verbosity)
        else:
            task, (result,) = item["task"], scorer.score_valid([item], verbosity)
        tally.add(task, result)
        yield result


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
        table.add_row("(no item)" if task == MALFORMED else task, str(ok), str(errors), mean)
    console.print(table)
    for kind, count in tally.errors.most_common():
        console.print(f"{count} x {kind}", highlight=False)
    total = tally.lines.total()
    rate = total / seconds if seconds else 0
    console.print(f"{total} {counted} in {seconds:.2f} s, {rate:,.0f} {counted}/s", highlight=False)
