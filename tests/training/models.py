"""Tiny models made on the spot; as their tokens are answers, rewards differ between samples.

``python tests/training/models.py FOLDER`` saves the one that sees, for deploy/train/smoke-cpu.yaml.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers import models as tokenizer_models

END, PAD = "<|im_end|>", "<|endoftext|>"
IMAGE, VIDEO = "<|image_pad|>", "<|video_pad|>"
VISION = ("<|vision_start|>", "<|vision_end|>")
SPECIAL = (PAD, "<|im_start|>", END, *VISION, IMAGE, VIDEO)
#: What the models say: answers, routes in parts, and things between.
PHRASES = (
    *(f"\\boxed{{{value}}}" for value in ("yes", "no", "A", "B", "1", "2", "3", "12")),
    "Route Name: Line 1\nDeparture Stop: Alba\nArrival Stop: Cedar\n",
    "Route Name: Line 2\nDeparture Stop: Cedar\nArrival Stop: Dale\n",
    "Route Name: Line 1\nDeparture Stop: Brook\nArrival Stop: Cedar\n",
    "--\n",
    "I think that ",
)
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for block in message['content'] %}{% if block['type'] == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ block['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WIDTH = 64  # two heads of 32, the narrowest that vLLM has for a CPU


def tokenizer() -> Any:  # noqa: ANN401 - a class that is not installed for mypy
    """A token for each byte, for each phrase and for each special mark."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {sign: number for number, sign in enumerate(alphabet)}
    own = Tokenizer(tokenizer_models.BPE(vocab=vocabulary, merges=[]))
    own.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    own.decoder = decoders.ByteLevel()
    own.add_special_tokens(list(SPECIAL))
    own.add_tokens([AddedToken(phrase, normalized=False) for phrase in PHRASES])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=own,
        eos_token=END,
        pad_token=PAD,
        padding_side="left",
        chat_template=CHAT,
        model_max_length=1024,
    )


def silent_tokens(reader: Any) -> list[int]:  # noqa: ANN401
    """All tokens but the phrases and the end: what the models are kept from saying."""
    said = set(reader.convert_tokens_to_ids([*PHRASES, END]))
    return [number for number in range(len(reader)) if number not in said]


def _keep_to_phrases(model: Any, reader: Any) -> None:  # noqa: ANN401
    """Make all but the phrases improbable: every token is known by one number, which they shun."""
    with torch.no_grad():
        model.get_input_embeddings().weight[:, 0] = 0.2
        model.lm_head.weight[:, 0] = 0
        model.lm_head.weight[silent_tokens(reader), 0] = -3


def _sizes(reader: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "vocab_size": len(reader),
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 1024,
        "bos_token_id": reader.pad_token_id,
        "eos_token_id": reader.eos_token_id,
        "pad_token_id": reader.pad_token_id,
        "tie_word_embeddings": False,
    }


def save_text_model(folder: Path) -> Path:
    """A Qwen2 of two layers, with its tokenizer."""
    reader = tokenizer()
    torch.manual_seed(0)
    model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**_sizes(reader)))
    _keep_to_phrases(model, reader)
    model.save_pretrained(folder)
    reader.save_pretrained(folder)
    return folder


def save_vision_model(folder: Path) -> Path:
    """A Qwen2.5-VL of two layers for text and two for images, with its processor."""
    reader = tokenizer()
    number = reader.convert_tokens_to_ids
    patches = {"patch_size": 14, "temporal_patch_size": 2, "merge_size": 2}
    half = WIDTH // 4  # of a head's numbers, which are rotated in pairs
    config = transformers.Qwen2_5_VLConfig(
        text_config={
            **_sizes(reader),
            "rope_scaling": {
                "type": "mrope",
                "rope_type": "default",
                "mrope_section": [half - 2 * (half // 3), half // 3, half // 3],
            },
        },
        vision_config={
            "depth": 2,
            "hidden_size": WIDTH,
            "intermediate_size": 2 * WIDTH,
            "num_heads": 2,
            "out_hidden_size": WIDTH,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "window_size": 112,
            "fullatt_block_indexes": [1],
        },
        image_token_id=number(IMAGE),
        video_token_id=number(VIDEO),
        vision_start_token_id=number(VISION[0]),
        vision_end_token_id=number(VISION[1]),
        tie_word_embeddings=False,
    )
    torch.manual_seed(0)
    model = transformers.Qwen2_5_VLForConditionalGeneration(config)
    _keep_to_phrases(model, reader)
    model.generation_config.eos_token_id = reader.eos_token_id
    model.generation_config.pad_token_id = reader.pad_token_id
    model.save_pretrained(folder)
    pixels = {"min_pixels": 4 * 28 * 28, "max_pixels": 16 * 28 * 28}
    transformers.Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(**patches, **pixels),
        tokenizer=reader,
        video_processor=transformers.Qwen2VLVideoProcessor(**patches),
        chat_template=CHAT,
    ).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    save_vision_model(Path(sys.argv[1]))
