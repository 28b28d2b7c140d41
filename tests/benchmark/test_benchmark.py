"""Rollouts -> the benchmark's numbers: what is counted, by which weight, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reward_server.benchmark.benchmark import Benchmark, ModelMetrics, benchmark
from reward_server.benchmark.estimates import Bootstrap
from reward_server.benchmark.reasonmap.published import published
from reward_server.benchmark.rollouts import read_rollouts
from reward_server.benchmark.tables import caveats
from reward_server.networks.network_set import NetworkSet
from reward_server.scorer import Scorer
from tests.benchmark.other_tasks import MIXED, SUMS, total
from tests.benchmark.rows import BUCKETS, RIGHT, WEIGHTS, boxed, planning, write

Json = dict[str, Any]

FEW = Bootstrap(resamples=100)
#: Every accuracy on ReasonMap that a paper gives, with its row's name.
PUBLISHED = [
    (f"{row.model}, {row.training}, {form}", value)
    for row in published()
    for form, value in (("short", row.reasonmap_short), ("long", row.reasonmap_long))
    if value is not None
]
TRANSFERS = {"easy": 0, "middle": 1, "hard": 3}


def counted(scorer: Scorer, folder: Path, rows: Sequence[Json]) -> Benchmark:
    file = write(folder / "rollouts.jsonl", rows)
    return benchmark(read_rollouts(file, scorer.profile), scorer, file.name, FEW)


def only_model(found: Benchmark) -> ModelMetrics:
    (model,) = found.models
    return model


def test_the_test_set_has_312_questions_of_weight_576() -> None:
    assert sum(BUCKETS.values()) == 312
    assert sum(count * WEIGHTS[bucket] for bucket, count in BUCKETS.items()) == 576


def answered(earned: float) -> list[Json]:
    """ReasonMap's test questions, right ones among them whose weights sum up to ``earned``."""
    questions = [bucket for bucket, count in BUCKETS.items() for _ in range(count)]
    # sums[n]: the weights, doubled, that some of the first n questions can have
    sums = [1]
    for bucket in questions:
        sums.append(sums[-1] | sums[-1] << int(2 * WEIGHTS[bucket]))
    left = round(2 * earned)
    assert sums[-1] >> left & 1
    right = []
    for place in reversed(range(len(questions))):
        weight = int(2 * WEIGHTS[questions[place]])
        taken = not sums[place] >> left & 1
        left -= weight * taken
        right.append(taken)
    return [
        planning(taken, difficulty_city=city, question_transfer_count=TRANSFERS[question])
        for (question, city), taken in zip(questions, reversed(right), strict=True)
    ]


@pytest.mark.parametrize(("earned", "value"), [(0, 0), (181.5, 31.51), (288, 50), (576, 100)])
def test_a_file_with_a_known_k_gives_it_exactly(
    scorer: Scorer, tmp_path: Path, earned: float, value: float
) -> None:
    found = only_model(counted(scorer, tmp_path, answered(earned))).reasonmap["short"].accuracy
    assert (found.earned, found.weight, found.questions) == (earned, 576, 312)
    assert found.value == earned / 576
    assert f"{100 * (found.value or 0):.2f}" == f"{value:.2f}"


@pytest.mark.parametrize(("name", "value"), PUBLISHED, ids=[name for name, _ in PUBLISHED])
def test_every_published_accuracy_is_k_of_576(name: str, value: float) -> None:
    k = round(value / 100 * 576 * 2) / 2
    assert f"{100 * k / 576:.2f}" == f"{value:.2f}", name


def test_published_accuracies_come_out_of_files_with_their_k(
    scorer: Scorer, tmp_path: Path
) -> None:
    for value in sorted({value for _, value in PUBLISHED})[::6]:
        k = round(value / 100 * 576 * 2) / 2
        found = only_model(counted(scorer, tmp_path, answered(k))).reasonmap["short"].accuracy
        assert found.earned == k
        assert f"{100 * (found.value or 0):.2f}" == f"{value:.2f}"


def test_each_bucket_has_its_weight(scorer: Scorer, tmp_path: Path) -> None:
    rows = [
        planning(difficulty_city=city, question_transfer_count=TRANSFERS[question])
        for question, city in WEIGHTS
    ]
    found = only_model(counted(scorer, tmp_path, rows)).reasonmap["short"].buckets
    assert {(one.question, one.map): one.accuracy.weight for one in found} == WEIGHTS


