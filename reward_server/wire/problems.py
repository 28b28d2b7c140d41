"""What is wrong with a body or an item: where, and what was expected there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from .fields import FORM, MANY_FIELDS

_LONGEST_VALUE = 60
_WANTED = "Input should be "
_FAILED = "Value error, "
#: What is wanted, in JSON's words, where pydantic has Python's: kind of a problem -> words.
_IN_JSON = {
    "dict_type": "an object",
    "list_type": "a list",
    "model_type": "an object",
    "tuple_type": "a list",
}


class Problem(NamedTuple):
    """``path`` as one would write it in Python, ``items[3].task``; empty for the whole body."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def problems(error: ValidationError, tasks: Sequence[str] = (), first: int = 0) -> list[Problem]:
    """The problems that a validation found, one for each place, in order.

    Where a value may have several forms, only the form that it comes closest to is spoken
    of, or all of them where it comes close to none. ``tasks``: where items are told apart by
    their task, which then stands in the location of each problem. ``first``: the index of the
    first item that was validated.
    """
    found: dict[str, list[Any]] = {}
    for detail in error.errors(include_url=False, include_context=False):
        location = _without_task(detail, tasks) if tasks else detail["loc"]
        if first and isinstance(location[0], int):
            location = (first + location[0], *location[1:])
        found.setdefault(_path(location), []).append(detail)
    outer = {path[:end] for path in found for end, sign in enumerate(path) if sign in ".["}
    return [Problem(path, _message(found[path])) for path in found if path not in outer]


def too_wide(content: object, path: str = "") -> Problem | None:
    """The problem of an object with more fields than any has, before each of them is told of."""
    if isinstance(content, Mapping) and len(content) > MANY_FIELDS:
        return Problem(
            path, f"expected an object of at most {MANY_FIELDS} fields, got {len(content)}"
        )
    return None


def _without_task(detail: Any, tasks: Sequence[str]) -> tuple[int | str, ...]:  # noqa: ANN401 - pydantic's
    """Where a problem of an item is, told by field alone."""
    location: tuple[int | str, ...] = detail["loc"]
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return (*location, "task")
    at = 1 if location and isinstance(location[0], int) else 0
    if len(location) > at and location[at] in tasks:
        return (*location[:at], *location[at + 1 :])
    return location


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not step.startswith(FORM):
            path += f".{step:.200}" if path else f"{step:.200}"
    return path


def _message(details: list[Any]) -> str:
    first = details[0]
    kind, text, value = first["type"], first["msg"], first["input"]
    if kind == "union_tag_not_found":
        return "this field is required"
    if kind == "union_tag_invalid":
        task = value.get("task") if isinstance(value, Mapping) else value
        expected = text.partition("expected tags: ")[2]
        return f"expected one of {expected}, got {shown(task)}"
    if kind == "missing":
        in_list = isinstance(first["loc"][-1], int)
        return "missing: the list is too short" if in_list else "this field is required"
    if kind == "extra_forbidden":
        return "unknown field"
    if kind == "json_invalid":
        return str(text)
    expected = (
        _IN_JSON.get(detail["type"]) or detail["msg"].removeprefix(_FAILED).removeprefix(_WANTED)
        for detail in details
    )
    return f"expected {' or '.join(expected)}, got {shown(value)}"


def shown(value: object) -> str:
    """A value of a body in few characters."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and 2**64 <= abs(value) < math.inf:
        return "a number of more than 64 bits"
    # of a long text only what is shown is quoted
    shown = repr(value[: _LONGEST_VALUE + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}..."
