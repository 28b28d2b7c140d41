"""Which of the caller's items is at fault, and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import orjson

from reward_server.wire.problems import Problem

from .errors import MalformedRequestError

_ITEM = re.compile(r"items\[(\d+)\]")


def malformed(found: Sequence[Problem]) -> MalformedRequestError:
    """The error that tells of these problems; ``items[3].task`` is of the item at 3."""
    places = (_ITEM.match(one.path) for one in found)
    indices = dict.fromkeys(int(place[1]) for place in places if place)
    return MalformedRequestError("; ".join(map(str, found)), tuple(indices), found)


def at_fault(
    error: MalformedRequestError, places: Sequence[int] | Mapping[int, int]
) -> MalformedRequestError:
    """The error of a request as the call has it; ``places``: of its items, there."""

    def placed(item: re.Match[str]) -> str:
        return f"items[{places[int(item[1])]}]"

    found = [Problem(_ITEM.sub(placed, path, count=1), words) for path, words in error.problems]
    return malformed(found)


def check_items(items: Sequence[object]) -> None:
    """Raises ``MalformedRequestError`` where an item is no mapping, or holds what is no JSON."""
    found = []
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            wanted = f"expected an item, a mapping; got {type(item).__name__}"
            found.append(Problem(f"items[{index}]", wanted))
            continue
        for name, value in item.items():
            try:
                orjson.dumps({name: value})
            except TypeError as error:
                found.append(Problem(f"items[{index}].{name}", f"expected JSON: {error}"))
    if found:
        raise malformed(found)
