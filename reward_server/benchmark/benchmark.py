"""Rollouts -> the benchmark's numbers, model by model.

Every mean is over questions: the rollouts of one question (one ``group``, one gold) are
averaged first, so that a question counts once however often it was asked. A rollout in error
counts nowhere, and each mean tells how many it left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import cast

from ..core.tasks import Profile
from ..scorer import Scorer
from ..wire.transit import TransitFields
from .estimates import Bootstrap, Estimate
from .measure import Measured, Unmeasured, measure
from .questions import AtK, Question, accuracy, at_k
from .reasonmap.measure import TransitRollout, city_of, form_of
from .reasonmap.metrics import PlanningMetrics, PlusMetrics, plus_metrics, reasonmap_metrics
from .reasonmap.published import Published, published
from .reasonmap.table import FAMILIES, TASKS, family_of
from .rollouts import Rollout, Row, Stored, rollouts_of

#: Errors shown word for word.
_SHOWN = 10
#: Columns that are of an answer, or of what it got, and say nothing of its question.
_OF_ANSWER = frozenset({"id", "completion", "model", "prompt", "routes", *Stored.__annotations__})


@dataclass(frozen=True, slots=True)
class Answers:
    """How the answers to one task could be read."""

    rollouts: int
    errors: int
    read: int
    failures: dict[str, int]
    """Why no answer could be read -> rollouts."""
    kept_format: int | None
    """``None`` where the profile's rules ask for no format."""
    signals: dict[str, int]


@dataclass(frozen=True, slots=True)
class ModelMetrics:
    """All numbers of one model (of all rows where none is named)."""

    model: str | None
    rollouts: int
    counted: int
    errors: dict[str, int]
    tasks: dict[str, Estimate]
    """The accuracy of each task that is of neither benchmark; their questions weigh the same."""
    reasonmap: dict[str, PlanningMetrics]
    plus: PlusMetrics
    groups: dict[str, list[AtK]]
    """The benchmarks' families, and the other tasks -> by k; empty where none is grouped."""
    answers: dict[str, Answers]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The record of ``reward-server benchmark --json``."""

    source: str
    profile: str
    fingerprint: str
    bootstrap: Bootstrap
    rows: int
    malformed: int
    """Rows that are no item; they belong to no model."""
    without_difficulty: int
    """Rows without ``difficulty_city``: they weigh as on an easy map."""
    columns_not_read: list[str]
    errors: list[str]
    """The first few, word for word."""
    models: list[ModelMetrics]
    published: list[Published]
    """Empty where no rollout is of a benchmark's task."""

    @property
    def in_error(self) -> int:
        """Rows that count nowhere."""
        return self.malformed + sum(sum(model.errors.values()) for model in self.models)


@dataclass(slots=True)
class _Tally:
    """The answers to one task so far."""

    rollouts: int = 0
    errors: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    formats: Counter[bool | None] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)

    def add(self, measured: Measured | Unmeasured) -> None:
        self.rollouts += 1
        if isinstance(measured, Unmeasured):
            self.errors += 1
            return
        if measured.failure is not None:
            self.failures[measured.failure] += 1
        self.formats[measured.keeps_format] += 1
        self.signals.update(measured.signals)

    def result(self) -> Answers:
        asks_format = self.formats[True] + self.formats[False] > 0
        return Answers(
            self.rollouts,
            self.errors,
            self.rollouts - self.errors - self.failures.total(),
            dict(sorted(self.failures.items())),
            self.formats[True] if asks_format else None,
            dict(self.signals.most_common()),
        )


