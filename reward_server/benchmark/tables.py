"""An evaluation as tables on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .benchmark import FORMS, Evaluation, ModelMetrics
from .estimates import Estimate
from .measure import LEVELS

#: Errors told word for word; --json has more.
_SHOWN = 3


def percent(value: float | None) -> str:
    """A share in per cent, as the papers print it; a dash where there is none."""
    return "-" if value is None else f"{100 * value:.2f}"


def points(value: float | None) -> str:
    """A map score, as the papers print it; a dash where there is none."""
    return "-" if value is None else f"{value:.2f}"


def amount(value: float | None) -> str:
    """A count or a sum of weights, in full; a dash where there is none."""
    return "-" if value is None else f"{value:.12g}"


def print_evaluation(evaluation: Evaluation, console: Console) -> None:
    """The benchmark's numbers beside the published ones, and what did not count."""
    _print_headline(evaluation, console)
    for model in evaluation.models:
        if len(evaluation.models) > 1:
            console.rule(Text(model.model or "(no model named)"))
        _print_difficulties(model, console)
        _print_groups(model, console)
        _print_answers(model, console)
    for line in caveats(evaluation):
        console.print(line, markup=False, highlight=False)


def caveats(evaluation: Evaluation) -> list[str]:
    """In sentences: what counts nowhere, what was not read, what cannot be compared."""
    said = []
    if evaluation.in_error:
        said.append(
            f"{evaluation.in_error} of {evaluation.rows} rollouts are in error and count nowhere:"
        )
        kinds = Counter({"malformed": evaluation.malformed} if evaluation.malformed else {})
        for model in evaluation.models:
            kinds.update(model.errors)
        said += [f"  {count} x {kind}" for kind, count in kinds.most_common()]
        said += [f"  {message:.200}" for message in evaluation.errors[:_SHOWN]]
    if evaluation.without_difficulty:
        said.append(
            f"{evaluation.without_difficulty} rollouts name no difficulty_city, and weigh as on an "
            "easy map"
        )
    problems: Counter[str] = Counter()
    for model in evaluation.models:
        for of_form in model.reasonmap.values():
            problems.update(of_form.map_score_problems)
    said += [f"{count} rollouts have no map score: {why}" for why, count in problems.most_common()]
    if evaluation.columns_not_read:
        said.append(f"columns not read: {', '.join(evaluation.columns_not_read)}")
    return said


class Metric(NamedTuple):
    """One of the numbers that the papers give too: its name, and its path in ``ModelMetrics``."""

    name: str
    path: str
    show: Callable[[float | None], str]

    def of(self, model: ModelMetrics) -> Estimate:
        """The model's own."""
        found: Any = model
        for step in self.path.split("."):
            found = found[step] if isinstance(found, dict) else getattr(found, step)
        return cast("Estimate", found)


METRICS: Final = {
    "reasonmap_short": Metric("ReasonMap S", "reasonmap.short.accuracy", percent),
    "reasonmap_long": Metric("ReasonMap L", "reasonmap.long.accuracy", percent),
    "map_score_short": Metric("map score S", "reasonmap.short.map_score", points),
    "map_score_long": Metric("map score L", "reasonmap.long.map_score", points),
    "plus": Metric("Plus", "plus.accuracy", percent),
    "plus_counting": Metric("counting", "plus.counting", percent),
    "plus_torf": Metric("TorF", "plus.torf", percent),
}


def _print_headline(evaluation: Evaluation, console: Console) -> None:
    table = Table("model", *(metric.name for metric in METRICS.values()))
    table.title = Text(f"Weighted means, 95% intervals - {evaluation.fingerprint}")
    for model in evaluation.models:
        found = [(metric.show, metric.of(model)) for metric in METRICS.values()]
        name = Text(model.model or Path(evaluation.source).name, "bold")
        table.add_row(name, *(show(one.value) for show, one in found))
        table.add_row("  from", *(show(one.low) for show, one in found))
        table.add_row("  to", *(show(one.high) for show, one in found))
        table.add_row("  rollouts", *(str(one.rollouts) for _, one in found))
        if any(one.left_out for _, one in found):
            table.add_row("  left out", *(str(one.left_out) for _, one in found))
        table.add_section()
    rows = [row for row in evaluation.published if row.main]
    for row in rows:
        values = (getattr(row, key) for key in METRICS)
        name = Text(f"{row.model}, {row.training}")
        table.add_row(name, *("" if value is None else f"{value:.2f}" for value in values))
    console.print(table)
    more = len(evaluation.published) - len(rows)
    console.print(f"Published rows in --json and --html: {more} more", highlight=False)


def _print_difficulties(model: ModelMetrics, console: Console) -> None:
    for form in FORMS:
        metrics = model.reasonmap[form]
        if not metrics.accuracy.questions:
            continue
        table = Table(f"ReasonMap, {form}", *(f"{city} map" for city in LEVELS))
        for level in LEVELS:
            cells = [bucket.accuracy for bucket in metrics.buckets if bucket.question == level]
            table.add_row(f"{level} question", *map(_cell, cells))
        console.print(table)
        one = metrics.accuracy
        console.print(f"  {amount(one.earned)} of {amount(one.weight)} by weight", highlight=False)
    if model.plus.accuracy.questions:
        table = Table("ReasonMap-Plus", "all maps", *(f"{city} map" for city in LEVELS))
        for task, cells_of in model.plus.cells.items():
            table.add_row(task, _cell(model.plus.tasks[task]), *map(_cell, cells_of.values()))
        of_maps = model.plus.difficulties.values()
        table.add_row("all", _cell(model.plus.accuracy), *map(_cell, of_maps))
        console.print(table)


def _cell(one: Estimate) -> str:
    return f"{percent(one.value)} ({one.questions})" if one.questions else "-"


def _print_groups(model: ModelMetrics, console: Console) -> None:
    for family, rows in model.groups.items():
        if not rows:
            continue
        table = Table(f"{family}: k", "pass@k", "majority@k", "questions", "rollouts left out")
        for one in rows:
            passes, agrees = one.pass_at_k, one.majority_at_k
            table.add_row(
                str(one.k),
                percent(passes.value),
                percent(agrees.value),
                str(passes.questions),
                str(passes.left_out),
            )
        console.print(table)


def _print_answers(model: ModelMetrics, console: Console) -> None:
    table = Table("task", "rollouts", "error", "read", "no answer", "format kept", "signals")
    for task, one in model.answers.items():
        kept = "-" if one.kept_format is None else str(one.kept_format)
        table.add_row(
            task,
            str(one.rollouts),
            str(one.errors),
            str(one.read),
            _counts(one.failures.items()),
            kept,
            _counts(one.signals.items()),
        )
    console.print(table)


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts)
