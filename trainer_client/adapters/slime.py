r"""slime, and its fork miles: ``--custom-rm-path``, for a sample or, with ``--group-rm``, a group.

::

    REWARD_URL=http://127.0.0.1:8080 python train.py \
        --custom-rm-path trainer_client.adapters.slime.reward \
        --reward-key reward --log-reward-category category ...

The gold is the sample's label (``--label-key``): an object with the fields of an item or its JSON;
or the label is the answer, and the other columns are in its metadata (``--metadata-key``). slime
has no word for "no reward": a sample that cannot be scored raises, and the step fails.
"""

from __future__ import annotations

from typing import Any, Protocol

from reward_server.wire.completion import without_end_tokens
from reward_server.wire.results import Result
from trainer_client.adapters.samples import numbers, refuse_errors, scored
from trainer_client.client.rows import columns_of, gold_of, item
from trainer_client.client.shared import client


class Sample(Protocol):
    """What is read of slime's ``Sample``."""

    response: str
    label: Any
    metadata: dict[str, Any]


Reward = float | dict[str, float | str]
"""The reward, or where ``--reward-key`` picks it out of them, it and its parts."""


async def reward(args: object, sample: Sample | list[Sample], **_: object) -> Reward | list[Reward]:
    """The reward of a sample, or those of a list of samples from one call.

    Raises ``RewardClientError``.
    """
    if not isinstance(sample, list):
        return _reward(await scored(_row(sample), without_end_tokens(sample.response)), args)
    batch = await client().score(
        [
            {**item(_row(member), without_end_tokens(member.response)), "group": "group"}
            for member in sample
        ]
    )
    refuse_errors(batch.results)
    return [_reward(result, args) for result in batch.results]


def _row(sample: Sample) -> dict[str, Any]:
    return {**columns_of(sample.metadata, "metadata"), **gold_of(sample.label)}


def _reward(result: Result, args: object) -> Reward:
    points = result["reward"] or 0.0
    if not getattr(args, "reward_key", None):
        return points
    category = "correct" if result["correct"] else "wrong"
    return {"reward": points, "category": category, **numbers(result)}
