"""The two benchmarks' numbers as tables on a terminal, beside the published ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..benchmark import Benchmark, ModelMetrics
from ..estimates import Estimate
from ..numbers import amount, percent, points, share
from .table import COLUMNS, FORMS, LEVELS, Column


def estimate_of(model: ModelMetrics, column: Column) -> Estimate:
    """The model's own number in a column of the published results."""
    value: Any = model
    for step in column.path.split("."):
        value = value[step] if isinstance(value, dict) else getattr(value, step)
    return cast("Estimate", value)


def print_headline(benchmark: Benchmark, console: Console) -> None:
    """A row for each model and for each published result."""
    table = Table("model", *(column.title for column in COLUMNS.values()))
    table.title = Text(f"Weighted means, 95% intervals - {benchmark.fingerprint}")
    shows = [points if column.is_points else percent for column in COLUMNS.values()]
    for model in benchmark.models:
        estimates = [estimate_of(model, column) for column in COLUMNS.values()]
        name = Text(model.model or Path(benchmark.source).name, "bold")
        for label, values in (
            (name, [estimate.value for estimate in estimates]),
            ("  from", [estimate.low for estimate in estimates]),
            ("  to", [estimate.high for estimate in estimates]),
        ):
            table.add_row(label, *(show(value) for show, value in zip(shows, values, strict=True)))
        table.add_row("  rollouts", *(str(estimate.rollouts) for estimate in estimates))
        if any(estimate.left_out for estimate in estimates):
            table.add_row("  left out", *(str(estimate.left_out) for estimate in estimates))
        table.add_section()
    rows = [row for row in benchmark.published if row.main]
    for row in rows:
        published = (getattr(row, key) for key in COLUMNS)
        name = Text(f"{row.model}, {row.training}")
        table.add_row(name, *("" if value is None else f"{value:.2f}" for value in published))
    console.print(table)
    more = len(benchmark.published) - len(rows)
    console.print(f"Published rows in --json and --html: {more} more", highlight=False)


def print_difficulties(model: ModelMetrics, console: Console) -> None:
    """Accuracies by difficulty of question and map, and by task and difficulty of the map."""
    for form in FORMS:
        metrics = model.reasonmap[form]
        if not metrics.accuracy.questions:
            continue
        table = Table(f"ReasonMap, {form}", *(f"{city} map" for city in LEVELS))
        for level in LEVELS:
            cells = [bucket.accuracy for bucket in metrics.buckets if bucket.question == level]
            table.add_row(f"{level} question", *map(share, cells))
        console.print(table)
        whole = metrics.accuracy
        console.print(
            f"  {amount(whole.earned)} of {amount(whole.weight)} by weight", highlight=False
        )
    plus = model.plus
    if plus.accuracy.questions:
        table = Table("ReasonMap-Plus", "all maps", *(f"{city} map" for city in LEVELS))
        for task, cells_of in plus.cells.items():
            table.add_row(task, share(plus.tasks[task]), *map(share, cells_of.values()))
        table.add_row("all", share(plus.accuracy), *map(share, plus.difficulties.values()))
        console.print(table)


def reasonmap_caveats(models: Sequence[ModelMetrics], without_difficulty: int) -> list[str]:
    """In sentences: what weighs as on an easy map, and what has no map score."""
    said = []
    if without_difficulty:
        said.append(
            f"{without_difficulty} rollouts name no difficulty_city, and weigh as on an easy map"
        )
    problems: Counter[str] = Counter()
    for model in models:
        for of_form in model.reasonmap.values():
            problems.update(of_form.map_score_problems)
    said += [f"{count} rollouts have no map score: {why}" for why, count in problems.most_common()]
    return said
