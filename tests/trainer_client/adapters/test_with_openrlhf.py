"""OpenRLHF's own agent loads the adapter from a file and asks it, on a real service.

Runs where openrlhf is installed (``make frameworks``). Only generation is left out: it needs a GPU.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from .conftest import Json, Sample, parts_of

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

agent = pytest.importorskip(
    "openrlhf.utils.agent", reason="make frameworks installs it", exc_type=ImportError
)
PROMPT = "<|im_start|>user\nIs it so?<|im_end|>\n<|im_start|>assistant\n"


def rewarded(file: Path, one: Sample) -> Json:
    """What its executor makes of a sample, once it has been generated."""
    executor = agent.SingleTurnAgentExecutor(str(file))
    query = f"{PROMPT}{one.completion}<|im_end|>"
    (found,) = asyncio.run(
        executor._fetch_rewards_via_func([query], [PROMPT], [json.dumps(one.gold)])  # noqa: SLF001
    )
    rewards: Json = found
    return rewards


@pytest.fixture
def file(url: str, tmp_path: Path) -> Path:
    """The file of ``--reward.remote_url``, as the adapter's documentation writes it."""
    assert url
    file = tmp_path / "reward.py"
    file.write_text("from trainer_client.adapters.openrlhf import reward_func\n")
    return file


def test_samples_have_the_rewards_of_score(file: Path, samples: list[Sample]) -> None:
    for one in samples:
        found = rewarded(file, one)
        parts = parts_of(one.result)
        assert found["rewards"] == one.result["reward"]
        assert found["scores"] == parts["correct"]
        assert found["extra_logs"] == parts


def test_a_sample_that_cannot_be_scored_raises(file: Path) -> None:
    with pytest.raises(Exception, match="missing_gold"):
        rewarded(file, Sample({"task": "TorF1"}, "\\boxed{yes}", {}))
