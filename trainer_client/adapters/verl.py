"""verl: a ``custom_reward_function`` that is awaited sample by sample.

In verl's config (the first two lines as they are; ``reward_kwargs`` or ``REWARD_URL`` say where)::

    reward.custom_reward_function.path=pkg://trainer_client.adapters.verl
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.url=http://127.0.0.1:8080

A row of the dataset has the gold in ``reward_model.ground_truth``, as an object with the fields of
an item or as its JSON, or has the answer there and the other columns in ``extra_info``::

    {"data_source": "reasonmap", "prompt": [...],
     "reward_model": {"style": "rule", "ground_truth": "1"},
     "extra_info": {"task": "TorF1", "network": "china/beijing", "difficulty_city": "hard"}}

verl hands over each sample by itself as it is finished: those of a moment share a request. It takes
the keys of the first sample for those of all, so they are always the same. It has no word for "no
reward": a sample that cannot be scored raises, and the step fails. With verl's ``limited`` manager
it would become a reward of 0: use ``naive`` or ``dapo``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer_client.adapters.samples import numbers, scored
from trainer_client.client.rows import columns_of, gold_of


async def compute_score(
    data_source: object,  # noqa: ARG001 - verl's own arguments, by name
    solution_str: str,
    ground_truth: object,
    extra_info: Mapping[str, Any] | str | None = None,
    *,
    reward_router_address: object = None,  # noqa: ARG001 - given beside a reward model
    reward_model_tokenizer: object = None,  # noqa: ARG001
    **options: str | float | None,
) -> dict[str, float]:
    """The reward as ``score``, and its parts; ``acc``, 1 or 0, is what verl validates by.

    ``options`` come from ``reward_kwargs``: ``url``, ``profile``, ``expect_fingerprint``,
    ``token``, ``networks``, ``deadline_s``, ``connect_timeout_s``. ``extra_info``: the row's other
    columns, or their JSON. Raises ``RewardClientError``, or ``ColumnError`` for what is no row.
    """
    row = {**columns_of(extra_info, "extra_info"), **gold_of(ground_truth)}
    result = await scored(row, solution_str, **options)
    parts = numbers(result)
    return {"score": result["reward"] or 0.0, "acc": parts["correct"], **parts}
