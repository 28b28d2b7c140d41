"""The completion in a text that a trainer has decoded together with special tokens."""

from __future__ import annotations

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
