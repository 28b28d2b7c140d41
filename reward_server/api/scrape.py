"""``GET /metrics``: what Prometheus reads, and not part of the API."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from .state import Counts

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics(counts: Counts) -> Response:
    """The metrics of all workers; read in a thread, as it reads files."""
    try:
        page = counts.page()
    except FileNotFoundError:  # a new worker has just taken over the files of one that died
        page = counts.page()
    return Response(page, media_type=CONTENT_TYPE_PLAIN_0_0_4)
