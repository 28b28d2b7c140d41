"""The two sides of a replay: where the rewards of a rollout come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple, Protocol, cast

from pydantic import TypeAdapter, ValidationError

from ..scorer import Scorer
from ..wire.fields import Label
from ..wire.problems import problems
from ..wire.results import Result
from .rollouts import Rollout, Row, Stored, UnusableError, read_lines

#: What ``--against`` says for the rewards that stand in the rollouts themselves.
IN_ROWS: Final = "stored"


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
    """Scores each rollout by a profile."""

    def __init__(self, scorer: Scorer) -> None:
        self.name = scorer.profile.name
        self.fingerprint = scorer.fingerprint
        self._scorer = scorer

    def scores(self, rows: Sequence[Row]) -> list[Score | None]:
        """The profile's scores."""
        valid = [row.rollout for row in rows if row.rollout is not None]
        results = iter(self._scorer.score_valid(valid))
        return [None if row.rollout is None else _of_result(next(results)) for row in rows]

    def explain(self, rollout: Rollout, _: Score) -> str | None:
        """The profile's sentence."""
        (result,) = self._scorer.score_valid([rollout], "full")
        return result["error"]["message"] if result["error"] else result["explanation"]


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
        self._lines = read_lines(path, stack)

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


def _of_result(result: Result) -> Score:
    components = cast("dict[str, float | None] | None", result["components"])
    error = result["error"]["kind"] if result["error"] else None
    return Score(result["reward"], result["correct"], components or {}, None, error)
