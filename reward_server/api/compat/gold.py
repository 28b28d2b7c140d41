"""The label of a trainer's sample as the gold of an item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from reward_server.api.errors import malformed
from reward_server.wire.items import Item, Items, ItemsError
from reward_server.wire.problems import Problem

_EXPECTED = "an object with the fields of an item of POST /score but its completion, or its JSON"
#: How ``openapi.json`` documents a label: by a schema that is made of the profiles' items, so that
#: pydantic does not know it yet.
GOLD_SCHEMA = {"x-schema": "Gold"}


class Sample(NamedTuple):
    """What a trainer sends of a rollout: its completion and its gold.

    ``label``: a mapping, or a string that is its JSON: columns of text are what every dataset
    can carry. ``path``: where the label stands in the body, for the problems' paths.
    """

    completion: str
    label: object
    path: str


def read_samples(samples: Sequence[Sample], items: Items) -> list[Item]:
    """The items that samples make. Raises ``MalformedError``, which tells of all labels."""
    found: list[Problem] = []
    read: list[Item] = []
    for sample in samples:
        item = _item_of(sample, items)
        if isinstance(item, list):
            found += item
        else:
            read.append(item)
    if found:
        raise malformed(found)
    return read


def _item_of(sample: Sample, items: Items) -> Item | list[Problem]:
    gold = sample.label
    if isinstance(gold, str):
        try:
            gold = orjson.loads(gold)
        except orjson.JSONDecodeError:
            gold = None
    path = sample.path
    if not isinstance(gold, dict):
        return [Problem(path, f"expected {_EXPECTED}; got {_shown(sample.label)}")]
    if "completion" in gold:
        return [Problem(f"{path}.completion", "unknown field; the completion is not in the gold")]
    try:
        return items.read_one({**gold, "completion": sample.completion})
    except ItemsError as error:
        return [Problem(f"{path}.{field}", message) for field, message in error.problems]


def gold_schema(items: Sequence[Items]) -> dict[str, Any]:
    """The JSON schema of a label where items may be any of these."""
    golds: dict[str, Any] = {}
    for of_profile in items:
        for name, record in of_profile.schemas().items():
            if "completion" not in record.get("properties", {}):
                continue
            del record["properties"]["completion"]
            record["required"].remove("completion")
            record["title"] = f"{name.removesuffix('Item')}Gold"
            record["description"] = "The fields of an item of POST /score but its completion."
            golds[name] = record
    text = {"type": "string", "contentMediaType": "application/json", "title": "The same as JSON"}
    return {"anyOf": [*golds.values(), text], "title": "Gold"}


def _shown(label: object) -> str:
    if isinstance(label, str):
        return repr(label[:60])
    if isinstance(label, list):
        return "a list"
    return "null" if label is None else "a number or a boolean"
