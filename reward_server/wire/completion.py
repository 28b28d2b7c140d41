"""The completion in what trainers hand over: chat messages, or a text with special tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

Message = TypeVar("Message", bound=Mapping[str, object])

#: What models end a turn with, and batches are padded with: Qwen, InternVL, Llama, LLaVA and
#: Mistral, Gemma, Phi, SmolVLM and Idefics. Of another model's the text keeps what it has.
_END_TOKENS = (
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "<|finetune_right_pad_id|>",
    "</s>",
    "<end_of_turn>",
    "<eos>",
    "<pad>",
    "<|end|>",
    "<end_of_utterance>",
)
#: Characters of a prompt's end by which it is found again: ``|>\n<|im_start|>assistant\n``.
_PROMPT_END = 24


def last_turn(messages: Sequence[Message]) -> list[Message]:
    """The messages of the assistant's last turn, in order; what tools said is left out.

    A message without a role is the assistant's.
    """
    turn: list[Message] = []
    for message in reversed(messages):
        if message.get("role", "assistant") == "assistant":
            turn.append(message)
        elif turn:
            break
    return turn[::-1]


def after_prompt(text: str, prompt: str) -> str | None:
    """What follows ``prompt`` in ``text``; ``None`` where its end is not there.

    A prompt that went through a tokenizer may not come back as it was: an image's placeholder
    stands there once for each of its patches, a long prompt has lost its beginning, spaces have
    changed. Then its last characters are looked for, as often as the prompt itself has them: the
    prompt comes first, so a completion that repeats it is not cut.
    """
    if text.startswith(prompt):
        return text[len(prompt) :]
    last = prompt[-_PROMPT_END:]
    end = 0
    for _ in range(prompt.count(last)):
        start = text.find(last, end)
        if start < 0:
            return None
        end = start + len(last)
    return text[end:]


def without_end_tokens(text: str) -> str:
    """``text`` up to the special tokens, and what space is between them, that it ends with."""
    end = len(text)
    while True:
        last = end
        while last and text[last - 1].isspace():
            last -= 1
        token = next((one for one in _END_TOKENS if text.endswith(one, 0, last)), None)
        if token is None:
            return text[:end]
        end = last - len(token)
