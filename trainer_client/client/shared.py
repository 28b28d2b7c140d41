"""One client per process for reward functions that a framework loads by their path.

There is no line of code in which to make one: the environment says what to call.
"""

from __future__ import annotations

import functools

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from .client import RewardClient


class Environment(BaseSettings):
    """What such functions read beside the variables of ``RewardClient.from_environment``."""

    model_config = SettingsConfigDict(env_prefix="REWARD_", env_ignore_empty=True, extra="ignore")

    networks: str | None = Field(
        default=None, description="Where there is no service: the folder of cities."
    )
    deadline_s: float | None = Field(
        default=None, gt=0, description="Seconds in which a call must have its rewards."
    )
    max_failed_steps: int | None = Field(
        default=None, ge=1, description="TRL: calls in a row without any reward that stop the run."
    )


@functools.cache
def client(**arguments: str | float | None) -> RewardClient:
    """The client of this process: the options that are not given are the environment's.

    ``arguments`` are those of ``RewardClient``. The same ones get the same client, so that calls
    for single samples share requests; the environment is read once.
    """
    environment = Environment().model_dump(include={"networks", "deadline_s"})
    options = environment | arguments
    return RewardClient.from_environment(
        **{name: value for name, value in options.items() if value is not None}
    )
