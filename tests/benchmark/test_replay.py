"""The same rollouts under two rewards: what changed is told, and nothing else."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from reward_server import Scorer
from reward_server.benchmark.replay import Replay, replay
from reward_server.benchmark.rollouts import Rollout, Row, UnusableError, read_rollouts, rollouts_of
from reward_server.benchmark.sides import FileSide, ProfileSide, RowSide, Score, Side
from reward_server.core.tasks import Profile
from reward_server.networks.network_set import NetworkSet
from reward_server.profiles import RELEASED, ROBUST
from tests.benchmark.other_tasks import MIXED, SUMS, total
from tests.benchmark.rows import RIGHT, boxed, planning, write

Json = dict[str, Any]

#: Correct by Algorithm 1, which asks for no order; wrong by ``robust``.
LOOP = (
    "Route Name: Red Line\nDeparture Stop: Alba\nArrival Stop: Dale\n--\n"
    "Route Name: Red Line\nDeparture Stop: Dale\nArrival Stop: Alba\n--\n" + RIGHT
)


ROLLOUTS = rollouts_of(ROBUST)


def replayed(
    folder: Path,
    rows: list[Json],
    before: Side,
    after: Side,
    tolerance: float = 0,
    examples: int = 5,
    profile: Profile = ROBUST,
) -> Replay:
    file = write(folder / "rollouts.jsonl", rows)
    return replay(read_rollouts(file, profile), before, after, file.name, tolerance, examples)


@pytest.fixture
def robust(toy: NetworkSet) -> ProfileSide:
    return ProfileSide(Scorer(toy, "robust"))


@pytest.fixture
def paper(toy: NetworkSet) -> ProfileSide:
    return ProfileSide(Scorer(toy, "paper"))


def test_a_profile_against_itself_is_the_same(robust: ProfileSide, tmp_path: Path) -> None:
    found = replayed(tmp_path, [planning(), boxed("TorF1", group="g")], robust, robust)
    assert (found.verdict, found.overall.compared, found.overall.changed) == ("same", 2, 0)
    assert found.examples == []
    assert found.overall.components == {"format": 0, "correctness": 0, "detail": 0}


def test_what_changes_is_counted_by_task_and_component(
    robust: ProfileSide, paper: ProfileSide, tmp_path: Path
) -> None:
    rows = [
        planning(),
        planning(completion=LOOP),
        boxed("Counting2"),
        # robust pays for a near miss, the paper does not
        boxed("Counting2", False),
        boxed("TorF1"),
    ]
    found = replayed(tmp_path, rows, paper, robust)
    assert found.verdict == "changed"
    # by the paper a perfect direct route has 4 + 2 of detail, by robust 10
    route, count, yes = (found.tasks[task] for task in ("planning", "Counting2", "TorF1"))
    assert (route.compared, route.changed, route.right_to_wrong, route.wrong_to_right) == (
        2,
        2,
        1,
        0,
    )
    assert route.components == {"format": 0, "correctness": 1, "detail": 2}
    assert (count.changed, count.components["detail"]) == (2, None)
    assert (count.mean_before, count.largest_change) == (6.0, 5.0)
    assert (yes.changed, yes.components) == (0, {"format": 0, "correctness": 0, "detail": None})
    assert found.overall.changed == 4
    assert found.overall.compared == 5


def test_a_change_within_the_tolerance_is_none(
    robust: ProfileSide, paper: ProfileSide, tmp_path: Path
) -> None:
    rows = [planning()]
    changed = replayed(tmp_path, rows, paper, robust)
    largest = changed.overall.largest_change
    assert largest > 0
    assert replayed(tmp_path, rows, paper, robust, tolerance=largest).verdict == "same"
    assert replayed(tmp_path, rows, paper, robust, tolerance=largest / 2).verdict == "changed"


def test_stored_rewards_are_compared_with_what_the_profile_gives(
    robust: ProfileSide, tmp_path: Path
) -> None:
    rows = [boxed("TorF1", reward=11.0), boxed("TorF1", reward=11.5), boxed("TorF1", reward=None)]
    found = replayed(tmp_path, rows, RowSide(), robust)
    assert (found.before, found.fingerprint_before) == ("stored", None)
    assert (found.overall.compared, found.overall.changed) == (2, 1)
    assert found.status_changed == {"before: no reward": 1}
    (example,) = found.examples
    assert (example.reward_before, example.reward_after) == (11.5, 11.0)
    assert example.explanation_before is None
    assert example.explanation_after == "Right: the answer read is yes; the asked format is kept."


def test_stored_rewards_may_tell_their_fingerprint(robust: ProfileSide, tmp_path: Path) -> None:
    rows = [boxed("TorF1", reward=11.0, fingerprint=name) for name in ("old-1", "old-2", "old-1")]
    found = replayed(tmp_path, rows, RowSide(), robust)
    assert found.fingerprint_before == "old-1, old-2"
    assert found.fingerprint_after == robust.fingerprint


def test_rows_without_a_stored_reward_are_unusable(robust: ProfileSide, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="row 2: no column 'reward'"):
        replayed(tmp_path, [boxed("TorF1", reward=1), boxed("TorF1")], RowSide(), robust)


def results(folder: Path, items: list[Json], scorer: Scorer) -> Path:
    return write(folder / "results.jsonl", [dict(result) for result in scorer.score(items, "full")])


def against_file(file: Path, after: Side, rows: list[Json], folder: Path) -> Replay:
    with ExitStack() as stack:
        return replayed(folder, rows, FileSide(file, stack), after)


def test_a_file_of_results_is_compared_line_by_line(
    robust: ProfileSide, toy: NetworkSet, tmp_path: Path
) -> None:
    rows = [planning(id="a"), planning(id="b", completion=LOOP), boxed("TorF1", id="c")]
    rows += [boxed("TorF2", id="d", answer=None)]
    file = results(tmp_path, rows, Scorer(toy, "paper"))
    found = against_file(file, robust, rows, tmp_path)
    assert found.before == "results.jsonl"
    assert (found.overall.compared, found.overall.changed, found.in_error_on_both) == (3, 2, 1)
    assert found.tasks["planning"].right_to_wrong == 1
    loop = next(example for example in found.examples if example.id == "b")
    assert (loop.explanation_before or "").startswith("Right: ")
    assert (loop.explanation_after or "").startswith("Wrong: segment 2 comes back to Alba")


RESULT_FAULTS: dict[str, tuple[list[Json], str]] = {
    "another id": ([{"id": "x", "reward": 1}], "line 1: it is for id 'x', expected 'a'"),
    "too few": ([], "line 1: missing; expected a result for each rollout"),
    "too many": ([{"id": "a", "reward": 1}] * 2, "it has more results than there are rollouts"),
    "no reward": ([{"id": "a"}], "line 1: it has no reward; expected a result"),
    "no result": ([{"reward": 1}], "line 1: id: this field is required"),
}


@pytest.mark.parametrize(("lines", "message"), RESULT_FAULTS.values(), ids=RESULT_FAULTS)
def test_results_of_other_rollouts_are_unusable(
    robust: ProfileSide, tmp_path: Path, lines: list[Json], message: str
) -> None:
    file = write(tmp_path / "results.jsonl", lines)
    with pytest.raises(UnusableError, match=message):
        against_file(file, robust, [boxed("TorF1", id="a")], tmp_path)


def test_a_rollout_with_a_reward_on_one_side_alone_is_a_change(
    robust: ProfileSide, toy: NetworkSet, tmp_path: Path
) -> None:
    # the released code never asks whether there is a way; robust does
    released = ProfileSide(Scorer(toy, "released"))
    rows = [planning(station_2="Long 3", question_transfer_count=0), boxed("TorF1", False)]
    found = replayed(tmp_path, rows, released, robust, tolerance=5)
    assert (found.overall.changed, found.status_changed) == (0, {"after: bad_gold": 1})
    assert found.verdict == "changed"


def test_rows_that_are_no_item_make_a_file_unusable_and_are_named(
    robust: ProfileSide, tmp_path: Path
) -> None:
    found = replayed(tmp_path, [boxed("TorF1"), {"task": "TorF1"}], robust, robust)
    assert (found.verdict, found.rows, found.malformed) == ("unusable", 2, 1)
    assert found.problems == ["row 2: completion: this field is required"]
    assert found.overall.compared == 1


@pytest.mark.parametrize("rows", [[], [boxed("TorF1", answer=None)]], ids=["empty", "in error"])
def test_where_nothing_can_be_compared_a_file_is_unusable(
    robust: ProfileSide, tmp_path: Path, rows: list[Json]
) -> None:
    assert replayed(tmp_path, rows, robust, robust).verdict == "unusable"


def test_groups_are_gathered_wherever_their_rollouts_stand(tmp_path: Path) -> None:
    """One group changes its order, one loses its variance; they stand among each other."""

    class Given(RowSide):
        """A side whose rewards stand in a column of its own."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def scores(self, rows: Sequence[Row]) -> list[Score | None]:
            columns: Any = [row.rollout for row in rows]
            return [Score(column[self.name], None, {}, None, None) for column in columns]

    rewards = {"order": [(1, 2), (2, 1)], "variance": [(1, 3), (2, 3)]}
    rows = [
        boxed("TorF1", group=group, was=was, now=now)
        for turn in range(2)
        for group, of_group in rewards.items()
        for was, now in [of_group[turn]]
    ]
    found = replayed(tmp_path, rows, Given("was"), Given("now")).groups
    assert (found.groups, found.kendall_tau, found.ranked_groups) == (2, -1.0, 1)
    assert (found.sign_flips, found.to_zero, found.lose_variance) == (2, 2, 1)


