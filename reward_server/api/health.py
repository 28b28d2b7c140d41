"""``/healthz`` and ``/readyz``: whether the process lives, and whether it may be sent work."""

from __future__ import annotations

from fastapi import APIRouter

from .replies import Health

router = APIRouter()


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz() -> Health:
    """The networks and profiles are loaded: without them no app is built, so none listens."""
    return {"status": "ok"}
