"""An application on the bundled cities, and a toy city to send with requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.settings import Settings

Json = dict[str, Any]


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        yield client


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
    """The item of the example in the README, answered perfectly."""
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
