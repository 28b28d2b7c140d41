"""A filled-in form -> everything that the page shows of it, but for the map's drawing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from reward_server.api.state import State
from reward_server.core.model import Breakdown
from reward_server.core.transit.network import Network
from reward_server.scorer import Outcome, Scorer
from reward_server.wire.items import Item
from reward_server.wire.results import SIGNALS, Result

from .bars import Bar, bars, most_reward
from .form import as_item, checked
from .inputs import Fields, Input
from .rules import formula_in_numbers
from .transit.points import scales
from .transit.tasks import MapTask, first_task, map_task, task_inputs
from .transit.view import (
    MapView,
    first_question,
    map_view,
    name_lists,
    random_question,
    sentence,
)

#: What the form has besides the fields of an item that its task asks for.
_ALWAYS = ("task", "profile", "completion", "map")


class Scored(NamedTuple):
    """What came of an item under a profile."""

    item: Item
    outcome: Outcome
    result: Result


class Sum(NamedTuple):
    """How a reward adds up. ``most``: the most that a completion can earn, if known."""

    bars: list[Bar]
    formula: str
    most: float | None

    @property
    def scale(self) -> float:
        """What the length of bars is measured by where nothing better is known."""
        return self.most or max(abs(bar.value) for bar in self.bars)


class Ask(NamedTuple):
    """A question on a map: in words, with the names to choose from and completions to try."""

    sentence: str
    names: Mapping[str, Sequence[str]]
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the page shows: the form, what is wrong with it, and the score.

    ``results``: of each profile that takes the item. ``ask`` and ``map``: where the question is
    asked on a map.
    """

    fields: Fields
    tasks: Sequence[str]
    inputs: Sequence[Input]
    item: dict[str, Any]
    problems: Mapping[str, str]
    results: Mapping[str, Result]
    sum: Sum | None
    ask: Ask | None
    map: MapView | None

    @property
    def result(self) -> Result | None:
        """Of the chosen profile."""
        return self.results.get(self.fields["profile"])

    @property
    def signals(self) -> list[tuple[str, str]]:
        """Each signal of the result with what it says."""
        names = self.result["signals"] if self.result else []
        return [(name, SIGNALS.get(name, "")) for name in names]


def opening(service: State, network: str = "") -> dict[str, str]:
    """The fields that the page opens with: a question on the first network, and an answer."""
    profile = service.scorers[service.default_profile].profile
    task = first_task(profile)
    fields = {"task": task, "profile": profile.name}
    shown = map_task(task, profile.tasks[task])
    name = network if network in service.networks else next(iter(service.networks), "")
    if shown is not None and name:
        fields |= first_question(shown, service.networks[name])
    return fields


def workbench(service: State, fields: Fields) -> Workbench:
    """The page's content for these fields, after what they ask to ``do``."""
    default = service.scorers[service.default_profile]
    scorer = service.scorers.get(fields.get("profile", ""), default)
    profile = scorer.profile
    action, _, argument = fields.get("do", "").partition(":")
    name = fields.get("task") or first_task(profile)
    if name not in profile.tasks:  # the form before was of a profile with other tasks
        name, action = first_task(profile), "random"
    task = profile.tasks[name]
    shown, inputs = map_task(name, task), task_inputs(name, task)
    filled = {key: fields.get(key, "") for key in (*_ALWAYS, *(each.key for each in inputs))}
    filled |= {"task": name, "profile": profile.name}
    if action == "map":
        filled["map"] = argument
    ask = None
    if shown is not None:
        if "network" not in fields:  # the form before was of a task that is on no map
            filled["network"] = next(iter(service.networks), "")
        network = service.networks.get(filled["network"])
        samples = _act(shown, network, inputs, filled, action, argument)
        names = name_lists(service.networks, filled["network"])
        ask = Ask(sentence(shown, filled), names, samples)
    item = as_item(name, inputs, filled)
    _, problems = checked(item, scorer.items)
    scored = _score(service, item)
    own = scored.get(profile.name)
    return Workbench(
        filled,
        list(profile.tasks),
        inputs,
        item,
        problems,
        {name: each.result for name, each in scored.items()},
        _sum(own, scorer) if own is not None else None,
        ask,
        _map(service, shown, filled, own),
    )


def _act(
    shown: MapTask,
    network: Network | None,
    inputs: Sequence[Input],
    fields: dict[str, str],
    action: str,
    argument: str,
) -> list[str]:
    """Fill in what was asked for; what other completions there are to try."""
    if network is None:
        return []
    if action == "random":
        asked = random_question(shown, network, fields)
        fields |= {each.key: "" for each in inputs} | asked
    samples = shown.samples(network, fields)
    if action == "sample":
        fields["completion"] = samples.get(argument, fields["completion"])
    return list(samples)


def _score(service: State, given: Mapping[str, Any]) -> dict[str, Scored]:
    """What comes of an item under each profile that takes it."""
    scored = {}
    for name, scorer in service.scorers.items():
        item, _ = checked(given, scorer.items)
        if item is not None:
            (outcome,) = scorer.evaluate([item])
            (result,) = scorer.results([item], [outcome], "full")
            scored[name] = Scored(item, outcome, result)
    return scored


def _sum(scored: Scored, scorer: Scorer) -> Sum | None:
    """How the reward adds up; ``None`` where there is none."""
    breakdown = scored.outcome
    if not isinstance(breakdown, Breakdown):
        return None
    name, profile = scored.item["task"], scorer.profile
    task, weights = profile.tasks[name], profile.weights
    known = scales(breakdown, task.constants) if map_task(name, task) is not None else {}
    return Sum(
        bars(breakdown, task, weights, known),
        formula_in_numbers(breakdown, weights),
        most_reward(breakdown, weights, task),
    )


def _map(
    service: State, shown: MapTask | None, fields: Fields, scored: Scored | None
) -> MapView | None:
    if shown is None:
        return None
    network = service.networks.loaded.get(fields["network"])
    if scored is None:
        return map_view(shown, network, fields, None, None)
    return map_view(shown, network, fields, scored.item, scored.outcome)


def snippets(bench: Workbench, url: str, tokens: bool) -> dict[str, str]:
    """The request of the page as commands that make it: curl and Python."""
    body = {
        "profile": bench.fields["profile"],
        "verbosity": "full",
        "items": [bench.item],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    bearer = ' \\\n  -H "Authorization: Bearer $TOKEN"' if tokens else ""
    curl = (
        f"curl -s {shlex.quote(f'{url}/score')} -H 'Content-Type: application/json'{bearer} \\\n"
        f"  -d {shlex.quote(text)}"
    )
    headers = '"Content-Type": "application/json"'
    if tokens:
        headers += ', "Authorization": f"Bearer {os.environ[\'TOKEN\']}"'
    python = (
        "import json\n"
        + ("import os\n" if tokens else "")
        + "from urllib.request import Request, urlopen\n\n"
        f"body = json.loads({json.dumps(body)!r})\n"
        f"request = Request({f'{url}/score'!r}, json.dumps(body).encode(), {{{headers}}})\n"
        "print(json.load(urlopen(request)))"
    )
    return {"curl": curl, "Python": python}
