"""One client per process for the adapters, told what to do by the environment.

Frameworks load a reward function by its path and call it in processes of their own, so there is
no line of code in which to make a client. ``REWARD_URL``, ``REWARD_PROFILE`` and so on say it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from .client import RewardClient


class ClientOptions(TypedDict, total=False):
    """What a reward function passes on to its ``RewardClient``."""

    profile: str | None
    expect_fingerprint: str | None
    token: str | None
    networks: Mapping[str, object] | str | Path | None
    deadline_s: float
    connect_timeout_s: float


class Environment(BaseSettings):
    """``REWARD_*`` of the environment; what it does not say is left to ``RewardClient``."""

    model_config = SettingsConfigDict(env_prefix="REWARD_", env_ignore_empty=True, extra="ignore")

    url: str | None = Field(
        default=None,
        description="Addresses of the service, separated by commas; none: in the process.",
    )
    profile: str | None = Field(default=None, description="The scoring rules; none: the service's.")
    expect_fingerprint: str | None = Field(
        default=None, description="Stops the run under another reward."
    )
    token: str | None = Field(default=None, description="What the service asks callers for.")
    networks: str | None = Field(
        default=None, description="Without a service: the folder of cities."
    )
    deadline_s: float | None = Field(
        default=None, gt=0, description="Seconds in which a call must end."
    )
    connect_timeout_s: float | None = Field(
        default=None, gt=0, description="Seconds to reach a service."
    )
    max_failed_steps: int | None = Field(
        default=None, ge=1, description="TRL: calls in a row without any reward that stop the run."
    )


def client(**given: str | float | None) -> RewardClient:
    """The client of this process for the options: what is not given is taken from ``REWARD_*``.

    The same options get the same client, so that calls of single samples share requests.
    """
    said = Environment().model_dump(exclude_none=True, exclude={"max_failed_steps"})
    wanted = {**said, **{name: value for name, value in given.items() if value is not None}}
    return _client(tuple(sorted(wanted.items())))


@functools.cache
def _client(options: tuple[tuple[str, str | float], ...]) -> RewardClient:
    named = dict(options)
    url = named.pop("url", None)
    return RewardClient(addresses(url) if isinstance(url, str) else None, **named)  # type: ignore[arg-type]


def addresses(urls: str | Sequence[str]) -> list[str]:
    """The addresses of a text with commas, or of a sequence."""
    listed = urls.split(",") if isinstance(urls, str) else urls
    return [url.strip() for url in listed if url.strip()]
