"""The study's curves as a picture, its figures as a table, and what they allow to be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

Curve = Mapping[str, Any]
#: What is shown: the questions, the tasks (none: all of them alike), and the words for both.
_SHOWN: Sequence[tuple[str, str | None, str]] = (
    ("trained", None, "questions of the training, all six tasks"),
    ("trained", "planning", "questions of the training, planning"),
    ("held out", None, "held-out questions, all six tasks"),
    ("held out", "planning", "held-out questions, planning"),
)
_COLOURS = ("#666666", "#0072b2", "#d55e00")
_STYLES = ("--", "-", "-.")
#: Of the t distribution, whose quantile numpy knows no other way.
_DRAWS = 1_000_000


class Interval(NamedTuple):
    """A mean over seeds with its 95% interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.mean:.1f} ({100 * self.low:.1f} to {100 * self.high:.1f})"


def write_report(curves: Sequence[Curve], folder: Path) -> None:
    """Write ``learning.png`` and ``learning.md`` into a folder."""
    arms = list(dict.fromkeys(curve["arm"] for curve in curves))
    by_arm = {
        arm: sorted((c for c in curves if c["arm"] == arm), key=lambda c: int(c["seed"]))
        for arm in arms
    }
    _draw(by_arm, folder / "learning.png")
    (folder / "learning.md").write_text(_text(by_arm), "utf-8")


def interval(values: Sequence[float]) -> Interval:
    """The mean of a value a seed, and its 95% interval by Student's t."""
    array = np.asarray(values)
    drawn = np.random.default_rng(0).standard_t(len(array) - 1, _DRAWS)
    half = float(np.quantile(drawn, 0.975)) * float(array.std(ddof=1)) / len(array) ** 0.5
    return Interval(float(array.mean()), float(array.mean()) - half, float(array.mean()) + half)


def _accuracy(questions: str, task: str | None) -> Callable[[Mapping[str, Any]], float]:
    def of(point: Mapping[str, Any]) -> float:
        tasks: Mapping[str, float] = point[questions]
        return tasks[task] if task else sum(tasks.values()) / len(tasks)

    return of


def _draw(by_arm: Mapping[str, Sequence[Curve]], file: Path) -> None:
    figure, panels = plt.subplots(2, 2, figsize=(10, 7), sharex=True, layout="constrained")
    for panel, (questions, task, title) in zip(panels.flat, _SHOWN, strict=True):
        accuracy = _accuracy(questions, task)
        for (arm, curves), colour, style in zip(by_arm.items(), _COLOURS, _STYLES, strict=True):
            steps = [point["step"] for point in curves[0]["points"]]
            bands = [
                interval([accuracy(curve["points"][index]) for curve in curves])
                for index in range(len(steps))
            ]
            panel.plot(steps, [100 * b.mean for b in bands], style, color=colour, label=arm)
            low, high = [100 * b.low for b in bands], [100 * b.high for b in bands]
            panel.fill_between(steps, low, high, color=colour, alpha=0.15, linewidth=0)
        panel.set_title(title, fontsize=11)
        panel.grid(alpha=0.3)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[-1]:
        panel.set_xlabel("GRPO step")
    for panel in panels[:, 0]:
        panel.set_ylabel("right, %")
    panels[0, 0].legend(frameon=False)
    figure.savefig(file, dpi=110)
    plt.close(figure)


def _text(by_arm: Mapping[str, Sequence[Curve]]) -> str:
    arms = list(by_arm)
    seeds = len(by_arm[arms[0]])
    last = by_arm[arms[0]][0]["points"][-1]["step"]
    lines = [
        f"Right answers in per cent after {last} steps of GRPO: means of {seeds} seeds, 95%",
        "intervals over the seeds (Student's t). All tasks together: each counts alike.",
        "",
        f"| questions | before GRPO | {' | '.join(arms)} |",
        f"|---|---|{'---|' * len(arms)}",
    ]
    for questions, task, title in _SHOWN:
        accuracy = _accuracy(questions, task)
        before = interval([accuracy(curve["points"][0]) for curve in by_arm[arms[0]]])
        after = [interval([accuracy(c["points"][-1]) for c in by_arm[arm]]) for arm in arms]
        lines.append(f"| {title} | {before} | {' | '.join(map(str, after))} |")
    lines += ["", "Differences, paired by seed, in points:", ""]
    lines += [
        f"- {_verdict(title, one, other, _differences(by_arm, one, other, questions, task))}"
        for one, other in pairwise(arms)
        for questions, task, title in _SHOWN
    ]
    return "\n".join(lines) + "\n"


def _differences(
    by_arm: Mapping[str, Sequence[Curve]], one: str, other: str, questions: str, task: str | None
) -> Interval:
    accuracy = _accuracy(questions, task)
    pairs = zip(by_arm[one], by_arm[other], strict=True)
    return interval([accuracy(b["points"][-1]) - accuracy(a["points"][-1]) for a, b in pairs])


def _verdict(title: str, one: str, other: str, difference: Interval) -> str:
    if difference.low > 0:
        word = "better"
    elif difference.high < 0:
        word = "worse"
    else:
        word = "not told apart"
    return f"{title}: {other} against {one}: {difference}, {word}"
