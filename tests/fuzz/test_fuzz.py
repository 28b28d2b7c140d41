"""A few seconds of ``fuzz.py`` on every run, and that it sees what it looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from reward_server import scorer
from reward_server.core.model import Breakdown
from tests.fuzz import completions
from tests.fuzz.bodies import application
from tests.fuzz.fuzz import TARGETS, Run, by_chance
from tests.scoring import evaluate

Change = Callable[[Breakdown], Breakdown]


@pytest.fixture(scope="module", autouse=True)
def _closed_in_the_end() -> Iterator[None]:
    yield
    application().close()
    application.cache_clear()


@cache
def some_tries(name: str) -> Run:
    """What became of inputs of a fixed seed; they are tried once for all the tests."""
    run = Run(name)
    by_chance(run, 7, lambda run: run.tried == 2000)
    return run


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_of_a_fixed_seed_is_more_than_the_service_can_bear(name: str) -> None:
    run = some_tries(name)
    assert not run.found
    assert sum(run.seen.values()) >= run.tried


def test_the_bodies_tried_are_scored_and_refused_in_every_way() -> None:
    run = some_tries("bodies")
    statuses = {outcome.rpartition(" ")[2] for outcome in run.seen if outcome.startswith("/")}
    assert statuses == {"200", "409", "413", "415", "422"}
    assert run.seen["items ok"] > 500
    assert run.seen["items unknown_station"] > 5


def test_the_completions_tried_are_right_and_wrong_and_unreadable_for_each_task() -> None:
    run = some_tries("completions")
    for task in completions.TASKS:
        for outcome in ("right", "wrong", "no_answer"):
            assert run.seen[f"robust {task} {outcome}"] > 3, (task, outcome)


@pytest.mark.parametrize(
    "change",
    [
        lambda scored: scored._replace(reward=float("nan")),
        lambda scored: scored._replace(reward=scored.reward + 7 * scored.weight),
        lambda scored: scored._replace(terms={"lines": float("inf")}),
        lambda scored: [][len(scored)],
    ],
    ids=["not a number", "too much for wrong", "infinite", "raises"],
)
def test_a_completion_that_is_scored_badly_is_found(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completions, "evaluate", lambda *given: change(evaluate(*given)))
    run = Run("completions")
    by_chance(run, 7, lambda run: bool(run.found))
    assert "completion ''" in next(iter(run.found.values())), "the shortest one"


def test_an_item_that_is_in_error_by_our_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Breakdown:  # noqa: ANN401 - whatever it is given
        raise ZeroDivisionError

    monkeypatch.setattr(scorer, "evaluate", fail)
    monkeypatch.setattr(scorer.log, "disabled", True)
    run = Run("bodies")
    by_chance(run, 7, lambda run: bool(run.found))
    assert run.found
