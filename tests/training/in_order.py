"""A run of TRL's GRPO on a generated dataset in a curriculum's order; also started by torchrun.

``in_order.py MODEL DATA FOLDER [CHECKPOINT]``; each rank writes the prompts that it was given.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import trl
from datasets import Dataset

from tests.training.models import silent_tokens, tokenizer
from trainer_client.curriculum import Curriculum, arrange, keeps_order
from trainer_client.data.load import load
from trainer_client.trl import reward_function

GENERATIONS = 2
STEPS = 4
#: Prompts of a step on one rank, and on two.
PROMPTS = 2


def rows(data: Path) -> Dataset:
    """The rows of a generated folder, from judging to planning."""
    return arrange(load(data), Curriculum(seed=5))


def run(model: str, data: Path, folder: Path, checkpoint: str | None = None) -> list[list[str]]:
    """The prompts of each step that this rank was given, in order."""
    ranks = int(os.environ.get("WORLD_SIZE", "1"))
    given: list[list[str]] = []
    reward = reward_function(networks=data / "stations")

    async def noted(
        *, prompts: Sequence[list[dict[str, object]]], **columns: object
    ) -> list[float | None]:
        given.append([_question(prompt) for prompt in prompts])
        return await reward(prompts=prompts, **columns)

    trainer = trl.GRPOTrainer(
        model=model,
        reward_funcs=noted,
        train_dataset=rows(data),
        args=trl.GRPOConfig(
            output_dir=str(folder),
            num_generations=GENERATIONS,
            per_device_train_batch_size=PROMPTS * GENERATIONS // ranks,
            max_completion_length=4,
            generation_kwargs={"suppress_tokens": silent_tokens(tokenizer())},
            max_steps=STEPS,
            shuffle_dataset=False,
            save_steps=2,
            scale_rewards="none",
            report_to="none",
            use_cpu=True,
            bf16=False,
            disable_tqdm=True,
            model_init_kwargs={"dtype": "float32"},
            ddp_backend="gloo" if ranks > 1 else None,
        ),
    )
    keeps_order(trainer)
    trainer.train(resume_from_checkpoint=checkpoint)
    return given


def _question(prompt: list[dict[str, object]]) -> str:
    content = prompt[-1]["content"]
    if isinstance(content, str):
        return content
    assert isinstance(content, list)
    return "".join(block["text"] for block in content if block["type"] == "text")


def main(model: str, data: str, folder: str, checkpoint: str | None = None) -> None:
    """Run, and write what this rank was given."""
    given = run(model, Path(data), Path(folder), checkpoint)
    file = Path(folder) / f"given{os.environ.get('RANK', '0')}.json"
    file.write_text(json.dumps(given))


if __name__ == "__main__":
    main(*sys.argv[1:])
