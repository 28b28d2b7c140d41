"""What a person sees of a run: a bar, and a line for each step."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from reward_server.wire.results import COMPONENTS

from .guards import ZERO_VARIANCE
from .reward_functions import STAGE

Logs = Mapping[str, float | None]
#: Where no terminal says how wide it is.
_WIDTH = 200
#: Before a task's name, in the name of its share of the batch.
_SHARE = "rewardmap/share/"


class Progress(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """A bar, and above it a line a step: stage, reward and its parts, and what they cost.

    On the first process only. A context, so that the bar ends with the run however that ends.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        if not self._console.is_terminal:
            self._console.width = _WIDTH
        self._bar = Bar(
            TextColumn("steps"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._steps = self._bar.add_task("steps", total=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def on_train_begin(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        **_others: object,
    ) -> None:
        """Show the bar."""
        if state.is_world_process_zero:
            self._bar.update(self._steps, total=state.max_steps, completed=state.global_step)
            self._bar.start()

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: Logs | None = None,
        **_others: object,
    ) -> None:
        """Print a step's line."""
        if not state.is_world_process_zero or logs is None or "reward" not in logs:
            return
        self._bar.update(self._steps, completed=state.global_step)
        self._console.print(f"step {state.global_step}/{state.max_steps} · {line(logs)}")


def line(logs: Logs) -> str:
    """What TRL and the reward function have logged of a step, in one line."""
    tasks = [
        f"{name.removeprefix(_SHARE)} {_number(points / share)}"
        for name, share in logs.items()
        if name.startswith(_SHARE)
        and share
        and (points := logs.get(name.replace(_SHARE, "rewardmap/points/"))) is not None
    ]
    components = [f"{name} {_number(logs.get(f'rewardmap/{name}'))}" for name in COMPONENTS]
    missing = logs.get("rewardmap/errors")
    seconds = _number(logs.get("rewardmap/seconds"))
    said = [
        f"stage {_number(logs.get(STAGE))}",
        f"reward {_number(logs['reward'])}" + (f" ({', '.join(tasks)})" if tasks else ""),
        " ".join(components),
        f"zero variance {_percent(logs.get(ZERO_VARIANCE))}",
        *([f"{_percent(missing)} without a reward"] if missing else []),
        f"reward calls {seconds} s of {_number(logs.get('step_time'))} s",
    ]
    return " · ".join(said)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