def test_examples_are_the_largest_changes_of_each_kind(
    robust: ProfileSide, paper: ProfileSide, tmp_path: Path
) -> None:
    rows = [planning(id=f"plain {number}") for number in range(9)]
    rows += [
        planning(id="small", difficulty_city="easy"),
        planning(id="large", difficulty_city="hard"),
    ]
    rows += [planning(id="loop", completion=LOOP), boxed("Counting2", False, id="near")]
    found = replayed(tmp_path, rows, paper, robust, examples=4)
    # one of each kind, the largest first; then the second of the kind that has one
    assert [example.id for example in found.examples] == ["loop", "near", "large", "plain 0"]
    changes = [
        abs((example.reward_after or 0) - (example.reward_before or 0))
        for example in found.examples
    ]
    assert changes[:3] == sorted(changes[:3], reverse=True)
    assert all(
        example.explanation_before and example.explanation_after for example in found.examples
    )
    assert replayed(tmp_path, rows, paper, robust, examples=0).examples == []


def test_tasks_of_any_profile_are_replayed(toy: NetworkSet, tmp_path: Path) -> None:
    rows = [total(reward=11.0), total("6", reward=11.0, group="g"), total("?", reward=1.0)]
    sums = ProfileSide(Scorer(toy, SUMS))
    found = replayed(tmp_path, rows, RowSide(), sums, profile=SUMS)
    assert list(found.tasks) == ["total"]
    assert (found.overall.compared, found.overall.changed) == (3, 2)
    assert [example.reward_after for example in found.examples] == [1.0, 0.0]
    assert found.examples[0].network is None
    assert found.examples[0].explanation_after == "The sum is 5."


