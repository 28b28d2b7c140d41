"""Batches as a trainer sends them: completions of 2 KB, tasks as ReasonMap-Train has them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any, Literal

from reward_server.core.transit.network import Network
from reward_server.networks.network_set import NetworkSet
from reward_server.profiles import PROFILES
from reward_server.scorer import Scorer
from tests.bench.common import ROOT, seeded, shared_items

Json = dict[str, Any]
Thinking = Literal["in tags", "without tags"]

SIZE = 2048
"""Bytes of a padded completion."""
#: Questions of ReasonMap-Train.
PLANNING, PLUS = 696, 2570
#: Questions of ReasonMap-Plus; how those of its training split are shared out is not published.
PLUS_BY_TASK = {"TorF1": 1039, "TorF2": 929, "Counting1": 1050, "Counting2": 970, "Counting3": 30}

_SENTENCES = (
    "Let me look at the map first. ",
    "I can see {station}, which seems to be on {line}. ",
    "{line} goes from {station} towards {other}, and then it turns. ",
    "Wait, is {station} a transfer station? The circle there is larger than that of {other}. ",
    "If I take {line} from {station}, I pass {count} stops before {other}. ",
    "Following the colour of {line}, the next stop after {station} is {other}. ",
    "So that would be {count} stops in total.\n\n",
    "Hmm, let me check again: {station} - {other} is not direct, as {line} does not stop there. ",
    "The legend lists {count} lines, among them {line}. ",
    "从地图上看，{station}在{line}上。",
)


def cities_options() -> list[str]:
    """The option with which ``serve`` loads the cities of ``load_cities``."""
    folder = Path(os.environ.get("REASONMAP_DIR", ROOT.parent / "shared" / "reasonmap"))
    stations = folder / "stations"
    return ["--networks", str(stations)] if stations.is_dir() else []


def pools(cities: NetworkSet) -> tuple[dict[str, list[Json]], str]:
    """Task -> short completions with gold that all profiles can score; and where they are from."""
    items, source = shared_items()
    items = [item for item in items if len(item["completion"].encode()) < SIZE // 2]
    items = [item for item in items if "<think>" not in item["completion"]]
    fine = [True] * len(items)
    for profile in PROFILES.values():
        for index, result in enumerate(Scorer(cities, profile).score(items, "reward")):
            fine[index] &= result["status"] == "ok"
    by_task: dict[str, list[Json]] = {}
    for item, is_fine in zip(items, fine, strict=True):
        if is_fine:
            by_task.setdefault(item["task"], []).append(item)
    return by_task, source


def shares(count: int, *, planning: bool = True, boxed: bool = True) -> dict[str, int]:
    """Task -> how many of ``count`` items, in the proportions of the training data."""
    weights: dict[str, float] = {"planning": PLANNING} if planning else {}
    if boxed:
        total = sum(PLUS_BY_TASK.values())
        weights |= {task: PLUS * size / total for task, size in PLUS_BY_TASK.items()}
    whole = sum(weights.values())
    split = {task: int(count * weight / whole) for task, weight in weights.items()}
    split[max(weights, key=weights.__getitem__)] += count - sum(split.values())
    return split


def rollouts(
    by_task: Mapping[str, Sequence[Json]],
    cities: NetworkSet,
    split: Mapping[str, int],
    thinking: Thinking,
    group: int = 8,
) -> list[Json]:
    """Groups in a shuffled order, each of one task; different completions, each of ``SIZE``."""
    chance = seeded(f"rollouts {thinking} {sorted(split)}")
    items = [
        padded(chance.choice(by_task[task]), cities, thinking, chance)
        | {"id": f"{task}-{number}", "group": f"{task}-{number // group}"}
        for task, count in split.items()
        for number in range(count)
    ]
    by_group = [list(of_group) for _, of_group in groupby(items, key=itemgetter("group"))]
    chance.shuffle(by_group)
    return list(chain.from_iterable(by_group))


def padded(item: Json, cities: NetworkSet, thinking: Thinking, chance: Random) -> Json:
    """The item with thinking before its answer, so that its completion has ``SIZE`` bytes."""
    answer = item["completion"]
    before, after = ("<think>\n", "\n</think>\n\n") if thinking == "in tags" else ("", "\n\n")
    room = SIZE - len((before + after + answer).encode())
    city = cities.get(item.get("network") or "") or next(iter(cities.values()))
    text = b""
    while len(text) < room:
        text += thought(city, chance).encode()
    return item | {
        "completion": before + text[:room].decode(errors="ignore") + after + answer,
    }


def thought(city: Network, chance: Random) -> str:
    """A sentence such as models write while they look at a map."""
    return chance.choice(_SENTENCES).format(
        station=chance.choice(city.station_names),
        other=chance.choice(city.station_names),
        line=chance.choice(city.lines).name,
        count=chance.randint(2, 25),
    )
