"""The completion in a text that a trainer has decoded together with special tokens."""

from __future__ import annotations

from ..core.answer import END_TOKENS

#: Characters of a prompt's end by which it is found again: ``|>\n<|im_start|>assistant\n``.
_PROMPT_END = 24
_LONGEST_TOKEN = max(map(len, END_TOKENS))


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
        tail = text[max(last - _LONGEST_TOKEN, 0) : last].lower()
        token = next((one for one in END_TOKENS if tail.endswith(one)), None)
        if token is None:
            return text[:end]
        end = last - len(token)
