"""Completions to a question on a small network, to be scored on the page of the specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from reward_server.core.model import Breakdown
from reward_server.core.transit.build import build
from reward_server.scorer import Scorer


class Examples(NamedTuple):
    """``asked``: the question in a few words; ``item``: its fields. ``completions``: by name."""

    asked: str
    lines: Mapping[str, list[str]]
    item: Mapping[str, str]
    completions: Mapping[str, str]


class Example(NamedTuple):
    """A completion and what it earns."""

    name: str
    completion: str
    breakdown: Breakdown


_RIGHT = (
    "Route Name: Line 1\nDeparture Stop: Alba\nArrival Stop: Cedar\n--\n"
    "Route Name: Line 2\nDeparture Stop: Cedar\nArrival Stop: Elm"
)
ROUTE_EXAMPLES: Final = Examples(
    "to a question with one transfer, easy map",
    {"Line 1": ["Alba", "Brook", "Cedar"], "Line 2": ["Cedar", "Dale", "Elm"]},
    {
        "task": "planning",
        "network": "toy",
        "station_1": "Alba",
        "station_2": "Elm",
        "difficulty_city": "easy",
    },
    {
        "the right route": _RIGHT,
        "the right route in a sentence around it": f"Here it is:\n{_RIGHT}\nHave a good trip!",
        "it stops one station short": _RIGHT.replace("Elm", "Dale"),
        "a wrong second line": _RIGHT.replace("Line 2", "Line 1"),
        "only the first ride": _RIGHT.partition("\n--\n")[0],
        "no answer": "Take the train and change once.",
    },
)


def scored_examples(examples: Examples, scorer: Scorer) -> tuple[Example, ...]:
    """What the completions earn under a scorer's profile, scored now."""
    named = examples.completions
    items = scorer.items.read([{**examples.item, "completion": text} for text in named.values()])
    networks = scorer.networks_with({"toy": build("toy", examples.lines)})
    return tuple(
        Example(name, named[name], breakdown)
        for name, breakdown in zip(named, scorer.evaluate(items, networks), strict=True)
        if isinstance(breakdown, Breakdown)
    )
