"""What stops a run that only looks well: log-probabilities that part, and rewards that say nothing.

Both faults leave the loss, the reward curve and the exit status plausible. They are read from the
numbers that TRL logs, which are gathered over all ranks, so that all ranks stop at the same step.
"""

from __future__ import annotations

from collections.abc import Mapping

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

#: What TRL calls the mean distance between the sampler's log-probabilities and the trainer's.
LOGP_DIFFERENCE = "sampling/sampling_logp_difference/mean"
#: What TRL calls the share of groups in which all rewards are equal.
ZERO_VARIANCE = "frac_reward_zero_std"


class RunStoppedError(RuntimeError):
    """The run was stopped: going on would have trained on something else than the reward."""


class SamplerDriftError(RunStoppedError):
    """vLLM samples from another model than the one that is trained."""


class DeadRewardError(RunStoppedError):
    """For several steps in a row no group's rewards could teach anything."""


class SamplerDriftGuard(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """Stops the run once vLLM's log-probabilities are further from the trainer's than ``bound``.

    In float32 the two agree to about 1e-7 a token, in bfloat16 to some 1e-2. More means that the
    weights did not reach vLLM, that it saw other tokens, or other images.
    """

    def __init__(self, bound: float) -> None:
        self._bound = bound

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: Mapping[str, float | None] | None = None,
        **_others: object,
    ) -> None:
        """Raise ``SamplerDriftError`` where a step's mean difference is beyond the bound."""
        difference = (logs or {}).get(LOGP_DIFFERENCE)
        if difference is None or difference <= self._bound:
            return
        raise SamplerDriftError(
            f"step {state.global_step}: the log-probabilities of vLLM and of the trainer differ by "
            f"{difference:.3g} on average, more than max_logp_difference = {self._bound:g}. "
            "vLLM does not sample from the model that is trained: look at whether the weights are "
            "synchronised, whether both count the same image tokens, and whether both compute in "
            "the same precision."
        )


class DeadRewardGuard(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """Stops the run after ``patience`` steps in a row without an advantage.

    Such a step has no reward at all, or in each of its groups only equal ones.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._dead = 0
        self._missing = 0

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: Mapping[str, float | None] | None = None,
        **_others: object,
    ) -> None:
        """Raise ``DeadRewardError`` after too many such steps."""
        if logs is None or ZERO_VARIANCE not in logs:
            return  # the summary at the end of training
        missing = logs["reward"] is None
        if not missing and logs[ZERO_VARIANCE] != 1:
            self._dead = self._missing = 0
            return
        self._dead += 1
        self._missing += missing
        if self._dead < self._patience:
            return
        raise DeadRewardError(
            f"step {state.global_step}: {self._dead} steps in a row without an advantage; in "
            f"{self._missing} of them no completion had a reward, in the others all rewards of "
            "each group were equal. There is nothing to learn: look at the completions, at their "
            "format and the limit of tokens, and at the service's log."
        )
