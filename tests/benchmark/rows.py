"""Rollouts in the small city: right, wrong and faulty."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]

RIGHT = "Route Name: Red Line\nDeparture Stop: Alba\nArrival Stop: Fern"
WRONG = "Route Name: Blue Line\nDeparture Stop: Alba\nArrival Stop: Fern"
#: ReasonMap's test questions by (question, map) difficulty.
BUCKETS = {
    ("easy", "easy"): 55,
    ("easy", "middle"): 46,
    ("easy", "hard"): 80,
    ("middle", "easy"): 28,
    ("middle", "middle"): 23,
    ("middle", "hard"): 57,
    ("hard", "easy"): 7,
    ("hard", "middle"): 1,
    ("hard", "hard"): 15,
}
#: The weight of a question in each of them, as the ReasonMap authors weigh it.
WEIGHTS = {
    ("easy", "easy"): 1.0,
    ("easy", "middle"): 1.5,
    ("easy", "hard"): 2.0,
    ("middle", "easy"): 1.5,
    ("middle", "middle"): 2.0,
    ("middle", "hard"): 2.5,
    ("hard", "easy"): 2.0,
    ("hard", "middle"): 2.5,
    ("hard", "hard"): 3.0,
}


def planning(correct: bool = True, **columns: Any) -> Json:  # noqa: ANN401 - columns of a row
    question = {"task": "planning", "network": "toy", "station_1": "Alba", "station_2": "Fern"}
    return question | {"completion": RIGHT if correct else WRONG} | columns


def boxed(task: str, correct: bool = True, **columns: Any) -> Json:  # noqa: ANN401 - likewise
    gold, answer = {
        "TorF1": (1, ("yes", "no")),
        "TorF2": (0, ("no", "yes")),
        "Counting1": (2, ("C", "A")),
        "Counting2": (3, ("3", "4")),
        "Counting3": (5, ("5", "6")),
    }[task]
    return {
        "task": task,
        "answer": gold,
        "completion": f"\\boxed{{{answer[not correct]}}}",
    } | columns


def write(path: Path, rows: Iterable[Json]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
