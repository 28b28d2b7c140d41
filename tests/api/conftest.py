"""An application on the bundled cities, a worker with small limits, a toy city to send along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.settings import Settings

from ..serving import Served, serving
from .limited import MOST

Json = dict[str, Any]


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A worker with little room and little patience; session-wide, for starting one takes long."""
    limits = {
        "MAX_BODY_BYTES": str(64 * 2**20),
        "MAX_BYTES_IN_FLIGHT": str(64 * 2**20),
        "MAX_ITEMS": str(MOST),
        "MAX_ITEMS_IN_FLIGHT": str(MOST),
        "BODY_SECONDS": "1",
        "IDLE_SECONDS": "1",
    }
    variables = {f"REWARD_SERVER_{name}": value for name, value in limits.items()}
    folder = tmp_path_factory.mktemp("limits")
    with serving(folder, "--workers", "1", variables=variables) as served:
        yield served


@pytest.fixture
def toy() -> Json:
    """Two lines that meet in C."""
    return {
        "toy": {
            "lines": {
                "Line 1": ["A Station", "B Station", "C Station"],
                "Line 2": ["C Station", "D Station"],
            }
        }
    }


@pytest.fixture
def planning() -> Json:
    """A planning item on the toy city, answered perfectly."""
    return {
        "id": "q7-0",
        "group": "q7",
        "task": "planning",
        "network": "toy",
        "station_1": "A Station",
        "station_2": "C Station",
        "answer": None,
        "difficulty_city": "easy",
        "question_transfer_count": 0,
        "question_form": "short",
        "completion": "Route Name: Line 1\nDeparture Stop: A Station\nArrival Stop: C Station",
    }


@pytest.fixture
def boxed() -> Json:
    """A yes-or-no item, answered rightly; its task never looks at a network."""
    return {"id": "q8-0", "task": "TorF1", "answer": 1, "completion": "\\boxed{yes}"}
