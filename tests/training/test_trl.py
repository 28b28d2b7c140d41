"""TRL's own trainers on tiny models, with rewards of a real service over HTTP."""

from __future__ import annotations

import math
import multiprocessing
import pickle
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import TrainerCallback
from trl.trainer.utils import get_callable_name, is_async_callable

from trainer_client.trl import (
    NoRewardsError,
    component_functions,
    reward_function,
)

from .runs import CITY, GENERATIONS, Restartable, counted, dataset, scored_again, train

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code


class AtStep(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """Does something before a step begins."""

    def __init__(self, todo: dict[int, Callable[[], None]]) -> None:
        self._todo = todo

    def on_step_begin(self, args: object, state: Any, control: object, **_: object) -> None:  # noqa: ANN401, ARG002
        self._todo.get(state.global_step + 1, lambda: None)()


@pytest.fixture
def service(tmp_path: Path, networks: Path) -> Iterator[Restartable]:
    one = Restartable(tmp_path, networks)
    one.start()
    yield one
    one.stop()


@pytest.mark.parametrize("kind", ["GRPO", "RLOO"])
def test_the_rewards_in_the_log_are_those_that_the_service_gave(
    kind: str, model: str, url: str, networks: Path, tmp_path: Path
) -> None:
    before = counted(url, "reward_server_items_total")
    run = train(kind, model, reward_function(url), tmp_path, max_steps=4)
    assert counted(url, "reward_server_items_total") - before == len(run.table) == 32
    results = scored_again(run.table, networks)
    rewards = [result["reward"] for result in results]
    assert len(set(rewards)) > 2, "the samples should differ"
    np.testing.assert_allclose(run.table.rewardmap, rewards, rtol=1e-6)
    for number, logged in enumerate(run.log[:4], 1):
        of_step = [r for r, step in zip(results, run.table.step, strict=True) if step == number]
        mean = np.mean([result["reward"] for result in of_step])
        assert logged["rewards/rewardmap/mean"] == pytest.approx(mean)
        for part in ("format", "correctness", "detail"):
            mean = np.mean([result["components"][part] or 0.0 for result in of_step])
            assert logged[f"rewardmap/{part}"] == pytest.approx(mean)
        groups = np.reshape([result["reward"] for result in of_step], (-1, GENERATIONS))
        assert logged["rewardmap/zero_variance"] == np.mean(np.ptp(groups, axis=1) == 0)
        assert logged["rewardmap/errors"] == 0


def test_a_prompt_may_be_a_chat_of_text(
    url: str, text_model: str, networks: Path, tmp_path: Path
) -> None:
    run = train("GRPO", text_model, reward_function(url), tmp_path, rows=dataset(chat=True))
    rewards = [result["reward"] for result in scored_again(run.table, networks)]
    np.testing.assert_allclose(run.table.rewardmap, rewards, rtol=1e-6)


@pytest.mark.parametrize("kind", ["GRPO", "RLOO"])
def test_a_step_without_a_service_is_masked_and_the_next_one_is_not(
    kind: str, text_model: str, service: Restartable, networks: Path, tmp_path: Path
) -> None:
    run = train(
        kind,
        text_model,
        reward_function(service.url, deadline_s=1),
        tmp_path,
        callbacks=[AtStep({2: service.stop, 3: service.start})],
        max_steps=3,
    )
    lost = run.step(2)
    assert lost.rewardmap.isna().all()
    assert (lost.advantage == 0).all()
    assert set(lost["rewardmap/error"]) == {"deadline"}
    for number in (1, 3):
        rewards = [result["reward"] for result in scored_again(run.step(number), networks)]
        np.testing.assert_allclose(run.step(number).rewardmap, rewards, rtol=1e-6)
    assert [record["rewardmap/errors"] for record in run.log[:3]] == [0, 1, 0]
    assert run.log[1]["reward"] is None
    assert run.log[1]["rewardmap/correctness"] is None
    assert run.log[0].keys() == run.log[1].keys() == run.log[2].keys()


def test_a_run_whose_service_stays_away_stops_and_says_so(
    text_model: str, service: Restartable, tmp_path: Path
) -> None:
    lost = reward_function(service.url, deadline_s=0.5, max_failed_steps=2)
    with pytest.raises(NoRewardsError, match="2 steps in a row without any reward"):
        train(
            "GRPO",
            text_model,
            lost,
            tmp_path,
            callbacks=[AtStep({2: service.stop})],
            max_steps=9,
        )


def test_a_question_with_bad_gold_is_masked_and_its_neighbours_are_not(
    url: str, text_model: str, networks: Path, tmp_path: Path
) -> None:
    rows = dataset().map(
        lambda row: {"station_2": "Nowhere" if row["task"] == "planning" else row["station_2"]}
    )
    run = train("GRPO", text_model, reward_function(url), tmp_path, rows=rows)
    bad = run.table.prompt.str.contains("from Alba to Dale")
    assert bad.sum() == 4
    assert run.table[bad].rewardmap.isna().all()
    assert (run.table[bad].advantage == 0).all()
    assert set(run.table[bad]["rewardmap/error"]) == {"unknown_station"}
    good = run.table[~bad]
    rewards = [result["reward"] for result in scored_again(good, networks)]
    np.testing.assert_allclose(good.rewardmap, rewards, rtol=1e-6)


def test_three_components_make_one_request_a_step_and_add_up_to_the_reward(
    url: str, text_model: str, networks: Path, tmp_path: Path
) -> None:
    before = counted(url, "reward_server_batch_items_count")
    run = train(
        "GRPO", text_model, component_functions(url), tmp_path, reward_weights=[1.0, 1.0, 0.5]
    )
    assert counted(url, "reward_server_batch_items_count") - before == 2
    results = scored_again(run.table, networks)
    for part in ("format", "correctness", "detail"):
        weighted = [
            math.nan if points is None else result["weight"] * points
            for result in results
            for points in [result["components"][part]]
        ]
        np.testing.assert_allclose(run.table[f"rewardmap_{part}"], weighted, rtol=1e-6)
    for number, logged in enumerate(run.log[:2], 1):
        of_step = [r["reward"] for r, n in zip(results, run.table.step, strict=True) if n == number]
        assert logged["reward"] == pytest.approx(np.mean(of_step))


def test_a_second_profile_is_watched_beside_the_first(
    url: str, text_model: str, networks: Path, tmp_path: Path
) -> None:
    both = [reward_function(url), reward_function(url, label="released", profile="released")]
    run = train("GRPO", text_model, both, tmp_path, reward_weights=[1.0, 0.0])
    robust = [result["reward"] for result in scored_again(run.table, networks)]
    np.testing.assert_allclose(run.table.rewardmap, robust, rtol=1e-6)
    released = [result["reward"] for result in scored_again(run.table, networks, "released")]
    np.testing.assert_allclose(run.table["rewardmap@released"], released, rtol=1e-6)
    assert robust != released
    assert {"rewards/rewardmap@released/mean", "rewardmap@released/errors"} <= run.log[0].keys()


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        ({"scale_rewards": "group"}, True),
        ({"scale_rewards": "none", "multi_objective_aggregation": "normalize_then_sum"}, True),
        ({"scale_rewards": "batch"}, False),
    ],
)
def test_a_run_is_warned_once_where_it_divides_the_difficulty_weight_away(
    settings: dict[str, str], warned: bool, url: str, text_model: str, tmp_path: Path
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train("GRPO", text_model, reward_function(url), tmp_path, max_steps=1, **settings)
    said = [str(one.message) for one in caught if "difficulty weight" in str(one.message)]
    assert len(said) == warned


def _ask_in_a_worker(pickled: bytes, answers: Any) -> None:  # noqa: ANN401 - a queue
    """What AsyncGRPO's worker does with a group: no trainer, no log."""
    import asyncio  # noqa: PLC0415 - of the other process

    async def answer() -> list[list[float | None]]:
        group = {"completions": ["\\boxed{yes}", "\\boxed{no}"], "prompts": ["?"] * 2}
        columns = {"task": ["TorF1"] * 2, "network": [CITY] * 2, "answer": [1] * 2}
        functions = pickle.loads(pickled)  # noqa: S301 - of the test itself
        return list(await asyncio.gather(*(ask(**group, **columns) for ask in functions)))

    answers.put(asyncio.run(answer()))


def test_the_functions_work_in_a_process_of_their_own_as_async_grpo_has_them(url: str) -> None:
    functions = [
        reward_function(url),
        reward_function(url, label="again"),
        *component_functions(url),
    ]
    assert all(map(is_async_callable, functions))
    names = [get_callable_name(function) for function in functions]
    assert len(set(names)) == len(names)
    spawned = multiprocessing.get_context("spawn")
    answers = spawned.Queue()
    worker = spawned.Process(target=_ask_in_a_worker, args=(pickle.dumps(functions), answers))
    worker.start()
    rewards = answers.get(timeout=60)
    worker.join()
    assert rewards == [[11.0, 0.0 + 1.0], [11.0, 1.0], [1.0, 1.0], [10.0, 0.0], [None, None]]
