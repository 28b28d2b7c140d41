"""The public path of ``trainer_client.training.reward_functions``."""

from .training import reward_functions
from .training.reward_functions import (
    ClientOptions,
    NoRewardsError,
    RewardFunction,
    component_functions,
    reward_function,
    rewardmap,
)

__all__ = [
    "ClientOptions",
    "NoRewardsError",
    "RewardFunction",
    "component_functions",
    "reward_function",
    "rewardmap",
]


def __getattr__(name: str) -> RewardFunction:
    """``rewardmap_<component>``, and any function with a label."""
    function: RewardFunction = getattr(reward_functions, name)
    return function
