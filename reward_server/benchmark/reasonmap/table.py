"""The two benchmarks in one table: their tasks, how these weigh, and the names of their numbers.

ReasonMap: arXiv 2505.18675. ReasonMap-Plus: RewardMap, arXiv 2510.02240.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...core.model import DifficultyName
from ...core.transit.model import FormName

LEVELS: Final[tuple[DifficultyName, ...]] = ("easy", "middle", "hard")

#: ReasonMap's one task.
PLANNING: Final = "planning"
#: ReasonMap's two metrics: the forms of a question that each is for.
FORMS: Final[Mapping[str, tuple[FormName, ...]]] = {
    "short": ("short",),
    "long": ("via_count", "via_stops"),
}
#: Weight of a question of ReasonMap: 1, and so much for each level of its own and of its map's.
LEVEL_WEIGHT: Final = 0.5

#: ReasonMap-Plus: its two kinds of questions -> their tasks, and what each asks.
PLUS: Final[Mapping[str, Mapping[str, str]]] = {
    "torf": {"TorF1": "one line?", "TorF2": "on the line?"},
    "counting": {
        "Counting1": "stops between",
        "Counting2": "lines at a station",
        "Counting3": "lines in all",
    },
}
#: Weight of a question of ReasonMap-Plus by its map.
PLUS_WEIGHT: Final[Mapping[DifficultyName, float]] = {"easy": 1.0, "middle": 1.5, "hard": 2.0}

#: Tasks of ReasonMap-Plus -> what each asks.
PLUS_TASKS: Final = {task: words for tasks in PLUS.values() for task, words in tasks.items()}
TASKS: Final = frozenset({PLANNING, *PLUS_TASKS})

#: Questions whose pass@k is told together -> their name for a reader.
FAMILIES: Final = {
    "reasonmap_short": "ReasonMap, short",
    "reasonmap_long": "ReasonMap, long",
    "plus": "ReasonMap-Plus",
}


class Column(NamedTuple):
    """A number that the papers give too: its title, and its path in a model's record.

    ``is_points``: it is in points, else a share. ``height``: how high its mark stands on the
    line of a plot of shares, in pixels; ``None`` where it is not plotted.
    """

    title: str
    path: str
    is_points: bool = False
    height: int | None = None


COLUMNS: Final[Mapping[str, Column]] = {
    "reasonmap_short": Column("ReasonMap S", "reasonmap.short.accuracy", height=7),
    "reasonmap_long": Column("ReasonMap L", "reasonmap.long.accuracy", height=15),
    "map_score_short": Column("map score S", "reasonmap.short.map_score", is_points=True),
    "map_score_long": Column("map score L", "reasonmap.long.map_score", is_points=True),
    "plus": Column("Plus", "plus.accuracy", height=11),
    "plus_counting": Column("counting", "plus.counting"),
    "plus_torf": Column("TorF", "plus.torf"),
}


def route_weight(question: DifficultyName, city: DifficultyName) -> float:
    """The weight of a question of ReasonMap: 1 for easy and easy, to 3 for hard and hard."""
    return 1.0 + LEVEL_WEIGHT * (LEVELS.index(question) + LEVELS.index(city))


def family_of(task: str, form: FormName) -> str:
    """The family of a question of one of ``TASKS``."""
    if task != PLANNING:
        return "plus"
    return next(f"reasonmap_{name}" for name, forms in FORMS.items() if form in forms)
