"""One run of the study: GRPO from a pretrained model, measured as it goes.

The trainer is TRL's own and the reward this project's; what differs between the variants is the
profile and the order of the questions.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from datasets import Dataset
from transformers import (
    AutoModelForCausalLM,
    PreTrainedTokenizerFast,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl import GRPOConfig, GRPOTrainer

from tests.bench.learning.world import Example, questions
from trainer_client.client.client import RewardClient
from trainer_client.curriculum import Curriculum, Variant
from trainer_client.trl import reward_function

HERE = Path(__file__).parent
_NEW_TOKENS = 32
_MEASURED_AT_ONCE = 256
_SAMPLES = 2


class Arm(NamedTuple):
    """One of the compared ways to train: which profile, and which order of the questions."""

    profile: str
    curriculum: Variant


ARMS: Mapping[str, Arm] = {
    "correctness only": Arm(str(HERE / "correctness.toml"), "none"),
    "+ detail": Arm("robust", "none"),
    "+ detail + stages": Arm("robust", "stages"),
}


class Measure(TrainerCallback):  # type: ignore[misc]
    """Accuracy of sampled answers each ``every`` steps, by set of questions and task.

    Sampled at the temperature of the training, as that is what GRPO makes better.
    """

    def __init__(
        self, sets: Mapping[str, Sequence[Example]], networks: Mapping[str, Any], every: int
    ) -> None:
        self._sets = sets
        self._scorer = RewardClient(None, networks=networks)
        self._every = every
        self.points: list[dict[str, Any]] = []

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._measure(0, **kwargs)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if state.global_step % self._every == 0:
            self._measure(state.global_step, **kwargs)

    def _measure(self, step: int, model: Any, processing_class: Any, **_: Any) -> None:
        was_training = model.training
        model.eval()
        accuracy = {
            name: self._accuracy(asked, model, processing_class)
            for name, asked in self._sets.items()
        }
        model.train(was_training)
        self.points.append({"step": step, **accuracy})

    def _accuracy(self, asked: Sequence[Example], model: Any, tokens: Any) -> dict[str, float]:
        asked = [example for example in asked for _ in range(_SAMPLES)]
        items = []
        for start in range(0, len(asked), _MEASURED_AT_ONCE):
            some = asked[start : start + _MEASURED_AT_ONCE]
            texts = answer(model, tokens, [example.prompt for example in some])
            items += [
                {**example.item, "completion": text}
                for example, text in zip(some, texts, strict=True)
            ]
        correct: dict[str, list[bool]] = {}
        for example, result in zip(asked, self._scorer.score_sync(items).results, strict=True):
            if result["error"] is not None:
                raise RuntimeError(f"{example.item}: {result['error']}")
            correct.setdefault(example.task, []).append(bool(result["correct"]))
        return {task: sum(right) / len(right) for task, right in sorted(correct.items())}


def answer(model: Any, tokens: Any, prompts: list[str]) -> list[str]:
    """A sampled answer to each prompt; the random numbers of the training are left alone."""
    batch = tokens(prompts, padding=True, return_tensors="pt", return_token_type_ids=False)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        ids = model.generate(
            **batch.to(model.device), max_new_tokens=_NEW_TOKENS, do_sample=True, top_k=0
        )
    texts: list[str] = tokens.batch_decode(
        ids[:, batch["input_ids"].shape[1] :], skip_special_tokens=True
    )
    return texts


def rows(asked: Sequence[Example], curriculum: Curriculum, wanted: int) -> Dataset:
    """So many rows in the order of a curriculum.

    A stage gets its share of the budget by its share of the questions, so that each order shows
    each kind of question equally often.
    """
    epochs = -(-wanted // len(asked))
    many = [example for example in asked for _ in range(epochs)]
    order = curriculum.order([example.task for example in many])
    step = len(order) / wanted
    chosen = [many[order[int(number * step)]] for number in range(wanted)]
    return Dataset.from_list([{"prompt": example.prompt, **example.item} for example in chosen])


def run(model: Path, out: Path, arm: str, seed: int, steps: int, prompts: int, every: int) -> None:
    """Train one arm with one seed and write its curve."""
    logging.disable(logging.WARNING)
    train, held_out = questions()
    networks = {
        example.item["network"]: {"lines": {n: list(s) for n, s in example.lines.items()}}
        for example in train
    }
    sets = {"trained": train[: len(held_out)], "held out": held_out}
    measure = Measure(sets, networks, every)
    profile, variant = ARMS[arm]
    trainer = GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(model),
        processing_class=PreTrainedTokenizerFast.from_pretrained(model),
        reward_funcs=reward_function(None, profile=profile, networks=networks),
        train_dataset=rows(train, Curriculum(variant, seed=seed), steps * prompts),
        callbacks=[measure],
        args=GRPOConfig(
            output_dir=str(out.with_suffix("")),
            seed=seed,
            max_steps=steps,
            per_device_train_batch_size=prompts * 8,
            num_generations=8,
            max_completion_length=_NEW_TOKENS,
            learning_rate=5e-4,
            lr_scheduler_type="constant",
            beta=0.0,
            scale_rewards="none",
            loss_type="grpo",
            shuffle_dataset=False,
            logging_steps=every,
            disable_tqdm=True,
            save_strategy="no",
            report_to="none",
            use_cpu=not torch.cuda.is_available(),
            bf16=False,
        ),
    )
    trainer.train()
    out.write_text(json.dumps({"arm": arm, "seed": seed, "points": measure.points}), "utf-8")


def main() -> None:
    """Train the arm and seed that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--arm", choices=ARMS, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--prompts", type=int, default=16)
    parser.add_argument("--every", type=int, default=20)
    asked = parser.parse_args()
    run(asked.model, asked.out, asked.arm, asked.seed, asked.steps, asked.prompts, asked.every)


if __name__ == "__main__":
    main()
