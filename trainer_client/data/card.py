"""What is in a dataset: counts by task, difficulty and city, and how the answers are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from reward_server.core.transit.model import TaskName

TASKS: tuple[TaskName, ...] = get_args(TaskName)
DIFFICULTIES = ("easy", "middle", "hard")


@dataclass
class Card:
    """Counts over the rows of a split, loaded; ``tasks[task, difficulty]`` and so on."""

    rows: int = 0
    tasks: Counter[tuple[str, str]] = field(default_factory=Counter)
    networks: Counter[str] = field(default_factory=Counter)
    difficulties: dict[str, str] = field(default_factory=dict)
    """Network -> its difficulty."""
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    """Task -> answer in words -> count; for planning the transfers."""
    forms: Counter[str] = field(default_factory=Counter)


def card(rows: Iterable[Mapping[str, Any]]) -> Card:
    """The card of loaded rows; looks at no image."""
    found = Card(answers={task: Counter() for task in TASKS})
    for row in rows:
        task, difficulty, network = row["task"], row["difficulty_city"], row["network"]
        found.rows += 1
        found.tasks[task, difficulty] += 1
        found.networks[network] += 1
        found.difficulties[network] = difficulty
        found.answers[task][answer_of(row)] += 1
        if row["question_form"]:
            found.forms[row["question_form"]] += 1
    return found


def answer_of(row: Mapping[str, Any]) -> str:
    """The gold of a loaded row in words; of planning, how often it changes."""
    match row["task"]:
        case "TorF1" | "TorF2":
            return "yes" if row["answer"] else "no"
        case "Counting1":
            return "ABCD"[row["answer"]]
        case "planning":
            transfers = row["question_transfer_count"]
            return "transfers unknown" if transfers is None else _plural(transfers)
        case _:
            return str(row["answer"])


def _plural(transfers: int) -> str:
    return "1 transfer" if transfers == 1 else f"{transfers} transfers"
