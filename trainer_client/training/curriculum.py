"""The order of training: stage by stage (``data.stages``), shuffled inside each.

A curriculum is an order of a dataset's rows, nothing else, so every trainer keeps it that reads
rows as they come. TRL does with ``shuffle_dataset=False``: its sampler then repeats each row for
its group, and each batch for its updates, in this order; ranks get slices of one batch; and a run
resumed from a checkpoint skips the rows that it has seen, as the order is the same for a seed.

```python
rows = arrange(load("maps", "train"), Curriculum(seed=7, replay=0.1))
trainer = GRPOTrainer(..., train_dataset=rows, args=GRPOConfig(shuffle_dataset=False, ...))
keeps_order(trainer)
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

from ..data.stages import VARIANTS, Variant

if TYPE_CHECKING:
    from datasets import Dataset


@dataclass(frozen=True)
class Curriculum:
    """How rows are ordered; the same rows and the same settings give the same order everywhere."""

    variant: Variant = "stages"
    seed: int = 0
    mixing: float = 0.0
    """The share of each stage's rows that change places with rows of the next stage: 0 keeps the
    stages apart, more makes them run into each other at both sides of every edge."""
    replay: float = 0.0
    """Beside its own rows a stage shows again so many of the earlier stages' rows, as a share of
    its own; never one twice in a stage while there are others."""
    epochs: int = 1
    """How often the whole is gone through, each time shuffled anew. Leave the trainer's own
    number of epochs at 1: it would repeat the first order."""

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise ValueError(
                f"variant: expected one of {', '.join(VARIANTS)}, got {self.variant!r}"
            )
        if not 0 <= self.mixing <= 0.5:
            raise ValueError(f"mixing: expected a share from 0 to 0.5, got {self.mixing}")
        if self.replay < 0:
            raise ValueError(f"replay: expected a share of at least 0, got {self.replay}")
        if self.epochs < 1:
            raise ValueError(f"epochs: expected at least 1, got {self.epochs}")

    def order(self, tasks: Sequence[str]) -> list[int]:
        """The rows' numbers in the order of training; ``tasks`` names each row's task.

        Without replay each row comes once an epoch. Raises ``ValueError`` for a task that is in
        no stage of the variant.
        """
        return [row for _, rows in self._shown(tasks) for row in rows]

    def stages(self, tasks: Sequence[str]) -> list[int]:
        """The stage, from 1 on, in which each row of that order is shown.

        A replayed row, or one that has changed places, counts for the stage that it is shown in.
        """
        return [stage for stage, rows in self._shown(tasks) for _ in rows]

    def _shown(self, tasks: Sequence[str]) -> list[tuple[int, list[int]]]:
        """The number of each stage with the rows to show, in order, for all epochs."""
        stages = self._stages(tasks)
        return [
            shown
            for epoch in range(self.epochs)
            for shown in zip(stages, self._epoch(list(stages.values()), epoch), strict=True)
        ]

    def _stages(self, tasks: Sequence[str]) -> dict[int, list[int]]:
        """The rows of each stage that has any, by its number from 1 on."""
        table = VARIANTS[self.variant] or (tuple(dict.fromkeys(tasks)),)
        stage_of = {task: number for number, stage in enumerate(table, 1) for task in stage}
        stages: dict[int, list[int]] = {number: [] for number in stage_of.values()}
        for row, task in enumerate(tasks):
            if task not in stage_of:
                raise ValueError(f"row {row}: expected one of {', '.join(stage_of)}, got {task!r}")
            stages[stage_of[task]].append(row)
        return {number: rows for number, rows in stages.items() if rows}

    def _epoch(self, stages: Sequence[Sequence[int]], epoch: int) -> list[list[int]]:
        rng = Random(f"{self.seed} {epoch}")  # noqa: S311 - nothing here is a secret
        shuffled = [rng.sample(stage, len(stage)) for stage in stages]
        shown = [self._with_replay(shuffled, number, rng) for number in range(len(shuffled))]
        for before, after in pairwise(shown):
            self._mix(before, after, rng)
        return shown

    def _with_replay(self, stages: Sequence[list[int]], number: int, rng: Random) -> list[int]:
        """A stage with rows of the stages before it strewn in."""
        earlier = [row for stage in stages[:number] for row in stage]
        left = round(self.replay * len(stages[number])) if earlier else 0
        stage = list(stages[number])
        while left:
            again = rng.sample(earlier, min(left, len(earlier)))
            left -= len(again)
            stage += again
        if len(stage) > len(stages[number]):
            rng.shuffle(stage)
        return stage

    def _mix(self, before: list[int], after: list[int], rng: Random) -> None:
        """Let the last rows of a stage and the first of the next change places."""
        edge = round(self.mixing * min(len(before), len(after)))
        if not edge:
            return
        both = before[-edge:] + after[:edge]
        rng.shuffle(both)
        before[-edge:], after[:edge] = both[:edge], both[edge:]


def arrange(dataset: Dataset, curriculum: Curriculum, column: str = "task") -> Dataset:
    """The dataset's rows in the order of a curriculum; ``column`` names their tasks.

    Nothing is copied: the result looks its rows up in ``dataset``.
    """
    if column not in dataset.column_names:
        raise ValueError(f"no column {column!r}; expected one of {', '.join(dataset.column_names)}")
    return dataset.select(curriculum.order(dataset[column]))


def keeps_order(trainer: Any) -> None:  # noqa: ANN401 - TRL has no types, and is not imported here
    """Raise ``ValueError`` where a TRL trainer would not show its rows in the order they have."""
    if getattr(trainer.args, "shuffle_dataset", False):
        raise ValueError(
            "shuffle_dataset: expected False; TRL would shuffle the stages into each other"
        )
    epochs = trainer.args.num_train_epochs
    if epochs > 1 and trainer.args.max_steps < 1:
        raise ValueError(
            f"num_train_epochs: expected at most 1, got {epochs:g}; TRL would begin again with the "
            "first stage. Curriculum(epochs=...) shuffles each epoch anew"
        )
