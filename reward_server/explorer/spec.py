"""The specification of the reward as it runs here: constants, tables and docstrings, no copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from reward_server.core.tasks import Profile, Task, rules
from reward_server.scorer import Scorer

from .inputs import inputs_of
from .rules import formula
from .sources import attribute_docs, place, says
from .transit.examples import Example, scored_examples
from .transit.tasks import map_task


class Step(NamedTuple):
    """A step of a task's way: its function and what that says of itself."""

    name: str
    function: str
    says: str


class Constant(NamedTuple):
    """A constant with what it means."""

    name: str
    value: float
    says: str


class TaskPage(NamedTuple):
    """A task under a profile. ``asks``: its question, where it is known here."""

    name: str
    asks: str
    fields: tuple[str, ...]
    terms: Mapping[str, str]
    steps: tuple[Step, ...]


class ExamplesPage(NamedTuple):
    """Completions to a question, scored now."""

    asked: str
    scored: tuple[Example, ...]


class ProfilePage(NamedTuple):
    """A profile: where it is from, its tables of constants, and its tasks."""

    name: str
    base: str
    fingerprint: str
    formula: str
    told: Mapping[str, str]
    constants: Mapping[str, tuple[Constant, ...]]
    tasks: tuple[TaskPage, ...]
    examples: tuple[ExamplesPage, ...]


@cache
def profile_page(scorer: Scorer) -> ProfilePage:
    """All there is to say of one profile of the service."""
    profile = scorer.profile
    return ProfilePage(
        profile.name,
        profile.base,
        scorer.fingerprint,
        formula(profile.weights),
        _told(profile),
        _constants(profile),
        tuple(_task(name, task, profile) for name, task in profile.tasks.items()),
        tuple(
            ExamplesPage(shown.examples.asked, scored_examples(shown.examples, scorer))
            for name, task in profile.tasks.items()
            if (shown := map_task(name, task)) is not None and shown.examples is not None
        ),
    )


def _told(profile: Profile) -> dict[str, str]:
    """What a profile says of its source, by headings."""
    told = {
        "paper": profile.paper,
        "source": profile.source,
        "layout": profile.layout,
        "formula": profile.formula,
        "left out": profile.left_out,
    }
    return {heading: text for heading, text in told.items() if text}


def _constants(profile: Profile) -> dict[str, tuple[Constant, ...]]:
    """The constants of a profile by table, in the order of ``Profile.constants``."""
    kinds = {task.table: type(task.constants) for task in profile.tasks.values()}
    kinds["weights"] = type(profile.weights)
    return {
        table: tuple(
            Constant(name, value, attribute_docs(kinds[table]).get(name, ""))
            for name, value in values.items()
        )
        for table, values in profile.constants().items()
    }


def _task(name: str, task: Task[Any, Any], profile: Profile) -> TaskPage:
    shown = map_task(name, task)
    steps: dict[str, Callable[..., Any]] = {
        "gold": task.gold,
        "score": task.score,
        "weight": task.weight,
    }
    return TaskPage(
        name,
        # in place of what stands in its fields, their names
        re.sub("[{}]", "", shown.asks) if shown is not None else "",
        tuple(each.name for each in inputs_of(task.fields)),
        rules(task, profile.weights),
        tuple(Step(step, place(function), says(function)) for step, function in steps.items()),
    )