class _Model:
    """The rollouts of one model so far."""

    def __init__(self, name: str | None, profile: Profile) -> None:
        self.name = name
        self.errors: Counter[str] = Counter()
        self.questions: dict[Hashable, Question] = {}
        """By ``_question_key``."""
        # in the order of the profile's table
        self.tallies = {task: _Tally() for task in profile.tasks}

    def add(self, question: Question, measured: Measured | Unmeasured) -> None:
        self.tallies[question.task].add(measured)
        if isinstance(measured, Unmeasured):
            self.errors[measured.kind] += 1
            question.errors += 1
        else:
            question.add(measured)

    def metrics(self, bootstrap: Bootstrap) -> ModelMetrics:
        families: dict[str, list[Question]] = {family: [] for family in FAMILIES}
        others: dict[str, list[Question]] = {}
        for question in self.questions.values():
            if question.family is None:
                others.setdefault(question.task, []).append(question)
            else:
                families[question.family].append(question)
        counted = sum(len(question.correct) for question in self.questions.values())
        return ModelMetrics(
            model=self.name,
            rollouts=counted + self.errors.total(),
            counted=counted,
            errors=dict(self.errors.most_common()),
            tasks={task: accuracy(of_task, bootstrap) for task, of_task in others.items()},
            reasonmap=reasonmap_metrics(families, bootstrap),
            plus=plus_metrics(families["plus"], bootstrap),
            groups={name: at_k(those, bootstrap) for name, those in (families | others).items()},
            answers={
                task: tally.result() for task, tally in self.tallies.items() if tally.rollouts
            },
        )


def benchmark(rows: Iterable[Row], scorer: Scorer, source: str, bootstrap: Bootstrap) -> Benchmark:
    """The benchmark's numbers for the rows of ``source``, read for the scorer's profile.

    Memory grows with the questions and by a few words a rollout; completions are not kept.
    """
    profile = scorer.profile
    reasonmap_tasks = {
        name
        for name, task in profile.tasks.items()
        if name in TASKS and task.fields is TransitFields
    }
    asked = [name for name in rollouts_of(profile).fields if name not in _OF_ANSWER]
    models: dict[str | None, _Model] = {}
    not_read: set[str] = set()
    errors: list[str] = []
    count = malformed = without_difficulty = 0
    for row in rows:
        count += 1
        not_read.update(row.not_read)
        message = row.problem
        if row.rollout is None:
            malformed += 1
        else:
            rollout = row.rollout
            of_reasonmap = rollout["task"] in reasonmap_tasks
            if of_reasonmap:
                without_difficulty += cast("TransitRollout", rollout)["difficulty_city"] is None
            name = rollout["model"]
            if name not in models:
                models[name] = _Model(name, profile)
            model = models[name]
            key = _question_key(row.number, rollout, asked)
            if key not in model.questions:
                model.questions[key] = _question(rollout, of_reasonmap=of_reasonmap)
            measured = measure(rollout, scorer, of_reasonmap=of_reasonmap)
            model.add(model.questions[key], measured)
            if isinstance(measured, Unmeasured):
                message = f"row {row.number}: {measured.kind}: {measured.message}"
        if message is not None and len(errors) < _SHOWN:
            errors.append(message)
    metrics = [model.metrics(bootstrap) for model in models.values()]
    questions = chain.from_iterable(model.questions.values() for model in models.values())
    return Benchmark(
        source=source,
        profile=profile.name,
        fingerprint=scorer.fingerprint,
        bootstrap=bootstrap,
        rows=count,
        malformed=malformed,
        without_difficulty=without_difficulty,
        columns_not_read=sorted(not_read),
        errors=errors,
        models=metrics,
        published=published() if any(question.family for question in questions) else [],
    )


def _question(rollout: Rollout, *, of_reasonmap: bool) -> Question:
    task = rollout["task"]
    if not of_reasonmap:
        return Question(task)
    transit = cast("TransitRollout", rollout)
    return Question(task, family_of(task, form_of(transit)), city_of(transit))


def _question_key(number: int, rollout: Rollout, asked: Sequence[str]) -> Hashable:
    """Equal for the rollouts of one question: of one group, and with one gold."""
    if rollout["group"] is None:
        return number
    # the gold of some task may be a list, which has no hash
    return repr([rollout.get(name) for name in asked])
