"""Reward functions for TRL's trainers: GRPO, RLOO and AsyncGRPO.

One import and one line in a training script::

    from trainer_client.trl import reward_function

    trainer = GRPOTrainer(..., reward_funcs=reward_function("http://127.0.0.1:8080"))

and for TRL's own command line, which takes a dotted path, the same by the environment::

    REWARD_URL=http://127.0.0.1:8080 trl grpo --reward_funcs trainer_client.trl.rewardmap ...

What is scored are the dataset's columns (``trainer_client.client.rows``); images are never read. A
completion that the service could not score has the reward ``None``: TRL masks it out, so that it
is in no mean and its advantage is 0. Every call logs the same names, whatever became of it, as
TRL gathers each of them over all ranks.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import math
import operator
import time
import warnings
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack

from reward_server.wire.results import COMPONENTS, SIGNALS, Result

from ..client.client import RewardClient
from ..client.errors import RewardClientError
from ..client.results import Batch
from ..client.rows import items_of
from ..client.shared import Environment
from ..client.shared import client as shared_client

_LOG = logging.getLogger(__name__)

Rewards = list[float | None]
#: Calls in a row without a single reward after which the run is stopped.
MAX_FAILED_STEPS = 5
#: What a task is logged as that the trainer's datasets do not have.
OTHER_TASKS = "other"
#: Name of a reward function -> the component that it gives; ``None``: the reward.
FUNCTIONS: Mapping[str, str | None] = {
    "rewardmap": None,
    **{f"rewardmap_{component}": component for component in COMPONENTS},
}
#: The mean of the column ``stage``, where the dataset has it: how far its curriculum is.
STAGE = "curriculum/stage"


class ClientOptions(TypedDict, total=False):
    """What a reward function passes on to its ``RewardClient``."""

    profile: str | None
    expect_fingerprint: str | None
    pin_first: bool
    token: str | None
    networks: Mapping[str, object] | str | Path | None
    deadline_s: float
    connect_timeout_s: float


class NoRewardsError(RewardClientError):
    """Step after step no completion got a reward: the run would go on and learn nothing."""


RewardFunction = Callable[..., Coroutine[Any, Any, Rewards]]
"""As TRL calls it, with keywords only: a reward, or ``None``, for each completion."""


async def rewardmap(
    *, completions: Sequence[object], calls: Calls | None = None, **columns: object
) -> Rewards:
    """The reward of each completion; ``None`` where it could not be scored.

    ``columns`` are TRL's keyword arguments. Without ``calls``, which ``reward_function`` binds,
    the environment says what to call.
    """
    results = await (calls or _calls_of_environment()).results("reward", completions, columns)
    return [result["reward"] for result in results]


def reward_function(
    service: str | Sequence[str] | RewardClient | None = None,
    *,
    max_failed_steps: int = MAX_FAILED_STEPS,
    label: str | None = None,
    **options: Unpack[ClientOptions],
) -> RewardFunction:
    """The reward as one function for ``reward_funcs``; TRL logs it as ``rewardmap``.

    ``service``: its address, or several to fail over between, or a client; ``None`` scores in
    this process. ``options`` are those of ``RewardClient``. After ``max_failed_steps`` calls in a
    row in which no completion got a reward the run stops with ``NoRewardsError``. A ``label``
    tells a second reward of one run from the first, such as another profile that is only watched:
    TRL then logs it as ``rewardmap@label``.
    """
    function = _function("rewardmap", label)
    calls = Calls(_client(service, options), max_failed_steps, function.__name__)
    return functools.partial(function, calls=calls)


def component_functions(
    service: str | Sequence[str] | RewardClient | None = None,
    *,
    max_failed_steps: int = MAX_FAILED_STEPS,
    label: str | None = None,
    **options: Unpack[ClientOptions],
) -> list[RewardFunction]:
    """A function for each of ``COMPONENTS``, in that order, for ``reward_weights``.

    One request serves them all. Each has its component times the question's difficulty weight
    W, so that with ``reward_weights=[1, 1, 0.5]`` (the last is the profile's alpha) their sum is
    the reward. A component that a task does not have is ``None``, which TRL adds as nothing. The
    arguments are those of ``reward_function``.
    """
    name = _function("rewardmap", label).__name__
    calls = Calls(_client(service, options), max_failed_steps, name)
    return [
        functools.partial(_function(name, label), calls=calls)
        for name, component in FUNCTIONS.items()
        if component is not None
    ]


@dataclass
class _Call:
    """One request, and which functions have asked for its results."""

    completions: Sequence[object]
    """The list that TRL handed over."""
    content: tuple[object, ...]
    """What was in it then."""
    task: asyncio.Task[list[Result]]
    askers: set[str] = field(default_factory=set)

    def answers(self, asker: str, completions: Sequence[object]) -> bool:
        """Whether its results are those that the function asks for now."""
        return (
            self.completions is completions
            and asker not in self.askers
            and len(self.content) == len(completions)
            and all(map(operator.is_, self.content, completions))
        )


class Calls:
    """The calls of the reward functions of one run: they share requests, and are counted.

    Pickled it is the client and the settings, as AsyncGRPO's worker process needs it.
    """

    def __init__(self, client: RewardClient, max_failed_steps: int, name: str) -> None:
        if max_failed_steps < 1:
            raise ValueError(f"max_failed_steps: expected 1 or more, got {max_failed_steps}")
        self._config = (client, max_failed_steps, name)
        self._client, self._max_failed_steps, self._name = self._config
        self._calls: list[_Call] = []
        self._failed_steps = 0
        self._tasks: tuple[str, ...] | None = None
        """Those that are logged; ``None`` before the first call."""

    def __reduce__(self) -> tuple[type[Calls], tuple[RewardClient, int, str]]:
        return Calls, self._config

    async def results(
        self, asker: str, completions: Sequence[object], columns: Mapping[str, Any]
    ) -> list[Result]:
        """A result for each completion, in order, from the request that other askers share.

        TRL hands one list of completions to all functions of a step, and a new one to the next:
        a call is known by that list with what is in it, and by who asked for it. Raises
        ``RewardClientError`` where going on would be wrong.
        """
        for call in self._calls:
            if call.answers(asker, completions):
                break
        else:
            self._calls = [call for call in self._calls if not call.task.done()]
            task = asyncio.ensure_future(self._score(completions, columns))
            call = _Call(completions, tuple(completions), task)
            self._calls.append(call)
        call.askers.add(asker)
        return await call.task

    async def _score(
        self, completions: Sequence[object], columns: Mapping[str, Any]
    ) -> list[Result]:
        if self._tasks is None:
            # log_metric is a method of the trainer, the one way to it from here
            trainer = getattr(columns.get("log_metric"), "__self__", None)
            _check_trainer(trainer, columns.get("trainer_state"))
            self._tasks = (*_tasks_of(trainer), OTHER_TASKS)
        items = items_of(completions, columns)
        started = time.perf_counter()
        batch = await self._client.score(items)
        seconds = time.perf_counter() - started
        _log_metrics(self._name, batch, seconds, columns.get("log_metric"))
        _log_tasks(self._name, self._tasks, items, batch.results, columns)
        _log_columns(self._name, batch.results, columns.get("log_extra"))
        self._count_failures(batch.results)
        return batch.results

    def _count_failures(self, results: Sequence[Result]) -> None:
        """Say which completions have no reward, and stop where that goes on for too long."""
        errors = [result["error"] for result in results if result["error"] is not None]
        if not errors:
            self._failed_steps = 0
            return
        kinds = ", ".join(
            f"{kind} {count}"
            for kind, count in Counter(error["kind"] for error in errors).most_common()
        )
        what = f"{len(errors)} of {len(results)} completions ({kinds}; {errors[0]['message']})"
        if len(errors) < len(results):
            self._failed_steps = 0
            _LOG.warning("%s: no reward for %s; they are masked", self._name, what)
            return
        self._failed_steps += 1
        if self._failed_steps >= self._max_failed_steps:
            raise NoRewardsError(
                f"{self._name}: {self._failed_steps} steps in a row without any reward, the last "
                f"for {what}"
            )
        _LOG.warning(
            "%s: no reward for %s; they are masked, and the run stops after %d such steps in a "
            "row (this is number %d)",
            self._name,
            what,
            self._max_failed_steps,
            self._failed_steps,
        )


def _check_trainer(trainer: object, state: object) -> None:
    """Look at what the trainer will do with the rewards.

    Raises ``ValueError`` where it would log two functions as one, and warns on the main rank
    where it divides W away, which is the same for all completions of a prompt.
    """
    names = Counter(getattr(trainer, "reward_func_names", ()))
    for name, count in names.items():
        if count > 1 and name.partition("@")[0].startswith("rewardmap"):
            raise ValueError(
                f"{count} reward functions are named {name!r}, and TRL would log the mean of "
                "both under it: give one of them a label"
            )
    if getattr(trainer, "multi_objective_aggregation", None) == "normalize_then_sum":
        setting = "multi_objective_aggregation='normalize_then_sum'"
        remedy = "sum_then_normalize"
    elif getattr(trainer, "scale_rewards", None) == "group":
        setting, remedy = "scale_rewards='group' (the default)", "none"
    else:
        return
    if getattr(state, "is_world_process_zero", True):
        warnings.warn(
            f"with {setting} rewards are divided by the standard deviation of their group, and "
            "the difficulty weight of the questions cancels: hard maps then count as easy "
            f"ones. Set it to {remedy!r} in the trainer's config",
            stacklevel=2,
        )


def _tasks_of(trainer: object) -> tuple[str, ...]:
    """The tasks of a trainer's datasets, in order: the same on every rank, whatever its rows."""
    evaluated = getattr(trainer, "eval_dataset", None)
    datasets = [
        getattr(trainer, "train_dataset", None),
        *(evaluated.values() if isinstance(evaluated, Mapping) else [evaluated]),
    ]
    tasks: dict[object, None] = {}
    for dataset in datasets:
        columns = getattr(dataset, "column_names", None) or ()
        column = next((name for name in ("task", "type") if name in columns), None)
        if column is not None and hasattr(dataset, "__len__"):  # a stream would be used up
            tasks |= dict.fromkeys(dataset[column])
    return tuple(task for task in tasks if isinstance(task, str))


async def _component(
    component: str,
    completions: Sequence[object],
    calls: Calls | None,
    columns: Mapping[str, Any],
) -> Rewards:
    """The component of each completion, weighted; ``None`` where it has none."""
    results = await (calls or _calls_of_environment()).results(component, completions, columns)
    if any(result["status"] == "ok" and result["components"] is None for result in results):
        raise ValueError("component functions need a client whose verbosity is not 'reward'")
    return [_weighted(result, component) for result in results]


def _weighted(result: Result, component: str) -> float | None:
    points, weight = _points(result, component), result["weight"]
    return None if points is None or weight is None else weight * points


def _points(result: Result, component: str) -> float | None:
    components: Mapping[str, float | None] | None = result["components"]  # type: ignore[assignment]
    return None if components is None else components[component]


def _log_metrics(
    name: str, batch: Batch, seconds: float, log_metric: Callable[[str, float], None] | None
) -> None:
    """Log what a call has to say; the same names on every call, ``NaN`` where there is nothing.

    Means are over the completions of this rank that have a reward; a component that a task does
    not have counts 0 in them, as it does in the reward.
    """
    if log_metric is None:
        return
    scored = [result for result in batch.results if result["status"] == "ok"]
    signals = Counter(signal for result in scored for signal in result["signals"])
    groups = [group for group in batch.groups.values() if group.size > 1]
    metrics = {
        "correct": _mean([float(result["correct"] or False) for result in scored]),
        "weight": _mean([result["weight"] or 0.0 for result in scored]),
        **{
            component: _mean(
                [_points(result, component) or 0.0 for result in scored if result["components"]]
            )
            for component in COMPONENTS
        },
        **{
            f"signals/{signal}": signals[signal] / len(scored) if scored else math.nan
            for signal in SIGNALS
        },
        "zero_variance": _mean([float(group.zero_variance or False) for group in groups]),
        "errors": _mean([float(result["status"] != "ok") for result in batch.results]),
        "seconds": seconds,
    }
    for metric, value in metrics.items():
        log_metric(f"{name}/{metric}", value)


def _log_tasks(
    name: str,
    tasks: Sequence[str],
    items: Sequence[Mapping[str, Any]],
    results: Sequence[Result],
    columns: Mapping[str, Any],
) -> None:
    """Log each task's part in the mean reward, its share of the batch, and the stage.

    TRL averages over ranks, each of which has other tasks: the two stay numbers where a task is
    absent, and the first divided by the second is the task's mean reward over all ranks.
    """
    log_metric: Callable[[str, float], None] | None = columns.get("log_metric")
    if log_metric is None:
        return
    points = dict.fromkeys(tasks, 0.0)
    shares = dict(points)
    for item, result in zip(items, results, strict=True):
        if result["reward"] is not None:
            task = item["task"] if item["task"] in points else OTHER_TASKS
            points[task] += result["reward"] / len(results)
            shares[task] += 1 / len(results)
    for task in points:
        log_metric(f"{name}/points/{task}", points[task])
        log_metric(f"{name}/share/{task}", shares[task])
    if "stage" in columns:
        log_metric(STAGE, _mean(columns["stage"]))


def _log_columns(
    name: str,
    results: Sequence[Result],
    log_extra: Callable[[str, list[Any]], None] | None,
) -> None:
    """Log the parts of each reward beside its completion."""
    if log_extra is None:
        return
    for component in COMPONENTS:
        log_extra(f"{name}/{component}", [_points(result, component) for result in results])
    log_extra(f"{name}/signals", [" ".join(result["signals"]) for result in results])
    log_extra(f"{name}/error", [result["error"] and result["error"]["kind"] for result in results])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def _client(
    service: str | Sequence[str] | RewardClient | None, options: ClientOptions
) -> RewardClient:
    if isinstance(service, RewardClient):
        if options:
            raise TypeError(f"a client has its options already; not taken: {', '.join(options)}")
        return service
    return RewardClient(service, **options)


@functools.cache
def _calls_of_environment() -> Calls:
    most = Environment().max_failed_steps or MAX_FAILED_STEPS
    return Calls(shared_client(), most, "rewardmap")


def _function(base: str, label: str | None) -> RewardFunction:
    """The function of a name of ``FUNCTIONS``, with a label under a name of its own.

    TRL logs by the name that a function has, and pickle finds it by that name in this module: it is
    made, and kept here, when it is first asked for.
    """
    name = base if label is None else f"{base}@{label}"
    if name not in globals():
        component = FUNCTIONS[base]

        async def function(
            *, completions: Sequence[object], calls: Calls | None = None, **columns: object
        ) -> Rewards:
            if component is None:
                return await rewardmap(completions=completions, calls=calls, **columns)
            return await _component(component, completions, calls, columns)

        function.__name__ = function.__qualname__ = name
        globals()[name] = function
    named: RewardFunction = globals()[name]
    return named


def __getattr__(name: str) -> RewardFunction:
    """``rewardmap_<component>``, and any function with a label: ``rewardmap@<label>``."""
    base, at, label = name.partition("@")
    if base in FUNCTIONS:
        return _function(base, label if at else None)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
