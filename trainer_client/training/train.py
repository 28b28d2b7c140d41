"""``trainer-client train CONFIG.yaml``: the RewardMap recipe on TRL, vLLM and the reward service.

Nothing is decided here: the YAML says what, and the parts are put together. Its keys are those of
``RunArguments``, ``TrainConfig`` and ``ModelArguments`` (TRL's ``GRPOConfig`` and ``ModelConfig``
with the recipe's defaults); each may be given on the command line too, as ``--learning_rate 2e-6``.
The key ``accelerate_config`` names accelerate's own file for several processes, beside the YAML.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

import yaml
from datasets import Dataset, disable_progress_bars
from transformers import PrinterCallback
from transformers.trainer_utils import get_last_checkpoint
from trl import (
    GRPOConfig,
    GRPOTrainer,
    ModelConfig,
    TrlParser,
    get_peft_config,
    get_quantization_config,
)

from ..client.client import TOKEN_VARIABLE
from ..data.load import Ask, load
from ..data.stages import Variant
from ..data.wording import SYSTEM
from .curriculum import Curriculum, arrange, keeps_order
from .guards import DeadRewardGuard, SamplerDriftGuard
from .progress import Progress
from .reward_functions import reward_function
from .vllm_faults import mend

#: The key of a YAML that names accelerate's own configuration; it starts the processes.
ACCELERATE_CONFIG = "accelerate_config"
#: What torchrun, and accelerate where it starts only one process, tell their children.
_LAUNCHED = {"LOCAL_RANK", "ACCELERATE_MIXED_PRECISION"}


@dataclass
class RunArguments:
    """What a run needs beside the trainer's and the model's settings."""

    dataset: str = field(metadata={"help": "A name on the hub, or a folder, see `data`."})
    split: str | None = field(default=None, metadata={"help": "Default: the training split."})
    questions: list[str] = field(
        default_factory=lambda: ["short", "long"],
        metadata={"help": "Which of the two questions of a ReasonMap row."},
    )
    system_prompt: str | None = field(
        default=SYSTEM,
        metadata={"help": "The system's message before each question."},
    )
    max_pixels: int | None = field(
        default=None, metadata={"help": "Maps with more are made smaller; default: as they are."}
    )
    images: bool = field(
        default=True, metadata={"help": "False: questions without maps, for a model of text."}
    )
    curriculum: str = field(
        default="stages", metadata={"help": "`stages`, `coarse`, `fine` or `none`."}
    )
    curriculum_mixing: float = field(
        default=0.0, metadata={"help": "Share of a stage's rows that change places with the next."}
    )
    curriculum_replay: float = field(
        default=0.0, metadata={"help": "Rows of earlier stages shown again, as a share of a stage."}
    )
    curriculum_epochs: int = field(
        default=1, metadata={"help": "How often the whole is gone through."}
    )
    reward_url: list[str] = field(
        default_factory=list,
        metadata={
            "help": "Addresses of the service, its token in REWARD_TOKEN; none: the reward is "
            "computed in the process."
        },
    )
    reward_profile: str | None = field(
        default=None, metadata={"help": "The scoring rules; default: the service's."}
    )
    reward_fingerprint: str | None = field(
        default=None, metadata={"help": "Stops the run under any other reward."}
    )
    reward_networks: str | None = field(
        default=None, metadata={"help": "Without a service: the folder of cities."}
    )
    reward_deadline_s: float = field(
        default=120.0, metadata={"help": "Seconds in which a step's rewards must have come."}
    )
    max_logp_difference: float = field(
        default=0.1,
        metadata={"help": "Stops the run where vLLM and the trainer differ by more on average."},
    )
    max_dead_steps: int = field(
        default=10,
        metadata={
            "help": "Stops the run after so many steps in a row without rewards, or with only "
            "equal ones in each group."
        },
    )

    def __post_init__(self) -> None:
        given: object = self.questions
        if isinstance(given, str):  # a YAML may say `questions: short`
            self.questions = [given]
        for ask in self.questions:
            if ask not in get_args(Ask):
                raise ValueError(f"questions: expected short or long, got {ask!r}")
        self.order(0)

    def order(self, seed: int) -> Curriculum:
        """The curriculum. Raises ``ValueError`` where it is none."""
        return Curriculum(
            cast("Variant", self.curriculum),
            seed=seed,
            mixing=self.curriculum_mixing,
            replay=self.curriculum_replay,
            epochs=self.curriculum_epochs,
        )


@dataclass
class TrainConfig(GRPOConfig):  # type: ignore[misc]  # of a library without types
    """TRL's ``GRPOConfig`` with the defaults of RewardMap (arXiv 2510.02240).

    "YAML" and "script" are ``scripts/reward_map.yaml`` and ``.sh`` of the released code, which
    differ from the paper in places.
    """

    # One pass (YAML: total_episodes 1) in the curriculum's own order (YAML: shuffle false).
    shuffle_dataset: bool = False
    num_train_epochs: float = 1.0
    # The paper only subtracts the group's mean. The released code divides by its deviation too, in
    # which W, the same for the whole group, cancels.
    scale_rewards: str = "none"
    learning_rate: float = 1e-6  # paper, YAML and script, with AdamW
    lr_scheduler_type: str = "constant"  # no schedule in any of them
    weight_decay: float = 1e-2  # YAML
    max_grad_norm: float = 1.0  # YAML
    beta: float = (
        1e-3  # of the KL, paper; YAML 5e-3, script 1e-2, both by the estimator TRL has too
    )
    num_generations: int = 8  # paper and YAML; script 4
    temperature: float = 1.0  # YAML
    max_completion_length: int = 2048  # YAML
    # A completion weighs the same however long it is: script, whose micro-batches have one each.
    loss_type: str = "grpo"
    use_vllm: bool = True
    vllm_mode: str = "server"
    logging_steps: float = 1  # the guards see what is logged
    log_completions: bool = False
    disable_tqdm: bool = True  # there is a display of our own

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.use_vllm and not self.vllm_importance_sampling_correction:
            raise ValueError(
                "vllm_importance_sampling_correction: expected true; without it nothing tells "
                "whether vLLM samples from the model that is trained"
            )
        updates = (
            self.num_iterations * self.steps_per_generation // self.gradient_accumulation_steps
        )
        if self.save_strategy == "steps" and updates > 1 and self.save_steps % updates:
            raise ValueError(
                f"save_steps: expected a multiple of {updates}, the updates that one generation is "
                "used for; a run resumed from between them would go on with other rows"
            )


@dataclass
class ModelArguments(ModelConfig):  # type: ignore[misc]  # of a library without types
    """TRL's ``ModelConfig``."""

    # with dropout the trainer would not have the log-probabilities of what vLLM samples from
    lora_dropout: float = 0.0


