"""The trainer's side of reward_server: a client, adapters for RL frameworks, data and a GRPO run.

``from trainer_client import RewardClient``; ``RewardClient(url).score_sync(items)``.
"""

from .client.client import RewardClient
from .client.errors import (
    FingerprintMismatchError,
    MalformedRequestError,
    MissingExtraError,
    RewardClientError,
    UnauthorizedError,
    UnknownProfileError,
    UnreachableError,
    WrongServiceError,
)
from .client.results import Batch, Item

__all__ = [
    "Batch",
    "FingerprintMismatchError",
    "Item",
    "MalformedRequestError",
    "MissingExtraError",
    "RewardClient",
    "RewardClientError",
    "UnauthorizedError",
    "UnknownProfileError",
    "UnreachableError",
    "WrongServiceError",
]
