"""``trainer-client train`` without vLLM: the order of its log, resumed, outages, and by hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from transformers import TrainerCallback
from trl import GRPOTrainer

from trainer_client.client.errors import UnauthorizedError
from trainer_client.training.guards import DeadRewardError
from trainer_client.training.train import parse, rows, train

from ..serving import free_port, serving
from .runs import Restartable, said

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

TRAIN = Path(__file__).parents[2] / "deploy" / "train"
PROMPTS, GENERATIONS = 2, 2


@pytest.fixture
def config(tmp_path: Path, data: Path, service_of_data: str, vision_model: str) -> Path:
    """The smoke run's YAML, for less."""
    return written(
        tmp_path / "config.yaml",
        model_name_or_path=vision_model,
        dataset=str(data),
        reward_url=service_of_data,
        output_dir=str(tmp_path / "out"),
        per_device_train_batch_size=PROMPTS * GENERATIONS,
        num_generations=GENERATIONS,
        max_completion_length=4,
        log_completions=True,
    )


def written(file: Path, **changes: object) -> Path:
    content = yaml.safe_load((TRAIN / "smoke-cpu.yaml").read_text()) | changes
    file.write_text(yaml.safe_dump(content))
    return file


def trained(config: Path, **options: object) -> Any:  # noqa: ANN401 - a trainer
    return train(*parse(config, [f"--{name}={value}" for name, value in options.items()]))


def shown(out: Path) -> dict[int, list[str]]:
    """The questions of each step that a run has logged."""
    tables = [pd.read_parquet(file) for file in sorted((out / "completions").glob("*.parquet"))]
    steps = pd.concat(tables).groupby("step")
    return {step: [said(prompt) for prompt in table.prompt] for step, table in steps}


def test_the_log_has_the_curriculums_stage_and_a_resumed_run_the_rows_that_are_left(
    config: Path, tmp_path: Path
) -> None:
    run, args, _ = parse(config)
    ordered = rows(run, args.seed)
    stages = ordered["stage"]
    assert stages == sorted(stages)
    pairs = [stages[at : at + PROMPTS] for at in range(0, len(stages), PROMPTS)]
    # a step of the second stage with others of it before and after
    middle = next(
        n for n in range(1, len(pairs)) if {*pairs[n - 1], *pairs[n], *pairs[n + 1]} == {2}
    )
    steps = middle + 3
    whole = trained(config, max_steps=steps, save_steps=middle)
    logged = [r["curriculum/stage"] for r in whole.state.log_history if "curriculum/stage" in r]
    assert logged == [sum(pair) / PROMPTS for pair in pairs[:steps]]
    assert logged[middle - 1] == logged[middle] == 2
    unbroken = shown(tmp_path / "out")
    questions = [prompt[-1]["content"] for prompt in ordered["prompt"]]
    for step, (at, asked) in enumerate(unbroken.items()):
        assert at == step + 1
        expected = questions[step * PROMPTS : (step + 1) * PROMPTS]
        assert asked == [question for question in expected for _ in range(GENERATIONS)]

    broken = tmp_path / "resumed"
    shutil.copytree(tmp_path / "out" / f"checkpoint-{middle}", broken / f"checkpoint-{middle}")
    resumed = trained(config, max_steps=steps, output_dir=broken, resume_from_checkpoint="last")
    assert shown(broken) == {at: unbroken[at] for at in range(middle + 1, steps + 1)}
    again = [r["curriculum/stage"] for r in resumed.state.log_history if "curriculum/stage" in r]
    assert again == logged


