"""What the adapters share: a sample scored, or an error where it could not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from reward_server.wire import results as wire
from reward_server.wire.results import Result
from trainer_client.client.errors import RewardClientError
from trainer_client.client.rows import item
from trainer_client.client.shared import client


class NotScoredError(RewardClientError):
    """A sample has no reward, and its framework no way to leave it out: the step must fail."""


async def scored(
    row: Mapping[str, Any], completion: object, **options: str | float | None
) -> Result:
    """The result of one sample; samples that are asked for at a time share requests.

    ``options`` are those of ``trainer_client.client.shared.client``. Raises ``RewardClientError``.
    """
    result = await client(**options).score_one(item(row, completion))
    refuse_errors([result])
    return result


def refuse_errors(results: Sequence[Result]) -> None:
    """Raise ``NotScoredError`` where any result is an error, and say the first."""
    errors = [result["error"] for result in results if result["error"] is not None]
    if errors:
        raise NotScoredError(
            f"no reward for {len(errors)} of {len(results)} samples; the first: "
            f"{errors[0]['kind']}: {errors[0]['message']}"
        )


def numbers(result: Result) -> dict[str, float]:
    """A result in numbers alone, with the same keys whatever its task."""
    said = wire.numbers(result["correct"], result["weight"], result["components"])
    return cast("dict[str, float]", said)
