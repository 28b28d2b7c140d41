"""Tiny models, a real service, and runs of TRL's real trainers on both."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trainer_client.data.generate import generate
from trainer_client.data.make import Wanted
from trainer_client.data.synth.make import synth

from ..serving import serving

trl = pytest.importorskip("trl", reason="`make test-training` installs what these tests need")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch's, of torch's
    trl.GRPOTrainer  # noqa: B018 - only now is it imported

from .models import save_text_model, save_vision_model  # noqa: E402 - they need it
from .runs import CITY, LINES  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the one city of the questions."""
    folder = tmp_path_factory.mktemp("networks")
    file = folder / f"{CITY}.json"
    file.parent.mkdir()
    file.write_text(json.dumps(LINES))
    return folder


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory, networks: Path) -> Iterator[str]:
    """The address of a real service that knows the city."""
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, "--workers", "1", "--networks", str(networks)) as one:
        yield one.url


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset: two easy cities with small maps, ten questions each."""
    out = tmp_path_factory.mktemp("data") / "made"
    generate(synth(2, "easy", 1), out, Wanted(per_city=10, size=300))
    return out


@pytest.fixture(scope="session")
def service_of_data(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Iterator[str]:
    """The address of a real service that knows the dataset's cities."""
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, "--workers", "1", "--networks", str(data / "stations")) as one:
        yield one.url


@pytest.fixture(scope="session")
def text_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_text_model(tmp_path_factory.mktemp("models") / "text"))


@pytest.fixture(scope="session")
def vision_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_vision_model(tmp_path_factory.mktemp("models") / "vision"))


@pytest.fixture(params=["text", "vision"])
def model(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - a name of another fixture
    """Each of the tiny models in turn."""
    return request.getfixturevalue(f"{request.param}_model")