def test_a_task_that_one_side_does_not_have_has_no_reward_there(
    toy: NetworkSet, robust: ProfileSide, tmp_path: Path
) -> None:
    mixed = ProfileSide(Scorer(toy, MIXED))
    found = replayed(tmp_path, [total(), boxed("TorF1")], robust, mixed, profile=MIXED)
    assert (found.overall.compared, found.overall.changed) == (1, 0)
    assert found.status_changed == {"before: no such task": 1}


def test_no_completion_is_kept_that_is_not_an_example(
    robust: ProfileSide, paper: ProfileSide
) -> None:
    long = "<think>" + "so it goes on " * 700 + "</think>"

    def rows(count: int) -> Iterator[Row]:
        for number in range(count):
            item = boxed("Counting2", number % 2 == 0, group=str(number // 8))
            item["completion"] = long + item["completion"]
            yield Row(number, cast("Rollout", ROLLOUTS.read_one(item)), None)

    def peak(count: int) -> int:
        tracemalloc.start()
        replay(rows(count), paper, robust, "", 0, 2)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(300)
    # 10 KB a completion, 4,000 more of them; two numbers and a share of its group are kept of each
    assert peak(5000) - peak(1000) < 4000 * 200


def test_real_scores_of_the_released_code_are_the_same_when_replayed(
    reasonmap: Path, tmp_path: Path
) -> None:
    rows = []
    for row in read_rollouts(reasonmap / "released_scores.jsonl.gz", RELEASED):
        rollout: Any = row.rollout
        if row.number % 4 == 0:
            rows.append(rollout | {"reward": rollout["expected"]["reward"]})
    released = ProfileSide(Scorer(reasonmap / "stations", "released"))
    found = replayed(tmp_path, json.loads(json.dumps(rows)), RowSide(), released)
    assert (found.verdict, found.overall.compared) == ("same", 2000)
