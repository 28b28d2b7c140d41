"""ms-swift's own plugin loader, registry and reward call use the adapter, on a real service.

Runs where ms-swift is installed (``make frameworks``).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from trainer_client.adapters.samples import NotScoredError

from .conftest import Json, Sample, requests_for_scores

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

pytest.importorskip("swift", reason="make frameworks installs it", exc_type=ImportError)
torch = pytest.importorskip("torch")
algorithm = pytest.importorskip("swift.rl_core.grpo_algorithm", exc_type=ImportError)
data = pytest.importorskip("swift.rl_core.data", exc_type=ImportError)
rewards = pytest.importorskip("swift.rewards", exc_type=ImportError)
utils = pytest.importorskip("swift.utils", exc_type=ImportError)


@pytest.fixture
def function(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """The reward function as ``--external_plugins plugin.py --reward_funcs rewardmap`` has it."""
    assert url
    monkeypatch.setattr(sys, "path", list(sys.path))
    plugin = tmp_path / "plugin.py"
    plugin.write_text("import trainer_client.adapters.ms_swift\n")
    utils.import_external_file(str(plugin))
    return rewards.orms["rewardmap"](args=None)


def rewarded(function: object, golds: list[Json], completions: list[str]) -> list[float]:
    """What swift's GRPO has of its samples; columns as a dataset of several tasks has them."""
    columns = dict.fromkeys(name for gold in golds for name in gold)
    samples = [
        data.GRPOSample(
            messages=[
                {"role": "user", "content": "?"},
                {"role": "assistant", "content": completion},
            ],
            images=[object()],
            extra={**columns, **gold},
        )
        for gold, completion in zip(golds, completions, strict=True)
    ]
    found = algorithm.compute_rewards_per_func(samples, [function], [None], torch.device("cpu"))
    column: list[float] = found[:, 0].tolist()
    return column


def test_its_rewards_are_those_of_score_from_one_request_a_step(
    function: object, url: str, samples: list[Sample]
) -> None:
    golds, completions = [one.gold for one in samples], [one.completion for one in samples]
    for _ in range(3):  # each step has an event loop of its own
        before = requests_for_scores(url)
        found = rewarded(function, golds, completions)
        assert found == pytest.approx([one.result["reward"] for one in samples])
        assert requests_for_scores(url) - before == 1


def test_a_sample_that_cannot_be_scored_fails_the_step(function: object) -> None:
    golds: list[Json] = [{"task": "TorF1", "answer": 1}, {"task": "TorF1"}]
    with pytest.raises(NotScoredError, match="1 of 2 samples"):
        rewarded(function, golds, ["\\boxed{yes}"] * 2)
