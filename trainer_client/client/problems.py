"""Which of the caller's items is malformed, and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import orjson

from reward_server.wire.problems import Problem
from reward_server.wire.results import Failure

from .errors import MalformedRequestError

_ITEM = re.compile(r"items\[(\d+)\]\.?")


def malformed(problems: Sequence[Problem]) -> MalformedRequestError:
    """The error that tells of these problems; ``items[3].task`` is of the item at 3."""
    matches = (_ITEM.match(problem.path) for problem in problems)
    indices = dict.fromkeys(int(match[1]) for match in matches if match)
    return MalformedRequestError("; ".join(map(str, problems)), tuple(indices), problems)


def renumbered(
    error: MalformedRequestError, places: Sequence[int] | Mapping[int, int]
) -> MalformedRequestError:
    """The error of a request in the numbers of the call; ``places``: of its items, there."""

    def renumber(path: str) -> str:
        match = _ITEM.match(path)
        if match is None:
            return path
        try:
            place = places[int(match[1])]
        except LookupError:  # no item of the request: no item of the call is to blame
            return ""
        return f"items[{place}]{path[match.end(1) + 1 :]}"

    return malformed([Problem(renumber(path), message) for path, message in error.problems])


def failures_of(error: MalformedRequestError) -> dict[int, Failure]:
    """Index of each malformed item -> its problems, as a failure of kind ``malformed``."""
    of_item: dict[int, list[Problem]] = {}
    for path, message in error.problems:
        if match := _ITEM.match(path):
            of_item.setdefault(int(match[1]), []).append(Problem(path[match.end() :], message))
    return {
        index: Failure("malformed", "; ".join(map(str, problems)))
        for index, problems in of_item.items()
    }


def check_items(items: Sequence[object]) -> None:
    """Raises ``MalformedRequestError`` where an item is no mapping, or holds what is no JSON."""
    problems: list[Problem] = []
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            message = f"expected an item, a mapping; got {type(item).__name__}"
            problems.append(Problem(f"items[{index}]", message))
            continue
        for name, value in item.items():
            try:
                orjson.dumps({name: value})
            except TypeError as error:
                problems.append(Problem(f"items[{index}].{name}", f"expected JSON: {error}"))
    if problems:
        raise malformed(problems)