def test_a_question_is_as_hard_as_it_says_or_else_as_its_transfers(
    scorer: Scorer, tmp_path: Path
) -> None:
    rows = [
        planning(difficulty_question="hard"),
        planning(difficulty_question="medium"),
        planning(question_transfer_count=2),
        # the network's fewest rides to Jetty are 3
        planning(station_2="Jetty"),
    ]
    found = only_model(counted(scorer, tmp_path, rows)).reasonmap["short"].buckets
    questions = {one.question: one.accuracy.questions for one in found if one.map == "easy"}
    assert questions == {"easy": 0, "middle": 1, "hard": 3}


def test_short_and_long_questions_are_two_metrics(scorer: Scorer, tmp_path: Path) -> None:
    rows = [
        planning(),
        planning(False, question_form="via_count"),
        planning(question_form="via_stops"),
    ]
    found = only_model(counted(scorer, tmp_path, rows)).reasonmap
    assert [found[form].accuracy.value for form in ("short", "long")] == [1.0, 0.5]
    assert [found[form].accuracy.questions for form in ("short", "long")] == [1, 2]


def test_plus_weighs_by_the_map_alone(scorer: Scorer, tmp_path: Path) -> None:
    rows = [
        boxed("TorF1", difficulty_city="easy"),
        boxed("TorF2", False, difficulty_city="middle"),
        boxed(
            "Counting1", difficulty_city="hard", network="toy", station_1="Alba", station_2="Elm"
        ),
        boxed("Counting2", False, difficulty_city="hard"),
        boxed("Counting3", difficulty_city="middle"),
    ]
    found = only_model(counted(scorer, tmp_path, rows)).plus
    # right: 1, 2 and 1.5 of 1 + 1.5 + 2 + 2 + 1.5
    assert (found.accuracy.earned, found.accuracy.weight) == (4.5, 8.0)
    assert (found.torf.earned, found.torf.weight) == (1.0, 2.5)
    assert (found.counting.earned, found.counting.weight) == (3.5, 5.5)
    assert {task: one.value for task, one in found.tasks.items()} == {
        "TorF1": 1.0,
        "TorF2": 0.0,
        "Counting1": 1.0,
        "Counting2": 0.0,
        "Counting3": 1.0,
    }
    assert {city: one.value for city, one in found.difficulties.items()} == {
        "easy": 1.0,
        "middle": 0.5,
        "hard": 0.5,
    }
    assert found.cells["Counting2"]["hard"].weight == 2.0
    assert found.cells["Counting2"]["easy"].value is None


def test_what_is_in_error_is_not_wrong_but_left_out(scorer: Scorer, tmp_path: Path) -> None:
    rows: list[Json] = [
        planning(),
        planning(network="atlantis"),
        planning(station_1="Nowhere"),
        boxed("TorF1", answer=None),
        {"task": "TorF1"},
    ]
    found = counted(scorer, tmp_path, rows)
    model = only_model(found)
    accuracy = model.reasonmap["short"].accuracy
    assert (accuracy.value, accuracy.rollouts, accuracy.left_out) == (1.0, 1, 2)
    assert (model.plus.accuracy.value, model.plus.accuracy.left_out) == (None, 1)
    assert (model.rollouts, model.counted) == (4, 1)
    assert model.errors == {"unknown_network": 1, "unknown_station": 1, "missing_gold": 1}
    assert (found.rows, found.malformed, found.in_error) == (5, 1, 4)
    assert found.errors[-1] == "row 5: completion: this field is required"
    assert model.answers["planning"].errors == 2


def test_map_scores_are_weighted_and_best_over_references(scorer: Scorer, tmp_path: Path) -> None:
    reference = {"route_name": "Red Line", "departure_stop": "Alba", "arrival_stop": "Fern"}
    other = reference | {"route_name": "Gold Line", "arrival_stop": "Knoll"}
    rows = [
        planning(routes={"1": [other], "2": [reference]}, difficulty_city="hard"),
        planning(False, routes=json.dumps({"1": [reference]})),
        planning(),
    ]
    found = only_model(counted(scorer, tmp_path, rows)).reasonmap["short"]
    # 15 points of weight 2, and 3 points of weight 1
    assert found.map_score.value == (15 * 2 + 3) / 3
    assert found.map_score_unweighted.value == (15 + 3) / 2
    assert (found.map_score.questions, found.map_score.left_out) == (2, 1)
    assert found.map_score_problems == {"no reference routes": 1}
    assert found.accuracy.questions == 3


