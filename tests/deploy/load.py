"""A training run in little: groups of completions to real questions, of a policy that learns."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from random import Random
from typing import Any

from reward_server.networks.load import BUNDLED_DIFFICULTY, load_bundled

from ..bench.policies.boxed import BOXED
from ..bench.policies.case import BLIND, GUESS, HONEST, RIGHT, Case, Policy
from ..bench.policies.planning import planning_policies
from ..bench.policies.questions import boxed_cases, planning_cases
from ..serving import fetch

Json = dict[str, Any]

#: Completions of a prompt.
GROUP = 8
_UNREADABLE = ("", "I cannot see the map.", "Let me think about the lines first. " * 40)


class Run:
    """Draws the items of steps; each group is of one prompt, and some prompts are harder."""

    def __init__(self) -> None:
        self._chance = Random("a run")  # noqa: S311 - the same on every run
        self._cases: dict[str, list[Case]] = {}
        self._policies: dict[str, Mapping[str, Sequence[Policy]]] = {}
        for network in load_bundled().values():
            self._add("planning", planning_cases(network, "short", 5), planning_policies("short"))
            for task, (draw, policies) in BOXED.items():
                self._add(task, boxed_cases(network, task, draw, 20), policies)

    def _add(self, task: str, cases: Sequence[Case], policies: Sequence[Policy]) -> None:
        self._cases.setdefault(task, []).extend(cases)
        self._policies[task] = {
            kind: [one for one in policies if one.kind == kind]
            for kind in (RIGHT, HONEST, GUESS, BLIND)
        }

    def step(self, skill: float, groups: int) -> list[Json]:
        """The items of a step; ``skill``, from 0 to 1, is how often an easy prompt is got right."""
        return [
            item
            for number in range(groups)
            for item in self._group(str(number), skill * self._chance.uniform(0.3, 1.1))
        ]

    def _group(self, label: str, skill: float) -> Iterator[Json]:
        task = self._chance.choice(list(self._cases))
        case = self._chance.choice(self._cases[task])
        for _ in range(GROUP):
            yield as_item(case) | {
                "group": label,
                "completion": self._completion(task, case, skill),
            }

    def _completion(self, task: str, case: Case, skill: float) -> str:
        chance = self._chance
        if chance.random() > skill and chance.random() < 0.3 * (1 - skill):
            return chance.choice(_UNREADABLE)
        policies = self._policies[task]
        wrong = [kind for kind in (HONEST, HONEST, GUESS, BLIND) if policies[kind]]
        kind = RIGHT if chance.random() < skill else chance.choice(wrong)
        for policy in chance.sample(policies[kind], len(policies[kind])):
            written = policy.write(case, chance)
            if written is not None:
                return written
        return _UNREADABLE[1]


def as_item(case: Case) -> Json:
    """The item of a case but for its completion."""
    question, network = case.question, case.network
    fields = ("task", "station_1", "station_2", "answer", "question_transfer_count", "options")
    given = {name: question.get(name) for name in fields}
    return {
        "network": network.name,
        "difficulty_city": BUNDLED_DIFFICULTY[network.name],
        **{name: value for name, value in given.items() if value is not None},
    }


def train(url: str, seconds: float, *, pause: float = 0, groups: int = 32) -> None:
    """Send steps to a service for so long, each better than the one before, and a few mistakes."""
    run, begin = Run(), time.monotonic()
    for number in count():
        past = (time.monotonic() - begin) / seconds
        if past >= 1:
            break
        items = run.step(0.15 + 0.8 * past, groups)
        items[0] |= {"network": "nowhere", "task": "planning"}  # an item in error
        status, body = fetch(f"{url}/score", {"items": items})
        assert status == 200, body
        if number % 10 == 1:
            assert fetch(f"{url}/score", {"items": [], "expect_fingerprint": "other"})[0] == 409
            assert fetch(f"{url}/score", {"items": [{}]})[0] == 422
        time.sleep(pause)
