"""Core imported once more, with every step of it counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import reward_server
from reward_server.core.transit.model import Question

from .counted import CountedPackage, Work

WORK = Work()
_ROOT = Path(reward_server.__path__[0])
_evaluate, _budget, _build, _profiles = CountedPackage("counted", _ROOT, WORK).load(
    "core.evaluate", "core.budget", "core.transit.build", "profiles"
)
Network = Any
"""Of the copy, which the type checker does not know."""


def build(name: str, lines: Mapping[str, Sequence[str]]) -> Network:
    """A network of the copy; its steps are not counted, nor those of names made when asked for."""
    network = _build.build(name, lines)
    assert network.released
    return network


class Built(NamedTuple):
    """What building a network took, and the network; ``None`` where it was too much work."""

    steps: int
    network: Network | None


def counted_build(characters: int, lines: Mapping[str, Sequence[str]], overlay: Any) -> Built:  # noqa: ANN401 - of the copy
    """Build a network that has so many characters in JSON, as one of a request is built."""
    budget = _budget.Budget()
    budget.renew(characters)
    network = None

    def run() -> None:
        nonlocal network
        network = _build.build("hostile", lines, overlay, budget)

    return Built(_counted(run), network)


def overlay(**fields: Any) -> Any:  # noqa: ANN401
    """An overlay of the copy; ``branches``: line -> (junction, stations)."""
    branches = fields.pop("branches", {})
    of_lines = {
        line: tuple(_build.Branch(junction, tuple(stations)) for junction, stations in of)
        for line, of in branches.items()
    }
    return _build.Overlay(branches=of_lines, **fields)


def steps_of_item(completion: str, question: Question, network: Network, profile: str) -> int:
    """What it takes to score a completion; up to the end of its budget where that comes first."""
    on = {**question, "network": network.name}
    of_profile = _profiles.PROFILES[profile]
    networks = {network.name: network}
    return _counted(
        lambda: _evaluate.evaluate(completion, on, of_profile, networks, _budget.Budget())
    )


def _counted(run: Callable[[], object]) -> int:
    WORK.steps = WORK.fuzzy = 0
    WORK.strict = True
    try:
        run()
    except _budget.TooMuchWorkError:
        pass
    finally:
        WORK.strict = False
    return WORK.steps
