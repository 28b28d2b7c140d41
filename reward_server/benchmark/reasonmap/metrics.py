"""Questions of the two benchmarks -> their metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ...core.model import DifficultyName
from ..estimates import Bootstrap, Estimate, Part, estimate
from ..questions import Question, accuracy
from .table import FORMS, LEVELS, PLUS, PLUS_TASKS

#: Reasons shown why there is no map score.
_REASONS_SHOWN = 10


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


def reasonmap_metrics(
    families: Mapping[str, Sequence[Question]], bootstrap: Bootstrap
) -> dict[str, PlanningMetrics]:
    """ReasonMap's metrics by its forms."""
    return {form: _of_form(families[f"reasonmap_{form}"], bootstrap) for form in FORMS}


def _of_form(questions: Sequence[Question], bootstrap: Bootstrap) -> PlanningMetrics:
    problems: Counter[str] = Counter()
    for question in questions:
        problems.update(question.map_problems)
    return PlanningMetrics(
        accuracy(questions, bootstrap),
        _map_score(questions, bootstrap, weighted=True),
        _map_score(questions, bootstrap, weighted=False),
        dict(problems.most_common(_REASONS_SHOWN)),
        [
            Bucket(
                level,
                city,
                accuracy(
                    [
                        question
                        for question in questions
                        if (question.level, question.city) == (level, city)
                    ],
                    bootstrap,
                ),
            )
            for level, city in product(LEVELS, LEVELS)
        ],
    )


def _map_score(questions: Sequence[Question], bootstrap: Bootstrap, *, weighted: bool) -> Estimate:
    parts = [
        Part(
            sum(question.map_scores) / len(question.map_scores),
            question.weight if weighted else 1.0,
            len(question.map_scores),
        )
        for question in questions
        if question.map_scores
    ]
    left_out = sum(question.errors + question.map_problems.total() for question in questions)
    return estimate(parts, left_out, bootstrap)


def plus_metrics(questions: Sequence[Question], bootstrap: Bootstrap) -> PlusMetrics:
    """ReasonMap-Plus' metrics."""

    def of(tasks: Collection[str], cities: Collection[DifficultyName] = LEVELS) -> Estimate:
        chosen = [
            question for question in questions if question.task in tasks and question.city in cities
        ]
        return accuracy(chosen, bootstrap)

    return PlusMetrics(
        accuracy=of(PLUS_TASKS),
        counting=of(PLUS["counting"]),
        torf=of(PLUS["torf"]),
        tasks={task: of([task]) for task in PLUS_TASKS},
        difficulties={city: of(PLUS_TASKS, [city]) for city in LEVELS},
        cells={task: {city: of([task], [city]) for city in LEVELS} for task in PLUS_TASKS},
    )
