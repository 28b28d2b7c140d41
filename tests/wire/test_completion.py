"""Where the completion begins and ends in a text with the prompt and special tokens."""

from __future__ import annotations

import time

import pytest

from reward_server.wire.completion import after_prompt, without_end_tokens

ASKED = "<|vision_start|><|image_pad|><|vision_end|>Is it?<|im_end|>\n<|im_start|>assistant\n"
USER = "<|im_start|>user\n"
MANY = ASKED.replace("<|image_pad|>", "<|image_pad|>" * 1200)
LLAVA = "USER: <image>\nIs it? ASSISTANT:"
GEMMA = "<start_of_turn>user\n{}Is it?<end_of_turn>\n<start_of_turn>model\n"
TURNS = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n" + USER + ASKED


@pytest.mark.parametrize(
    ("prompt", "decoded"),
    [
        ("", ""),
        ("Is it?", "Is it?"),
        (USER + ASKED, USER + ASKED),
        # an image's placeholder, once for each of its patches
        (USER + ASKED, USER + MANY),
        (TURNS, TURNS.replace(ASKED, MANY)),
        (LLAVA, LLAVA.replace("<image>", "<image>" * 576)),
        (
            GEMMA.format("<start_of_image>"),
            GEMMA.format(
                "\n\n<start_of_image>" + "<image_soft_token>" * 256 + "<end_of_image>\n\n"
            ),
        ),
        # a long prompt has lost its beginning
        (USER + "word " * 999 + ASKED, "word " * 5 + ASKED),
        # a tokenizer has changed spaces, or put its own token before
        ("Is this , or that ?" + ASKED, "Is this, or that?" + ASKED),
        ("Is it?" + ASKED, "<s>Is it?" + ASKED),
    ],
)
@pytest.mark.parametrize(
    "completion",
    [
        "\\boxed{yes}",
        "",
        "\n\n  yes ",
        "<think>It is.</think>yes",
        # one that says the prompt again is not cut
        f"{USER}{ASKED}\\boxed{{yes}}",
        f"no {ASKED}\\boxed{{yes}}",
    ],
)
def test_the_completion_is_what_follows_the_prompt(
    prompt: str, decoded: str, completion: str
) -> None:
    assert after_prompt(decoded + completion, prompt) == completion


@pytest.mark.parametrize("text", ["", "\\boxed{yes}", USER, ASKED[:-1], "Is it?"])
def test_without_the_prompt_there_is_no_completion(text: str) -> None:
    assert after_prompt(text, USER + ASKED) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("yes<|im_end|>", "yes"),
        ("yes<|im_end|>\n<|endoftext|><|endoftext|>\n", "yes"),
        ("yes</s>", "yes"),
        ("yes<|eot_id|>", "yes"),
        ("yes<end_of_turn>\n<eos>", "yes"),
        ("yes \n", "yes \n"),
        ("yes \n<|im_end|>", "yes \n"),
        ("", ""),
        ("<|im_end|>", ""),
        (" \n ", " \n "),
        # within the text it is the model's own
        ("yes<|im_end|>no", "yes<|im_end|>no"),
        ("a < b</s", "a < b</s"),
        ("<|im_start|>", "<|im_start|>"),
    ],
)
def test_special_tokens_at_the_end_are_no_part_of_it(text: str, kept: str) -> None:
    assert without_end_tokens(text) == kept


def test_both_take_time_in_proportion_to_the_text() -> None:
    text = "<|im_end|> " * 100_000
    started = time.perf_counter()
    without_end_tokens("x" + text)
    after_prompt(text, "y" + text)
    assert time.perf_counter() - started < 5  # a second at most; squared it would be hours
