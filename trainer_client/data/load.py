"""Published rows -> the rows that a trainer wants.

``load`` gives a ``datasets.Dataset`` with one question a row. ``prompt`` and ``image`` are what TRL
takes; the other columns are an item's fields on the reward's wire, under the same names, so that
they reach the reward function as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast, get_args

from datasets import Dataset, Features, Image, List, Value, config

from reward_server.core.model import DifficultyName
from reward_server.core.transit.model import FormName, TaskName

from . import wording
from .figures import Figures
from .published import Rows, SourceError, network_name, read
from .routes import Route

Ask = Literal["short", "long"]

_ROUTES = List(
    List(
        {
            "route_name": Value("string"),
            "departure_stop": Value("string"),
            "arrival_stop": Value("string"),
            "via_stops": List(Value("string")),
            "num_via_stops": Value("int64"),
        }
    )
)
#: The columns of a loaded dataset.
FEATURES = Features(
    {
        "prompt": List({"role": Value("string"), "content": Value("string")}),
        "image": Image(),
        "task": Value("string"),
        "network": Value("string"),
        "station_1": Value("string"),
        "station_2": Value("string"),
        "answer": Value("int64"),
        "options": List(Value("string")),
        "difficulty_city": Value("string"),
        "question_transfer_count": Value("int64"),
        "question_form": Value("string"),
        "routes": _ROUTES,
    }
)
#: Those of them that are fields of an item of ``POST /score``.
ITEM_COLUMNS = (
    "task",
    "network",
    "station_1",
    "station_2",
    "answer",
    "options",
    "difficulty_city",
    "question_transfer_count",
    "question_form",
)
#: Beside a generated dataset: the reference routes of its planning questions, one pair a line.
ROUTES_FILE = "routes.jsonl"
_TASKS: Mapping[str, TaskName] = {task.lower(): task for task in get_args(TaskName)}
_DIFFICULTIES: Mapping[str, DifficultyName] = {
    **{name: name for name in get_args(DifficultyName)},
    "medium": "middle",
}


def load(
    source: str | Path,
    split: str | None = None,
    *,
    asks: Sequence[Ask] = ("short", "long"),
    system: str | None = None,
    root: Path | None = None,
    images: Path | None = None,
    max_pixels: int | None = None,
) -> Dataset:
    """The questions of a source with the columns of ``FEATURES``, images decoded when looked at.

    ``source``: a name on the hub or a folder, see ``published.read``, also for ``split`` and
    ``root``. ``asks``: which of the two questions of a ReasonMap row. ``system``: the system's
    message before each question. ``images``: where pictures are kept that stand in the rows
    themselves, or that ``max_pixels`` makes smaller; default: in the cache of ``datasets``.
    Raises ``SourceError``, which names the row.
    """
    rows = read(source, split, root)
    folder = images or Path(config.HF_DATASETS_CACHE) / "reward_server_maps"
    figures = Figures(rows, folder, max_pixels)
    questions = [
        {"prompt": _prompt(text, system), **columns}
        for text, columns in _questions(rows, asks, figures)
    ]
    return Dataset.from_list(questions, features=FEATURES)


def _prompt(question: str, system: str | None) -> list[dict[str, str]]:
    # TRL puts the image before the text of the first user's message
    prompt = [{"role": "system", "content": system}] if system else []
    return [*prompt, {"role": "user", "content": question}]


def _questions(
    rows: Rows, asks: Sequence[Ask], figures: Figures
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each question's text with its other columns."""
    reference = _routes_beside(rows)
    for number, row in enumerate(rows.read()):
        try:
            texts = (
                [row[f"question_{ask}"] for ask in asks] if rows.is_reasonmap else [row["question"]]
            )
            for text in texts:
                columns = _columns(row, text)
                pair = columns["network"], columns["station_1"], columns["station_2"]
                if columns["task"] == "planning" and not columns["routes"]:
                    columns["routes"] = reference.get(pair)
                yield text, {**columns, "image": str(figures.file(row["figure"]))}
        except SourceError as error:
            raise SourceError(f"row {number}: {error}") from error


def _columns(row: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The item's fields of one question."""
    task = _TASKS.get(str(row.get("type", "planning")).lower())
    if task is None:
        raise SourceError(
            f"type: expected one of {', '.join(get_args(TaskName))}, got {row['type']!r}"
        )
    difficulty = _DIFFICULTIES.get(str(row["difficulty_city"]).lower())
    if difficulty is None:
        raise SourceError(
            f"difficulty_city: expected easy, middle or hard, got {row['difficulty_city']!r}"
        )
    planning = task == "planning"
    options = wording.options_of(text) if task == "Counting1" else None
    form: FormName | None = wording.form_of(text) if planning else None
    transfers = row.get("question_transfer_count")
    return {
        "task": task,
        "network": network_name(row),
        "station_1": row["station_1"] or None,
        "station_2": row["station_2"] or None,
        "answer": None if planning else _answer(row),
        "options": None if options is None else list(options),
        "difficulty_city": difficulty,
        "question_transfer_count": transfers if planning else None,
        "question_form": form,
        "routes": _routes(row.get("routes")) if planning else None,
    }


def _answer(row: Mapping[str, Any]) -> int:
    try:
        return int(row["answer"])
    except (TypeError, ValueError) as error:
        raise SourceError(f"answer: expected an integer, got {row['answer']!r:.80}") from error


def _routes(routes: object) -> list[Route] | None:
    """The reference routes of a ReasonMap row, ``{key: route}`` or its JSON, as a list."""
    content = json.loads(routes) if isinstance(routes, str) else routes
    if not isinstance(content, Mapping):
        return None
    return [cast("Route", route) for route in content.values() if route]


def _routes_beside(rows: Rows) -> dict[tuple[str, str, str], list[Route]]:
    """The reference routes that stand in a file beside the dataset, by network and stations."""
    try:
        file = rows.path(ROUTES_FILE)
    except SourceError:
        return {}
    found = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            pair = json.loads(line)
            found[pair["network"], pair["station_1"], pair["station_2"]] = pair["routes"]
    return found
