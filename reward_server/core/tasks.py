"""What a task and a profile are. The tables of tasks stand in ``profiles/``, a file each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Generic, NamedTuple, TypeVar, final

from .budget import Budget
from .model import Breakdown, DifficultyName, Record, Verdict
from .transit.network import Network

#: No constant is larger, so that no reward ever overflows.
LARGEST_CONSTANT = 1e6

Networks = Mapping[str, Network]
"""A city's name, as questions have it -> its network."""
Gold = TypeVar("Gold")
Constants = TypeVar("Constants")


class ProfileError(ValueError):
    """Constants that make no profile; the message names the constant."""


@dataclass(frozen=True, slots=True)
class Weights:
    """R = W * (format + correctness + alpha * detail) (RewardMap, section 3)."""

    alpha: float = 0.5
    format: float = 1.0
    correctness: float = 10.0
    gamma_easy: float = 1.0
    """W of a question on an easy map."""
    gamma_middle: float = 1.2
    gamma_hard: float = 1.5

    def gamma(self, difficulty: DifficultyName) -> float:
        """W by difficulty."""
        if difficulty == "easy":
            return self.gamma_easy
        return self.gamma_middle if difficulty == "middle" else self.gamma_hard


class Explanation(NamedTuple):
    """A breakdown in words: ``sentence``, and the ``segments`` of a route, where one was read.

    A segment has ``line``, ``departure``, ``arrival``, ``via_count``, ``via_stops`` as the
    completion spells them (null where missing), and ``found``: the network's names for the first
    three, null where there is none, or where names were only compared as text.
    """

    sentence: str
    segments: list[dict[str, Any]] | None = None


@final
class Task(Record, Generic[Gold, Constants]):
    """A kind of question: a row of a profile's table.

    ``fields``: the typed dictionary of what its items have beside id, group, task and completion.
    ``gold``: makes of an item, and the networks, what is scored against; raises ``GoldError``.
    ``score``: a pure function of completion, gold and ``constants``, which draws its work from the
    budget. ``table``: the name of
    ``constants`` in a profile's file; empty where there are none. ``weight``: W of a gold.
    ``terms``: the parts of detail, each with its rule in words; braces hold constants' names.
    ``weighted_terms``: detail is the sum of the terms, each times the constant of its name.
    """

    _fields = (
        *("fields", "gold", "score", "weight", "explain", "constants", "table", "terms"),
        "weighted_terms",
    )
    __slots__ = _fields

    def __init__(
        self,
        fields: type,
        gold: Callable[[Any, Networks], Gold],
        score: Callable[[str, Gold, Constants, Budget], Verdict],
        weight: Callable[[Gold, Weights, Constants], float],
        explain: Callable[[Breakdown], Explanation],
        constants: Constants,
        table: str = "",
        terms: Mapping[str, str] = {},
        weighted_terms: bool = False,
    ) -> None:
        self.fields: Final = fields
        self.gold: Final = gold
        self.score: Final = score
        self.weight: Final = weight
        self.explain: Final = explain
        self.constants: Final = constants
        self.table: Final = table
        self.terms: Final = terms
        self.weighted_terms: Final = weighted_terms


