"""Batches of all that a service may get: tasks, forms, profiles, bad items, cities, encodings."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import orjson

from reward_server.networks.network_set import NetworkSet, load_network
from reward_server.profiles import PROFILES
from reward_server.scorer import LONGEST_COMPLETION, Scorer
from reward_server.wire.results import Verbosity
from tests.bench.common import seeded
from tests.bench.wire import request

Json = dict[str, Any]

#: Cities that come with the requests.
INLINE: Mapping[str, Mapping[str, Sequence[str]]] = {
    "toy": {
        "Line 1": ["A Station", "B Station", "C Station"],
        "Line 2": ["C Station", "D Station", "E Station"],
    },
    "ring": {"Line 1": ["A Station", "B Station", "C Station", "D Station", "A Station"]},
}
_ROUTES = (
    "Route Name: Line 1\nDeparture Stop: A Station\nArrival Stop: C Station",
    "Route Name: Line 1\nDeparture Stop: A Station\nArrival Stop: B Station",
    "Route Name: Line 2\nDeparture Stop: A Station\nArrival Stop: C Station",
    "I do not know.",
)
_ARRIVAL = re.compile(r"(?im)^(arrival stop:.*)$")
#: Of all items, those that cannot be scored, and those of an inline city.
_BAD, _INLINE, _MESSAGES = 0.05, 0.1, 0.1


class Batch(NamedTuple):
    """A request, and the results that are right for it."""

    sent: bytes
    items: int
    results: bytes


class Mixer:
    """Draws batches, the same ones for the same name, and scores them in this process."""

    def __init__(self, by_task: Mapping[str, Sequence[Json]], cities: NetworkSet) -> None:
        self._by_task = by_task
        inline = [load_network(name, lines) for name, lines in INLINE.items()]
        networks = NetworkSet([*cities.loaded.values(), *inline])
        self.scorers = {name: Scorer(networks, name) for name in PROFILES}

    def batches(self, name: str, sizes: Sequence[int]) -> list[Batch]:
        """A batch of each size, of any profile, verbosity and encoding."""
        chance = seeded(name)
        return [self._batch(size, chance) for size in sizes]

    def items(self, name: str, count: int) -> list[Json]:
        """Items of all kinds, with ids that tell them apart."""
        chance = seeded(name)
        return [self._item(chance) | {"id": str(number)} for number in range(count)]

    def _batch(self, size: int, chance: Random) -> Batch:
        items = [self._item(chance) | {"id": str(number)} for number in range(size)]
        profile = chance.choice(["robust", "robust", "released", "paper"])
        verbosity: Verbosity = chance.choice(["components", "components", "reward", "full"])
        body = orjson.dumps(
            {
                "profile": profile,
                "verbosity": verbosity,
                "networks": {name: {"lines": lines} for name, lines in INLINE.items()},
                "items": items,
            }
        )
        results = self.scorers[profile].score(items, verbosity)
        if chance.random() < 0.1:
            sent = request(gzip.compress(body, 1), headers="Content-Encoding: gzip\r\n")
        else:
            sent = request(body)
        return Batch(sent, size, orjson.dumps(results))

    def _item(self, chance: Random) -> Json:
        if chance.random() < _BAD:
            item = self._bad(chance)
        elif chance.random() < _INLINE:
            item = _on_inline_city(chance)
        else:
            item = self._some(chance)
        if chance.random() < _MESSAGES:
            item["completion"] = [
                {"role": "user", "content": "How do I get there?"},
                {"role": "assistant", "content": item["completion"]},
            ]
        return item

    def _some(self, chance: Random) -> Json:
        task = chance.choice(list(self._by_task))
        item = dict(chance.choice(self._by_task[task]))
        if task == "planning":
            _ask_in_some_form(item, chance)
        return item

    def _bad(self, chance: Random) -> Json:
        item = self._some(chance)
        planning = item["task"] == "planning"
        spoilt: list[Json] = [
            {"network": "nowhere", "task": "planning"},
            {"station_1": "Z Station"} if planning else {"answer": None},
            {"station_1": None} if planning else {"answer": -7},
        ]
        if chance.random() < 0.02:
            return item | {"completion": "x" * (LONGEST_COMPLETION + 1)}
        return item | chance.choice(spoilt)


def _on_inline_city(chance: Random) -> Json:
    item = {
        "task": "planning",
        "network": chance.choice(list(INLINE)),
        "station_1": "A Station",
        "station_2": "C Station",
        "completion": chance.choice(_ROUTES),
    }
    _ask_in_some_form(item, chance)
    return item


def _ask_in_some_form(item: Json, chance: Random) -> None:
    form = chance.choice(["short", "short", "via_count", "via_stops"])
    more = {"via_count": "Number of Via Stops: 1", "via_stops": "Via Stops: B Station"}.get(form)
    item["question_form"] = form
    if more:
        item["completion"] = _ARRIVAL.sub(rf"\1\n{more}", item["completion"])


def mixed_sizes(name: str, count: int, most: int = 2048) -> list[int]:
    """Sizes from 1 to ``most``, each order of magnitude alike; both ends are among them."""
    chance = seeded(name)
    powers = most.bit_length() - 1
    drawn = [int(2 ** chance.uniform(0, powers)) for _ in range(count - 2)]
    return [1, most, *drawn]
