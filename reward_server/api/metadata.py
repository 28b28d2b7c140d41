"""``GET /metadata`` and ``GET /networks/{name}``: what is scored here, and on what."""

from __future__ import annotations

from fastapi import APIRouter

from reward_server import metadata as described
from reward_server.networks.describe import NetworkDescription, describe
from reward_server.wire.replies import ErrorReply, Metadata

from .errors import UnknownNetworkError
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