def parse(
    config: Path, options: Sequence[str] = ()
) -> tuple[RunArguments, TrainConfig, ModelArguments]:
    """The three parts of a YAML, with what the options set otherwise.

    Raises ``ValueError`` for an unknown key, which it names.
    """
    parser = TrlParser((RunArguments, TrainConfig, ModelArguments))
    parser.add_argument(f"--{ACCELERATE_CONFIG}")
    run, args, model, _ = parser.parse_args_and_config(["--config", str(config), *options])
    return run, args, model


def launcher(config: Path, options: Sequence[str]) -> list[str] | None:
    """The command by which accelerate starts the processes that the YAML asks for.

    ``None`` where it asks for none, or where this is one of them.
    """
    if _LAUNCHED & os.environ.keys():
        return None
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    processes = content.get(ACCELERATE_CONFIG) if isinstance(content, dict) else None
    if processes is None:
        return None
    launch = [sys.executable, "-m", "accelerate.commands.launch"]
    file = str((config.parent / processes).resolve())
    train = ["-m", "trainer_client.cli", "train", str(config), *options]
    return [*launch, "--config_file", file, *train]


def train(run: RunArguments, args: TrainConfig, model: ModelArguments) -> Any:  # noqa: ANN401
    """Train, save the model, and return the ``GRPOTrainer``.

    Raises ``RunStoppedError`` or ``RewardClientError`` where going on would be wrong.
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    disable_progress_bars()  # of datasets: there is a display of our own
    args.model_init_kwargs = {**_model_options(model), **(args.model_init_kwargs or {})}
    with Progress() as progress:
        trainer = GRPOTrainer(
            model=model.model_name_or_path,
            args=args,
            train_dataset=rows(run, args.seed),
            reward_funcs=reward_function(
                run.reward_url or None,
                max_failed_steps=run.max_dead_steps,
                profile=run.reward_profile,
                expect_fingerprint=run.reward_fingerprint,
                token=os.environ.get(TOKEN_VARIABLE),
                networks=run.reward_networks,
                deadline_s=run.reward_deadline_s,
            ),
            quantization_config=get_quantization_config(model),
            peft_config=get_peft_config(model),
            callbacks=[
                progress,
                SamplerDriftGuard(run.max_logp_difference),
                DeadRewardGuard(run.max_dead_steps),
            ],
        )
        trainer.remove_callback(PrinterCallback)  # the same numbers in one long line
        keeps_order(trainer)
        mend(trainer)
        trainer.train(resume_from_checkpoint=_checkpoint(args))
    trainer.save_model()
    trainer.save_state()
    if model.use_peft and trainer.is_world_process_zero():
        _save_merged(trainer, Path(args.output_dir) / "merged")
    return trainer


def rows(run: RunArguments, seed: int) -> Dataset:
    """The questions in the order of training, with the column ``stage`` for the log."""
    curriculum = run.order(seed)
    questions = load(
        run.dataset,
        run.split,
        asks=cast("Sequence[Ask]", run.questions),
        system=run.system_prompt,
        max_pixels=run.max_pixels,
    )
    if not run.images:
        questions = questions.remove_columns("image")
    stages = curriculum.stages(questions["task"])
    return arrange(questions, curriculum).add_column("stage", stages)


def _save_merged(trainer: Any, folder: Path) -> None:  # noqa: ANN401
    """Save the model with its adapter merged in, as vLLM and others take it."""
    adapted = trainer.accelerator.unwrap_model(trainer.model)
    adapted.merge_and_unload().save_pretrained(folder)
    trainer.processing_class.save_pretrained(folder)


def _model_options(model: ModelArguments) -> dict[str, Any]:
    options = {
        "revision": model.model_revision,
        "dtype": model.dtype,
        "attn_implementation": model.attn_implementation,
    }
    return {name: value for name, value in options.items() if value is not None}


def _checkpoint(args: TrainConfig) -> str | None:
    """The checkpoint to go on from: a path, or for ``last`` the newest, where there is one."""
    wanted: str | None = args.resume_from_checkpoint
    if wanted != "last":
        return wanted
    folder = Path(args.output_dir)
    return get_last_checkpoint(str(folder)) if folder.is_dir() else None
