"""What became of a feed: counts, and each thing that was dropped, merged or given a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple, get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

ChangeKind = Literal["look at", "dropped", "merged", "renamed", "coloured"]


class Change(NamedTuple):
    """One thing that is otherwise than in the feed, or that a person should look at."""

    kind: ChangeKind
    what: str
    """A line, a station, a route, a mode."""
    message: str


class LineReport(NamedTuple):
    """A line of the network."""

    name: str
    mode: str
    stations: int
    branches: int
    loop: bool
    colour: str
    runs: float
    """Trains a week, both directions."""
    routes: tuple[str, ...]
    """The feed's route ids."""


@dataclass(frozen=True)
class Report:
    """All that is to be said of an import."""

    name: str
    week: date | None
    """The Monday of the week that was taken; ``None``: no calendar, each trip counts once."""
    counts: Mapping[str, int]
    lines: tuple[LineReport, ...]
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON can have it."""
        return {
            "name": self.name,
            "week": self.week and self.week.isoformat(),
            "counts": dict(self.counts),
            "lines": [line._asdict() for line in self.lines],
            "changes": [change._asdict() for change in self.changes],
        }


#: Of each kind of change so many are printed; the JSON has all.
_PRINTED = 8


def print_report(report: Report, console: Console) -> None:
    """The report as tables for a person."""
    week = f"the week of {report.week}" if report.week else "no calendar: each trip counts once"
    lines = Table(
        "line", "", "mode", "stations", "form", "trains", title=Text(f"{report.name}, {week}")
    )
    for line in report.lines:
        form = [f"{line.branches} branches"] if line.branches > 1 else ["branch"] * line.branches
        lines.add_row(
            Text(line.name),
            Text("\u2588\u2588", style=line.colour),
            line.mode,
            str(line.stations),
            ", ".join(["loop"] * line.loop + form),
            f"{line.runs:.0f}",
        )
    console.print(lines)
    counts = Table("count", "", show_header=False, title="what is in the feed")
    for what, count in report.counts.items():
        counts.add_row(what, str(count))
    console.print(counts)
    changes = Table("", "what", "how", title="what was changed")
    for kind in get_args(ChangeKind):
        of_kind = [change for change in report.changes if change.kind == kind]
        for change in of_kind[:_PRINTED]:
            changes.add_row(kind, Text(change.what), Text(change.message))
        if len(of_kind) > _PRINTED:
            changes.add_row(kind, "", f"and {len(of_kind) - _PRINTED} more; --json tells all")
    if report.changes:
        console.print(changes)
