"""The two sides of a replay: where the rewards of a rollout come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from pydantic import TypeAdapter, ValidationError

from ..scorer import Outcome, Scorer
from ..wire.fields import Label
from ..wire.files import open_lines
from ..wire.problems import problems
from ..wire.results import COMPONENTS, Failure
from .rollouts import Rollout, Row, Stored, UnusableError

#: What ``--against`` says for the rewards that stand in the rollouts themselves.
IN_ROWS: Final = "stored"
#: Why a profile gives no reward, beside the kinds of an item's errors.
_NO_TASK: Final = "no such task"


class Score(NamedTuple):
    """What one side says of a rollout; ``None`` is what it does not tell.

    ``error``: why there is no reward, ``None`` where there is one.
    """

    reward: float | None
    correct: bool | None
    components: Mapping[str, float | None]
    """Empty where this side has none."""
    explanation: str | None
    error: str | None


class Side(Protocol):
    """One side of a replay."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def fingerprint(self) -> str | None:
        """Whose rewards these are, where it is known once all rows are scored."""

    def scores(self, rows: Sequence[Row]) -> list[Score | None]:
        """A score for each row, in order; ``None`` for a row that is no item."""

    def explain(self, rollout: Rollout, score: Score) -> str | None:
        """A score that this side gave in a sentence, where it can say it."""


class ProfileSide:
    """Scores each rollout by a profile; of a task that it does not have it gives no reward."""

    def __init__(self, scorer: Scorer) -> None:
        self.name = scorer.profile.name
        self.fingerprint = scorer.fingerprint
        self._scorer = scorer

    def scores(self, rows: Sequence[Row]) -> list[Score | None]:
        """The profile's scores."""
        return [None if row.rollout is None else self._score(row.rollout) for row in rows]

    def _score(self, rollout: Rollout) -> Score:
        if rollout["task"] not in self._scorer.profile.tasks:
            return Score(None, None, {}, None, _NO_TASK)
        (outcome,) = self._scorer.evaluate([rollout])
        return _of_outcome(outcome)

    def explain(self, rollout: Rollout, score: Score) -> str | None:
        """The profile's sentence."""
        if score.error == _NO_TASK:
            return None
        (outcome,) = self._scorer.evaluate([rollout])
        if isinstance(outcome, Failure):
            return outcome.message
        return self._scorer.profile.tasks[rollout["task"]].explain(outcome).sentence


class _StoredSide:
    """Takes what was stored when the rollouts were scored."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fingerprints: dict[str, None] = {}

    @property
    def fingerprint(self) -> str | None:
        """The fingerprints that the rewards were stored with, if they were."""
        return ", ".join(self._fingerprints) or None

    def explain(self, _: Rollout, score: Score) -> str | None:
        """The sentence that is stored: ``score --verbosity full`` writes one."""
        return score.explanation

    def _of_stored(self, stored: Stored) -> Score:
        reward, error = stored["reward"], stored.get("error")
        explanation, fingerprint = stored.get("explanation"), stored.get("fingerprint")
        if isinstance(fingerprint, str):
            self._fingerprints[fingerprint] = None
        kind = error.get("kind") if isinstance(error, Mapping) else None
        return Score(
            reward,
            stored.get("correct"),
            stored.get("components") or {},
            explanation if isinstance(explanation, str) else None,
            None if reward is not None else str(kind or "no reward"),
        )


class RowSide(_StoredSide):
    """Takes the rewards that stand in the rollouts' own columns."""

    def __init__(self) -> None:
        super().__init__(IN_ROWS)

    def scores(self, rows: Sequence[Row]) -> list[Score | None]:
        """The rewards stored in the rows; ``UnusableError`` for a row without the column."""
        scores: list[Score | None] = []
        for row in rows:
            if row.rollout is not None and "reward" not in row.rollout:
                raise UnusableError(f"row {row.number}: no column 'reward' to replay against")
            scores.append(None if row.rollout is None else self._of_stored(row.rollout))
        return scores


class _ResultLine(Stored):
    id: Label | None


_RESULT: TypeAdapter[_ResultLine] = TypeAdapter(_ResultLine)


class FileSide(_StoredSide):
    """Takes the results that ``reward-server score`` wrote, a line for each rollout."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        super().__init__(path.name)
        self._lines = stack.enter_context(open_lines(path))

    def scores(self, rows: Sequence[Row]) -> list[Score | None]:
        """The results of the next rows; ``UnusableError`` where a line is not that row's."""
        return [self._score(row, next(self._lines, None)) for row in rows]

    def end(self) -> None:
        """All rows have been read: ``UnusableError`` where there are more results."""
        if next(self._lines, None) is not None:
            raise UnusableError(f"{self.name}: it has more results than there are rollouts")

    def _score(self, row: Row, line: bytes | None) -> Score | None:
        where = f"{self.name}: line {row.number}"
        if line is None:
            raise UnusableError(f"{where}: missing; expected a result for each rollout")
        try:
            result = _RESULT.validate_json(line)
        except ValidationError as error:
            raise UnusableError(f"{where}: {'; '.join(map(str, problems(error)))}") from error
        if row.rollout is None:
            return None
        if result["id"] != row.rollout["id"]:
            raise UnusableError(
                f"{where}: it is for id {result['id']!r}, expected {row.rollout['id']!r}"
            )
        if "reward" not in result:
            raise UnusableError(f"{where}: it has no reward; expected a result")
        return self._of_stored(result)


def _of_outcome(outcome: Outcome) -> Score:
    if isinstance(outcome, Failure):
        return Score(None, None, {}, None, outcome.kind)
    components = {name: getattr(outcome, name) for name in COMPONENTS}
    return Score(outcome.reward, outcome.correct, components, None, None)
