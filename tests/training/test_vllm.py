"""``trainer-client train`` with a real vLLM: the model that samples is the one that is trained.

Images are repeated: there are two cities. What a CPU needs for it stands in ``cpu/sampler.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from safetensors.torch import load_file

from .runs import counted
from .sampled import Sampled, run, serving_vllm

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

STEPS, PROMPTS, GENERATIONS = 6, 2, 8
#: Both compute in float32: what they differ by is rounding.
AGREE, APART = 1e-4, 0.1
UNSYNCHRONISED = {"without": "synchronisation", "settings": {"learning_rate": 1e-2}}
LORA = {"use_peft": True, "lora_target_modules": "all-linear"}
#: The runs of each mode and model, one after the other in a process: what is left out, and how.
WANTED: Mapping[tuple[str, str], tuple[Mapping[str, object], ...]] = {
    ("colocate", "text"): ({}, {"settings": LORA}),
    ("colocate", "vision"): (
        {},
        {"without": "single image tokens"},
        {"without": "encoder cache reset"},
        UNSYNCHRONISED,
    ),
    ("server", "text"): ({}, UNSYNCHRONISED),
    ("server", "vision"): ({},),
}


@dataclass(frozen=True)
class Runs:
    """The runs of a mode and a model, and what the service has counted of them all."""

    model: Path
    folder: Path
    all: list[Sampled]
    items: float
    requests: float

    def changed(self, number: int) -> dict[str, bool]:
        """Whether a run has changed each of the model's tensors."""
        before = load_file(self.model / "model.safetensors")
        after = load_file(self.folder / f"out{number}" / "model.safetensors")
        return {name: bool((after[name] != tensor).any()) for name, tensor in before.items()}


def _made(mode: str, kind: str, model: Path, data: Path, service: str, folder: Path) -> Runs:
    config = {
        "model_name_or_path": str(model),
        "dataset": str(data),
        "images": kind == "vision",
        "reward_url": service,
        "per_device_train_batch_size": PROMPTS * GENERATIONS,
        "num_generations": GENERATIONS,
        "max_completion_length": 6,
        "max_steps": STEPS,
        "learning_rate": 1e-3,
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "save_strategy": "no",
        "vllm_mode": mode,
        "vllm_max_model_length": 512,
    }
    wanted = []
    for number, one in enumerate(WANTED[mode, kind]):
        settings = one.get("settings", {})
        assert isinstance(settings, dict)
        out = str(folder / f"out{number}")
        wanted.append({**one, "settings": {**settings, "output_dir": out}})
    with ExitStack() as stack:
        if mode == "server":
            config["vllm_server_base_url"] = stack.enter_context(serving_vllm(folder, str(model)))
        file = folder / "config.yaml"
        file.write_text(yaml.safe_dump(config))
        metrics = ("reward_server_items_total", "reward_server_batch_items_count")
        before = [counted(service, metric) for metric in metrics]
        runs = run(folder, file, *wanted)
        items, requests = (counted(service, m) - b for m, b in zip(metrics, before, strict=True))
    return Runs(model, folder, runs, items, requests)


@pytest.fixture(scope="module", params=WANTED, ids="-".join)
def made(
    request: pytest.FixtureRequest,
    data: Path,
    service_of_data: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, str, Runs]:
    mode, kind = request.param
    model = Path(request.getfixturevalue(f"{kind}_model"))
    folder = tmp_path_factory.mktemp(f"{mode}-{kind}")
    return mode, kind, _made(mode, kind, model, data, service_of_data, folder)


def test_what_samples_is_what_is_trained(made: tuple[str, str, Runs]) -> None:
    mode, kind, runs = made
    for wanted, one in zip(WANTED[mode, kind], runs.all, strict=True):
        if "without" in wanted:
            continue
        assert one.stopped is None
        assert len(one.differences()) == STEPS
        assert max(one.differences()) < AGREE
    changed = runs.changed(0)
    assert all(changed.values()), [name for name, does in changed.items() if not does]
    assert any("visual" in name for name in changed) == (kind == "vision")


def test_the_service_has_counted_the_calls_of_the_trainer(made: tuple[str, str, Runs]) -> None:
    _, _, runs = made
    steps = sum(len(one.differences()) for one in runs.all)
    assert runs.requests == steps
    assert runs.items == steps * PROMPTS * GENERATIONS
    rewards = [record["reward"] for one in runs.all for record in one.log if "reward" in record]
    assert len(set(rewards)) > 3, "the completions should earn different rewards"


def test_each_fault_that_is_left_in_shows(made: tuple[str, str, Runs]) -> None:
    mode, kind, runs = made
    faulty = {
        str(wanted["without"]): one
        for wanted, one in zip(WANTED[mode, kind], runs.all, strict=True)
        if "without" in wanted
    }
    for without, one in faulty.items():
        assert max(one.differences()) > AGREE, f"the mend can go: no fault without {without}"
    if (unsynced := faulty.get("synchronisation")) is not None:
        assert unsynced.differences()[-1] > APART
        assert unsynced.stopped is not None
        assert unsynced.stopped.startswith("SamplerDriftError: step")
        assert "vLLM does not sample from the model that is trained" in unsynced.stopped


def test_an_adapter_is_synchronised_and_saved_merged_too(made: tuple[str, str, Runs]) -> None:
    mode, kind, runs = made
    for number, wanted in enumerate(WANTED[mode, kind]):
        if wanted.get("settings") != LORA:
            continue
        out = runs.folder / f"out{number}"
        assert (out / "adapter_model.safetensors").is_file()
        before = load_file(runs.model / "model.safetensors")
        merged = load_file(out / "merged" / "model.safetensors")
        assert before.keys() == merged.keys()
        assert any((merged[name] != tensor).any() for name, tensor in before.items())
