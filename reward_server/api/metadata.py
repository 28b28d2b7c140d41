"""``GET /metadata`` and ``GET /networks/{name}``: what is scored here, and on what."""

from __future__ import annotations

import platform
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter
from pydantic import TypeAdapter

from reward_server.core import evaluate
from reward_server.core.tasks import rules
from reward_server.fingerprint import library_versions
from reward_server.networks.describe import NetworkDescription, describe
from reward_server.scorer import Scorer
from reward_server.wire.replies import ErrorReply, Metadata, ProfileInfo, ProfileReply
from reward_server.wire.results import COMPONENTS

from .errors import NoSuchProfileError, UnknownNetworkError
from .state import Service

router = APIRouter()


@router.get("/metadata")
def metadata(service: Service) -> Metadata:
    """Tasks, components, terms, profiles, networks, limits and versions."""
    scorers = service.scorers.values()
    settings = service.settings
    return {
        "tasks": list(dict.fromkeys(task for scorer in scorers for task in scorer.profile.tasks)),
        "components": list(COMPONENTS),
        "terms": {scorer.profile.name: list(scorer.profile.terms()) for scorer in scorers},
        "default_profile": service.default_profile,
        "profiles": list(map(_info, scorers)),
        "networks": dict(service.networks.digests),
        "limits": {
            "body_bytes": settings.max_body_bytes,
            "items": settings.max_items,
            "completion_characters": settings.max_completion_characters,
        },
        "versions": {
            "reward_server": version("reward-server"),
            "core": core_form(),
            "python": platform.python_version(),
            **library_versions(),
        },
    }


def _info(scorer: Scorer) -> ProfileInfo:
    profile = scorer.profile
    return {
        "name": profile.name,
        "base": profile.base,
        "version": profile.version,
        "fingerprint": scorer.fingerprint,
        "constants": profile.constants(),
        "paper": profile.paper,
        "source": profile.source,
        "layout": profile.layout,
        "formula": profile.formula,
        "left_out": profile.left_out,
    }


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
        "profile": _info(scorer),
        "tasks": {
            task: {
                "gold": TypeAdapter(row.fields).json_schema(),
                "terms": rules(row, scorer.profile.weights),
            }
            for task, row in tasks.items()
        },
    }


def core_form() -> Literal["compiled", "interpreted"]:
    """How the core runs: as the wheel has it, or from its sources; scores are the same."""
    compiled = evaluate.__file__.endswith(tuple(EXTENSION_SUFFIXES))
    return "compiled" if compiled else "interpreted"


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
