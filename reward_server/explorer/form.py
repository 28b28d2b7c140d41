"""The fields of the page's form: text as the browser sends it -> an item of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args
from urllib.parse import parse_qsl

from pydantic import ValidationError

from reward_server.core.model import DifficultyName
from reward_server.core.transit.model import FormName, TaskName
from reward_server.wire.items import ITEM, Item
from reward_server.wire.problems import problems

from .questions import LETTERS, Fields

TASK_NAMES: Final[tuple[TaskName, ...]] = get_args(TaskName)
DIFFICULTIES: Final[tuple[DifficultyName, ...]] = get_args(DifficultyName)
FORM_NAMES: Final[tuple[FormName, ...]] = get_args(FormName)
#: All fields that are read, with what they are where the form has none.
DEFAULTS: Final[Mapping[str, str]] = {
    "network": "",
    "task": "planning",
    "profile": "",
    "station_1": "",
    "station_2": "",
    "answer": "",
    "option_A": "",
    "option_B": "",
    "option_C": "",
    "option_D": "",
    "difficulty_city": "easy",
    "question_transfer_count": "",
    "question_form": "short",
    "completion": "",
    "map": "",
    "do": "",
}
#: Many more than the form has.
_MANY_FIELDS = 64
_WHOLE = ("answer", "question_transfer_count")
#: The fields of an item that a task asks for beside its network and its completion.
ASKED_FIELDS: Final[Mapping[TaskName, tuple[str, ...]]] = {
    "planning": ("station_1", "station_2", "question_form", "question_transfer_count"),
    "TorF1": ("station_1", "station_2", "answer"),
    "TorF2": ("station_1", "station_2", "answer"),
    "Counting1": ("station_1", "station_2", "answer", "options"),
    "Counting2": ("station_1", "answer"),
    "Counting3": ("answer",),
}


def read_form(body: bytes) -> Fields:
    """The fields of a form that was sent as ``application/x-www-form-urlencoded``.

    Raises ``ValueError`` where it has too many of them.
    """
    pairs = parse_qsl(
        body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MANY_FIELDS
    )
    given = {name: value.replace("\r\n", "\n") for name, value in pairs if name in DEFAULTS}
    return {**DEFAULTS, **given}


def as_item(fields: Fields) -> dict[str, Any]:
    """The item that the fields describe, as ``POST /score`` would get it; not yet checked."""
    task = fields["task"]
    asked = ASKED_FIELDS.get(task, ())  # type: ignore[call-overload]
    item: dict[str, Any] = {"task": task, "network": fields["network"]}
    for name in asked:
        if name == "options":
            options = [fields[f"option_{letter}"].strip() for letter in LETTERS]
            if all(options):
                item["options"] = options
            continue
        value = fields[name].strip()
        if value:
            item[name] = _whole(value) if name in _WHOLE else value
    item["difficulty_city"] = fields["difficulty_city"]
    item["completion"] = fields["completion"]
    return item


def checked(item: Mapping[str, Any]) -> tuple[Item | None, dict[str, str]]:
    """The item as scoring takes it, or what is wrong with it by field."""
    try:
        return ITEM.validate_python(dict(item)), {}
    except ValidationError as error:
        return None, {path.lstrip("."): message for path, message in problems(error)}


def _whole(text: str) -> int | str:
    """The integer that a text is; else the text, for the check to tell of."""
    try:
        return int(text) if len(text) < 20 else text
    except ValueError:
        return text
