"""Runs of ``trainer-client train`` with a real vLLM on the CPU, in a process of their own.

``sampled.py FOLDER CONFIG RUN [RUN ...]``: each RUN is JSON with ``without``, what is left out of
the run, and ``settings``, which come before the YAML's. Its log and what stopped it are written to
``FOLDER/0.json``, and so on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.serving import free_port, is_up, until

LOGP_DIFFERENCE = "sampling/sampling_logp_difference/mean"
SECONDS = 300
SERVE = Path(__file__).parents[2] / "deploy" / "train" / "sampler.sh"
ON_A_CPU = ("--dtype", "float32", "--enforce-eager", "--max-model-len", "512")
#: For vLLM: little memory, no network, and no process of its own for a colocated engine.
ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Sampled:
    """What came of a run."""

    log: list[dict[str, Any]]
    """A record a step."""
    stopped: str | None
    """The error that ended it."""

    def differences(self) -> list[float]:
        """The mean distance of the two log-probabilities, a step each."""
        return [record[LOGP_DIFFERENCE] for record in self.log if LOGP_DIFFERENCE in record]


def run(folder: Path, config: Path, *wanted: Mapping[str, object]) -> list[Sampled]:
    """Train as each of ``wanted`` says, one after the other."""
    runs = [json.dumps(one) for one in wanted]
    done = subprocess.run(
        [sys.executable, __file__, str(folder), str(config), *runs],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-6000:]
    files = [folder / f"{number}.json" for number in range(len(wanted))]
    return [Sampled(**json.loads(file.read_text())) for file in files]


@contextmanager
def serving_vllm(folder: Path, model: str) -> Iterator[str]:
    """The address of a ``vllm serve`` with the flags of deploy/train/sampler.sh, for a CPU."""
    port = free_port()
    log = folder / "vllm"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [SERVE, model, "--host", "127.0.0.1", "--port", str(port), *ON_A_CPU],
            env={**os.environ, **ENVIRONMENT, "PATH": path},
            stdout=said,
            stderr=said,
        )
    try:
        up = f"http://127.0.0.1:{port}/health"
        until(lambda: is_up(up, process), log.read_text, SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def _without(what: str | None) -> Iterator[None]:
    """A time in which a fault of TRL is back, or one is made."""
    from trl.generation.vllm_generation import VLLMGeneration  # noqa: PLC0415

    from trainer_client.training import vllm_faults  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        if what == "synchronisation":
            patch.setattr(VLLMGeneration, "sync_weights", lambda _: None)
        elif what == "single image tokens":
            patch.setattr(vllm_faults, "_with_single_image_tokens", lambda generate, _: generate)
        elif what == "encoder cache reset":
            patch.setattr(vllm_faults, "_with_encoder_cache_reset", lambda _, sync: sync)
        else:
            assert what is None
        yield


def _train(config: str, without: str | None, settings: Mapping[str, object]) -> Sampled:
    from trl import GRPOTrainer  # noqa: PLC0415

    from trainer_client.training.guards import RunStoppedError  # noqa: PLC0415
    from trainer_client.training.train import parse, train  # noqa: PLC0415

    log: list[dict[str, Any]] = []
    as_it_is = GRPOTrainer.log

    def kept(trainer: object, record: dict[str, Any], *rest: object) -> None:
        log.append(record)  # TRL adds to it before the guards see it
        as_it_is(trainer, record, *rest)

    options = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    stopped = None
    with _without(without), pytest.MonkeyPatch.context() as patch:
        patch.setattr(GRPOTrainer, "log", kept)
        try:
            train(*parse(Path(config), options))
        except RunStoppedError as error:
            stopped = f"{type(error).__name__}: {error}"
    return Sampled(log, stopped)


def main(folder: str, config: str, *wanted: str) -> None:
    """Train, and write what came of it."""
    from tests.training.cpu import sampler  # noqa: PLC0415

    sampler.mend()
    for number, one in enumerate(map(json.loads, wanted)):
        sampled = _train(config, one.get("without"), one.get("settings", {}))
        (Path(folder) / f"{number}.json").write_text(json.dumps(asdict(sampled)))
    os._exit(0)  # vLLM's threads end with the process


if __name__ == "__main__":
    main(*sys.argv[1:])
