"""Each configuration of deploy/train is one that ``trainer-client train`` and accelerate take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from accelerate.commands.config.config_args import load_config_from_file
from typer.testing import CliRunner

from reward_server.profile_files import load_profile
from trainer_client.cli import app
from trainer_client.curriculum import Curriculum
from trainer_client.training.train import ACCELERATE_CONFIG, TrainConfig, launcher, parse

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

TRAIN = Path(__file__).parents[2] / "deploy" / "train"
CONFIGS = sorted([*TRAIN.glob("*.yaml"), *TRAIN.glob("ablations/*.yaml")])
ON_A_CPU = ("--use_cpu", "true", "--bf16", "false")


def ids(path: Path) -> str:
    return str(path.relative_to(TRAIN))


@pytest.mark.parametrize("config", CONFIGS, ids=ids)
def test_a_config_has_the_recipes_values_where_it_says_nothing_else(config: Path) -> None:
    run, args, model = parse(config, ON_A_CPU)
    given = yaml.safe_load(config.read_text())
    assert isinstance(args, TrainConfig)
    assert args.scale_rewards == "none"
    assert not args.shuffle_dataset
    published = {"learning_rate": 1e-6, "beta": 1e-3, "num_generations": 8, "temperature": 1.0}
    for name, value in published.items():
        assert getattr(args, name) == float(given.get(name, value))
    Curriculum(run.curriculum)  # type: ignore[arg-type]  # it is what this looks at
    assert model.lora_dropout == 0
    assert args.vllm_importance_sampling_correction


@pytest.mark.parametrize("config", [c for c in CONFIGS if "smoke" not in c.name], ids=ids)
def test_a_step_has_the_papers_sixteen_prompts(config: Path) -> None:
    _, args, _ = parse(config, ON_A_CPU)
    processes = 1
    if ACCELERATE_CONFIG in (given := yaml.safe_load(config.read_text())):
        file = str(config.parent / given[ACCELERATE_CONFIG])
        processes = load_config_from_file(file).num_processes
    completions = args.per_device_train_batch_size * args.gradient_accumulation_steps * processes
    assert completions == 16 * args.num_generations


@pytest.mark.parametrize("config", CONFIGS, ids=ids)
def test_accelerate_starts_the_processes_that_a_config_asks_for(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOCAL_RANK", "ACCELERATE_MIXED_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    command = launcher(config, ["--seed", "7"])
    if ACCELERATE_CONFIG not in yaml.safe_load(config.read_text()):
        assert command is None
        return
    assert command is not None
    assert command[-3:] == [str(config), "--seed", "7"]
    assert Path(command[command.index("--config_file") + 1]).is_file()
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert launcher(config, []) is None


@pytest.mark.parametrize("file", sorted(TRAIN.glob("accelerate/*.yaml")), ids=ids)
def test_accelerate_reads_its_files(file: Path) -> None:
    assert load_config_from_file(str(file)).num_processes == 4


def test_the_keys_of_the_manifests_run_are_keys(tmp_path: Path) -> None:
    for name in ("run.yaml", "accelerate.yaml"):
        manifest = yaml.safe_load((TRAIN / "k8s" / "config.yaml").read_text())
        (tmp_path / name).write_text(manifest["data"][name])
    run, args, _ = parse(tmp_path / "run.yaml", ON_A_CPU)
    assert run.reward_url
    assert args.vllm_mode == "server"
    assert load_config_from_file(str(tmp_path / "accelerate.yaml")).num_processes > 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("learning_rte: 1e-6", "learning_rte"),
        ("curriculum: stagse", "variant: expected one of stages, coarse, fine, none"),
        ("questions: medium", "questions: expected short or long, got 'medium'"),
        ("dataset: /nowhere/at/all", "/nowhere/at/all"),
        ("vllm_importance_sampling_correction: false\nuse_vllm: true", "expected true"),
        ("num_iterations: 2\nsave_steps: 5", "save_steps: expected a multiple of 2"),
    ],
)
def test_what_is_wrong_in_a_yaml_is_named_in_a_sentence(
    line: str, said: str, tmp_path: Path, data: Path, text_model: str
) -> None:
    file = tmp_path / "run.yaml"
    base = f"model_name_or_path: {text_model}\nuse_cpu: true\nbf16: false\nuse_vllm: false\n"
    own = "" if "dataset" in line else f"dataset: {data}\n"
    file.write_text(f"{base}{own}output_dir: {tmp_path}/out\n{line}\n")
    ended = CliRunner().invoke(app, ["train", str(file)])
    assert ended.exit_code == 2, ended.output
    assert said in ended.output
    assert ended.output.count("\n") == 1


def test_without_the_extra_one_sentence_says_what_is_missing(tmp_path: Path) -> None:
    code = "import sys; sys.modules['trl'] = None; from trainer_client.cli import main; main()"
    for arguments in (["train", "x.yaml"], ["eval", "model", "data", "--out", "x.jsonl"]):
        hidden = code if arguments[0] == "train" else code.replace("trl", "vllm")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", hidden, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(TRAIN.parents[1])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "pip install 'reward-server[trainer]' brings it" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_sparse_profile_is_right_or_wrong_and_the_same_for_every_question() -> None:
    profile = load_profile(TRAIN / "ablations" / "sparse.toml")
    assert {profile.weights.gamma(level) for level in ("easy", "middle", "hard")} == {1}
    assert profile.weights.alpha == profile.constants()["planning"]["beta"] == 0
