"""OpenRLHF's own code asks a real service for the reward of a rollout.

Runs where openrlhf, and what its agent imports, is installed: torch, transformers, aiohttp and
Pillow among them. Its rollout code is all its own: only the engine that would generate is not, as
it needs a GPU, nor is the processor of images, which needs a model's files.
"""

from __future__ import annotations

import asyncio
import base64
import io
from types import SimpleNamespace
from typing import Any

import pytest

from .conftest import Sample

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code
Json = dict[str, Any]

agent = pytest.importorskip(
    "openrlhf.utils.agent",
    reason="needs openrlhf and what it imports (pip install --no-deps openrlhf, and so on)",
    exc_type=ImportError,
)
torch = pytest.importorskip("torch")
tokenizers = pytest.importorskip("tokenizers")
transformers = pytest.importorskip("transformers")

PAD = "<|image_pad|>"
SPECIAL = ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", PAD]
PROMPT = "<|im_start|>user\nIs it so?<|im_end|>\n<|im_start|>assistant\n"
SEEING = PROMPT.replace("Is", f"<|vision_start|>{PAD}<|vision_end|>Is")
GOLD = {"task": "TorF1", "answer": 1}


@pytest.fixture(scope="module")
def tokenizer() -> Any:  # noqa: ANN401 - a class that is not installed for mypy
    """A tokenizer of single bytes with the special tokens of Qwen."""
    byte_level = tokenizers.pre_tokenizers.ByteLevel
    alphabet = sorted(byte_level.alphabet())
    vocabulary = {sign: index for index, sign in enumerate(alphabet)}
    own = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    own.pre_tokenizer = byte_level(add_prefix_space=False)
    own.decoder = tokenizers.decoders.ByteLevel()
    own.add_special_tokens(SPECIAL)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=own)


class Processor:
    """As Qwen's: an image's placeholder is there once for each patch of the image."""

    image_processor = True

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401
        self._tokenizer = tokenizer
        self.decode = tokenizer.decode

    def __call__(self, text: Any, images: object = None, **options: Any) -> Json:  # noqa: ANN401
        if images is None:
            tokens: Json = self._tokenizer(text=text, **options)
            return tokens
        wide = [one.replace(PAD, PAD * 300) for one in text]
        return {**self._tokenizer(text=wide, **options), "pixel_values": torch.zeros(300, 3)}


class Engine:
    """Generates what it was told to."""

    def __init__(self, tokens: list[int]) -> None:
        self._tokens = tokens

    async def generate(self, *_: object, **__: object) -> SimpleNamespace:
        output = SimpleNamespace(token_ids=self._tokens, finish_reason="stop", logprobs=None)
        return SimpleNamespace(outputs=[output])


def roll_out(
    url: str | list[str],
    tokenizer: Any,  # noqa: ANN401
    completion: str,
    label: object,
    prompt: str = PROMPT,
    image: str | None = None,
    max_length: int = 100_000,
) -> Json:
    """What OpenRLHF has of one rollout."""
    tokens = tokenizer(text=f"{completion}<|im_end|>", add_special_tokens=False)["input_ids"]
    sampling = SimpleNamespace(max_tokens=64, logprobs=None)
    executor = agent.SingleTurnAgentExecutor(url)
    images, reader = (None, tokenizer) if image is None else ([image], Processor(tokenizer))
    rollout: Json = asyncio.run(
        executor.execute(prompt, label, sampling, max_length, reader, Engine(tokens), images)
    )
    return rollout


def test_rollouts_have_the_rewards_of_score(
    served: str, tokenizer: object, samples: list[Sample]
) -> None:
    for one in samples:
        rollout = roll_out(f"{served}/openrlhf", tokenizer, one.completion, one.gold)
        assert rollout["reward"] == one.result["reward"]
        assert rollout["scores"] == float(one.result["correct"])
        logs = rollout["extra_logs"]
        assert list(logs) == ["correct", "weight", "format", "correctness", "detail"]
        # what its samples generator makes of each, and its Experience says of their shape
        for value in (rollout["reward"], rollout["scores"], *logs.values()):
            assert torch.tensor([value]).shape == (1,)


def test_a_prompt_with_an_image_is_told_from_the_completion(served: str, tokenizer: object) -> None:
    image = pytest.importorskip("PIL.Image")
    picture = io.BytesIO()
    image.new("RGB", (2, 2)).save(picture, "PNG")
    encoded = f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
    url = f"{served}/openrlhf"
    rollout = roll_out(url, tokenizer, "\\boxed{yes}", GOLD, SEEING, encoded)
    assert len(rollout["observation_tokens"]) > 300
    assert rollout["reward"] == 11.0


def test_a_prompt_that_was_too_long_is_told_from_the_completion(
    served: str, tokenizer: object
) -> None:
    prompt = PROMPT.replace("Is", "Well, now " * 50 + "is")
    url = f"{served}/openrlhf"
    rollout = roll_out(url, tokenizer, "\\boxed{yes}", GOLD, prompt, max_length=164)
    assert len(rollout["observation_tokens"]) < 164
    assert rollout["reward"] == 11.0


def test_of_several_addresses_each_may_be_asked(served: str, tokenizer: object) -> None:
    url = f"{served}/openrlhf"
    rollout = roll_out([url, url, url], tokenizer, "\\boxed{yes}", GOLD)
    assert rollout["reward"] == 11.0


def test_a_sample_that_cannot_be_scored_has_no_reward(served: str, tokenizer: object) -> None:
    rollout = roll_out(f"{served}/openrlhf", tokenizer, "\\boxed{yes}", {"task": "TorF1"})
    assert (rollout["reward"], rollout["scores"], rollout["extra_logs"]) == (None, None, {})