class Outage(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """Stops a service before a step, and starts it again after some seconds.

    The step after that begins when it is back.
    """

    def __init__(self, service: Restartable, step: int, seconds: float) -> None:
        self._service, self._step, self._seconds = service, step, seconds
        self.thread: threading.Thread | None = None

    def on_step_begin(self, args: object, state: Any, control: object, **_: object) -> None:  # noqa: ANN401, ARG002
        if state.global_step + 1 == self._step:
            self._service.stop()
            self.thread = threading.Thread(target=self._start_again)
            self.thread.start()
        elif self.thread is not None:
            self.thread.join()

    def _start_again(self) -> None:
        time.sleep(self._seconds)
        self._service.start()


@pytest.fixture
def service(tmp_path: Path, data: Path) -> Iterator[Restartable]:
    one = Restartable(tmp_path, data / "stations")
    one.start()
    yield one
    one.stop()


def interrupted(
    config: Path, service: Restartable, monkeypatch: pytest.MonkeyPatch, **options: object
) -> Any:  # noqa: ANN401 - a trainer
    """A run of four steps whose service is away for ten seconds from the second on."""
    outage = Outage(service, step=2, seconds=10)
    made = GRPOTrainer.__init__

    def with_outage(self: object, *args: object, callbacks: list[object], **others: object) -> None:
        made(self, *args, callbacks=[*callbacks, outage], **others)

    monkeypatch.setattr(GRPOTrainer, "__init__", with_outage)
    trainer = trained(config, max_steps=4, reward_url=service.url, **options)
    assert outage.thread is not None
    return trainer


def test_a_service_that_is_away_for_ten_seconds_costs_ten_seconds(
    config: Path,
    service: Restartable,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = interrupted(config, service, monkeypatch).state.log_history
    steps = [record for record in log if "reward" in record]
    assert [record["rewardmap/errors"] for record in steps] == [0] * 4
    assert steps[1]["step_time"] > 9
    assert all(record["reward"] is not None for record in steps)
    assert f"{service.url} does not answer" in caplog.text
    assert f"{service.url} answers again" in caplog.text


def test_with_a_short_deadline_the_steps_without_it_have_no_reward_and_the_log_says_so(
    config: Path,
    service: Restartable,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    log = interrupted(config, service, monkeypatch, reward_deadline_s=1).state.log_history
    steps = [record for record in log if "reward" in record]
    assert [record["rewardmap/errors"] for record in steps] == [0, 1, 0, 0]
    assert [record["reward"] is None for record in steps] == [False, True, False, False]
    files = sorted((tmp_path / "out" / "completions").glob("*.parquet"))
    lost = pd.read_parquet(files[1])
    assert lost.rewardmap.isna().all()
    assert (lost.advantage == 0).all()
    assert "rewardmap: no reward for 4 of 4 completions (deadline 4" in caplog.text


def test_the_token_is_taken_from_the_environment(
    config: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--workers", "1", "--networks", str(data / "stations"))
    with serving(tmp_path, *options, variables={"REWARD_SERVER_TOKENS": "secret"}) as service:
        with pytest.raises(UnauthorizedError):
            trained(config, reward_url=service.url, max_steps=1)
        monkeypatch.setenv("REWARD_TOKEN", "secret")
        log = trained(config, reward_url=service.url, max_steps=1).state.log_history
    assert log[0]["rewardmap/errors"] == 0


def test_a_run_in_which_nothing_differs_stops_and_says_so(config: Path) -> None:
    # nearly greedy: the completions of a group are all alike
    with pytest.raises(DeadRewardError, match="3 steps in a row without an advantage; in 0 of"):
        trained(config, temperature=0.01, max_dead_steps=3)


def typed(command: str, *arguments: str, networks: Path) -> str:
    """What a command that is typed says to stderr."""
    done = subprocess.run(
        [command, *arguments],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "NETWORKS": str(networks),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stderr


def test_all_that_a_new_user_types_gives_a_model_and_its_log(
    tmp_path: Path, data: Path, vision_model: str
) -> None:
    config = written(
        tmp_path / "smoke.yaml",
        model_name_or_path=vision_model,
        dataset=str(data),
        output_dir=str(tmp_path / "run"),
        reward_url=f"http://127.0.0.1:{free_port()}",
        max_steps=2,
    )
    told = typed(str(TRAIN / "run.sh"), str(config), "--seed", "7", networks=data / "stations")
    line = r"step 2/2 · stage \S+ · reward \S+ \(.*\) · format \S+ correctness \S+ detail \S+ · "
    cost = r"zero variance \d+% · reward calls \S+ s of \S+ s"
    assert re.search(line + cost, told), told[-4000:]
    assert (tmp_path / "run" / "model.safetensors").is_file()
    assert (tmp_path / "run" / "trainer_state.json").is_file()


def test_accelerate_starts_what_the_yaml_asks_for_and_once(
    config: Path, tmp_path: Path, data: Path
) -> None:
    one = {"distributed_type": "NO", "num_processes": 1, "use_cpu": True, "mixed_precision": "no"}
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(one))
    content = yaml.safe_load(config.read_text()) | {"accelerate_config": "one.yaml"}
    config.write_text(yaml.safe_dump(content))
    told = typed("trainer-client", "train", str(config), "--max_steps=2", networks=data)
    assert told.count("step 2/2") == 1


def test_two_ranks_train_on_one_batch_and_one_of_them_tells(
    config: Path, tmp_path: Path, data: Path
) -> None:
    ranks = f"--nproc-per-node=2 --master-port={free_port()} -m trainer_client.cli train".split()
    options = f"--max_steps=2 --per_device_train_batch_size={PROMPTS} --ddp_backend=gloo".split()
    told = typed("torchrun", *ranks, str(config), *options, networks=data)
    assert told.count("step 2/2") == 1
    assert all(len(asked) == PROMPTS * GENERATIONS for asked in shown(tmp_path / "out").values())