def test_a_question_counts_once_however_often_it_was_asked(scorer: Scorer, tmp_path: Path) -> None:
    rows = [planning(True, group="a") for _ in range(3)]
    rows += [planning(False, group="a"), planning(False, group="b")]
    found = only_model(counted(scorer, tmp_path, rows)).reasonmap["short"].accuracy
    assert (found.value, found.questions, found.rollouts) == (0.375, 2, 5)


def test_one_label_on_two_questions_is_two_questions(scorer: Scorer, tmp_path: Path) -> None:
    rows = [planning(group="a"), planning(group="a", station_2="Elm")]
    found = only_model(counted(scorer, tmp_path, rows)).reasonmap["short"].accuracy
    assert found.questions == 2


def test_pass_and_majority_are_told_where_rollouts_are_grouped(
    scorer: Scorer, tmp_path: Path
) -> None:
    verdicts = {"a": [True, False, False, False], "b": [True, True], "c": [True]}
    rows = [
        boxed("TorF1", verdict, group=group)
        for group, of_group in verdicts.items()
        for verdict in of_group
    ]
    model = only_model(counted(scorer, tmp_path, rows))
    assert model.groups["reasonmap_short"] == []
    one, two, four = model.groups["plus"]
    assert [at.k for at in (one, two, four)] == [1, 2, 4]
    accuracy = model.plus.accuracy.value
    assert (one.pass_at_k.value, one.majority_at_k.value) == (accuracy, accuracy)
    # a: 1 - C(3, 2) / C(4, 2) = 1/2, and b: 1; c has too few
    assert two.pass_at_k.value == 0.75
    assert (two.pass_at_k.questions, two.pass_at_k.left_out) == (2, 1)
    # a: (1, 0) is a tie and (0, 0) is wrong, so 1/4; b: 1
    assert two.majority_at_k.value == 0.625
    assert (four.pass_at_k.value, four.majority_at_k.value) == (1.0, 0.0)


def test_without_groups_there_is_no_pass_at_k(scorer: Scorer, tmp_path: Path) -> None:
    model = only_model(counted(scorer, tmp_path, [boxed("TorF1"), boxed("TorF1")]))
    assert set(map(len, model.groups.values())) == {0}


def test_models_are_told_apart(scorer: Scorer, tmp_path: Path) -> None:
    rows = [boxed("TorF1", group="g", model="one"), boxed("TorF1", False, group="g", model="two")]
    found = counted(scorer, tmp_path, rows)
    assert [(one.model, one.plus.accuracy.value) for one in found.models] == [
        ("one", 1.0),
        ("two", 0.0),
    ]


def test_what_could_not_be_read_and_what_was_odd_is_counted_by_task(
    scorer: Scorer, tmp_path: Path
) -> None:
    rows = [
        planning(),
        planning(completion=""),
        planning(completion="no idea"),
        planning(completion=RIGHT + "\n--\nRoute Name: Red"),
        boxed("TorF1", completion="yes"),
    ]
    found = only_model(counted(scorer, tmp_path, rows)).answers
    planned, asked = found["planning"], found["TorF1"]
    assert (planned.rollouts, planned.read, planned.failures) == (
        4,
        2,
        {"empty": 1, "no_answer": 1},
    )
    assert planned.signals == {"empty": 1, "truncated": 1}
    assert planned.kept_format == 1
    assert (asked.read, asked.kept_format) == (1, 0)


def test_the_released_code_asks_for_no_format(scorer: Scorer, tmp_path: Path) -> None:
    released = Scorer(scorer.networks, "released")
    found = only_model(counted(released, tmp_path, [planning(), boxed("TorF1")]))
    assert [one.kept_format for one in found.answers.values()] == [None, None]
    assert (found.reasonmap["short"].accuracy.value, found.plus.accuracy.value) == (1.0, 1.0)


def test_tasks_of_neither_benchmark_are_counted_by_task(toy: NetworkSet, tmp_path: Path) -> None:
    rows = [total(group="a"), total("6", group="a"), total("06", group="a"), total("?")]
    rows += [total(group="a", terms=[2, 4]), total(terms=None)]
    found = counted(Scorer(toy, SUMS), tmp_path, rows)
    model = only_model(found)
    # one question of three rollouts, of which the first is right, and two of one that is wrong
    accuracy = model.tasks["total"]
    assert accuracy.value == pytest.approx(1 / 9)
    assert (accuracy.weight, accuracy.left_out) == (3.0, 1)
    assert (model.counted, model.errors) == (5, {"missing_gold": 1})
    assert [at.k for at in model.groups["total"]] == [1, 2]
    # a tie of 5 and 6; 06 is left over
    assert model.groups["total"][1].majority_at_k.value == 0.5
    answers = model.answers["total"]
    assert (answers.read, answers.failures, answers.kept_format) == (4, {"no_answer": 1}, 4)
    assert answers.signals == {"truncated": 1}
    assert (found.without_difficulty, found.published, model.plus.accuracy.questions) == (0, [], 0)


