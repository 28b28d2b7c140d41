"""How the terms of detail count, and how much each can give: by the constants of a task."""

from __future__ import annotations

from collections.abc import Mapping

from reward_server.core.model import Breakdown
from reward_server.core.transit.constants import (
    Counting,
    PaperPlanning,
    Planning,
    ReleasedPlanning,
)

from ..bars import Scale


def scales(breakdown: Breakdown, constants: object) -> Mapping[str, Scale]:
    """Term -> how it counts in a breakdown, as far as the constants say."""
    match constants:
        case Planning():
            return _robust_route(breakdown, constants)
        case PaperPlanning():
            most = {"endpoints": constants.endpoints, "first_line": constants.first_line}
        case ReleasedPlanning():
            most = {"endpoints": constants.endpoints}
        case Counting():
            most = {"near_miss": constants.detail_max, "stops": constants.detail_max}
        case _:
            most = {}
    return {term: Scale(most=points) for term, points in most.items()}


def _robust_route(breakdown: Breakdown, points: Planning) -> dict[str, Scale]:
    direct = breakdown.gold.need == 1
    via = points.via_share if "via" in breakdown.terms else 0.0
    most = {
        "origin": points.origin,
        "destination": points.destination,
        "lines": points.lines_direct if direct else points.lines,
        "transfers": 0.0 if direct else points.transfers,
        "progress": points.progress,
        "surplus": None,
    }
    return {
        **{term: Scale(1.0 - via, at_most) for term, at_most in most.items()},
        "via": Scale(via, points.detail_max),
    }
