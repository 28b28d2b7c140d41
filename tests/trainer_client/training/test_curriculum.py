"""Stages come in their order, shuffled inside by a seed; mixing and replay bend that as asked."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from types import SimpleNamespace

import pytest

from trainer_client.curriculum import VARIANTS, Curriculum, Variant, arrange, keeps_order

#: 240 rows, tasks in turn: the order that a dataset might have.
TASKS = ["planning", "TorF2", "Counting1", "Counting3", "TorF1", "Counting2"] * 40


def stages_of(order: list[int], variant: Variant = "stages") -> list[int]:
    """The number of each row's stage."""
    stages = {task: n for n, stage in enumerate(VARIANTS[variant]) for task in stage}
    return [stages.get(TASKS[row], 0) for row in order]


def runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Each run of equal numbers, with its length."""
    return [(number, len(list(group))) for number, group in groupby(numbers)]


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("stages", [(0, 80), (1, 80), (2, 40), (3, 40)]),
        ("coarse", [(0, 200), (1, 40)]),
        ("fine", [(0, 40), (1, 40), (2, 40), (3, 40), (4, 40), (5, 40)]),
        ("none", [(0, 240)]),
    ],
)
def test_every_row_comes_once_and_in_its_stage(
    variant: Variant, expected: list[tuple[int, int]]
) -> None:
    order = Curriculum(variant).order(TASKS)
    assert sorted(order) == list(range(240))
    assert runs(stages_of(order, variant)) == expected


def test_the_four_stages_are_those_of_rewardmap() -> None:
    tasks = [TASKS[row] for row in Curriculum().order(TASKS)]
    assert set(tasks[:80]) == {"TorF1", "TorF2"}
    assert set(tasks[80:160]) == {"Counting2", "Counting3"}
    assert set(tasks[160:200]) == {"Counting1"}
    assert set(tasks[200:]) == {"planning"}


def test_a_stage_is_shuffled_by_the_seed_and_only_by_the_seed() -> None:
    one = Curriculum(seed=1).order(TASKS)
    assert one == Curriculum(seed=1).order(TASKS)
    assert one != Curriculum(seed=2).order(TASKS)
    first = one[:80]
    assert first != sorted(first)
    # both tasks of the stage all along it
    assert 5 < Counter(TASKS[row] for row in first[:20])["TorF1"] < 15


def test_each_epoch_goes_through_all_stages_in_another_order() -> None:
    order = Curriculum(epochs=2).order(TASKS)
    assert runs(stages_of(order)) == [*[(0, 80), (1, 80), (2, 40), (3, 40)] * 2]
    assert order[:240] != order[240:]
    assert order[:240] == Curriculum().order(TASKS)


def test_a_stage_without_rows_is_passed_over() -> None:
    assert Curriculum().order(["planning", "Counting1", "planning"])[0] == 1
    assert Curriculum(mixing=0.3, replay=0.5).order([]) == []


def test_each_place_in_the_order_has_the_stage_that_it_is_shown_in() -> None:
    curriculum = Curriculum(replay=0.25, mixing=0.1, epochs=2)
    stages = curriculum.stages(TASKS)
    assert len(stages) == len(curriculum.order(TASKS))
    epoch = stages[: len(stages) // 2]
    assert epoch == sorted(epoch) == stages[len(stages) // 2 :]
    assert sorted(set(epoch)) == [1, 2, 3, 4]


def test_stages_keep_their_numbers_where_some_have_no_rows() -> None:
    assert Curriculum().stages(["planning", "Counting1", "planning"]) == [3, 4, 4]


def test_mixing_lets_stages_run_into_each_other_at_their_edges_only() -> None:
    order = Curriculum(mixing=0.25).order(TASKS)
    assert sorted(order) == list(range(240))
    stages = stages_of(order)
    # 20 rows on both sides of the first edge, 10 of the others: of the smaller stage's 40
    assert set(stages[:60]) == {0}
    assert set(stages[60:100]) == {0, 1}
    assert set(stages[60:80]) == {0, 1}
    assert set(stages[100:150]) == {1}
    assert set(stages[150:170]) == {1, 2}
    assert set(stages[170:190]) == {2}
    assert set(stages[190:210]) == {2, 3}
    assert set(stages[210:]) == {3}


def test_replay_strews_earlier_rows_into_a_stage() -> None:
    order = Curriculum(replay=0.25).order(TASKS)
    assert len(order) == 80 + 100 + 50 + 50
    assert set(stages_of(order[:80])) == {0}
    for start, end, own in ((80, 180, 1), (180, 230, 2), (230, 280, 3)):
        shown = Counter(stages_of(order[start:end]))
        assert max(shown) == own
        assert sum(count for stage, count in shown.items() if stage < own) == (end - start) // 5
        assert len(set(order[start:end])) == end - start
        assert set(stages_of(order[start : (start + end) // 2])) > {own}
    assert set(order) == set(range(240))


def test_more_replay_than_there_is_shows_rows_twice() -> None:
    tasks = ["TorF1"] * 3 + ["planning"] * 10
    shown = Counter(Curriculum(replay=0.8).order(tasks))
    assert sorted(shown.values()) == [1] * 10 + [3, 4, 4]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"variant": "coarser"}, "variant: expected one of stages, coarse, fine, none"),
        ({"mixing": 0.6}, "mixing: expected a share from 0 to 0.5, got 0.6"),
        ({"replay": -0.1}, "replay: expected a share of at least 0"),
        ({"epochs": 0}, "epochs: expected at least 1"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Curriculum(**wrong)  # type: ignore[arg-type]


def test_an_unknown_task_is_named_with_its_row() -> None:
    with pytest.raises(ValueError, match=r"row 1: expected one of TorF1, .*, got 'TorF3'"):
        Curriculum().order(["TorF1", "TorF3"])


def test_without_stages_any_tasks_are_shuffled() -> None:
    tasks = ["yes_no", "number", "TorF1"] * 20
    order = Curriculum("none", seed=1).order(tasks)
    assert sorted(order) == list(range(60)) != order
    assert set(Curriculum("none").stages(tasks)) == {1}


def test_a_dataset_is_arranged_without_being_copied() -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"task": TASKS, "number": list(range(240))})
    curriculum = Curriculum(seed=3, replay=0.1)
    assert arrange(rows, curriculum)["number"] == curriculum.order(TASKS)
    with pytest.raises(ValueError, match="no column 'type'; expected one of task, number"):
        arrange(rows, curriculum, "type")


def test_a_trainer_that_would_change_the_order_is_refused() -> None:
    def trainer(shuffle_dataset: bool, num_train_epochs: float, max_steps: int) -> object:
        args = SimpleNamespace(
            shuffle_dataset=shuffle_dataset, num_train_epochs=num_train_epochs, max_steps=max_steps
        )
        return SimpleNamespace(args=args)

    keeps_order(trainer(shuffle_dataset=False, num_train_epochs=1.0, max_steps=-1))
    keeps_order(trainer(shuffle_dataset=False, num_train_epochs=3.0, max_steps=100))
    with pytest.raises(ValueError, match="shuffle_dataset: expected False"):
        keeps_order(trainer(shuffle_dataset=True, num_train_epochs=1.0, max_steps=-1))
    with pytest.raises(ValueError, match="num_train_epochs: expected at most 1, got 3"):
        keeps_order(trainer(shuffle_dataset=False, num_train_epochs=3.0, max_steps=-1))
