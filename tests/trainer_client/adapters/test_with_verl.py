"""verl's own loader, reward loop and reward manager call the adapter, on a real service.

Runs where verl is installed (``make frameworks``). Only Ray's processes, between the worker and who
asks it, are left out.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Json, Sample, parts_of

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

verl = pytest.importorskip("verl", reason="make frameworks installs it", exc_type=ImportError)
np = pytest.importorskip("numpy")
omegaconf = pytest.importorskip("omegaconf")
tokenizers = pytest.importorskip("tokenizers")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
reward_loop = pytest.importorskip("verl.experimental.reward_loop", exc_type=ImportError)
reward_of = pytest.importorskip("verl.trainer.ppo.reward", exc_type=ImportError)

LENGTH = 1024
END = "<|im_end|>"


@pytest.fixture(scope="module")
def tokenizer_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tokenizer of single bytes."""
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {sign: number for number, sign in enumerate([*alphabet, END])}
    own = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    own.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    own.decoder = tokenizers.decoders.ByteLevel()
    own.add_special_tokens([END])
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=own, eos_token=END, pad_token=END)
    folder = tmp_path_factory.mktemp("tokenizer")
    fast.save_pretrained(folder)
    return str(folder)


def config(tokenizer_path: str, url: str, path: str = "pkg://trainer_client.adapters.verl") -> Any:  # noqa: ANN401
    """verl's own configuration of rewards, with what the adapter's documentation says to set."""
    spec = importlib.util.find_spec("verl")
    assert spec is not None
    assert spec.origin is not None
    own = Path(spec.origin).parent / "trainer" / "config" / "reward" / "reward.yaml"
    settings = [
        f"reward.custom_reward_function.path={path}",
        "reward.custom_reward_function.name=compute_score",
        f"reward.custom_reward_function.reward_kwargs.url={url}",
        f"actor_rollout_ref.model.path={tokenizer_path}",
        "actor_rollout_ref.model.tokenizer_path=null",
    ]
    return omegaconf.OmegaConf.merge(
        {"reward": omegaconf.OmegaConf.load(own)}, omegaconf.OmegaConf.from_dotlist(settings)
    )


def batch_of(samples: list[Sample], tokenizer: Any) -> Any:  # noqa: ANN401
    """Rollouts as verl holds them: padded tokens, and the columns of the dataset."""
    responses = torch.zeros(len(samples), LENGTH, dtype=torch.long)
    mask = torch.zeros(len(samples), 1 + LENGTH, dtype=torch.long)
    mask[:, 0] = 1
    for row, one in enumerate(samples):
        tokens = tokenizer(f"{one.completion}{END}")["input_ids"]
        responses[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, 1 : 1 + len(tokens)] = 1
    columns = {
        "data_source": ["maps"] * len(samples),
        "reward_model": [
            {"style": "rule", "ground_truth": json.dumps(one.gold)} for one in samples
        ],
        "extra_info": [{"split": "train", "index": row} for row in range(len(samples))],
        "__num_turns__": [2] * len(samples),
    }
    return verl.DataProto.from_dict(
        tensors={
            "prompts": torch.zeros(len(samples), 1, dtype=torch.long),
            "responses": responses,
            "attention_mask": mask,
        },
        non_tensors={name: np.array(values, dtype=object) for name, values in columns.items()},
    )


def rewarded(samples: list[Sample], settings: Any) -> list[Json]:  # noqa: ANN401
    async def together() -> list[Json]:
        worker = reward_loop.RewardLoopWorker(settings)
        outputs: list[Json] = await worker.compute_score_batch(
            batch_of(samples, worker.input_tokenizer)
        )
        return outputs

    return asyncio.run(together())


def test_its_loader_finds_an_asynchronous_function(tokenizer_path: str, url: str) -> None:
    file = importlib.util.find_spec("trainer_client.adapters.verl")
    assert file is not None
    for path in ("pkg://trainer_client.adapters.verl", str(file.origin)):
        function = reward_of.get_custom_reward_fn(config(tokenizer_path, url, path))
        assert inspect.iscoroutinefunction(function)


def test_its_reward_loop_gets_the_rewards_of_score_and_one_set_of_keys(
    tokenizer_path: str, url: str, samples: list[Sample]
) -> None:
    outputs = rewarded(samples, config(tokenizer_path, url))
    assert [output["reward_score"] for output in outputs] == [
        one.result["reward"] for one in samples
    ]
    for one, output in zip(samples, outputs, strict=True):
        parts = parts_of(one.result)
        wanted = {"score": one.result["reward"], "acc": parts["correct"], **parts}
        assert output["reward_extra_info"] == wanted
    # what verl does with them: the keys of the first are looked up in all
    keys = list(outputs[0]["reward_extra_info"])
    for key in keys:
        assert np.array([output["reward_extra_info"][key] for output in outputs]).dtype == float


def test_a_sample_that_cannot_be_scored_fails_the_step(tokenizer_path: str, url: str) -> None:
    bad = Sample({"task": "TorF1"}, "\\boxed{yes}", {})
    with pytest.raises(Exception, match="missing_gold"):
        rewarded([bad], config(tokenizer_path, url))