def test_answers_agree_by_their_value_however_they_are_written(
    toy: NetworkSet, tmp_path: Path
) -> None:
    rows = [total(text, group="a") for text in ("6", "5", "06", "007")]
    model = only_model(counted(Scorer(toy, SUMS), tmp_path, rows))
    # of 6, 5, 6 and 7 most say 6, which is wrong
    assert [at.majority_at_k.value for at in model.groups["total"]] == [0.25, 0.25, 0.0]


def test_other_tasks_stand_beside_those_of_the_benchmarks(toy: NetworkSet, tmp_path: Path) -> None:
    rows = [total(), planning(), boxed("TorF1"), boxed("TorF1", False)]
    found = counted(Scorer(toy, MIXED), tmp_path, rows)
    model = only_model(found)
    assert list(model.answers) == ["total", "TorF1", "planning"]
    assert {task: accuracy.value for task, accuracy in model.tasks.items()} == {"total": 1.0}
    assert model.reasonmap["short"].accuracy.value == 1.0
    assert model.plus.accuracy.value == 0.5
    assert found.published == published()
    assert found.without_difficulty == 3


def test_a_task_that_merely_bears_a_name_of_the_benchmarks_is_none_of_theirs(
    toy: NetworkSet, tmp_path: Path
) -> None:
    profile = replace(SUMS, tasks={"planning": SUMS.tasks["total"]})
    found = counted(Scorer(toy, profile), tmp_path, [total(task="planning")])
    model = only_model(found)
    assert model.tasks["planning"].value == 1.0
    assert model.reasonmap["short"].accuracy.questions == 0


def test_columns_that_nothing_reads_are_named(scorer: Scorer, tmp_path: Path) -> None:
    found = counted(scorer, tmp_path, [boxed("TorF1", step=3), boxed("TorF1", quesiton="?")])
    assert found.columns_not_read == ["quesiton", "step"]


def test_rows_without_a_difficulty_weigh_as_easy_and_are_told(
    scorer: Scorer, tmp_path: Path
) -> None:
    rows = [boxed("TorF1"), boxed("TorF1", difficulty_city="hard")]
    found = counted(scorer, tmp_path, rows)
    assert (found.without_difficulty, only_model(found).plus.accuracy.weight) == (1, 3.0)
    assert "1 rollouts name no difficulty_city, and weigh as on an easy map" in caveats(found)


def test_all_real_completions_are_counted_or_told(reasonmap: Path) -> None:
    scorer = Scorer(reasonmap / "stations", "paper")
    file = reasonmap / "released_scores.jsonl.gz"
    found = benchmark(read_rollouts(file, scorer.profile), scorer, file.name, FEW)
    model = only_model(found)
    accuracy = model.reasonmap["short"].accuracy
    assert (found.rows, found.malformed, model.rollouts) == (8000, 0, 8000)
    assert model.counted + sum(model.errors.values()) == 8000
    assert accuracy.rollouts + accuracy.left_out == model.answers["planning"].rollouts
    assert sum(one.accuracy.questions for one in model.reasonmap["short"].buckets) == (
        accuracy.questions
    )


def test_the_released_profile_counts_as_correct_what_the_authors_did(reasonmap: Path) -> None:
    scorer = Scorer(reasonmap / "stations", "released")
    rows = list(read_rollouts(reasonmap / "released_scores.jsonl.gz", scorer.profile))
    wanted: dict[str, list[bool]] = {}
    for row in rows:
        rollout: Any = row.rollout
        if rollout["task"] == "planning":
            key = f"{rollout['difficulty_city']} {min(rollout['question_transfer_count'], 2)}"
            if rollout["station_1"] != rollout["station_2"]:
                wanted.setdefault(key, []).append(rollout["expected"]["correct"])
    model = only_model(benchmark(rows, scorer, "", FEW))
    levels = {"easy": 0, "middle": 1, "hard": 2}
    found = {
        f"{one.map} {levels[one.question]}": (
            round((one.accuracy.value or 0) * one.accuracy.questions),
            one.accuracy.questions,
        )
        for one in model.reasonmap["short"].buckets
    }
    assert found == {key: (sum(of), len(of)) for key, of in wanted.items()}
