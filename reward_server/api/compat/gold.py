"""The label of a trainer's sample as the gold of an item."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import ValidationError

from reward_server.wire.items import ITEM, Item
from reward_server.wire.problems import Problem, problems

_EXPECTED = "an object with the fields of an item of POST /score but its completion, or its JSON"


def item_of(label: object, path: str, completion: str) -> Item | list[Problem]:
    """The item that ``label`` and ``completion`` make, or what is wrong with the label.

    ``label``: a mapping, or a string that is its JSON: columns of text are what every dataset
    can carry. ``path``: where the label stands in the body, for the problems' paths.
    """
    gold = label
    if isinstance(gold, str):
        try:
            gold = orjson.loads(gold)
        except orjson.JSONDecodeError:
            gold = None
    if not isinstance(gold, dict):
        return [Problem(path, f"expected {_EXPECTED}; got {_shown(label)}")]
    if "completion" in gold:
        return [Problem(f"{path}.completion", "unknown field; the completion is not in the gold")]
    try:
        return ITEM.validate_python({**gold, "completion": completion})
    except ValidationError as error:
        return [Problem(f"{path}.{field}", message) for field, message in problems(error)]


def gold_schema() -> dict[str, Any]:
    """The JSON schema of a label, for ``openapi.json``."""
    item = ITEM.json_schema()
    # only a completion has parts with a name
    del item["$defs"], item["properties"]["completion"]
    item["required"].remove("completion")
    item["title"] = "Gold"
    item["description"] = "The fields of an item of POST /score but its completion."
    text = {"type": "string", "contentMediaType": "application/json", "title": "The same as JSON"}
    return {"anyOf": [item, text]}


def _shown(label: object) -> str:
    if isinstance(label, str):
        return repr(label[:60])
    if isinstance(label, list):
        return "a list"
    return "null" if label is None else "a number or a boolean"
