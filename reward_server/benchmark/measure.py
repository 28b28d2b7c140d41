"""One rollout -> what the benchmark says of it, or why it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from ..core.budget import TooMuchWorkError
from ..core.model import FailureKind, GoldError, ParseFailure
from ..scorer import Scorer
from ..wire.results import Failure
from .marks import Marks, plain_marks
from .reasonmap.measure import TransitRollout, marks_of
from .rollouts import Rollout


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one rollout whose gold is sound.

    ``failure``: why no answer could be read. ``keeps_format``: ``None`` without an answer, and
    where the profile pays for no format.
    """

    correct: bool
    marks: Marks
    failure: FailureKind | None
    keeps_format: bool | None
    signals: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A rollout in error: it counts nowhere, and is shown."""

    kind: str
    message: str


def measure(rollout: Rollout, scorer: Scorer, *, of_reasonmap: bool) -> Measured | Unmeasured:
    """The benchmark's word on one rollout; ``correct`` is what the scorer's profile says.

    ``of_reasonmap``: whether its task is one of ReasonMap's or of ReasonMap-Plus'.
    """
    (outcome,) = scorer.evaluate([rollout])
    if isinstance(outcome, Failure):
        return Unmeasured(outcome.kind, outcome.message)
    try:
        marks = (
            marks_of(cast("TransitRollout", rollout), outcome, scorer.networks)
            if of_reasonmap
            else plain_marks(outcome)
        )
    except GoldError as error:
        return Unmeasured(error.kind, str(error))
    except TooMuchWorkError:
        return Unmeasured(
            "too_much_work", "completion: its route takes more work to read than its length allows"
        )
    failed = isinstance(outcome.claim, ParseFailure)
    pays_format = outcome.format is not None and scorer.profile.weights.format > 0
    return Measured(
        outcome.correct,
        marks._replace(answer=None) if failed else marks,
        outcome.claim.kind if failed else None,
        bool(outcome.format) if pays_format and not failed else None,
        outcome.signals,
    )
