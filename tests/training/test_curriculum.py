"""From invented cities to TRL's batches without a network, in the order of the curriculum."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..serving import free_port
from .in_order import GENERATIONS, PROMPTS, STEPS, rows, run

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

SECONDS = 240
SCRIPT = Path(__file__).with_name("in_order.py")


def expected(data: Path) -> list[list[str]]:
    """The prompts of each step in the curriculum's order, each once for every generation."""
    questions = [prompt[-1]["content"] for prompt in rows(data)["prompt"]]
    steps = [questions[at : at + PROMPTS] for at in range(0, STEPS * PROMPTS, PROMPTS)]
    return [[question for question in step for _ in range(GENERATIONS)] for step in steps]


def test_a_vision_model_is_given_generated_rows_in_the_curriculums_order(
    data: Path, vision_model: str, tmp_path: Path
) -> None:
    assert run(vision_model, data, tmp_path) == expected(data)


def test_a_resumed_run_goes_on_with_the_row_after_the_last_one(
    data: Path, vision_model: str, tmp_path: Path
) -> None:
    run(vision_model, data, tmp_path)
    resumed = run(vision_model, data, tmp_path, str(tmp_path / "checkpoint-2"))
    assert resumed == expected(data)[2:]


def test_two_ranks_are_given_one_batch_in_the_same_order(
    data: Path, vision_model: str, tmp_path: Path
) -> None:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    port = f"--master-port={free_port()}"
    command = [*torchrun, port, str(SCRIPT), vision_model, str(data), str(tmp_path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    ranks = [json.loads((tmp_path / f"given{rank}.json").read_text()) for rank in (0, 1)]
    assert [[*one, *other] for one, other in zip(*ranks, strict=True)] == expected(data)
