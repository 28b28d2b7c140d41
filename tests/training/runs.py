"""One run of a real trainer on a few questions, and what it leaves behind."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import trl
from datasets import Dataset
from PIL import Image
from transformers import TrainerCallback

from reward_server import Scorer

from ..serving import fetch, free_port, is_up, until
from .models import silent_tokens, tokenizer

Json = dict[str, Any]
CITY = "toy/town"
LINES = {"Line 1": ["Alba", "Brook", "Cedar"], "Line 2": ["Cedar", "Dale"]}
#: What is asked, with columns as a dataset of several tasks has them: null where they do not apply.
QUESTIONS: dict[str, Json] = {
    "How do I get from Alba to Dale?": {
        "task": "planning",
        "station_1": "Alba",
        "station_2": "Dale",
        "question_transfer_count": 1,
    },
    "Are Alba and Cedar on one line?": {"task": "TorF1", "answer": 1, "difficulty_city": "hard"},
    "How many lines pass through Cedar?": {"task": "Counting2", "answer": 2},
    "How many stops are between Alba and Cedar?": {
        "task": "Counting1",
        "station_1": "Alba",
        "station_2": "Cedar",
        "answer": 0,
    },
}
COLUMNS = ("station_1", "station_2", "answer", "difficulty_city", "question_transfer_count")
GENERATIONS = 4


def dataset(*, chat: bool = False, images: bool = False) -> Dataset:
    """The questions as rows; with images each has a picture that no JSON could hold."""
    rows: list[Json] = []
    for number, (question, gold) in enumerate(QUESTIONS.items()):
        row: Json = {"network": CITY, **dict.fromkeys(COLUMNS), **gold}
        row["prompt"] = [{"role": "user", "content": question}] if chat or images else question
        if images:
            row["image"] = Image.new("RGB", (84, 56), (60 * number, 20, 90))
        rows.append(row)
    return Dataset.from_list(rows)


@dataclass(frozen=True)
class Run:
    """What a run logged: a record per step, and a row per completion."""

    log: list[Json]
    table: pd.DataFrame

    def step(self, number: int) -> pd.DataFrame:
        return self.table[self.table.step == number]


def train(
    kind: str,
    model: str,
    reward_funcs: object,
    folder: Path,
    *,
    rows: Dataset | None = None,
    callbacks: Sequence[TrainerCallback] = (),
    **settings: object,
) -> Run:
    """Train for two steps of two prompts with the trainer ``GRPO`` or ``RLOO``."""
    if rows is None:
        rows = dataset(images="vision" in model)
    own: Json = {"scale_rewards": "none"} if kind == "GRPO" else {}
    config = getattr(trl, f"{kind}Config")(
        **{
            "output_dir": str(folder),
            "per_device_train_batch_size": 2 * GENERATIONS,
            "num_generations": GENERATIONS,
            "max_completion_length": 4,
            "generation_kwargs": {"suppress_tokens": silent_tokens(tokenizer())},
            "max_steps": 2,
            "logging_steps": 1,
            "learning_rate": 1e-2,
            "shuffle_dataset": False,
            "report_to": "none",
            "save_strategy": "no",
            "use_cpu": True,
            "bf16": False,
            "disable_tqdm": True,
            "model_init_kwargs": {"dtype": "float32"},
            **own,
            **settings,
        }
    )
    kept = Completions()
    trainer = getattr(trl, f"{kind}Trainer")(
        model=model,
        args=config,
        reward_funcs=reward_funcs,
        train_dataset=rows,
        callbacks=[*callbacks, kept],
    )
    kept.trainer = trainer
    trainer.train()
    return Run(trainer.state.log_history, pd.concat(kept.steps, ignore_index=True))


class Completions(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """Keeps the completions that the trainer logs with each step, of all ranks.

    GRPO can write them as parquet; RLOO hands them only to services of others.
    """

    def __init__(self) -> None:
        self.trainer: Any = None
        self.steps: list[pd.DataFrame] = []

    def on_log(self, args: object, state: Any, control: object, **others: Json) -> None:  # noqa: ANN401, ARG002
        if "reward" not in others["logs"]:
            return  # the summary at the end
        logged = self.trainer._logs  # noqa: SLF001 - where TRL has them
        columns = {
            "prompt": list(logged["prompt"]),
            "completion": list(logged["completion"]),
            "advantage": list(logged["advantages"]),
            **{name: list(values) for name, values in logged["rewards"].items()},
            **{name: list(values) for name, values in logged["extra"].items()},
        }
        self.steps.append(pd.DataFrame({"step": state.global_step, **columns}))


def said(messages: Any) -> str:  # noqa: ANN401 - a string, or a data frame's messages
    """The text of a prompt or a completion in that table."""
    if isinstance(messages, str):
        return messages
    content = messages[-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(block["text"] or "" for block in content if block["type"] == "text")


def scored_again(rows: pd.DataFrame, networks: Path, profile: str = "robust") -> list[Json]:
    """What the scorer itself gives the completions of that table."""
    items = [
        {"network": CITY, "completion": said(completion), **QUESTIONS[said(prompt)]}
        for prompt, completion in zip(rows.prompt, rows.completion, strict=True)
    ]
    return [dict(result) for result in Scorer(networks, profile).score(items)]


def counted(url: str, metric: str) -> float:
    """The sum of a counter of the service."""
    found = re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", fetch(f"{url}/metrics")[1], re.MULTILINE)
    return sum(map(float, found))


class Restartable:
    """A service at one address that can be stopped and started again."""

    def __init__(self, folder: Path, networks: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "stderr"
        serve = [sys.executable, "-m", "reward_server.cli", "serve", "--port", str(port)]
        self._command = [*serve, "--workers", "1", "--networks", str(networks)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as stderr:
            process = subprocess.Popen(self._command, stderr=stderr)
        self._process = process
        until(lambda: is_up(f"{self.url}/readyz", process), self._log.read_text)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
