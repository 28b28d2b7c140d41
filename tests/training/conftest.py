"""Tiny models, the questions they are asked, and how they are trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ..serving import Served, serving

pytest.importorskip("trl", reason="`make test-training` installs what these tests need")

import pandas as pd
import trl
from datasets import Dataset
from PIL import Image

from reward_server import Scorer

from .models import save_text_model, save_vision_model, silent_tokens, tokenizer

Json = dict[str, Any]
CITY = "toy/town"
LINES = {"Line 1": ["Alba", "Brook", "Cedar"], "Line 2": ["Cedar", "Dale"]}
QUESTIONS: list[Json] = [
    {"task": "planning", "network": CITY, "station_1": "Alba", "station_2": "Dale"},
    {"task": "TorF1", "network": CITY, "answer": 1, "difficulty_city": "middle"},
    {"task": "Counting2", "network": CITY, "answer": 2, "difficulty_city": "hard"},
    {"task": "Counting1", "network": CITY, "answer": 0, "station_1": "Alba", "station_2": "Cedar"},
]
COLUMNS = ("task", "network", "station_1", "station_2", "answer", "difficulty_city")
GENERATIONS = 4


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the one city of the questions."""
    folder = tmp_path_factory.mktemp("networks")
    (folder / CITY).parent.mkdir()
    (folder / f"{CITY}.json").write_text(json.dumps(LINES))
    return folder
