"""The reward functions as TRL calls them, without TRL: tests/training has the real trainers."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import math
import pickle
import warnings
from collections.abc import Coroutine, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from trainer_client import RewardClient, trl
from trainer_client.client.results import Batch, Item
from trainer_client.client.rows import ColumnError
from trainer_client.client.shared import client
from trainer_client.training import reward_functions
from trainer_client.training.reward_functions import STAGE
from trainer_client.trl import NoRewardsError, component_functions, reward_function

from ...serving import free_port

datasets = pytest.importorskip("datasets")

Json = dict[str, Any]
CITY = {"toy": {"lines": {"Line 1": ["Alba", "Brook", "Cedar"], "Line 2": ["Cedar", "Dale"]}}}
COLUMNS: Json = {
    "task": ["TorF1", "TorF1", "Counting2"],
    "answer": [1, 1, 2],
    "difficulty_city": ["easy", "easy", "hard"],
    "network": ["toy"] * 3,
}
COMPLETIONS = ["\\boxed{yes}", "\\boxed{no}", "\\boxed{2}"]
REWARDS = [11.0, 1.0, 24.0]


class Trainer:
    """What TRL gives a reward function to log by, and what it keeps."""

    def __init__(self, **settings: object) -> None:
        self.__dict__.update(settings)
        self.metrics: list[tuple[str, float]] = []
        self.columns: dict[str, list[object]] = {}

    def log_metric(self, name: str, value: float) -> None:
        self.metrics.append((name, value))

    def log_extra(self, column: str, values: list[object]) -> None:
        self.columns[column] = values

    def arguments(self) -> Json:
        return {"log_metric": self.log_metric, "log_extra": self.log_extra, "prompts": ["p"] * 3}


class Counting(RewardClient):
    """A client that counts its calls."""

    calls = 0

    async def score(self, items: Sequence[Item]) -> Batch:
        type(self).calls += 1
        return await super().score(items)


@pytest.fixture(autouse=True)
def count() -> Iterator[None]:
    Counting.calls = 0
    yield
    reward_functions._calls_of_environment.cache_clear()  # noqa: SLF001
    client.cache_clear()


def embedded(**options: Any) -> Counting:  # noqa: ANN401
    return Counting(None, networks=CITY, **options)


def asked(*calls: Coroutine[Any, Any, list[float | None]]) -> list[list[float | None]]:
    """The rewards of functions that are awaited at the same time, as TRL does."""

    async def together() -> list[list[float | None]]:
        return list(await asyncio.gather(*calls))

    return asyncio.run(together())


def test_a_function_is_bound_and_awaited_as_trl_expects() -> None:
    functions = [
        reward_function(),
        *component_functions(),
        reward_function(label="b"),
        *component_functions(label="b"),
    ]
    assert all(isinstance(one, functools.partial) for one in functions)
    assert all(map(inspect.iscoroutinefunction, functions))
    names = [one.func.__name__ for one in functions if isinstance(one, functools.partial)]
    assert names == [
        "rewardmap",
        "rewardmap_format",
        "rewardmap_correctness",
        "rewardmap_detail",
        "rewardmap@b",
        "rewardmap_format@b",
        "rewardmap_correctness@b",
        "rewardmap_detail@b",
    ]
    assert all(getattr(trl, name) is getattr(reward_functions, name) for name in names)


def test_each_completion_gets_the_reward_of_its_row() -> None:
    columns = COLUMNS | {"image": [object()] * 3, "solution": [object()] * 3}
    assert asked(reward_function(embedded())(completions=COMPLETIONS, **columns)) == [REWARDS]


def test_pickled_functions_score_the_same_and_share_a_request_still() -> None:
    functions = pickle.loads(pickle.dumps(component_functions(embedded())))  # noqa: S301
    parts = asked(*(one(completions=COMPLETIONS, **COLUMNS) for one in functions))
    assert Counting.calls == 1
    weights = (1, 1, 0.5)
    sums = [
        sum(weight * (points or 0) for weight, points in zip(weights, row, strict=True))
        for row in zip(*parts, strict=True)
    ]
    assert sums == REWARDS
    assert parts[2] == [None, None, 15.0]


@pytest.mark.parametrize("together", [True, False])
def test_component_functions_share_a_request_however_they_are_awaited(together: bool) -> None:
    functions = component_functions(embedded())
    for step in range(1, 4):
        completions = list(COMPLETIONS)
        calls = [one(completions=completions, **COLUMNS) for one in functions]
        if together:
            asked(*calls)
        else:
            for one in calls:
                asked(one)
        assert Counting.calls == step


def test_the_same_list_asked_for_again_is_a_new_request() -> None:
    function = reward_function(embedded())
    completions = list(COMPLETIONS)
    assert asked(function(completions=completions, **COLUMNS)) == [REWARDS]
    completions[0] = "\\boxed{no}"
    assert asked(function(completions=completions, **COLUMNS)) == [[1.0, 1.0, 24.0]]
    assert Counting.calls == 2


@pytest.mark.parametrize("same_list", [True, False], ids=["the list used again", "a new list"])
@pytest.mark.parametrize("skipped", [0, 1, 2])
def test_a_function_that_skipped_a_batch_gets_nothing_of_it(skipped: int, same_list: bool) -> None:
    functions = component_functions(embedded())
    completions = list(COMPLETIONS)
    for number, function in enumerate(functions):
        if number != skipped:
            asked(function(completions=completions, **COLUMNS))
    if not same_list:
        completions = list(completions)
    completions.reverse()
    (expected,) = asked(
        component_functions(embedded())[skipped](completions=completions, **COLUMNS)
    )
    assert asked(functions[skipped](completions=completions, **COLUMNS)) == [expected]
    assert expected != asked(functions[skipped](completions=list(COMPLETIONS), **COLUMNS))[0]


def test_a_batch_that_grew_is_another_one() -> None:
    format_function, correctness_function, _ = component_functions(embedded())
    completions = COMPLETIONS[:2]
    first = {name: values[:2] for name, values in COLUMNS.items()}
    asked(format_function(completions=completions, **first))
    completions.append(COMPLETIONS[2])
    assert asked(correctness_function(completions=completions, **COLUMNS)) == [[10.0, 0.0, 15.0]]


def test_groups_in_flight_at_the_same_time_are_told_apart() -> None:
    functions = component_functions(embedded())
    steps = [list(COMPLETIONS), list(reversed(COMPLETIONS))]
    answers = asked(*(one(completions=step, **COLUMNS) for step in steps for one in functions))
    assert Counting.calls == 2
    assert answers[1] == [10.0, 0.0, 15.0]
    assert answers[4] == [0.0, 0.0, 0.0]


def test_what_a_call_finds_is_logged_beside_each_completion_and_as_means() -> None:
    trainer = Trainer()
    columns = COLUMNS | trainer.arguments()
    asked(reward_function(embedded())(completions=COMPLETIONS, **columns))
    found = dict(trainer.metrics)
    assert len(found) == len(trainer.metrics)
    assert found["rewardmap/correct"] == pytest.approx(2 / 3)
    assert found["rewardmap/weight"] == pytest.approx(3.5 / 3)
    assert found["rewardmap/correctness"] == pytest.approx(20 / 3)
    assert found["rewardmap/detail"] == pytest.approx(10 / 3)
    assert found["rewardmap/zero_variance"] == 0
    assert found["rewardmap/errors"] == 0
    assert found["rewardmap/signals/empty"] == 0
    assert found["rewardmap/seconds"] > 0
    assert trainer.columns["rewardmap/detail"] == [None, None, 10.0]
    assert trainer.columns["rewardmap/signals"] == ["", "", ""]
    assert all(len(values) == 3 for values in trainer.columns.values())


def test_every_call_logs_the_same_names_whatever_became_of_it() -> None:
    nowhere = RewardClient(f"http://127.0.0.1:{free_port()}", deadline_s=0.2)
    bad_gold = COLUMNS | {"answer": [7, 7, -1]}
    names = set()
    for service, completions, columns in (
        (embedded(), COMPLETIONS, COLUMNS),
        (embedded(), ["", "x", "\\boxed{2} \\boxed{3}"], COLUMNS),
        (embedded(), COMPLETIONS, bad_gold),
        (embedded(verbosity="reward"), COMPLETIONS, COLUMNS),
        (embedded(), [], {name: [] for name in COLUMNS}),
        (nowhere, COMPLETIONS, COLUMNS),
    ):
        trainer = Trainer()
        asked(reward_function(service)(completions=completions, **columns, **trainer.arguments()))
        names.add((tuple(name for name, _ in trainer.metrics), tuple(trainer.columns)))
    assert len(names) == 1


def test_what_was_not_scored_is_none_and_no_mean_makes_a_zero_of_it() -> None:
    client = RewardClient(f"http://127.0.0.1:{free_port()}", deadline_s=0.2)
    trainer = Trainer()
    columns = COLUMNS | trainer.arguments()
    assert asked(reward_function(client)(completions=COMPLETIONS, **columns)) == [[None] * 3]
    found = dict(trainer.metrics)
    assert found.pop("rewardmap/errors") == 1
    found.pop("rewardmap/seconds")
    assert found.pop("rewardmap/share/other") == 0
    assert found.pop("rewardmap/points/other") == 0  # of a share of none
    assert all(math.isnan(value) for value in found.values())
    assert trainer.columns["rewardmap/error"] == ["deadline"] * 3
    assert trainer.columns["rewardmap/correctness"] == [None] * 3


def test_one_bad_row_costs_its_neighbours_nothing_and_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    columns = COLUMNS | {"answer": [1, None, 2]}
    with caplog.at_level(logging.WARNING):
        rewards = asked(reward_function(embedded())(completions=COMPLETIONS, **columns))
    assert rewards == [[11.0, None, 24.0]]
    assert "no reward for 1 of 3 completions (missing_gold 1" in caplog.text


@pytest.mark.parametrize("between", [[1, 1, 2], [1, None, 2], [None, None, 2]])
def test_steps_without_any_reward_stop_the_run_only_in_a_row(between: list[int | None]) -> None:
    """A step in which some completion got a reward ends the row, whatever became of the others."""
    function = reward_function(embedded(), max_failed_steps=3)
    bad = COLUMNS | {"answer": [None] * 3}
    for columns in (bad, bad, COLUMNS | {"answer": between}, bad, bad):
        asked(function(completions=COMPLETIONS, **columns))
    with pytest.raises(NoRewardsError, match=r"3 steps in a row.*missing_gold 3"):
        asked(function(completions=COMPLETIONS, **bad))


def test_a_dataset_without_the_columns_stops_the_run_at_once() -> None:
    with pytest.raises(ColumnError, match=r"'task'"):
        asked(reward_function(embedded())(completions=["x"], solution=["y"]))


def test_component_functions_say_when_their_client_has_no_components() -> None:
    functions = component_functions(embedded(verbosity="reward"))
    with pytest.raises(ValueError, match="verbosity"):
        asked(functions[0](completions=COMPLETIONS, **COLUMNS))


@pytest.mark.parametrize(
    ("settings", "rank", "said"),
    [
        ({"scale_rewards": "group"}, True, "scale_rewards='group'"),
        ({"multi_objective_aggregation": "normalize_then_sum"}, True, "sum_then_normalize"),
        ({"scale_rewards": "group"}, False, None),
        ({"scale_rewards": "none"}, True, None),
        ({"scale_rewards": "batch"}, True, None),
        ({}, True, None),
    ],
)
def test_the_main_rank_warns_once_where_the_difficulty_weight_cancels(
    settings: dict[str, object], rank: bool, said: str | None
) -> None:
    function = reward_function(embedded())
    trainer = Trainer(**settings)
    state = SimpleNamespace(is_world_process_zero=rank)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            columns = COLUMNS | trainer.arguments() | {"trainer_state": state}
            asked(function(completions=COMPLETIONS, **columns))
    assert len(caught) == (said is not None)
    assert all(str(said) in str(one.message) for one in caught)


def rows_of(column: str = "task", **tasks: list[str]) -> Any:  # noqa: ANN401
    """Datasets by their names, each with rows of these tasks."""
    made = {name: datasets.Dataset.from_dict({column: rows}) for name, rows in tasks.items()}
    return made if len(made) > 1 else made.popitem()[1]


def test_each_tasks_mean_reward_is_its_points_by_its_share() -> None:
    trainer = Trainer(train_dataset=rows_of(train=["TorF1", "planning", "Counting2", "TorF1"]))
    columns = COLUMNS | trainer.arguments()
    asked(reward_function(embedded())(completions=COMPLETIONS, **columns))
    logged = dict(trainer.metrics)
    shares = {
        name.rpartition("/")[2]: share
        for name, share in logged.items()
        if name.startswith("rewardmap/share/")
    }
    assert shares == pytest.approx({"TorF1": 2 / 3, "planning": 0, "Counting2": 1 / 3, "other": 0})
    means = {
        task: logged[f"rewardmap/points/{task}"] / share for task, share in shares.items() if share
    }
    assert means == pytest.approx({"TorF1": 6.0, "Counting2": 24.0})
    assert STAGE not in logged


@pytest.mark.parametrize(
    ("settings", "tasks"),
    [
        ({}, []),
        ({"train_dataset": None, "eval_dataset": None}, []),
        ({"train_dataset": rows_of(train=["b", "a", "b"])}, ["b", "a"]),
        ({"train_dataset": rows_of("type", train=["b", "a", "b"])}, ["b", "a"]),
        ({"train_dataset": rows_of("question", train=["b"])}, []),
        ({"train_dataset": rows_of(train=["a"]), "eval_dataset": rows_of(test=["c"])}, ["a", "c"]),
        ({"eval_dataset": rows_of(easy=["a"], hard=["b", "a"])}, ["a", "b"]),
        ({"train_dataset": rows_of(train=["a"]).to_iterable_dataset()}, []),
    ],
)
def test_the_tasks_that_are_logged_are_those_of_the_trainers_datasets(
    settings: Json, tasks: list[str]
) -> None:
    """So that every rank logs the same, whatever its rows; all others are one."""
    trainer = Trainer(**settings)
    columns = COLUMNS | trainer.arguments()
    asked(reward_function(embedded())(completions=COMPLETIONS, **columns))
    logged = dict(trainer.metrics)
    for kind in ("share", "points"):
        start = f"rewardmap/{kind}/"
        names = [name.removeprefix(start) for name in logged if name.startswith(start)]
        assert names == [*tasks, "other"]
    assert logged["rewardmap/share/other"] == pytest.approx(1)
    assert logged["rewardmap/points/other"] == pytest.approx(sum(REWARDS) / 3)


def test_the_stage_of_the_rows_is_logged_where_they_have_one() -> None:
    trainer = Trainer()
    columns = {**COLUMNS, "stage": [1, 1, 2], **trainer.arguments()}
    asked(reward_function(embedded())(completions=COMPLETIONS, **columns))
    assert dict(trainer.metrics)[STAGE] == pytest.approx(4 / 3)


def test_two_functions_of_one_name_are_refused() -> None:
    trainer = Trainer(reward_func_names=["rewardmap", "length", "rewardmap"])
    columns = COLUMNS | trainer.arguments()
    with pytest.raises(ValueError, match="label"):
        asked(reward_function(embedded())(completions=COMPLETIONS, **columns))


def test_by_its_dotted_path_the_environment_says_what_to_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REWARD_PROFILE", "released")
    monkeypatch.setenv("REWARD_MAX_FAILED_STEPS", "1")
    columns = COLUMNS | {"network": [None] * 3}
    assert asked(trl.rewardmap(completions=COMPLETIONS, **columns)) == [[10.0, 0.0, 15.0]]
    with pytest.raises(NoRewardsError):
        asked(trl.rewardmap(completions=COMPLETIONS, **columns | {"answer": [None] * 3}))


def test_a_client_has_its_options_already() -> None:
    with pytest.raises(TypeError, match="profile"):
        reward_function(embedded(), profile="paper")


def test_a_name_that_no_function_has_is_not_made_up() -> None:
    for name in ("rewardmap_typo", "rewardmap_typo@b", "math@b"):
        with pytest.raises(AttributeError, match=name):
            getattr(trl, name)
