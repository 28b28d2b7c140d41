"""A row of a dataset and a sampled completion -> an item of ``POST /score``.

Frameworks hand over rows in their own ways, with live images, token ids and whatever else the
dataset has. Only the columns that the reward reads are taken from them, under the names of the
wire or of the published datasets, so that nothing else is ever serialised.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import orjson

from reward_server.wire import messages
from reward_server.wire.gold import GOLD_FIELDS
from reward_server.wire.messages import Unreadable

#: The columns that are read; ``type``, ``country``, ``city`` and ``json`` are the published ones.
COLUMNS = ("task", "type", *GOLD_FIELDS, "country", "city", "json")

#: What stands for a completion whose text nobody can find: an error of its item, and no other's.
_NO_MESSAGES: list[Any] = []

_STATIONS_FILE = re.compile(r"([^/]+/[^/]+)\.json$")


class ColumnError(ValueError):
    """A row lacks what every item needs, or a column holds what it cannot; names the column."""


def item(row: Mapping[str, Any], completion: object) -> dict[str, Any]:
    """The item of a row and its completion, with the wire's fields.

    A column that is absent or null is left out. Raises ``ColumnError``; whether a task takes the
    gold that a row has for it, who scores the item says.
    """
    task = _text(row, "task") or _text(row, "type")
    if task is None:
        columns = ", ".join(sorted(row)) or "none"
        raise ColumnError(
            "the reward needs a column 'task' (or 'type', as published) with the kind of "
            f"question of each row; the columns given are: {columns}"
        )
    fields: dict[str, Any] = {"task": task}
    for name in GOLD_FIELDS:
        if (value := _value(row.get(name), name)) is not None:
            fields[name] = value
    if "network" not in fields and (network := _published_network(row)) is not None:
        fields["network"] = network
    if "options" in fields:  # texts on the wire, also where they are numbers in the dataset
        fields["options"] = [str(option) for option in _listed(fields["options"], "options")]
    text = text_of(completion)
    fields["completion"] = _NO_MESSAGES if isinstance(text, Unreadable) else text
    return fields


def items_of(completions: Sequence[object], columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a batch whose dataset is given by column, as TRL and ms-swift have it.

    Neighbours of one prompt are a group. Of ``columns`` only ``COLUMNS`` are read, and of
    ``prompts`` what they say. Raises ``ColumnError``.
    """
    count = len(completions)
    rows = {name: values for name, values in columns.items() if name in COLUMNS}
    for name, values in rows.items():
        if not isinstance(values, list | tuple) or len(values) != count:
            raise ColumnError(
                f"column {name!r}: expected a list with a value for each of the {count} completions"
            )
    prompts = columns.get("prompts")
    if not isinstance(prompts, list | tuple) or len(prompts) != count:
        prompts = [None] * count
    items: list[dict[str, Any]] = []
    group, last = -1, None
    for index, (prompt, completion) in enumerate(zip(prompts, completions, strict=True)):
        fields = item({name: values[index] for name, values in rows.items()}, completion)
        question = (_wording(prompt), {**fields, "completion": None})
        if question != last:
            group, last = group + 1, question
        items.append({**fields, "group": str(group)})
    return items


def gold_of(label: object) -> dict[str, Any]:
    """The columns that a sample's label stands for, where a framework has room for one value.

    An object with the fields of an item, or its JSON; a number, or its digits, is the answer.
    Raises ``ColumnError``.
    """
    gold = _json_of(label)
    if isinstance(gold, Mapping):
        return dict(gold)
    if isinstance(gold, Real):
        return {"answer": gold}
    raise ColumnError(
        "the gold of a sample: expected an object with the fields of an item but its completion, "
        f"or its JSON, or the answer; got {label!r:.80}"
    )


def columns_of(value: object, name: str) -> dict[str, Any]:
    """The columns in a framework's field for what else a row has: an object, or its JSON.

    ``name``: the field's. None where there is nothing. Raises ``ColumnError``.
    """
    if value is None or value == "":
        return {}
    columns = _json_of(value)
    if isinstance(columns, Mapping):
        return dict(columns)
    raise ColumnError(
        f"{name}: expected an object with a row's columns, or its JSON, got {value!r:.80}"
    )


def text_of(completion: object) -> str | Unreadable:
    """The text of a completion: a string, a message, or messages, with content of any form.

    Of messages it is that of the assistant's last turn, tool calls and what tools said left out;
    its messages are joined by a line break, the text blocks of one by nothing. A message without
    a role is the assistant's. Where it has nothing to say its text is empty, which is a bad
    completion and no error; where nobody can find its text, it is unreadable. Raises
    ``ColumnError`` for anything else.
    """
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Mapping):
        return messages.text_of([completion])
    if not isinstance(completion, list | tuple):
        raise ColumnError(
            f"a completion: expected a string or chat messages, got {type(completion).__name__}"
        )
    for message in completion:
        if not isinstance(message, Mapping):
            raise ColumnError(
                "a completion: expected messages with role and content, "
                f"got a list with {type(message).__name__}"
            )
    return messages.text_of(completion)


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list | tuple):
        raise ColumnError(
            "content of a message: expected a string, blocks or nothing, "
            f"got {type(content).__name__}"
        )
    return "".join(_block(block) for block in content)


def _block(block: object) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, Mapping):
        text = block.get("text") if block.get("type", "text") == "text" else None
        return text if isinstance(text, str) else ""
    raise ColumnError(f"a block of content: expected an object, got {type(block).__name__}")


def _wording(prompt: object) -> str:
    """What a prompt says, images left out; empty where it is neither a string nor messages."""
    if isinstance(prompt, str):
        return prompt
    if not isinstance(prompt, list | tuple):
        return ""
    return "\n".join(_content(message) for message in prompt if isinstance(message, Mapping))


def _text(row: Mapping[str, Any], name: str) -> str | None:
    """The text of a column; ``None`` where there is none, as ``NaN`` of a data frame says."""
    value = row.get(name)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        raise ColumnError(f"column {name!r}: expected text, got {value!r:.80}")
    return value


def _value(value: object, name: str) -> object:
    """The value of a column as JSON has it; ``None`` where there is none, as ``NaN`` says.

    Whole numbers are integers: a data frame with gaps holds them as floats. Raises ``ColumnError``.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        if math.isnan(number):
            return None
        return int(number) if number.is_integer() else number
    if isinstance(value, Mapping):
        return {str(key): _value(part, name) for key, part in value.items()}
    if hasattr(value, "tolist"):  # an array of numpy
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_value(part, name) for part in value]
    raise ColumnError(
        f"column {name!r}: expected text, numbers, lists or objects, got {value!r:.80}"
    )


def _json_of(value: object) -> object:
    """``value``, or what its JSON says where it is text: many pipelines make text of objects."""
    if not isinstance(value, str):
        return value
    try:
        read: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return read


def _listed(value: object, name: str) -> Sequence[object]:
    """A list, or what its JSON says. Raises ``ColumnError``."""
    listed = _json_of(value)
    if isinstance(listed, list | tuple):
        return listed
    raise ColumnError(f"column {name!r}: expected a list, or its JSON, got {value!r:.80}")


def _published_network(row: Mapping[str, Any]) -> str | None:
    """``country/city``, from the path of the stations' file or from the two columns."""
    path = row.get("json")
    if isinstance(path, str) and (file := _STATIONS_FILE.search(path.strip())):
        return file[1]
    country, city = _text(row, "country"), _text(row, "city")
    return None if country is None or city is None else f"{country}/{city}"
