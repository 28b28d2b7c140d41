r"""ms-swift: the reward function ``rewardmap``, registered when swift imports this.

::

    echo 'import trainer_client.adapters.ms_swift' > plugin.py
    REWARD_URL=http://127.0.0.1:8080 swift rlhf --rlhf_type grpo \
        --external_plugins plugin.py --reward_funcs rewardmap --scale_rewards none ...

The dataset's columns are those of ``trainer_client.client.rows``. swift makes a reward of 0 of a
``None`` that is alone in its row: a sample that cannot be scored raises instead, and the step
fails.
"""

from __future__ import annotations

from collections.abc import Sequence

from swift.rewards import AsyncORM, orms

from trainer_client.adapters.samples import refuse_errors
from trainer_client.client.rows import items_of
from trainer_client.client.shared import client


class RewardMap(AsyncORM):  # type: ignore[misc]  # of a library without types
    """The reward of each completion; ``REWARD_URL`` and so on say who gives it."""

    async def __call__(self, completions: Sequence[object], **columns: object) -> list[float]:
        """A reward for each completion, from one call. Raises ``RewardClientError``."""
        batch = await client().score(items_of(completions, columns))
        refuse_errors(batch.results)
        return [result["reward"] or 0.0 for result in batch.results]


orms["rewardmap"] = RewardMap
