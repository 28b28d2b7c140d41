"""``trainer-client eval``: sample answers with vLLM, as rollouts for ``reward-server benchmark``.

A line is an item of ``POST /score`` with its completion: the dataset's columns, an ``id`` for each
sample, a ``group`` for each question, the ``model``, and the reference ``routes`` for map score.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from datasets import Dataset
from rich.progress import track
from vllm import LLM, SamplingParams

from ..data.load import ITEM_COLUMNS


@dataclass(frozen=True)
class Sampling:
    """How answers are sampled; the defaults are the paper's: greedy, at most 2,048 tokens."""

    samples: int = 1
    temperature: float = 0.0
    max_tokens: int = 2048

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise ValueError(f"samples: expected 1 or more, got {self.samples}")
        if self.samples > 1 and self.temperature == 0:
            raise ValueError("temperature: expected more than 0, as greedy samples are all equal")


def engine(
    model: str, max_model_len: int | None, tensor_parallel_size: int, seed: int, *, images: bool
) -> LLM:
    """A vLLM for prompts with one map each; ``seed`` is of all its sampling."""
    return LLM(
        model,
        seed=seed,
        max_model_len=max_model_len,
        tensor_parallel_size=tensor_parallel_size,
        limit_mm_per_prompt={"image": 1} if images else {},
    )


def write_rollouts(
    rows: Dataset, llm: LLM, sampling: Sampling, model: str, out: Path, *, batch: int = 256
) -> int:
    """Answer each row's question and write the rollouts; returns how many.

    The file appears under its name when it is whole.
    """
    parameters = SamplingParams(
        n=sampling.samples,
        temperature=sampling.temperature,
        max_tokens=sampling.max_tokens,
    )
    partial = out.with_name(f"{out.name}.partial")
    written = 0
    with partial.open("wb") as file:
        for start in track(range(0, len(rows), batch), description="batches"):
            asked = [rows[number] for number in range(start, min(start + batch, len(rows)))]
            answers = llm.chat([chat(row) for row in asked], parameters, use_tqdm=False)
            for number, (row, answer) in enumerate(zip(asked, answers, strict=True), start):
                texts = [output.text for output in answer.outputs]
                for rollout in rollouts(row, texts, number):
                    line = {**rollout, "model": model}
                    file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                    written += 1
    partial.replace(out)
    return written


def rollouts(
    row: Mapping[str, Any], completions: Sequence[str], number: int
) -> Iterator[dict[str, Any]]:
    """The rollouts of one row, as items; a column without a value is left out."""
    columns = {name: row[name] for name in (*ITEM_COLUMNS, "routes") if row[name] is not None}
    for sample, completion in enumerate(completions):
        yield {
            "id": f"{number}-{sample}",
            "group": str(number),
            **columns,
            "completion": completion,
        }


def chat(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The row's prompt as vLLM takes it, its map before the question's text."""
    messages = [dict(message) for message in row["prompt"]]
    if row.get("image") is not None:
        asked = next(message for message in messages if message["role"] == "user")
        asked["content"] = [
            {"type": "image_url", "image_url": {"url": _data_url(row["image"])}},
            {"type": "text", "text": asked["content"]},
        ]
    return messages


def _data_url(image: Any) -> str:  # noqa: ANN401 - Pillow's image, which needs no import here
    content = io.BytesIO()
    image.save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
