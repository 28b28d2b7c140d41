"""Replays rollouts under two rewards: what changes, where, and what of it GRPO sees.

Memory: two numbers for each rollout that has a group, and the examples; no completion is kept
that is not among these.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from ..wire.messages import shown
from ..wire.results import COMPONENTS
from .agreement import Agreement, agree_over
from .rollouts import Rollout, Row
from .sides import FileSide, Score, Side

#: Rollouts scored at once.
_BATCH = 256
#: Problems shown word for word.
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class TaskChange:
    """What changes for the rollouts of one task that both sides have a reward for.

    A change of at most the tolerance is none.
    """

    compared: int
    changed: int
    mean_before: float | None
    mean_after: float | None
    mean_absolute_change: float | None
    largest_change: float
    """The largest absolute one."""
    wrong_to_right: int
    right_to_wrong: int
    components: dict[str, int | None]
    """Component -> rollouts in which it changed; ``None`` where no rollout has it twice."""


@dataclass(frozen=True, slots=True)
class Example:
    """One rollout whose reward changed, with what each side says of it."""

    row: int
    id: str | None
    group: str | None
    task: str
    network: str | None
    """``None`` where the task has none too."""
    completion: str
    reward_before: float | None
    reward_after: float | None
    components_before: dict[str, float | None]
    components_after: dict[str, float | None]
    explanation_before: str | None
    explanation_after: str | None


@dataclass(frozen=True, slots=True)
class Replay:
    """The record of ``reward-server replay --json``: from ``--against`` to ``--profile``."""

    source: str
    before: str
    fingerprint_before: str | None
    after: str
    fingerprint_after: str | None
    tolerance: float
    verdict: str
    """``same``, ``changed``, or ``unusable``: a row is no item, or none has both rewards."""
    rows: int
    malformed: int
    problems: list[str]
    """Of the first few malformed rows."""
    status_changed: dict[str, int]
    """Why one side alone has no reward, as ``after: unknown_network`` -> rollouts."""
    in_error_on_both: int
    overall: TaskChange
    tasks: dict[str, TaskChange]
    groups: Agreement
    examples: list[Example]


@dataclass(slots=True)
class _Tally:
    compared: int = 0
    changed: int = 0
    sum_before: float = 0.0
    sum_after: float = 0.0
    absolute: float = 0.0
    largest: float = 0.0
    verdicts: Counter[tuple[bool | None, bool | None]] = field(default_factory=Counter)
    components: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(COMPONENTS))

    def result(self) -> TaskChange:
        count = self.compared
        return TaskChange(
            count,
            self.changed,
            self.sum_before / count if count else None,
            self.sum_after / count if count else None,
            self.absolute / count if count else None,
            self.largest,
            self.verdicts[False, True],
            self.verdicts[True, False],
            self.components,
        )


@dataclass(order=True, slots=True)
class _Candidate:
    """An example in the making; the least telling comes first in a heap."""

    change: float
    row: int
    """Negative: of equal changes the first in the file is kept."""
    rollout: Rollout = field(compare=False)
    before: Score = field(compare=False)
    after: Score = field(compare=False)


class _Comparison:
    """All that has been compared so far."""

    def __init__(self, tolerance: float, examples: int) -> None:
        self.tolerance = tolerance
        self.rows = self.malformed = self.both = 0
        self.problems: list[str] = []
        self.status: Counter[str] = Counter()
        self.overall = _Tally()
        self.tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        self.groups: defaultdict[tuple[str | None, str], tuple[array[float], array[float]]]
        self.groups = defaultdict(lambda: (array("d"), array("d")))
        self._examples = examples
        self._heaps: defaultdict[tuple[object, ...], list[_Candidate]] = defaultdict(list)

    def add(self, row: Row, before: Score | None, after: Score | None) -> None:
        self.rows += 1
        if row.rollout is None or before is None or after is None:
            self.malformed += 1
            if len(self.problems) < _SHOWN and row.problem is not None:
                self.problems.append(row.problem)
        elif before.reward is None or after.reward is None:
            if before.error and after.error:
                self.both += 1
            else:
                self.status[
                    f"before: {before.error}" if before.error else f"after: {after.error}"
                ] += 1
        else:
            self._compare(row.number, row.rollout, before, after, before.reward, after.reward)

    def _compare(
        self,
        number: int,
        rollout: Rollout,
        before: Score,
        after: Score,
        reward_before: float,
        reward_after: float,
    ) -> None:
        change = abs(reward_after - reward_before)
        changed = change > self.tolerance
        moved = _moved(before.components, after.components, self.tolerance)
        for tally in (self.overall, self.tallies[rollout["task"]]):
            tally.compared += 1
            tally.changed += changed
            tally.sum_before += reward_before
            tally.sum_after += reward_after
            tally.absolute += change
            tally.largest = max(tally.largest, change)
            tally.verdicts[before.correct, after.correct] += 1
            for name, has_moved in moved:
                tally.components[name] = (tally.components[name] or 0) + has_moved
        if rollout["group"] is not None:
            of_before, of_after = self.groups[rollout["model"], rollout["group"]]
            of_before.append(reward_before)
            of_after.append(reward_after)
        if changed and self._examples:
            heap = self._heaps[
                rollout["task"], before.correct, after.correct, reward_after > reward_before
            ]
            candidate = _Candidate(change, -number, rollout, before, after)
            if len(heap) < self._examples:
                heapq.heappush(heap, candidate)
            elif heap[0] < candidate:
                heapq.heapreplace(heap, candidate)

    def most_telling(self) -> list[_Candidate]:
        """The largest change of each kind (task, verdicts, direction), then the second of each."""
        kinds = [sorted(heap, reverse=True) for heap in self._heaps.values()]
        kinds.sort(key=lambda kind: kind[0], reverse=True)
        turns = [kind[turn] for turn in range(self._examples) for kind in kinds if turn < len(kind)]
        return turns[: self._examples]


def replay(
    rows: Iterable[Row], before: Side, after: Side, source: str, tolerance: float, examples: int
) -> Replay:
    """What changes between the rewards of two sides for the same rollouts."""
    comparison = _Comparison(tolerance, examples)
    for batch in _batches(rows):
        for row, of_before, of_after in zip(
            batch, before.scores(batch), after.scores(batch), strict=True
        ):
            comparison.add(row, of_before, of_after)
    for side in (before, after):
        if isinstance(side, FileSide):
            side.end()
    overall = comparison.overall.result()
    if comparison.malformed or not overall.compared:
        verdict = "unusable"
    else:
        verdict = "changed" if overall.changed or comparison.status else "same"
    return Replay(
        source=source,
        before=before.name,
        fingerprint_before=before.fingerprint,
        after=after.name,
        fingerprint_after=after.fingerprint,
        tolerance=tolerance,
        verdict=verdict,
        rows=comparison.rows,
        malformed=comparison.malformed,
        problems=comparison.problems,
        status_changed=dict(comparison.status.most_common()),
        in_error_on_both=comparison.both,
        overall=overall,
        tasks={task: tally.result() for task, tally in sorted(comparison.tallies.items())},
        groups=agree_over(list(comparison.groups.values())),
        examples=[_example(candidate, before, after) for candidate in comparison.most_telling()],
    )


def _moved(
    before: Mapping[str, float | None], after: Mapping[str, float | None], tolerance: float
) -> list[tuple[str, bool]]:
    """The components that both have, and whether they differ."""
    moved = []
    for name in COMPONENTS:
        was, is_ = before.get(name), after.get(name)
        if was is not None and is_ is not None:
            moved.append((name, abs(is_ - was) > tolerance))
    return moved


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _example(candidate: _Candidate, before: Side, after: Side) -> Example:
    rollout, of_before, of_after = candidate.rollout, candidate.before, candidate.after
    return Example(
        row=-candidate.row,
        id=rollout["id"],
        group=rollout["group"],
        task=rollout["task"],
        network=cast("str | None", rollout.get("network")),
        completion=shown(rollout["completion"]),
        reward_before=of_before.reward,
        reward_after=of_after.reward,
        components_before=dict(of_before.components),
        components_after=dict(of_after.components),
        explanation_before=before.explain(rollout, of_before),
        explanation_after=after.explain(rollout, of_after),
    )
