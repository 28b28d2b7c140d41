"""Runs that others start: torchrun on two ranks, and TRL's own command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ..serving import free_port
from .models import silent_tokens, tokenizer
from .runs import counted, dataset, scored_again

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code
SECONDS = 600  # only what hangs takes that long
SCRIPT = Path(__file__).with_name("two_ranks.py")


def ended(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def on_two_ranks(
    model: str, folder: Path, max_failed_steps: int, *urls: str
) -> subprocess.CompletedProcess[str]:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    port = f"--master-port={free_port()}"
    settings = [model, str(folder), str(max_failed_steps)]
    return ended([*torchrun, port, str(SCRIPT), *settings, *urls])


def test_two_ranks_log_the_same_names_also_where_one_gets_only_errors(
    text_model: str, url: str, networks: Path, tmp_path: Path
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    done = on_two_ranks(text_model, tmp_path, 5, url, nowhere)
    assert done.returncode == 0, done.stderr[-4000:]
    first, second = (json.loads((tmp_path / f"rank{rank}.json").read_text()) for rank in (0, 1))
    table = pd.read_parquet(tmp_path / "rank0.parquet")
    ours = [
        [{name for name in record if name.startswith("rewardmap/")} for record in records[:2]]
        for records in (first, second)
    ]
    assert ours[0] == ours[1]
    assert ours[0][0] == ours[0][1]
    tasks = {*dataset()["task"], "other"}
    assert {
        name.removeprefix("rewardmap/points/") for name in ours[0][0] if "/points/" in name
    } == tasks
    assert len(ours[0][0]) == 20 + 2 * len(tasks)  # 8 of all items, 12 signals, two of each task
    assert [record["rewardmap/errors"] for record in first[:2]] == [0.5, 0.5]
    for step in (1, 2):
        # a rank has one of the two prompts of a step
        answered, lost = np.split(np.arange(8), 2)
        rows = table[table.step == step]
        rewards = [result["reward"] for result in scored_again(rows.iloc[answered], networks)]
        np.testing.assert_allclose(rows.rewardmap.iloc[answered], rewards, rtol=1e-6)
        assert rows.rewardmap.iloc[lost].isna().all()
        assert (rows.advantage.iloc[lost] == 0).all()


def test_where_one_rank_has_had_enough_the_others_do_not_wait_for_it(
    text_model: str, url: str, tmp_path: Path
) -> None:
    done = on_two_ranks(text_model, tmp_path, 1, url, f"http://127.0.0.1:{free_port()}")
    assert done.returncode != 0
    assert "NoRewardsError: rewardmap: 1 steps in a row without any reward" in done.stderr


def test_trls_command_line_takes_the_reward_by_its_path(
    text_model: str, url: str, networks: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    dataset().to_json(rows / "train.jsonl")
    before = counted(url, "reward_server_items_total")
    trl = str(Path(sys.executable).with_name("trl"))
    silent = json.dumps({"suppress_tokens": silent_tokens(tokenizer())})
    settings = (
        "--per_device_train_batch_size 8 --num_generations 4 --max_completion_length 4 "
        "--max_steps 2 --logging_steps 1 --use_cpu true --bf16 false --dtype float32 "
        "--scale_rewards none --log_completions true --report_to none --save_strategy no"
    )
    paths = f"--model_name_or_path {text_model} --dataset_name {rows} --output_dir {tmp_path}/out"
    reward = "--reward_funcs trainer_client.trl.rewardmap"
    done = ended(
        [trl, "grpo", *f"{paths} {reward} {settings}".split(), "--generation_kwargs", silent],
        REWARD_URL=url,
        REWARD_PROFILE="paper",
    )
    assert done.returncode == 0, done.stderr[-4000:]
    files = sorted((tmp_path / "out" / "completions").glob("*.parquet"))
    table = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    assert counted(url, "reward_server_items_total") - before == len(table) == 16
    rewards = [result["reward"] for result in scored_again(table, networks, "paper")]
    np.testing.assert_allclose(table.rewardmap, rewards, rtol=1e-6)
