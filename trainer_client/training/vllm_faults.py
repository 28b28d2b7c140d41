"""Two faults of TRL with vLLM and images that show in no exit status, mended where they sit.

A colocated vLLM gets prompts whose image tokens are already expanded, and expands them again
(huggingface/trl issues 6294 and 6401). And TRL resets vLLM's prefix cache after each
synchronisation of weights but not its encoder cache, so that an image seen before keeps the
embedding of the vision tower as it was. Both mends do nothing where TRL has mended itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .guards import RunStoppedError

_SECONDS = 60.0
# of libraries without types
_Trainer: TypeAlias = Any
_Sampler: TypeAlias = Any
_Images: TypeAlias = Any
_Outputs: TypeAlias = Any


class PromptMismatchError(RunStoppedError):
    """vLLM ran another prompt than the one the trainer counts on."""


def mend(trainer: _Trainer) -> None:
    """Wrap the sampler of a ``GRPOTrainer`` or ``RLOOTrainer``; one without vLLM is left alone."""
    image_token = getattr(trainer.processing_class, "image_token_id", None)
    if not trainer.use_vllm or image_token is None:
        return  # without images there is neither fault
    sampler = trainer.vllm_generation
    if sampler.mode == "colocate":
        sampler.generate = _with_single_image_tokens(sampler.generate, image_token)
    sampler.sync_weights = _with_encoder_cache_reset(sampler, sampler.sync_weights)


def collapse(ids: list[int], image_token: int) -> list[int]:
    """The ids with each run of image tokens as one, which is what vLLM expands itself."""
    return [
        token
        for token, before in zip(ids, [None, *ids], strict=False)
        if token != image_token or before != image_token
    ]


def _with_single_image_tokens(
    generate: Callable[..., _Outputs], image_token: int
) -> Callable[..., _Outputs]:
    def generate_once_expanded(
        prompts: list[list[int]], images: _Images, *rest: object, **named: object
    ) -> _Outputs:
        if images is None:
            return generate(prompts, images, *rest, **named)
        single = [collapse(ids, image_token) for ids in prompts]
        outputs = generate(single, images, *rest, **named)
        for sent, ran in zip(prompts, outputs[0], strict=True):
            if list(ran) != sent:
                raise PromptMismatchError(
                    f"vLLM ran a prompt of {len(ran)} tokens, {list(ran).count(image_token)} of "
                    f"them of images, where the trainer has {len(sent)} and "
                    f"{sent.count(image_token)}. Use vllm_mode: server, or the versions of trl and "
                    "vllm that this release asks for"
                )
        return outputs

    return generate_once_expanded


def _with_encoder_cache_reset(sampler: _Sampler, sync: Callable[[], None]) -> Callable[[], None]:
    def sync_and_reset() -> None:
        sync()
        if sampler.mode == "colocate":
            sampler.llm.llm_engine.reset_encoder_cache()
        elif sampler.accelerator.is_main_process:
            client = sampler.vllm_client
            reply = client.session.post(f"{client.base_url}/reset_encoder_cache", timeout=_SECONDS)
            reply.raise_for_status()

    return sync_and_reset