@dataclass(frozen=True, slots=True)
class Profile:
    """A named table of tasks with its weights.

    ``base``: the built-in profile whose rules these are; its own name for those.
    ``right_beats_wrong``: no wrong answer may ever have as much as a right one; published sums
    promise no such thing. Where the rules are from, in words, empty for what there is nothing to
    say of: ``paper`` and ``source`` (the code), ``layout`` (what the prompt asks for), ``formula``,
    ``left_out`` (what is not done as published, and why). ``digest``: of the file that the rules
    are from, where they are not this package's. Raises ``ProfileError`` for constants that make
    none.
    """

    name: str
    version: str
    weights: Weights
    tasks: Mapping[str, Task[Any, Any]]
    base: str
    right_beats_wrong: bool = True
    paper: str = ""
    source: str = ""
    layout: str = ""
    formula: str = ""
    left_out: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        for table, constants in self.constants().items():
            for name, value in constants.items():
                if not 0 <= value <= LARGEST_CONSTANT:
                    raise ProfileError(
                        f"profile {self.name!r}: {table}.{name}: expected a number from 0 to "
                        f"{LARGEST_CONSTANT:g}, got {value!r}"
                    )
        w = self.weights
        for task in self.tasks.values():
            rules(task, w)
        if min(w.gamma_easy, w.gamma_middle, w.gamma_hard) <= 0:
            raise ProfileError(f"profile {self.name!r}: gamma must be above 0")
        for task in self.tasks.values() if self.right_beats_wrong else ():
            most: float = getattr(task.constants, "detail_max", 0.0)
            wrong = w.format + w.alpha * most
            if wrong >= w.correctness:
                raise ProfileError(
                    f"profile {self.name!r}: format + alpha * {task.table}.detail_max = {wrong:g} "
                    f"must stay below correctness = {w.correctness:g}, or a wrong answer could "
                    "beat a right one"
                )

    def constants(self) -> dict[str, dict[str, float]]:
        """All constants by table: ``{"weights": {...}, "planning": {...}, ...}``."""
        tables = {task.table: task.constants for task in self.tasks.values() if task.table}
        return {name: asdict(table) for name, table in {"weights": self.weights, **tables}.items()}

    def terms(self) -> tuple[str, ...]:
        """The names of all terms of detail, in a fixed order."""
        return tuple(dict.fromkeys(term for task in self.tasks.values() for term in task.terms))


def rules(task: Task[Any, Any], weights: Weights) -> dict[str, str]:
    """Term of detail -> its rule in words, with the constants in it. Raises ``ProfileError``."""
    numbers = asdict(weights)
    if task.table:
        numbers |= asdict(task.constants)
    said = {}
    for term, rule in task.terms.items():
        try:
            said[term] = rule.format(**numbers)
        except (KeyError, IndexError, ValueError) as error:
            raise ProfileError(
                f"the rule of term {term!r}: expected constants in braces, of "
                f"{', '.join(numbers)}; got {rule!r}"
            ) from error
    return said


def derive(base: Profile, name: str, changes: Mapping[str, Any]) -> Profile:
    """``base`` under a new name with some constants changed (the content of a profile file).

    ``changes`` has the form of ``Profile.constants``. Raises ``ProfileError``.
    """
    known = base.constants()
    for table, values in changes.items():
        if table not in known or not isinstance(values, Mapping):
            tables = ", ".join(f"[{table}]" for table in known)
            raise ProfileError(f"profile {name!r}: expected tables {tables}, got {table!r}")
        for constant, value in values.items():
            if constant not in known[table]:
                others = [f"[{other}]" for other in known if constant in known[other]]
                raise ProfileError(
                    f"profile {name!r}: unknown constant {table}.{constant}; [{table}] of "
                    f"{base.base!r} has {', '.join(known[table])}"
                    + (f"; {constant} stands in {', '.join(others)}" if others else "")
                )
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise ProfileError(
                    f"profile {name!r}: {table}.{constant}: expected a number, got {value!r}"
                )
    weights = _changed(base.weights, changes.get("weights", {}))
    tasks = {
        kind: task._replace(constants=_changed(task.constants, changes[task.table]))
        if task.table in changes
        else task
        for kind, task in base.tasks.items()
    }
    return replace(base, name=name, weights=weights, tasks=tasks)


def _changed(constants: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any task's constants
    """The constants with some replaced; what a constant cannot be is refused by the profile."""
    numbers = {name: _float(value) for name, value in values.items()}
    return replace(constants, **numbers)


def _float(value: Any) -> float:  # noqa: ANN401 - compiled, a float takes no integer that is too large
    """``value``; where it is too large to become a float, infinity, which is refused next."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
