"""An item's reward is its own: not its neighbours', nor what was scored before it."""

from __future__ import annotations

from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reward_server import Scorer
from reward_server.core.tasks import Profile
from reward_server.core.transit.build import build
from reward_server.core.transit.model import TaskName
from reward_server.networks.network_set import NetworkSet, load_network
from reward_server.profiles import PROFILES
from reward_server.wire.results import Result
from tests.scoring import COLUMNS, evaluate, make_question

from .cities import City, random_city
from .errors import random_error, spoil
from .journeys import as_tolerated, ask, right_routes

Item = dict[str, Any]
EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
FEW = settings(max_examples=40)
RANDOM = st.randoms(use_true_random=True)
TASKS: tuple[TaskName, ...] = get_args(TaskName)


def random_item(city: City, name: str, rng: Random) -> Item:
    """An item of any task with an answer that may be right, wrong, misspelt or none."""
    asked = ask(city, rng)
    while asked is None:
        asked = ask(city, rng)
    task = rng.choice(TASKS)
    route = rng.choice(right_routes(asked, rng, 2))
    route = spoil(route, [random_error(route, asked, rng) for _ in range(rng.randrange(3))])
    answer = asked.text(route) if rng.randrange(2) else as_tolerated(route, "short", rng)
    if task != "planning":
        value = rng.choice(["1", "B", "yes", "No", "two", "\\text{A}"])
        answer = f"{rng.choice(['', f'Stops: [{asked.origin}, Nowhere]'])}\n\\boxed{{{value}}}"
    if rng.randrange(3) == 0 and answer:
        slip = rng.randrange(len(answer))
        answer = answer[:slip] + rng.choice(["", "x", "\n", "站", "}"]) + answer[slip + 1 :]
    item: Item = asked.item(answer) | {"network": name, "task": task, "group": rng.choice("ab")}
    item["answer"] = rng.choice([0, 1, 1, 1, None, 7])
    return item


def random_batch(rng: Random) -> tuple[NetworkSet, list[Item]]:
    cities = [random_city(rng) for _ in range(2)]
    named = [load_network(f"a/{i}", city.lines, city.overlay) for i, city in enumerate(cities)]
    picks = [rng.randrange(2) for _ in range(6)]
    return NetworkSet(named), [random_item(cities[i], f"a/{i}", rng) for i in picks]


@EVERY_PROFILE
@FEW
@given(rng=RANDOM)
def test_a_result_does_not_depend_on_the_other_items_nor_on_their_order(
    profile: Profile, rng: Random
) -> None:
    networks, items = random_batch(rng)
    scorer = Scorer(networks, profile)
    together = scorer.score(items, "full")
    assert [scorer.score([item], "full")[0] for item in items] == together
    order = list(range(len(items)))
    rng.shuffle(order)
    shuffled = scorer.score([items[i] for i in order], "full")
    assert shuffled == [together[i] for i in order]
    assert scorer.score(items * 2, "full") == together * 2


@EVERY_PROFILE
@FEW
@given(rng=RANDOM)
def test_a_result_is_the_same_on_a_network_that_was_never_asked(
    profile: Profile, rng: Random
) -> None:
    networks, items = random_batch(rng)
    warm = Scorer(networks, profile)
    warm.score(items)
    fresh = [load_network(o.network.name, o.lines, o.overlay) for o in networks.loaded.values()]
    assert Scorer(NetworkSet(fresh), profile).score(items, "full") == warm.score(items, "full")


@EVERY_PROFILE
@FEW
@given(rng=RANDOM)
def test_a_scorer_gives_what_evaluate_gives(profile: Profile, rng: Random) -> None:
    networks, items = random_batch(rng)
    for item, result in zip(items, Scorer(networks, profile).score(items), strict=True):
        if result["status"] == "ok":
            assert result["reward"] == reward_alone(item, networks, profile)
            assert finite(result)


def reward_alone(item: Item, networks: NetworkSet, profile: Profile) -> float:
    loaded = networks.loaded[item["network"]]
    network = build(loaded.network.name, loaded.lines, loaded.overlay)
    given = {key: item[key] for key in COLUMNS if key in item}
    return evaluate(item["completion"], make_question(**given), network, profile).reward


def finite(result: Result) -> bool:
    reward = result["reward"]
    return reward is not None and abs(reward) < 100
