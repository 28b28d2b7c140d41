"""Lets TRL and vLLM train together on a machine without a GPU; nothing of the product needs it.

``test_sampler.py`` fails on the day that one of these is no longer needed.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trl.generation.vllm_client as client
import trl.generation.vllm_generation as generation
import vllm._custom_ops as operators
import vllm.model_executor.layers.utils as layers
from safetensors.torch import save_file

_SECONDS = 120


def mend() -> None:
    """Do all of it, in a process that will train."""
    compute_in_float32()
    keep_linear_weights()
    send_weights_by_file()


def compute_in_float32() -> None:
    """Let a colocated vLLM keep the checkpoint's float32, and do without compilation."""
    generation.LLM = functools.partial(generation.LLM, dtype="float32", enforce_eager=True)


def keep_linear_weights() -> None:
    """Keep a colocated vLLM from packing its weights for oneDNN: TRL loads new ones into them."""
    operators._supports_onednn = False  # noqa: SLF001 - there is no setting
    layers.check_cpu_sgl_kernel = lambda *_: False


def send_weights_by_file() -> None:
    """Bring weights to a server by a file; TRL's own way is NCCL, between GPUs."""
    client.VLLMClient.init_communicator = _greet
    client.VLLMClient.update_named_params = _send


def _greet(self: Any, device: object = 0) -> None:  # noqa: ANN401, ARG001
    self.get_server_info()


def _send(self: Any, metadata: object, named: Iterator[tuple[str, Any]]) -> None:  # noqa: ANN401, ARG001
    tensors = {name: tensor.detach().contiguous().clone() for name, tensor in named}
    with tempfile.TemporaryDirectory() as folder:
        save_file(tensors, Path(folder) / "model.safetensors", metadata={"format": "pt"})
        call = {
            "method": "reload_weights",
            "kwargs": {"weights_path": folder},
            "timeout": _SECONDS,
        }
        reply = self.session.post(f"{self.base_url}/collective_rpc", json=call)
        reply.raise_for_status()
