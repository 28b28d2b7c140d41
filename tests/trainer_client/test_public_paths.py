"""The import paths that README and docs name lead to the modules behind them, by pickle too."""

from __future__ import annotations

import importlib
import pickle

import pytest

PATHS = {
    "trainer_client.RewardClient": "trainer_client.client.client",
    "trainer_client.client.RewardClient": "trainer_client.client.client",
    "trainer_client.trl.reward_function": "trainer_client.training.reward_functions",
    "trainer_client.trl.component_functions": "trainer_client.training.reward_functions",
    "trainer_client.trl.rewardmap": "trainer_client.training.reward_functions",
    "trainer_client.curriculum.Curriculum": "trainer_client.training.curriculum",
    "trainer_client.curriculum.arrange": "trainer_client.training.curriculum",
    "trainer_client.curriculum.keeps_order": "trainer_client.training.curriculum",
    "trainer_client.data.load.load": "trainer_client.data.load",
    "trainer_client.cli.main": "trainer_client.cli",
}


@pytest.mark.parametrize(("path", "behind"), PATHS.items())
def test_a_public_path_leads_to_its_module(path: str, behind: str) -> None:
    module, _, name = path.rpartition(".")
    public = getattr(importlib.import_module(module), name)
    assert public is getattr(importlib.import_module(behind), name)


@pytest.mark.parametrize("public", ["trainer_client.trl", "trainer_client.curriculum"])
def test_a_public_module_has_all_that_it_lists(public: str) -> None:
    module = importlib.import_module(public)
    assert module.__all__
    assert {name for name in vars(module) if not name.startswith("_")} >= set(module.__all__)


@pytest.mark.parametrize("name", ["rewardmap", "rewardmap_detail", "rewardmap@b"])
def test_a_pickle_by_the_public_name_gives_the_same_function(name: str) -> None:
    by_name = f"ctrainer_client.trl\n{name}\n.".encode()  # what pickle writes of a function
    behind = importlib.import_module("trainer_client.training.reward_functions")
    assert pickle.loads(by_name) is getattr(behind, name)  # noqa: S301
