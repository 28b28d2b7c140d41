"""Each mend of ``sampler.py`` is still needed: a failure here says that it can go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl")
pytest.importorskip("vllm")

ROOT = Path(__file__).parents[3]
SECONDS = 240


def ended(code: str, *arguments: str) -> str:
    """What a fresh interpreter says of the code."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.stdout + done.stderr


def test_vllm_computes_a_checkpoint_in_float32_with_less(text_model: str) -> None:
    code = (
        "import sys; from vllm.config import ModelConfig; "
        "print('computes in', ModelConfig(sys.argv[1]).dtype)"
    )
    said = ended(code, text_model)
    assert "computes in torch." in said, said
    assert "computes in torch.float32" not in said, "compute_in_float32 can go: auto keeps float32"


def test_vllm_leaves_no_weight_where_trl_would_load_it() -> None:
    code = (
        "import torch; from vllm.model_executor.layers.utils import dispatch_cpu_unquantized_gemm; "
        "layer = torch.nn.Linear(512, 512, bias=False); layer.weight.requires_grad_(False); "
        "dispatch_cpu_unquantized_gemm(layer, remove_weight=True); "
        "print('numbers left:', layer.weight.numel())"
    )
    assert "numbers left: 0" in ended(code), "keep_linear_weights can go: vLLM keeps its weights"


def test_trl_sends_weights_between_gpus_only() -> None:
    code = (
        "from trl.generation.vllm_client import VLLMClient as C\n"
        "C.get_server_info = lambda _: {'weight_transfer_config': {'backend': 'nccl'}}\n"
        "C.get_world_size = lambda _: 1\n"
        "client = C.__new__(C); client.base_url, client.group_port = 'http://x', 0\n"
        "client.init_communicator(device='cpu')"
    )
    said = ended(code)
    assert "needs a CUDA device" in said, f"send_weights_by_file can go: {said}"
