"""A question with what answers are made from, and a policy: a way to answer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from reward_server.core.transit.model import Question
from reward_server.core.transit.network import Network

BLIND, GUESS, HONEST, MODEL, RIGHT = "blind", "guess", "honest", "model", "right"


class Case(NamedTuple):
    """A question, and what the answers are made from; ``route`` is an optimal one."""

    network: Network
    question: Question
    prompt: str
    a: int = -1
    b: int = -1
    route: Sequence[Leg] = ()


class Leg(NamedTuple):
    """A segment by its indices in the network."""

    line: int
    departure: int
    arrival: int


Write = Callable[[Case, Random], str | None]


class Policy(NamedTuple):
    """A way to answer; ``expected``: what it is to earn under ``robust``."""

    name: str
    kind: str
    write: Write
    expected: float | None = None


def gold(case: Case) -> int:
    assert case.question["answer"] is not None
    return case.question["answer"]


def mostly(right: Write, wrong: Write) -> Write:
    """Right in 8 of 10 answers, as a model that has learned most of it."""
    return lambda case, rng: (wrong if rng.random() < 0.2 else right)(case, rng)
