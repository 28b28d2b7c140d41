"""What a person sees of a run: a line a step, and in which stage of the curriculum it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import GRPOTrainer

STAGE = "curriculum/stage"
Logs = dict[str, float | None]


class StagedTrainer(GRPOTrainer):  # type: ignore[misc]
    """A ``GRPOTrainer`` that logs the stage of each step as ``curriculum/stage``, from 1 on.

    ``stages``: the stage of each row of the training set. Of a step with rows of several stages,
    it is their mean.
    """

    def __init__(self, *args: Any, stages: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stages = stages

    def log(self, logs: Logs, start_time: float | None = None) -> None:
        """Log, with the stage where rewards are logged."""
        if self._metrics["train"].get("reward") and self.state.global_step:
            shown = self._rows_of(self.state.global_step)
            logs = {**logs, STAGE: sum(shown) / len(shown)}
        super().log(logs, start_time)

    def _rows_of(self, step: int) -> Sequence[int]:
        """The stages of the rows that an optimizer's step trains on."""
        args = self.args
        prompts = args.generation_batch_size // args.num_generations
        steps = args.num_iterations * args.steps_per_generation // args.gradient_accumulation_steps
        batch = (step - 1) // max(steps, 1) % max(len(self._stages) // prompts, 1)
        return self._stages[batch * prompts : (batch + 1) * prompts]


class Progress(TrainerCallback):
    """A bar, and above it a line a step: stage, reward and its parts, and what they cost."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._bar = Bar(
            TextColumn("steps"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._steps = self._bar.add_task("steps", total=None)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Show the bar, on the first process only."""
        if state.is_world_process_zero:
            self._bar.update(self._steps, total=state.max_steps, completed=state.global_step)
            self._bar.start()

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float | None] | None = None,
        **kwargs: Any,
    ) -> None:
        """Print a step's line."""
        if not state.is_world_process_zero or logs is None or "reward" not in logs:
            return
        self._bar.update(self._steps, completed=state.global_step)
        self._console.print(line(state.global_step, logs))


def line(step: int, logs: Mapping[str, float | None]) -> str:
    """A step in one line; ``-`` where there is no figure."""
    return (
        f"step {step} stage {_figure(logs, STAGE)}  reward {_figure(logs, 'reward')} "
        f"(format {_figure(logs, 'rewardmap/format')}, correct {_figure(logs, 'rewardmap/correct')}, "
        f"detail {_figure(logs, 'rewardmap/detail')})  "
        f"zero variance {_figure(logs, 'rewardmap/zero_variance')}  "
        f"errors {_figure(logs, 'rewardmap/errors')}  "
        f"reward calls {_figure(logs, 'rewardmap/seconds')} s"
    )


def _figure(logs: Mapping[str, float | None], name: str) -> str:
    value = logs.get(name)
    return "-" if value is None else f"{value:.3g}"
