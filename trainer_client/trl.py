"""The public path of ``trainer_client.training.reward_functions``."""

from .training import reward_functions
from .training.reward_functions import (
    ClientOptions,
    NoRewardsError,
    RewardFunction,
    component_functions,
    reward_function,
    rewardmap,
    rewardmap_correctness,
    rewardmap_detail,
    rewardmap_format,
)

__all__ = [
    "ClientOptions",
    "NoRewardsError",
    "RewardFunction",
    "component_functions",
    "reward_function",
    "rewardmap",
    "rewardmap_correctness",
    "rewardmap_detail",
    "rewardmap_format",
]


def __getattr__(name: str) -> RewardFunction:
    """The function with a label that a pickle names."""
    function: RewardFunction = getattr(reward_functions, name)
    return function
