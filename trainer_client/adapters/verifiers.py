r"""verifiers: a reward that is plugged into any task of its v1 by configuration.

::

    REWARD_URL=http://127.0.0.1:8080 uv run eval my-taskset \
        --env.taskset.task.rewards.rewardmap.fn trainer_client.adapters.verifiers:rewardmap

or in the taskset's own code, ``from trainer_client.adapters.verifiers import rewardmap`` and::

    class MapTask(vf.Task[MapData]):
        @vf.reward(weight=1.0)
        async def rewardmap(self, task, trace) -> float:
            return await rewardmap(task, trace)

The gold is the task's data: its fields are the columns of ``trainer_client.client.rows``, or it has
them in a field ``gold``, as an object or its JSON. The parts of the reward become metrics of the
trace. A trace that cannot be scored ends in an error, without a reward. A ``NeMoGymTaskset`` needs
no adapter: its ``resources_url`` may be the service's address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from trainer_client.adapters.samples import numbers, scored
from trainer_client.client.rows import gold_of


class Data(Protocol):
    """What is read of a task's data, a pydantic model."""

    def model_dump(self) -> dict[str, Any]:
        """Its fields."""


class Trace(Protocol):
    """What is used of a trace."""

    @property
    def last_reply(self) -> str:
        """The model's last message."""

    def record_metrics(self, values: Mapping[str, float]) -> None:
        """Keep numbers beside the reward."""


async def rewardmap(task: Data, trace: Trace) -> float:
    """The reward of a trace's last reply. Raises ``RewardClientError``."""
    row = task.model_dump()
    if row.get("gold") is not None:
        row = gold_of(row["gold"])
    result = await scored(row, trace.last_reply)
    trace.record_metrics(numbers(result))
    return result["reward"] or 0.0
