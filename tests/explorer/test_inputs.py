"""Inputs: what a field's annotation makes of it, and what is typed there."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

import pytest
from pydantic import Field, Strict
from typing_extensions import TypedDict

from reward_server.core.tasks import Profile
from reward_server.explorer.inputs import Input, inputs_of
from reward_server.explorer.transit.tasks import MAP_TASKS, map_task, task_inputs
from reward_server.profiles import PROFILES
from reward_server.wire.fields import Integer, Text


class Point(TypedDict):
    x: float


class EveryForm(TypedDict):
    """Fields of each form that a task may have."""

    text: str
    strict: Annotated[str, Strict()]
    integer: Integer
    number: float
    nullable: float | None
    described: Annotated[Text | None, Field(default=None, description="What it is.")]
    preset: Annotated[float, Field(default=0.5)]
    absent: NotRequired[int]
    flag: bool
    letter: Literal["A", "B"]
    level: Annotated[Literal[1, 2] | None, Field(default=None)]
    names: list[str]
    pair: tuple[Text, Text]
    many: tuple[str, ...] | None
    either: str | list[str]
    boxes: list[list[float]]
    point: Point
    profile: str


INPUTS = {each.name: each for each in inputs_of(EveryForm)}


def test_every_field_has_an_input_in_order() -> None:
    assert list(INPUTS) == list(EveryForm.__annotations__)


@pytest.mark.parametrize(
    ("name", "kind", "blank"),
    [
        ("text", "text", "refused"),
        ("strict", "text", "refused"),
        ("integer", "integer", "refused"),
        ("number", "number", "refused"),
        ("nullable", "number", "null"),
        ("described", "text", "absent"),
        ("preset", "number", "absent"),
        ("absent", "integer", "absent"),
        ("flag", "choice", "refused"),
        ("letter", "choice", "refused"),
        ("level", "choice", "absent"),
        ("names", "texts", "refused"),
        ("pair", "texts", "refused"),
        ("many", "texts", "null"),
        ("either", "json", "refused"),
        ("boxes", "json", "refused"),
        ("point", "json", "refused"),
    ],
)
def test_an_annotation_says_what_is_typed_and_what_nothing_means(
    name: str, kind: str, blank: str
) -> None:
    assert (INPUTS[name].kind, INPUTS[name].blank) == (kind, blank)


def test_an_input_tells_what_the_field_says_of_itself() -> None:
    assert INPUTS["described"].hint == "What it is."
    assert INPUTS["preset"].placeholder == "0.5"
    assert INPUTS["pair"].size == 2
    assert INPUTS["many"].size == 0
    assert INPUTS["level"].choices == ((1, "1"), (2, "2"))
    assert INPUTS["flag"].choices == ((True, "true"), (False, "false"))


def test_a_field_with_the_name_of_a_field_of_the_page_has_a_key_of_its_own() -> None:
    assert INPUTS["profile"].key == "item.profile"
    assert INPUTS["text"].key == "text"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("text", " a b ", "a b"),
        ("integer", " 12 ", 12),
        ("integer", "1.5", "1.5"),
        ("integer", "9" * 5000, "9" * 5000),
        ("number", "1.5", 1.5),
        ("number", "-3", -3),
        ("number", "nan", "nan"),
        ("number", "1e999", "1e999"),
        ("number", "x", "x"),
        ("flag", "true", True),
        ("flag", "maybe", "maybe"),
        ("letter", "B", "B"),
        ("level", "2", 2),
        ("names", "one\n\n two \n", ["one", "two"]),
        ("either", "plain words", "plain words"),
        ("either", '["a", "b"]', ["a", "b"]),
        ("boxes", "[[1, 2]]", [[1, 2]]),
        ("point", '{"x": 1}', {"x": 1}),
    ],
)
def test_a_text_is_read_as_the_value_or_left_for_the_check(
    name: str, text: str, value: object
) -> None:
    read = INPUTS[name].read(text)
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "a b"),
        ("integer", -7),
        ("number", 0.1),
        ("flag", False),
        ("level", 1),
        ("names", ["one", "two"]),
        ("either", ["a", "b"]),
        ("either", "3"),
        ("boxes", [[1.5, 2.0]]),
        ("point", {"Straße": 1}),
    ],
)
def test_what_is_written_is_read_back(name: str, value: object) -> None:
    assert INPUTS[name].read(INPUTS[name].write(value)) == value


def test_nothing_is_written_as_nothing() -> None:
    assert {each.write(None) for each in INPUTS.values()} == {""}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
@pytest.mark.parametrize("name", MAP_TASKS)
def test_a_task_on_a_map_words_fields_that_it_has(name: str, profile: Profile) -> None:
    task = profile.tasks[name]
    shown = map_task(name, task)
    assert shown is not None
    plain = {each.name for each in inputs_of(task.fields)}
    assert set(shown.inputs) <= plain
    worded = task_inputs(name, task)
    assert [each.label for each in worded] == [each.label for each in shown.inputs.values()]
    asked: set[str] = {each.name for each in worded if each.renews}
    assert asked == {"network"}


def test_the_words_of_a_map_are_not_for_another_task_of_that_name() -> None:
    task = PROFILES["robust"].tasks["planning"]._replace(fields=EveryForm)
    assert map_task("planning", task) is None
    inputs: tuple[Input, ...] = task_inputs("planning", task)
    assert inputs == inputs_of(EveryForm)
