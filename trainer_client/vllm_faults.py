"""Two faults of TRL with vLLM and images that show in no exit status, mended where they sit.

A colocated vLLM gets prompts whose image tokens are already expanded, and expands them again
(huggingface/trl issues 6294 and 6401). And TRL resets vLLM's prefix cache after each
synchronisation of weights but not its encoder cache, so that an image seen before keeps the
embedding of the vision tower as it was. Both mends do nothing where TRL has mended itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .guards import RunStoppedError

_SECONDS = 60.0


class PromptMismatchError(RunStoppedError):
    """vLLM ran another prompt than the one the trainer counts on."""


def mend(trainer: Any) -> None:
    """Wrap the sampler of a ``GRPOTrainer`` or ``RLOOTrainer``; one without vLLM is left alone."""
    if not trainer.use_vllm:
        return
    sampler = trainer.vllm_generation
    image_token = getattr(trainer.processing_class, "image_token_id", None)
    if image_token is None:
        return  # no images, neither fault
    if sampler.mode == "colocate":
        sampler.generate = _with_single_image_tokens(sampler.generate, image_token)
    sampler.sync_weights = _with_encoder_cache_reset(sampler)


def collapse(ids: list[int], image_token: int) -> list[int]:
    """The ids with each run of image tokens as one, which is what vLLM expands itself."""
    return [
        token
        for token, before in zip(ids, [None, *ids], strict=False)
        if token != image_token or before != image_token
    ]


def _with_single_image_tokens(generate: Callable[..., Any], image_token: int) -> Callable[..., Any]:
    def generate_once_expanded(
        prompts: list[list[int]], images: Any, *args: Any, **kwargs: Any
    ) -> Any:
        if images is None:
            return generate(prompts, images, *args, **kwargs)
        single = [collapse(ids, image_token) for ids in prompts]
        outputs = generate(single, images, *args, **kwargs)
        for sent, ran in zip(prompts, outputs[0], strict=True):
            if list(ran) != sent:
                raise PromptMismatchError(
                    f"vLLM ran a prompt of {len(ran)} tokens, {_count(ran, image_token)} of them of "
                    f"images, where the trainer has {len(sent)} and {_count(sent, image_token)}. "
                    "Use vllm_mode: server, or versions of trl and vllm that this release names."
                )
        return outputs

    return generate_once_expanded


def _with_encoder_cache_reset(sampler: Any) -> Callable[[], None]:
    synchronise = sampler.sync_weights

    def sync_and_reset() -> None:
        synchronise()
        if sampler.mode == "colocate":
            sampler.llm.llm_engine.reset_encoder_cache()
        elif sampler.accelerator.is_main_process:
            client = sampler.vllm_client
            reply = client.session.post(f"{client.base_url}/reset_encoder_cache", timeout=_SECONDS)
            reply.raise_for_status()

    return sync_and_reset


def _count(ids: list[int], token: int) -> int:
    return sum(id_ == token for id_ in ids)
