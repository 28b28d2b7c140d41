"""``/healthz`` and ``/readyz``: whether the process lives, and whether it may be sent work."""

from __future__ import annotations

from fastapi import APIRouter

from reward_server.wire.replies import ErrorReply, Health

from .state import Service

router = APIRouter()


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    responses={503: {"model": ErrorReply, "description": "The service is being stopped."}},
)
async def readyz(service: Service) -> Health:
    """Work is taken on. Networks and profiles are loaded before anything listens."""
    if service.gate.draining:
        raise service.gate.draining_error()
    return {"status": "ok"}
