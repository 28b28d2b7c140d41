"""The guards, the step's line and the mends, by what TRL would give them."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from trainer_client.training.guards import (
    DeadRewardError,
    DeadRewardGuard,
    SamplerDriftError,
    SamplerDriftGuard,
)
from trainer_client.training.progress import line
from trainer_client.training.vllm_faults import PromptMismatchError, collapse, mend

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

DIFFERENCE = "sampling/sampling_logp_difference/mean"
IMAGE = 9
Logs = dict[str, float | None] | None
#: Arguments, state and control, as a callback is called with.
Called = tuple[TrainingArguments, TrainerState, TrainerControl]


@pytest.fixture
def trainer() -> Called:
    return TrainingArguments(use_cpu=True), TrainerState(global_step=7), TrainerControl()


@pytest.mark.parametrize("difference", [0.11, 3.0, math.nan, math.inf])
def test_a_difference_beyond_the_bound_stops_the_run(difference: float, trainer: Called) -> None:
    with pytest.raises(SamplerDriftError, match=r"step 7: .* more than max_logp_difference = 0.1"):
        SamplerDriftGuard(0.1).on_log(*trainer, logs={DIFFERENCE: difference})


@pytest.mark.parametrize("logs", [{DIFFERENCE: 0.1}, {DIFFERENCE: None}, {"loss": 1.0}, None])
def test_a_difference_within_the_bound_does_not(logs: Logs, trainer: Called) -> None:
    SamplerDriftGuard(0.1).on_log(*trainer, logs=logs)


def test_steps_without_an_advantage_are_counted_until_one_has_some(trainer: Called) -> None:
    guard = DeadRewardGuard(3)
    equal = {"reward": 11.0, "frac_reward_zero_std": 1.0}
    missing = {"reward": None, "frac_reward_zero_std": 0.0}
    alive = {"reward": 3.0, "frac_reward_zero_std": 0.9}
    for logs in (equal, missing, alive, {"train_runtime": 1.0}, missing, equal, {}):
        guard.on_log(*trainer, logs=logs)
    with pytest.raises(DeadRewardError, match="3 steps in a row without an advantage; in 2 of"):
        guard.on_log(*trainer, logs=missing)


def test_a_steps_line_tells_stage_rewards_by_task_and_component_and_what_they_cost() -> None:
    logs = {
        "reward": 7.5,
        "curriculum/stage": 1.25,
        "rewardmap/share/TorF1": 0.5,
        "rewardmap/points/TorF1": 5.5,
        "rewardmap/share/Counting2": 0.25,
        "rewardmap/points/Counting2": 1.0,
        "rewardmap/share/planning": 0.0,
        "rewardmap/points/planning": 0.0,
        "rewardmap/format": 0.5,
        "rewardmap/correctness": 6.0,
        "rewardmap/detail": None,
        "frac_reward_zero_std": 0.25,
        "rewardmap/errors": 0.25,
        "rewardmap/seconds": 0.125,
        "step_time": 12.0,
    }
    assert line(logs) == (
        "stage 1.25 · reward 7.5 (TorF1 11, Counting2 4) · format 0.5 correctness 6 detail - · "
        "zero variance 25% · 25% without a reward · reward calls 0.125 s of 12 s"
    )


def sampling(expand: int) -> Any:  # noqa: ANN401 - a trainer whose vLLM expands images so often
    def generate(prompts: list[list[int]], images: object, **_: object) -> tuple[Any, ...]:
        ran = [
            [one for token in ids for one in [token] * (expand if token == IMAGE else 1)]
            for ids in prompts
        ]
        return ran if images else prompts, [], [], []

    sampler = SimpleNamespace(mode="colocate", generate=generate, sync_weights=lambda: None)
    processor = SimpleNamespace(image_token_id=IMAGE)
    return SimpleNamespace(use_vllm=True, processing_class=processor, vllm_generation=sampler)


def test_runs_of_image_tokens_are_sent_as_one_and_checked_when_they_come_back() -> None:
    ids = [1, IMAGE, IMAGE, IMAGE, 2, IMAGE, IMAGE, IMAGE]
    assert collapse(ids, IMAGE) == [1, IMAGE, 2, IMAGE]
    right, wrong = sampling(expand=3), sampling(expand=4)
    for one in (right, wrong):
        mend(one)
    assert right.vllm_generation.generate(prompts=[ids], images=["map"])[0] == [ids]
    with pytest.raises(PromptMismatchError, match=r"10 tokens, 8 of them of images, .* 8 and 6"):
        wrong.vllm_generation.generate(prompts=[ids], images=["map"])
    assert wrong.vllm_generation.generate(prompts=[ids], images=None)[0] == [ids]


def test_a_sampler_without_images_is_left_alone() -> None:
    one = sampling(expand=3)
    one.processing_class = SimpleNamespace()
    as_it_was = one.vllm_generation.generate
    mend(one)
    assert one.vllm_generation.generate is as_it_was
