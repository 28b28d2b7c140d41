r"""OpenRLHF: a ``.py`` for ``--reward.remote_url``, for a service with tokens or several of them.

::

    echo 'from trainer_client.adapters.openrlhf import reward_func' > reward.py
    REWARD_URL=http://a:8080,http://b:8080 REWARD_TOKEN=... python -m openrlhf.cli.train_ppo_ray \
        --reward.remote_url reward.py --data.label_key label ...

The label is an object with the fields of an item, or its JSON. Where the service takes anybody,
``--reward.remote_url http://HOST:8080/openrlhf`` does the same without this file. A sample that
cannot be scored raises; OpenRLHF then has no reward for it, and the step fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from reward_server.wire.completion import after_prompt, without_end_tokens
from reward_server.wire.results import Numbers, Result
from trainer_client.adapters.samples import numbers, scored
from trainer_client.client.rows import ColumnError, gold_of


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[object]
) -> dict[str, Any]:
    """Rewards, ``scores`` (1 correct, 0 not) to filter groups by, and the parts for the log.

    OpenRLHF calls it from a thread for each sample: those of a moment share a request. For one
    sample the values are numbers, else lists. Raises ``RewardClientError`` and ``ColumnError``.
    """
    results = asyncio.run(_results(queries, prompts, labels))
    parts = [numbers(result) for result in results]
    return {
        "rewards": _column([result["reward"] or 0.0 for result in results]),
        "scores": _column([part["correct"] for part in parts]),
        "extra_logs": {
            name: _column([part[name] for part in parts]) for name in Numbers.__annotations__
        },
    }


async def _results(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[object]
) -> list[Result]:
    return list(
        await asyncio.gather(
            *(
                scored(gold_of(label), _completion(query, prompt))
                for query, prompt, label in zip(queries, prompts, labels, strict=True)
            )
        )
    )


def _completion(query: str, prompt: str) -> str:
    response = after_prompt(query, prompt)
    if response is None:
        raise ColumnError("a query: expected its prompt and then the response; it is not there")
    return without_end_tokens(response)


def _column(values: list[float]) -> float | list[float]:
    return values[0] if len(values) == 1 else values
