"""Draws the dashboard's panels from what a Prometheus has, with matplotlib in Grafana's stead.

``python -m tests.deploy.picture --minutes 30`` runs a service, a Prometheus and a training run in
little for so long, and writes ``deploy/grafana/dashboard.png``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from PIL import Image

from .chart import ROOT
from .live import DASHBOARD, Json, Prometheus, filled_in, panels, watched
from .load import train

#: Inches of a column and of a row of Grafana's grid, and pixels of an inch.
_COLUMN, _ROW, _DOTS = 0.75, 0.42, 80
_MARGIN = 0.35


def draw(prometheus: Prometheus, start: float, end: float, file: Path) -> int:
    """Draw all panels where the dashboard has them; how many lines there are in all."""
    rows = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in DASHBOARD["panels"])
    size = 24 * _COLUMN, rows * _ROW
    figure = Figure(figsize=size, dpi=_DOTS, facecolor="white")
    lines = 0
    for one in DASHBOARD["panels"]:
        place = one["gridPos"]
        left, top = place["x"] * _COLUMN, size[1] - place["y"] * _ROW
        if one["type"] == "row":
            figure.text(0.01, (top - 0.3) / size[1], one["title"], size=13, weight="bold")
            continue
        width, height = place["w"] * _COLUMN - 2 * _MARGIN, place["h"] * _ROW - 0.95
        box = (
            (left + 1.4 * _MARGIN) / size[0],
            (top - 0.45 - height) / size[1],
            width / size[0],
            height / size[1],
        )
        axes = figure.add_axes(box)
        axes.set_title(one["title"], size=10, loc="left")
        lines += _panel(axes, one, prometheus, start, end)
    drawn = BytesIO()
    figure.savefig(drawn)
    # a picture of lines needs few colours
    Image.open(drawn).convert("RGB").quantize(48).save(file, optimize=True)
    return lines


def _panel(axes: Axes, panel: Json, prometheus: Prometheus, start: float, end: float) -> int:
    if panel["type"] == "timeseries":
        return _curves(axes, panel, prometheus, start, end)
    series = prometheus.query(filled_in(panel["targets"][0]["expr"]))
    axes.axis("off")
    if panel["type"] == "stat":
        axes.text(0.1, 0.35, f"{float(series[0]['value'][1]):g}", size=26, color="#3a7d44")
    else:
        for number, one in enumerate(series):
            labels = one["metric"]
            words = [labels["job"], labels["fingerprint"], labels["version"], one["value"][1]]
            axes.text(0, 0.7 - number * 0.3, "    ".join(words), size=10, family="monospace")
    return len(series)


def _curves(axes: Axes, panel: Json, prometheus: Prometheus, start: float, end: float) -> int:
    drawn = 0
    for target in panel["targets"]:
        step = max((end - start) / 300, 1)
        for one in prometheus.range(filled_in(target["expr"]), start, end, step):
            minutes = [(float(at) - start) / 60 for at, _ in one["values"]]
            values = [float(value) for _, value in one["values"]]
            axes.plot(minutes, values, linewidth=1.5, label=_legend(target, one["metric"]))
            drawn += 1
    axes.set_xlim(0, (end - start) / 60)
    axes.set_xlabel("minutes", size=7, loc="right", labelpad=0)
    axes.tick_params(labelsize=8)
    axes.grid(visible=True, alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if panel["fieldConfig"]["defaults"]["unit"] == "percentunit":
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    if "min" in panel["fieldConfig"]["defaults"]:
        axes.set_ylim(bottom=0)
    if drawn:
        axes.legend(fontsize=7, ncols=2 if drawn > 4 else 1, frameon=False, loc="best")
    return drawn


def _legend(target: Json, labels: Json) -> str:
    legend: str = target["legendFormat"]
    for name, value in labels.items():
        legend = legend.replace(f"{{{{{name}}}}}", value)
    return legend


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--out", type=Path, default=ROOT / "deploy" / "grafana" / "dashboard.png")
    arguments: Any = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        watched(Path(folder), "5s") as (served, prometheus),
    ):
        start = time.time()
        train(served.url, arguments.minutes * 60, pause=3)
        lines = draw(prometheus, start, time.time(), arguments.out)
    print(f"{lines} lines of {len(panels())} panels in {arguments.out}")


if __name__ == "__main__":
    main()
