"""The page's form: its fields -> an item of the wire, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from reward_server.wire.items import Item, Items, ItemsError
from reward_server.wire.messages import shown

from .inputs import Fields, Input

#: Many more than the form has.
_MANY_FIELDS = 256


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form that was sent as ``application/x-www-form-urlencoded``.

    Those of one name are joined by line feeds. Raises ``ValueError`` where there are too many.
    """
    fields: dict[str, str] = {}
    for name, value in parse_qsl(
        body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MANY_FIELDS
    ):
        text = value.replace("\r\n", "\n")
        fields[name] = f"{fields[name]}\n{text}" if name in fields else text
    return fields


def as_item(task: str, inputs: Iterable[Input], fields: Fields) -> dict[str, Any]:
    """The item that the fields describe, as ``POST /score`` would get it; not yet checked."""
    item: dict[str, Any] = {"task": task}
    for each in inputs:
        text = fields.get(each.key, "")
        if text.strip():
            item[each.name] = each.read(text)
        elif each.blank == "null":
            item[each.name] = None
    return {**item, "completion": fields.get("completion", "")}


def as_fields(item: Item, inputs: Iterable[Input]) -> dict[str, str]:
    """The fields that describe an item."""
    values: Mapping[str, object] = item
    fields = {each.key: each.write(values.get(each.name)) for each in inputs}
    return {"task": item["task"], **fields, "completion": shown(item["completion"])}


def checked(item: Mapping[str, Any], items: Items) -> tuple[Item | None, dict[str, str]]:
    """The item as scoring takes it, or what is wrong with it by field."""
    try:
        return items.read_one(dict(item)), {}
    except ItemsError as error:
        return None, {_field(problem.path): problem.message for problem in error.problems}


def _field(path: str) -> str:
    """options[2] -> options: the field that a problem is shown beside."""
    return path.partition("[")[0].partition(".")[0]
