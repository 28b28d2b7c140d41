"""``GET /metrics``: what Prometheus reads, and not part of the API."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from .state import Counts

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics(counts: Counts) -> Response:
    """The metrics of all workers; read in a thread, as it reads files."""
    return Response(counts.page(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
