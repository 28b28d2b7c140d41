"""A tiny model taught by supervision to answer in form: what every run of the study starts from."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import torch
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, set_seed

from tests.bench.learning.world import Example, questions, tokenizer, told

_IGNORED = -100


def pretrain(
    folder: Path,
    *,
    seed: int,
    steps: int,
    width: int,
    layers: int,
    reliability: float,
    batch: int = 64,
) -> None:
    """Train a model from scratch on a teacher's answers, and save it with its tokenizer."""
    set_seed(seed)
    rng = Random(seed)  # noqa: S311
    tokens = tokenizer()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Qwen2ForCausalLM(_config(tokens, width, layers)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    shown = _shuffled(questions()[0], rng)
    for _ in range(steps):
        told_batch = [
            (example.prompt, told(example, reliability, rng))
            for example in itertools.islice(shown, batch)
        ]
        loss = model(
            **{name: tensor.to(device) for name, tensor in _padded(told_batch, tokens).items()}
        ).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.save_pretrained(folder)
    tokens.save_pretrained(folder)


def _config(tokens: PreTrainedTokenizerFast, width: int, layers: int) -> Qwen2Config:
    return Qwen2Config(
        vocab_size=len(tokens),
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=256,
        bos_token_id=tokens.bos_token_id,
        eos_token_id=tokens.eos_token_id,
        pad_token_id=tokens.pad_token_id,
        tie_word_embeddings=True,
    )


def _shuffled(shown: Sequence[Example], rng: Random) -> Iterator[Example]:
    while True:
        yield from rng.sample(shown, len(shown))


def _padded(
    pairs: Sequence[tuple[str, str]], tokens: PreTrainedTokenizerFast
) -> dict[str, torch.Tensor]:
    """Input ids, mask, and labels that are the answers only; each of shape (batch, longest)."""
    prompts = tokens([prompt for prompt, _ in pairs])["input_ids"]
    answers = tokens([answer for _, answer in pairs])["input_ids"]
    rows = [
        (prompt, [*answer, tokens.eos_token_id])
        for prompt, answer in zip(prompts, answers, strict=True)
    ]
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids, labels = [], []
    for prompt, answer in rows:
        padding = longest - len(prompt) - len(answer)
        ids.append(prompt + answer + [tokens.pad_token_id] * padding)
        labels.append([_IGNORED] * len(prompt) + answer + [_IGNORED] * padding)
    padded = torch.tensor(ids)
    return {
        "input_ids": padded,
        "attention_mask": (padded != tokens.pad_token_id).long(),
        "labels": torch.tensor(labels),
    }


def main() -> None:
    """Teach the model that the command line describes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--reliability", type=float, required=True)
    asked = parser.parse_args()
    pretrain(
        asked.out,
        seed=asked.seed,
        steps=asked.steps,
        width=asked.width,
        layers=asked.layers,
        reliability=asked.reliability,
    )


if __name__ == "__main__":
    main()
