"""The client: rewards for a batch of completions, from a service or from this process."""

from .client import RewardClient

__all__ = ["RewardClient"]
