"""A seed -> cities."""

from __future__ import annotations

from collections.abc import Iterator

from reward_server.core.model import DifficultyName

from ..city import City


def synth(count: int, difficulty: DifficultyName, seed: int) -> Iterator[City]:
    """``count`` cities of a difficulty, one by one; the same for the same seed.

    The first cities of a seed do not depend on ``count``.
    """
    raise NotImplementedError
