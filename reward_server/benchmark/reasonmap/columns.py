"""The columns of a file of rollouts that ReasonMap alone has: reference routes, difficulty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NotRequired

import orjson
from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict

from ...core.transit.name_lists import split_names
from ...wire.fields import Difficulty, Integer, Text, lenient


def _listed(value: object) -> object:
    # no network is at hand that would know which names have separators in them
    return list(split_names(value, (), lambda _: False)) if isinstance(value, str) else value


@lenient
class ReferenceSegment(TypedDict):
    """A segment of a reference route, in ReasonMap's columns."""

    route_name: Text
    departure_stop: Text
    arrival_stop: Text
    via_stops: NotRequired[Annotated[list[Text] | None, BeforeValidator(_listed)]]
    num_via_stops: NotRequired[Integer | None]


Route = Annotated[list[ReferenceSegment], Field(min_length=1)]


def _read_json(value: object) -> object:
    """``routes`` as an object or a list, also where a column of text holds its JSON."""
    try:
        value = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError as error:
        raise ValueError(f"routes as JSON ({error})") from error
    # a column of parquet has every row's keys, null where a row has no such route
    if isinstance(value, Mapping):
        value = list(value.values())
    return [route for route in value if route is not None] if isinstance(value, list) else value


Routes = Annotated[list[Route], BeforeValidator(_read_json)]


class ReasonMapColumns(TypedDict):
    """What a rollout tells of its question beside the item's own fields."""

    routes: Annotated[Routes | None, Field(default=None)]
    difficulty_question: Annotated[Difficulty | None, Field(default=None)]
