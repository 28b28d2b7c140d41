"""What the routes share: built once per process by ``create_app``; only the gate changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from reward_server.networks.network_set import NetworkSet
from reward_server.scorer import Scorer
from reward_server.settings import Settings

from .auth import Tokens
from .limits import Gate
from .metrics import Metrics


@dataclass(frozen=True, slots=True)
class State:
    """The loaded networks, a scorer for each profile by its name, and who may call."""

    settings: Settings
    networks: NetworkSet
    scorers: Mapping[str, Scorer]
    default_profile: str
    gate: Gate
    tokens: Tokens


# async, though they wait for nothing: FastAPI runs what is not in another thread
async def _state(request: Request) -> State:
    state: State = request.app.state.service
    return state


Service = Annotated[State, Depends(_state)]


async def _counts(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


Counts = Annotated[Metrics, Depends(_counts)]
