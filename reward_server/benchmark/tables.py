"""A benchmark as tables on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from .benchmark import Benchmark, ModelMetrics
from .numbers import percent
from .reasonmap.table import FAMILIES
from .reasonmap.tables import print_difficulties, print_headline, reasonmap_caveats

#: Errors told word for word; --json has more.
_SHOWN = 3


def print_benchmark(benchmark: Benchmark, console: Console) -> None:
    """The benchmark's numbers beside the published ones, and what did not count."""
    if benchmark.published:
        print_headline(benchmark, console)
    for model in benchmark.models:
        if len(benchmark.models) > 1:
            console.rule(Text(model.model or "(no model named)"))
        print_difficulties(model, console)
        _print_tasks(model, benchmark.fingerprint, console)
        _print_groups(model, console)
        _print_answers(model, console)
    for line in caveats(benchmark):
        console.print(line, markup=False, highlight=False)


def caveats(benchmark: Benchmark) -> list[str]:
    """In sentences: what counts nowhere, what was not read, what cannot be compared."""
    said = []
    if benchmark.in_error:
        said.append(
            f"{benchmark.in_error} of {benchmark.rows} rollouts are in error and count nowhere:"
        )
        kinds = Counter({"malformed": benchmark.malformed} if benchmark.malformed else {})
        for model in benchmark.models:
            kinds.update(model.errors)
        said += [f"  {count} x {kind}" for kind, count in kinds.most_common()]
        said += [f"  {message:.200}" for message in benchmark.errors[:_SHOWN]]
    said += reasonmap_caveats(benchmark.models, benchmark.without_difficulty)
    if benchmark.columns_not_read:
        said.append(f"columns not read: {', '.join(benchmark.columns_not_read)}")
    return said


def _print_tasks(model: ModelMetrics, fingerprint: str, console: Console) -> None:
    """The tasks that are of neither benchmark."""
    if not model.tasks:
        return
    table = Table("task", "accuracy", "from", "to", "questions", "rollouts", "left out")
    table.title = Text(f"Means over questions, 95% intervals - {fingerprint}")
    for task, accuracy in model.tasks.items():
        shares = (accuracy.value, accuracy.low, accuracy.high)
        sizes = (accuracy.questions, accuracy.rollouts, accuracy.left_out)
        table.add_row(Text(task), *map(percent, shares), *map(str, sizes))
    console.print(table)


def _print_groups(model: ModelMetrics, console: Console) -> None:
    for name, rows in model.groups.items():
        if not rows:
            continue
        title = escape(f"{FAMILIES.get(name, name)}: k")
        table = Table(title, "pass@k", "majority@k", "questions", "rollouts left out")
        for row in rows:
            passes, agrees = row.pass_at_k, row.majority_at_k
            table.add_row(
                str(row.k),
                percent(passes.value),
                percent(agrees.value),
                str(passes.questions),
                str(passes.left_out),
            )
        console.print(table)


def _print_answers(model: ModelMetrics, console: Console) -> None:
    table = Table("task", "rollouts", "error", "read", "no answer", "format kept", "signals")
    for task, answers in model.answers.items():
        kept = "-" if answers.kept_format is None else str(answers.kept_format)
        table.add_row(
            Text(task),
            str(answers.rollouts),
            str(answers.errors),
            str(answers.read),
            _counts(answers.failures),
            kept,
            _counts(answers.signals),
        )
    console.print(table)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
