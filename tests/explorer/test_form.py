"""The form: text from a browser to an item, and back."""

from __future__ import annotations

import pytest

from reward_server.explorer.form import as_fields, as_item, checked, read_form
from reward_server.explorer.transit.tasks import task_inputs
from reward_server.profiles import ROBUST
from reward_server.scorer import Scorer
from tests.explorer.answers import ANSWERS, NETWORKS

SCORER = Scorer(NETWORKS)


def test_a_form_is_read_with_its_line_feeds_and_fields_of_one_name_are_joined() -> None:
    body = b"completion=a%0D%0Ab&options=1&options=&options=3&map="
    fields = {"completion": "a\nb", "options": "1\n\n3", "map": ""}
    assert read_form(body) == fields


def test_a_form_with_very_many_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        read_form(b"&".join(b"f%d=1" % number for number in range(500)))


def test_what_is_empty_is_left_out() -> None:
    inputs = task_inputs("planning", ROBUST.tasks["planning"])
    fields = {"network": "n", "station_1": "a", "station_2": " ", "question_transfer_count": "2"}
    assert as_item("planning", inputs, fields) == {
        "task": "planning",
        "network": "n",
        "station_1": "a",
        "question_transfer_count": 2,
        "completion": "",
    }


@pytest.mark.parametrize("task", ROBUST.tasks)
def test_an_item_comes_back_from_its_fields(task: str) -> None:
    inputs = task_inputs(task, ROBUST.tasks[task])
    given = [answer.item for answer in ANSWERS if answer.task == task]
    assert given
    for raw in given:
        item, problems = checked(raw, SCORER.items)
        assert item is not None, problems
        again = as_item(task, inputs, as_fields(item, inputs))
        assert checked(again, SCORER.items) == (item, {})


@pytest.mark.parametrize(
    ("task", "fields", "field", "said"),
    [
        ("Counting2", {"answer": "many"}, "answer", "expected a valid integer, got 'many'"),
        ("Counting1", {"options": "1\n2\n3"}, "options", "missing: the list is too short"),
        ("TorF1", {"difficulty_city": "steep"}, "difficulty_city", "expected 'easy'"),
    ],
)
def test_what_is_wrong_is_told_by_field(
    task: str, fields: dict[str, str], field: str, said: str
) -> None:
    inputs = task_inputs(task, ROBUST.tasks[task])
    item, problems = checked(as_item(task, inputs, fields), SCORER.items)
    assert item is None
    assert said in problems[field]
