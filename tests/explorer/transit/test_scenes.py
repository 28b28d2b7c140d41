"""Scenes: what a map shows of each task's question, and of an answer to it."""

from __future__ import annotations

import random

import pytest

from reward_server.core.transit.build import build
from reward_server.core.transit.model import Segment
from reward_server.explorer.transit.journeys import Leg, Row
from reward_server.explorer.transit.scenes import Scene, lines_of, with_answer
from reward_server.explorer.transit.tasks import MAP_TASKS

TOY = build("toy", {"1": ["Alba", "Brook", "Cedar"], "2": ["Cedar", "Elm"], "3": ["Elm", "Fir"]})
ALBA, CEDAR, ELM, FIR = map(TOY.station, ("Alba", "Cedar", "Elm", "Fir"))


def scene(task: str, one: str = "", other: str = "") -> Scene:
    return MAP_TASKS[task].scene(TOY, {"station_1": one, "station_2": other})


@pytest.mark.parametrize("task", ["TorF1", "Counting1"])
def test_two_stations_have_the_ride_between_them_or_the_lines_of_both(task: str) -> None:
    joined = scene(task, "Alba", "Cedar")
    assert joined.marks == [(ALBA, "A"), (CEDAR, "B")]
    assert joined.true == [Leg(0, ALBA, CEDAR, (TOY.station("Brook"),))]
    apart = scene(task, "Alba", "Elm")
    assert not apart.true
    assert apart.lines == {0, 1, 2}


def test_a_route_has_its_true_rides() -> None:
    asked = scene("planning", "Alba", "Fir")
    assert [leg.line for leg in asked.true] == [0, 1, 2]
    assert asked.asks_route
    assert scene("planning", "Alba", "Atlantis").marks == [(ALBA, "A")]


def test_a_station_has_its_lines_and_the_one_that_is_asked_about() -> None:
    assert scene("Counting2", "Elm").lines == {1, 2}
    assert scene("TorF2", "Alba", "3").lines == {0, 2}
    assert scene("TorF2", "Alba", "no line").lines == {0}


def test_all_lines_are_asked_about_alike() -> None:
    assert scene("Counting3") == Scene()
    assert lines_of(Scene(), TOY) == set()


@pytest.mark.parametrize("task", MAP_TASKS)
def test_fields_that_are_no_stations_are_no_fault(task: str) -> None:
    assert not scene(task, "Atlantis", "Nowhere").true
    assert not scene(task).marks


@pytest.mark.parametrize("task", MAP_TASKS)
def test_every_random_question_has_gold_and_a_scene(task: str) -> None:
    shown = MAP_TASKS[task]
    for seed in range(30):
        fields = shown.question(TOY, random.Random(seed))  # noqa: S311 - the same on every run
        wanted = {name for name in ("answer", "options", "station_1") if name in shown.inputs}
        assert wanted <= fields.keys()
        assert len(shown.scene(TOY, fields).marks) == sum(
            TOY.station(fields.get(name, "")) >= 0 for name in ("station_1", "station_2")
        )


def test_an_answer_adds_its_rides_and_its_jumps() -> None:
    segment = Segment("1", "Alba", "Elm")
    ride = Leg(2, ELM, FIR, ())
    answered = with_answer(
        scene("planning", "Alba", "Cedar"),
        [
            Row(segment, "1", False, "", None, (ALBA, ELM)),
            Row(segment, "1", False, "", None, (-1, ELM)),
            Row(segment, "3", True, "", ride, (ELM, FIR)),
        ],
    )
    assert answered.jumps == [(ALBA, ELM)]
    assert answered.answered == [(ride, True)]
    # the jump's end is on the answered line: no further line is needed for it
    assert lines_of(answered, TOY) == {0, 2}


def test_a_stop_that_no_shown_line_holds_brings_one() -> None:
    alone = Scene(marks=[(FIR, "A")], true=[Leg(0, ALBA, CEDAR, ())])
    assert lines_of(alone, TOY) == {0, 2}
