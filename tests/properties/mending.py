"""Mending one of the errors of an answer: what it does to the reward, counted by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from .cities import City, random_city
from .errors import kinds, random_errors, spoil
from .journeys import Asked, ask, right_routes

SLACK = 1e-9


class Mended(NamedTuple):
    """An answer with errors, and the same with one of them, of ``kind``, mended."""

    kind: str
    others: tuple[str, ...]
    asked: Asked
    before: str
    after: str
    fall: float
    """How much the reward falls by mending, in W; below 0 where it rises."""


def mend(cities: list[City], rng: Random) -> Iterator[Mended]:
    """Mended answers without end: half on random cities, half on those given."""
    while True:
        city = rng.choice(cities) if rng.randrange(2) else random_city(rng)
        asked = ask(city, rng)
        if asked is None:
            continue
        for route in right_routes(asked, rng, 2):
            errors = random_errors(route, asked, rng, 3)
            before = spoil(route, errors)
            mended = errors.pop(rng.randrange(len(errors)))
            after = spoil(route, errors)
            if before == after:
                continue
            texts = asked.text(before), asked.text(after)
            worse, better = map(asked.reward, texts)
            if worse.correct and not better.correct:
                continue  # the errors made another right answer: there was none to mend
            fall = (worse.reward - better.reward) / worse.weight
            others = tuple(sorted(error.kind for error in errors))
            yield Mended(mended.kind, others, asked, *texts, fall)


@dataclass
class Tally:
    """What became of the mended errors of one kind.

    ``alone``: the exceptions in which it was the only error; ``shortest``: the shortest of all.
    """

    edits: int = 0
    falls: list[float] = field(default_factory=list)
    alone: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    shortest: Mended | None = None

    @property
    def share(self) -> float:
        return len(self.falls) / self.edits if self.edits else 0.0

    def add(self, mended: Mended) -> None:
        self.edits += 1
        if mended.fall <= SLACK:
            return
        self.falls.append(mended.fall)
        self.alone += not mended.others
        self.beside.update(set(mended.others))
        if self.shortest is None or _length(mended) < _length(self.shortest):
            self.shortest = mended


def _length(mended: Mended) -> int:
    return len(mended.before) + len(mended.after)


def tally(cities: list[City], edits: int, seed: int) -> dict[str, Tally]:
    """Kind of error -> what mending it did, over so many edits."""
    rng = Random(seed)  # noqa: S311 -- nothing to guess here
    found = {kind: Tally() for kind in kinds()}
    for _, mended in zip(range(edits), mend(cities, rng), strict=False):
        found[mended.kind].add(mended)
    return found
