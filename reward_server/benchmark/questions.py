"""Questions with their rollouts -> means: accuracy, pass@k and majority@k, for any task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..core.model import DifficultyName
from .estimates import Bootstrap, Estimate, Part, estimate
from .groups import majority_at_k, pass_at_k, sizes_to_try
from .measure import Measured


@dataclass(slots=True)
class Question:
    """The rollouts of one question so far.

    ``family``: the benchmark's questions that its pass@k is told with, ``None`` where its task is
    of no benchmark. ``city``, ``level`` and the map scores are ReasonMap's.
    """

    task: str
    family: str | None = None
    city: DifficultyName = "easy"
    level: DifficultyName | None = None
    weight: float = 1.0
    correct: list[bool] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)
    """A hash of each, as answers may be long."""
    map_scores: list[float] = field(default_factory=list)
    map_problems: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    def add(self, measured: Measured) -> None:
        """Count one more rollout."""
        marks = measured.marks
        self.weight, self.level = marks.weight, marks.level
        self.correct.append(measured.correct)
        # an answer of some task may be a list, which has no hash
        self.answers.append(None if marks.answer is None else hash(repr(marks.answer)))
        if marks.map_score is not None:
            self.map_scores.append(marks.map_score)
        if marks.map_problem is not None:
            self.map_problems[marks.map_problem] += 1


@dataclass(frozen=True, slots=True)
class AtK:
    """Of the questions with at least ``k`` counted rollouts."""

    k: int
    pass_at_k: Estimate
    majority_at_k: Estimate


def accuracy(questions: Sequence[Question], bootstrap: Bootstrap) -> Estimate:
    """The weighted share of correct answers; a question is its rollouts' mean."""
    parts = [
        Part(sum(question.correct) / len(question.correct), question.weight, len(question.correct))
        for question in questions
        if question.correct
    ]
    return estimate(parts, sum(question.errors for question in questions), bootstrap)


def at_k(questions: Sequence[Question], bootstrap: Bootstrap) -> list[AtK]:
    """pass@k and majority@k for k = 1, 2, 4, ...; nothing where no question has two rollouts."""
    largest = max((len(question.correct) for question in questions), default=0)
    if largest < 2:
        return []
    total = sum(len(question.correct) + question.errors for question in questions)
    rows = []
    for k in sizes_to_try(largest):
        enough = [question for question in questions if len(question.correct) >= k]
        left_out = total - sum(len(question.correct) for question in enough)
        passes, agrees = (
            estimate(
                [
                    Part(share(question, k), question.weight, len(question.correct))
                    for question in enough
                ],
                left_out,
                bootstrap,
            )
            for share in _SHARES
        )
        rows.append(AtK(k, passes, agrees))
    return rows


def _passes(question: Question, k: int) -> float:
    return pass_at_k(len(question.correct), sum(question.correct), k)


def _agrees(question: Question, k: int) -> float:
    return majority_at_k(question.answers, question.correct, k)


_SHARES: tuple[Callable[[Question, int], float], ...] = (_passes, _agrees)
