"""What stops a run that only looks well: log-probabilities that part, and rewards that say nothing.

Both faults leave the loss, the reward curve and the exit status plausible. They are read from the
numbers that TRL logs, which are gathered over all ranks, so that all ranks stop at the same step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

#: What TRL calls the mean distance between the sampler's log-probabilities and the trainer's.
LOGP_DIFFERENCE = "sampling/sampling_logp_difference/mean"


class RunStoppedError(RuntimeError):
    """The run was stopped: going on would have trained on something else than the reward."""


class SamplerDriftError(RunStoppedError):
    """vLLM samples from another model than the one that is trained."""


class DeadRewardError(RunStoppedError):
    """For several steps in a row every reward was missing, or all were equal."""


class SamplerDriftGuard(TrainerCallback):
    """Stops the run once vLLM's log-probabilities are further from the trainer's than ``bound``.

    In float32 the two agree to about 1e-7 a token, in bfloat16 to some 1e-2. More means that the
    weights did not reach vLLM, that it saw other tokens, or other images.
    """

    def __init__(self, bound: float) -> None:
        self.bound = bound

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float | None] | None = None,
        **kwargs: object,
    ) -> None:
        """Raise ``SamplerDriftError`` where a step's mean difference is beyond the bound, or NaN."""
        difference = (logs or {}).get(LOGP_DIFFERENCE)
        if difference is None or difference <= self.bound:
            return
        raise SamplerDriftError(
            f"step {state.global_step}: the log-probabilities of vLLM and of the trainer differ by "
            f"{difference:.3g} on average, more than max_logp_difference = {self.bound:g}. "
            "vLLM does not sample from the model that is trained: look at whether the weights are "
            "synchronised, whether both count the same image tokens, and whether both compute in "
            "the same precision."
        )


class DeadRewardGuard(TrainerCallback):
    """Stops the run after ``patience`` logged steps in a row whose rewards could not teach."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.missing = 0
        self.identical = 0

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float | None] | None = None,
        **kwargs: object,
    ) -> None:
        """Raise ``DeadRewardError`` after too many such steps."""
        if logs is None or "reward" not in logs:
            return  # the summary at the end of training has none
        reward, spread = logs["reward"], logs.get("reward_std")
        missing = reward is None or math.isnan(reward)
        self.missing = self.missing + 1 if missing else 0
        self.identical = self.identical + 1 if not missing and spread == 0 else 0
        if self.missing >= self.patience:
            raise DeadRewardError(
                f"step {state.global_step}: no completion of the last {self.missing} steps has a "
                "reward. The service was out of reach or refused every item; its log and "
                "`trainer-client doctor` say why."
            )
        if self.identical >= self.patience:
            raise DeadRewardError(
                f"step {state.global_step}: every completion of the last {self.identical} steps has "
                f"the reward {reward:g}. With no difference there is no advantage and nothing to "
                "learn: look at completions, format and token limit."
            )
