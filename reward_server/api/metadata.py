"""``GET /metadata`` and ``GET /networks/{name}``: what is scored here, and on what."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import TypeAdapter

from reward_server import metadata as described
from reward_server.core.tasks import rules
from reward_server.networks.describe import NetworkDescription, describe
from reward_server.wire.replies import ErrorReply, Metadata, ProfileReply

from .errors import NoSuchProfileError, UnknownNetworkError
from .state import Service

router = APIRouter()


@router.get("/metadata")
def metadata(service: Service) -> Metadata:
    """Tasks, components, terms, profiles, networks, limits and versions."""
    settings = service.settings
    return described.metadata(
        service.scorers,
        service.default_profile,
        {
            "body_bytes": settings.max_body_bytes,
            "items": settings.max_items,
            "completion_characters": settings.max_completion_characters,
        },
    )


@router.get(
    "/profiles/{name}",
    responses={404: {"model": ErrorReply, "description": "No such profile is served."}},
)
def profile(name: str, service: Service) -> ProfileReply:
    """A profile with its source, its constants, and its tasks with their gold and terms."""
    scorer = service.scorers.get(name)
    if scorer is None:
        served = ", ".join(service.scorers)
        raise NoSuchProfileError(f"no profile {name[:100]!r} is served; expected one of {served}")
    tasks = scorer.profile.tasks
    return {
        "profile": described.profile_info(scorer),
        "tasks": {
            task: {
                "gold": TypeAdapter(row.fields).json_schema(),
                "terms": rules(row, scorer.profile.weights),
            }
            for task, row in tasks.items()
        },
    }


@router.get(
    "/networks/{name:path}",
    responses={404: {"model": ErrorReply, "description": "No such network is loaded."}},
)
def network(name: str, service: Service) -> NetworkDescription:
    """The lines and stations of a loaded network, such as `china/beijing`."""
    loaded = service.networks.loaded.get(name)
    if loaded is None:
        raise UnknownNetworkError(
            f"no network {name[:100]!r} among the {len(service.networks)} loaded ones; "
            "GET /metadata lists them"
        )
    return describe(loaded)
