"""``trainer-client eval``: what vLLM answers is what ``reward-server benchmark`` reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from trainer_client.data.load import load

from .sampled import ENVIRONMENT, SECONDS

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

SAMPLES = 2


def ended(*command: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]


def test_answers_sampled_with_vllm_are_rollouts_that_are_counted(
    data: Path, vision_model: str, tmp_path: Path
) -> None:
    out, numbers = tmp_path / "rollouts.jsonl", tmp_path / "numbers.json"
    sampling = f"--samples {SAMPLES} --temperature 1 --max-tokens 6 --max-model-len 1024".split()
    model = [vision_model, data, "--split", "train", "--name", "tiny"]
    ended("trainer_client.cli", "eval", *model, "--out", out, *sampling)
    asked = load(data, "train")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert Counter(line["task"] for line in lines) == {
        task: SAMPLES * count for task, count in Counter(asked["task"]).items()
    }
    assert set(Counter(line["group"] for line in lines).values()) == {SAMPLES}
    assert {line["model"] for line in lines} == {"tiny"}
    assert all(line["routes"] for line in lines if line["task"] == "planning")
    assert len({line["completion"] for line in lines}) > SAMPLES

    stations = data / "stations"
    benchmark = ["reward_server.cli", "benchmark", out, "--networks", stations, "--json", numbers]
    ended(*benchmark)
    told = json.loads(numbers.read_text())
    assert told["rows"] == len(lines)
    assert told["malformed"] == 0
    assert told["errors"] == []
    assert told["columns_not_read"] == []
