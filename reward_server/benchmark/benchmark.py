"""Rollouts -> the benchmark's numbers, model by model.

Every mean is over questions: the rollouts of one question (one ``group``, one gold) are
averaged first, so that a question counts once however often it was asked. A rollout in error
counts nowhere, and each mean tells how many it left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Final, get_args

from ..core.model import DifficultyName
from ..core.transit.model import FormName, TaskName
from ..scorer import Scorer
from .estimates import Bootstrap, Estimate, Part, estimate
from .groups import majority_at_k, pass_at_k, sizes_to_try
from .measure import LEVELS, Measured, Unmeasured, measure
from .published import Published, published
from .rollouts import Rollout, Row

TASKS: Final[tuple[TaskName, ...]] = get_args(TaskName)
FORMS: Final[dict[str, tuple[FormName, ...]]] = {
    "short": ("short",),
    "long": ("via_count", "via_stops"),
}
COUNTING: Final[tuple[TaskName, ...]] = ("Counting1", "Counting2", "Counting3")
TORF: Final[tuple[TaskName, ...]] = ("TorF1", "TorF2")
#: Errors shown word for word.
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Bucket:
    """The questions of one difficulty on maps of one difficulty."""

    question: DifficultyName
    map: DifficultyName
    accuracy: Estimate


@dataclass(frozen=True, slots=True)
class PlanningMetrics:
    """ReasonMap's metrics of one form; map scores in points, of 20 (short) or 40 (long)."""

    accuracy: Estimate
    map_score: Estimate
    map_score_unweighted: Estimate
    map_score_problems: dict[str, int]
    """Why rollouts have no map score -> how many."""
    buckets: list[Bucket]


@dataclass(frozen=True, slots=True)
class PlusMetrics:
    """ReasonMap-Plus: weighted accuracies."""

    accuracy: Estimate
    counting: Estimate
    torf: Estimate
    tasks: dict[str, Estimate]
    difficulties: dict[str, Estimate]
    cells: dict[str, dict[str, Estimate]]
    """Task -> map difficulty -> accuracy."""


