"""An evaluation as one HTML file that asks nothing of the network.

Every number in it is looked up in the evaluation's own JSON record and carries its path there
(``data-path``), so what the page says can be held against what ``--json`` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .benchmark import Evaluation
from .estimates import CONFIDENCE
from .measure import LEVELS
from .tables import METRICS, amount, caveats, percent, points

#: The accuracies drawn on one line, and how high, in pixels.
_MARK_HEIGHTS: Final = {"reasonmap_short": 7, "reasonmap_long": 15, "plus": 11}
#: Of a plot of shares: the y of 0, and the pixels from there to 1.
_BASE, _HEIGHT = 170, 160
_TASKS: Final = {
    "TorF1": "one line?",
    "TorF2": "on the line?",
    "Counting1": "stops between",
    "Counting2": "lines at a station",
    "Counting3": "lines in all",
}


def render(evaluation: Evaluation) -> str:
    """The page, as text."""
    record = orjson.loads(orjson.dumps(evaluation))
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
        caveats=caveats(evaluation),
        confidence=CONFIDENCE,
        levels=LEVELS,
        tasks=_TASKS,
        metrics={key: (metric.name, metric.path) for key, metric in METRICS.items()},
        percent=partial(_number, record, percent),
        points=partial(_number, record, points),
        count=partial(_number, record, amount),
        at=partial(look_up, record),
        tracks=_tracks(evaluation),
        curves=_curves,
    )


class _Mark(NamedTuple):
    """A dot on a line from 0 to 100, with its interval where there is one."""

    key: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def y(self) -> int:
        """A little above or below the line, so that no two dots hide each other."""
        return _MARK_HEIGHTS[self.key]


class _Track(NamedTuple):
    label: str
    own: bool
    marks: list[_Mark]


def _tracks(evaluation: Evaluation) -> list[_Track]:
    """A line for each model and each published row, with its accuracies."""
    tracks = []
    for model in evaluation.models:
        found = [(key, METRICS[key].of(model)) for key in _MARK_HEIGHTS]
        marks = [
            _Mark(key, 100 * one.value, _times_100(one.low), _times_100(one.high))
            for key, one in found
            if one.value is not None
        ]
        tracks.append(_Track(model.model or Path(evaluation.source).name, True, marks))
    for row in evaluation.published:
        values = [(key, getattr(row, key)) for key in _MARK_HEIGHTS]
        marks = [_Mark(key, value) for key, value in values if value is not None]
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
            one = row[f"{kind}_at_k"]
            low, high = (None if end is None else height(end) for end in (one["low"], one["high"]))
            x = round(4 + 92 * place / (len(rows) - 1), 2)
            points.append(_Point(row["k"], x, height(one["value"]), low, high))
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


def _number(record: object, shown: Any, path: str) -> Markup:  # noqa: ANN401 - one of the three above
    text = shown(look_up(record, path))
    return Markup('<data data-path="{}">{}</data>').format(path, text)
