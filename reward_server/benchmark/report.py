"""A benchmark as one HTML file that asks nothing of the network.

Every number in it is looked up in the benchmark's own JSON record and carries its path there
(``data-path``), so what the page says can be held against what ``--json`` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .benchmark import Benchmark
from .estimates import CONFIDENCE
from .numbers import amount, percent, points
from .reasonmap.table import COLUMNS, FAMILIES, LEVELS, PLUS_TASKS
from .reasonmap.tables import estimate_of
from .tables import caveats

#: Of a plot of shares: the y of 0, and the pixels from there to 1.
_BASE, _HEIGHT = 170, 160


def render(benchmark: Benchmark) -> str:
    """The page, as text."""
    record = orjson.loads(orjson.dumps(benchmark))
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.jinja")
    return template.render(
        record=record,
        caveats=caveats(benchmark),
        confidence=CONFIDENCE,
        levels=LEVELS,
        plus_tasks=PLUS_TASKS,
        families=FAMILIES,
        columns=COLUMNS,
        percent=partial(_number, record, percent),
        points=partial(_number, record, points),
        count=partial(_number, record, amount),
        at=partial(look_up, record),
        tracks=_tracks(benchmark),
        curves=_curves,
    )


class _Mark(NamedTuple):
    """A dot on a line from 0 to 100, with its interval where there is one.

    ``y``: a little above or below the line, so that no two dots hide each other.
    """

    key: str
    y: int
    value: float
    low: float | None = None
    high: float | None = None


class _Track(NamedTuple):
    label: str
    own: bool
    marks: list[_Mark]


def _tracks(benchmark: Benchmark) -> list[_Track]:
    """A line for each model and each published row, with its accuracies."""
    tracks = []
    plotted = [(key, column, column.height) for key, column in COLUMNS.items() if column.height]
    for model in benchmark.models:
        own = [(key, y, estimate_of(model, column)) for key, column, y in plotted]
        marks = [
            _Mark(key, y, 100 * estimate.value, _times_100(estimate.low), _times_100(estimate.high))
            for key, y, estimate in own
            if estimate.value is not None
        ]
        tracks.append(_Track(model.model or Path(benchmark.source).name, True, marks))
    for row in benchmark.published:
        values = [(key, y, getattr(row, key)) for key, _, y in plotted]
        marks = [_Mark(key, y, value) for key, y, value in values if value is not None]
        tracks.append(_Track(f"{row.model}, {row.training}", False, marks))
    return tracks


class _Point(NamedTuple):
    """Where a value at ``k`` stands in a plot: x in per cent of its width, y in pixels."""

    k: int
    x: float
    y: float
    low: float | None
    high: float | None


class _Curve(NamedTuple):
    kind: str
    points: list[_Point]


def _curves(rows: Sequence[Mapping[str, Any]]) -> list[_Curve]:
    """pass@k and majority@k as they are drawn, from the record's rows."""

    def height(share: float) -> float:
        return round(_BASE - _HEIGHT * share, 2)

    curves = []
    for kind in ("pass", "majority"):
        points = []
        for place, row in enumerate(rows):
            estimate = row[f"{kind}_at_k"]
            low, high = (
                None if end is None else height(end) for end in (estimate["low"], estimate["high"])
            )
            x = round(4 + 92 * place / (len(rows) - 1), 2)
            points.append(_Point(row["k"], x, height(estimate["value"]), low, high))
        curves.append(_Curve(kind, points))
    return curves


def _times_100(share: float | None) -> float | None:
    return None if share is None else 100 * share


def look_up(record: object, path: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What stands at ``models.0.plus.accuracy.value`` of a JSON record."""
    for step in path.split("."):
        if isinstance(record, Mapping):
            record = record[step]
        elif isinstance(record, Sequence):
            record = record[int(step)]
    return record


def _number(record: object, show: Callable[[float | None], str], path: str) -> Markup:
    text = show(look_up(record, path))
    return Markup('<data data-path="{}">{}</data>').format(path, text)