@dataclass(frozen=True, slots=True)
class AtK:
    """Of the questions with at least ``k`` counted rollouts."""

    k: int
    pass_at_k: Estimate
    majority_at_k: Estimate


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
    reasonmap: dict[str, PlanningMetrics]
    plus: PlusMetrics
    groups: dict[str, list[AtK]]
    """``reasonmap_short``, ``reasonmap_long``, ``plus`` -> by k; empty where none is grouped."""
    answers: dict[str, Answers]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The record of ``reward-server evaluate --json``."""

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

    @property
    def in_error(self) -> int:
        """Rows that count nowhere."""
        return self.malformed + sum(sum(model.errors.values()) for model in self.models)


@dataclass(slots=True)
class _Question:
    """The rollouts of one question so far."""

    task: TaskName
    form: FormName
    city: DifficultyName
    level: DifficultyName | None = None
    weight: float = 0.0
    correct: list[bool] = field(default_factory=list)
    answers: list[Hashable | None] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    def add(self, one: Measured) -> None:
        self.level, self.city = one.levels
        self.weight = one.weight
        self.correct.append(one.correct)
        # of a long answer only its hash is kept
        self.answers.append(None if one.answer is None else hash((one.answer,)))
        if one.map_score is not None:
            self.scores.append(one.map_score)
        if one.map_problem is not None:
            self.problems[one.map_problem] += 1


@dataclass(slots=True)
class _Tally:
    """The answers to one task so far."""

    rollouts: int = 0
    errors: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    formats: Counter[bool | None] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)

    def add(self, one: Measured | Unmeasured) -> None:
        self.rollouts += 1
        if isinstance(one, Unmeasured):
            self.errors += 1
            return
        if one.failure is not None:
            self.failures[one.failure] += 1
        self.formats[one.keeps_format] += 1
        self.signals.update(one.signals)

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

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.errors: Counter[str] = Counter()
        self.questions: dict[Hashable, _Question] = {}
        self.tallies: defaultdict[TaskName, _Tally] = defaultdict(_Tally)

    def add(self, number: int, rollout: Rollout, one: Measured | Unmeasured) -> None:
        task = rollout["task"]
        self.tallies[task].add(one)
        key = _question_of(number, rollout)
        question = self.questions.get(key)
        if question is None:
            form, city = rollout["question_form"] or "short", rollout["difficulty_city"] or "easy"
            question = self.questions[key] = _Question(task, form, city)
        if isinstance(one, Unmeasured):
            self.errors[one.kind] += 1
            question.errors += 1
        else:
            question.add(one)

    def metrics(self, bootstrap: Bootstrap) -> ModelMetrics:
        questions = list(self.questions.values())
        planning = [one for one in questions if one.task == "planning"]
        by_form = {
            name: [one for one in planning if one.form in forms] for name, forms in FORMS.items()
        }
        plus = [one for one in questions if one.task != "planning"]
        families = {f"reasonmap_{name}": of_form for name, of_form in by_form.items()}
        counted = sum(len(one.correct) for one in questions)
        return ModelMetrics(
            self.name,
            counted + self.errors.total(),
            counted,
            dict(self.errors.most_common()),
            {name: _planning(of_form, bootstrap) for name, of_form in by_form.items()},
            _plus(plus, bootstrap),
            {
                name: _at_k(of_family, bootstrap)
                for name, of_family in (families | {"plus": plus}).items()
            },
            {task: self.tallies[task].result() for task in TASKS if task in self.tallies},
        )


def evaluate_rows(
    rows: Iterable[Row], scorer: Scorer, source: str, bootstrap: Bootstrap
) -> Evaluation:
    """The benchmark's numbers for the rows of ``source``.

    Memory grows with the questions and by a few words a rollout; completions are not kept.
    """
    models: dict[str | None, _Model] = {}
    not_read: dict[str, None] = {}
    errors: list[str] = []
    count = malformed = without_difficulty = 0
    for row in rows:
        count += 1
        not_read |= dict.fromkeys(row.not_read)
        message = row.problem
        if row.rollout is None:
            malformed += 1
        else:
            one = measure(row.rollout, scorer)
            without_difficulty += row.rollout["difficulty_city"] is None
            name = row.rollout["model"]
            if name not in models:
                models[name] = _Model(name)
            models[name].add(row.number, row.rollout, one)
            if isinstance(one, Unmeasured):
                message = f"row {row.number}: {one.kind}: {one.message}"
        if message is not None and len(errors) < _SHOWN:
            errors.append(message)
    return Evaluation(
        source,
        scorer.profile.name,
        scorer.fingerprint,
        bootstrap,
        count,
        malformed,
        without_difficulty,
        sorted(not_read),
        errors,
        [model.metrics(bootstrap) for model in models.values()],
        published(),
    )


def _question_of(number: int, rollout: Rollout) -> Hashable:
    """Equal for the rollouts of one question: of one group, and with one gold."""
    if rollout["group"] is None:
        return number
    return (
        rollout["group"],
        rollout["task"],
        rollout["network"],
        rollout["station_1"],
        rollout["station_2"],
        rollout["answer"],
        rollout["question_form"],
        rollout["question_transfer_count"],
        rollout["difficulty_city"],
        rollout["difficulty_question"],
    )


def _accuracy(questions: Sequence[_Question], bootstrap: Bootstrap) -> Estimate:
    parts = [
        Part(sum(one.correct) / len(one.correct), one.weight, len(one.correct))
        for one in questions
        if one.correct
    ]
    return estimate(parts, sum(one.errors for one in questions), bootstrap)


def _score(questions: Sequence[_Question], bootstrap: Bootstrap, *, weighted: bool) -> Estimate:
    parts = [
        Part(sum(one.scores) / len(one.scores), one.weight if weighted else 1.0, len(one.scores))
        for one in questions
        if one.scores
    ]
    left_out = sum(one.errors + one.problems.total() for one in questions)
    return estimate(parts, left_out, bootstrap)


def _planning(questions: Sequence[_Question], bootstrap: Bootstrap) -> PlanningMetrics:
    problems: Counter[str] = Counter()
    for one in questions:
        problems.update(one.problems)
    return PlanningMetrics(
        _accuracy(questions, bootstrap),
        _score(questions, bootstrap, weighted=True),
        _score(questions, bootstrap, weighted=False),
        dict(problems.most_common(_SHOWN)),
        [
            Bucket(
                level,
                city,
                _accuracy(
                    [one for one in questions if (one.level, one.city) == (level, city)], bootstrap
                ),
            )
            for level, city in product(LEVELS, LEVELS)
        ],
    )


def _plus(questions: Sequence[_Question], bootstrap: Bootstrap) -> PlusMetrics:
    def of(tasks: Sequence[TaskName], cities: Sequence[DifficultyName] = LEVELS) -> Estimate:
        chosen = [one for one in questions if one.task in tasks and one.city in cities]
        return _accuracy(chosen, bootstrap)

    both = COUNTING + TORF
    return PlusMetrics(
        of(both),
        of(COUNTING),
        of(TORF),
        {task: of([task]) for task in both},
        {city: of(both, [city]) for city in LEVELS},
        {task: {city: of([task], [city]) for city in LEVELS} for task in both},
    )


def _at_k(questions: Sequence[_Question], bootstrap: Bootstrap) -> list[AtK]:
    """Nothing where no question has two rollouts."""
    largest = max((len(one.correct) for one in questions), default=0)
    if largest < 2:
        return []
    total = sum(len(one.correct) + one.errors for one in questions)
    found = []
    for k in sizes_to_try(largest):
        enough = [one for one in questions if len(one.correct) >= k]
        left_out = total - sum(len(one.correct) for one in enough)
        means: list[Estimate] = []
        ways: list[Callable[[_Question, int], float]] = [_passes, _agrees]
        for way in map(partial, ways):
            parts = [Part(way(one, k), one.weight, len(one.correct)) for one in enough]
            means.append(estimate(parts, left_out, bootstrap))
        found.append(AtK(k, *means))
    return found


def _passes(question: _Question, k: int) -> float:
    return pass_at_k(len(question.correct), sum(question.correct), k)


def _agrees(question: _Question, k: int) -> float:
    return majority_at_k(question.answers, question.correct, k)
