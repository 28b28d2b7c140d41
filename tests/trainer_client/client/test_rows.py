"""What becomes of a dataset's rows and of completions of every shape."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import orjson
import pytest

from reward_server import Scorer
from reward_server.wire.messages import Unreadable
from trainer_client.client.rows import ColumnError, columns_of, gold_of, item, items_of, text_of

Json = dict[str, Any]


class Picture:
    """What a trainer may hand over beside the gold: not to be serialised, not to be compared."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("a picture was compared")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("completion", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ([{"role": "assistant", "content": "said"}], "said"),
        ({"role": "assistant", "content": "said"}, "said"),
        ([{"content": "no role"}], "no role"),
        ([{"role": "assistant", "content": None, "tool_calls": [{}]}], ""),
        (
            [{"role": "assistant", "content": [{"type": "text", "text": "a"}, {"text": "b"}]}],
            "ab",
        ),
        ([{"role": "assistant", "content": {"type": "text", "text": "one block"}}], "one block"),
        (
            [
                {
                    "role": "assistant",
                    "content": [
                        {"type": "image", "image": Picture()},
                        {"type": "thinking", "text": "hm"},
                        {"type": "text", "text": None},
                        "loose",
                    ],
                }
            ],
            "loose",
        ),
        (
            [
                {"role": "assistant", "content": "before the tool"},
                {"role": "tool", "content": "the tool"},
                {"role": "assistant", "content": "after"},
                {"role": "assistant", "content": "it"},
            ],
            "after\nit",
        ),
        (
            [{"role": "assistant", "content": "called"}, {"role": "tool", "content": "result"}],
            "called",
        ),
        ([{"role": "assistant", "content": "x", "reasoning_content": "thought"}], "x"),
        ([{"role": "assistant", "content": [{"type": "output_text", "text": "a"}]}], "a"),
    ],
)
def test_of_a_completion_the_assistants_last_turn_is_taken(completion: object, text: str) -> None:
    assert text_of(completion) == text


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "user", "content": "asked"}],
        [{"role": "assistant"}],
        [{"role": "assistant", "content": 3}],
        [{"role": "assistant", "content": [{"type": "widget"}]}],
    ],
)
def test_messages_whose_text_nobody_can_find_are_no_empty_ones(messages: list[Any]) -> None:
    assert isinstance(text_of(messages), Unreadable)
    unreadable = item({"task": "TorF1", "answer": 1}, messages)
    (result,) = Scorer().score([unreadable])
    assert result["error"] is not None
    assert result["error"]["kind"] == "unreadable_completion"


@pytest.mark.parametrize("completion", [None, 3, [1, 2]])
def test_what_is_no_completion_is_refused(completion: object) -> None:
    with pytest.raises(ColumnError, match="expected"):
        text_of(completion)


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({"task": "TorF1", "answer": 1}, {"task": "TorF1", "answer": 1}),
        ({"type": "TorF1", "answer": 1}, {"task": "TorF1", "answer": 1}),
        ({"task": None, "type": "TorF1"}, {"task": "TorF1"}),
        ({"task": "TorF1", "station_1": None, "answer": math.nan}, {"task": "TorF1"}),
        ({"task": "TorF1", "station_1": math.nan}, {"task": "TorF1"}),
        ({"task": "Counting2", "answer": 3.0}, {"task": "Counting2", "answer": 3}),
        ({"task": "Counting2", "answer": Fraction(6, 2)}, {"task": "Counting2", "answer": 3}),
        (
            {"task": "planning", "country": "china", "city": "beijing"},
            {"task": "planning", "network": "china/beijing"},
        ),
        (
            {"task": "planning", "city": "beijing", "json": "./stations/china/beijing.json"},
            {"task": "planning", "network": "china/beijing"},
        ),
        (
            {"task": "planning", "network": "toy", "country": "china", "city": "beijing"},
            {"task": "planning", "network": "toy"},
        ),
        ({"task": "planning", "json": {"Line 1": ["A", "B"]}}, {"task": "planning"}),
        (
            {"task": "Counting1", "options": ("1", "2", "3", "4"), "difficulty_city": "medium"},
            {"task": "Counting1", "options": ["1", "2", "3", "4"], "difficulty_city": "medium"},
        ),
        (
            {"task": "Counting1", "options": '["4", 5, 6, "7"]'},
            {"task": "Counting1", "options": ["4", "5", "6", "7"]},
        ),
        (
            {"task": "Counting1", "options": np.array([4, 5, 6, 7])},
            {"task": "Counting1", "options": ["4", "5", "6", "7"]},
        ),
        ({"task": "TorF1", "answer": np.int64(1)}, {"task": "TorF1", "answer": 1}),
        (
            {"task": "TorF1", "image": Picture(), "figure": b"\xff", "solution": "x", "prompt": []},
            {"task": "TorF1"},
        ),
    ],
)
def test_of_a_row_the_columns_of_the_reward_are_taken(row: Json, fields: Json) -> None:
    made = item(row, "x")
    assert made == {**fields, "completion": "x"}
    Scorer().items.read_json(orjson.dumps(made))


@pytest.mark.parametrize(
    "gold",
    [
        True,
        0.25,
        "forty-two",
        ["a", "b"],
        {"boxes": [{"box": [0.5, 1, 2, 3], "label": None}]},
    ],
)
def test_gold_of_any_form_reaches_the_wire_as_it_is(gold: object) -> None:
    made = item({"task": "of another kind", "answer": gold}, "x")
    assert orjson.loads(orjson.dumps(made))["answer"] == gold
    assert type(made["answer"]) is type(gold)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"question": "?", "answer": 1}, "'task'.*answer, question"),
        ({}, "none"),
        ({"task": 3}, "column 'task': expected text, got 3"),
        (
            {"task": "TorF1", "answer": Decimal(1)},
            r"column 'answer': expected .*got Decimal\('1'\)",
        ),
        ({"task": "Counting1", "options": [Picture()]}, "column 'options': expected"),
        (
            {"task": "Counting1", "options": "A) 1 B) 2"},
            "column 'options': expected a list, or its",
        ),
        ({"task": "Counting1", "options": 3}, "column 'options': expected a list, or its JSON"),
    ],
)
def test_a_row_that_makes_no_item_is_refused_by_its_column(row: Json, said: str) -> None:
    with pytest.raises(ColumnError, match=said):
        item(row, "x")


def test_a_column_without_a_value_for_each_completion_is_refused() -> None:
    for columns in ({"task": ["TorF1"]}, {"task": "TorF1"}):
        with pytest.raises(ColumnError, match=r"column 'task': .* each of the 2 completions"):
            items_of(["a", "b"], columns)


def test_neighbours_of_one_prompt_are_a_group() -> None:
    picture = {"type": "image", "image": Picture()}
    prompts = [
        [{"role": "user", "content": [picture, {"type": "text", "text": text}]}]
        for text in ("p", "p", "q", "q", "p")
    ]
    columns = {"prompts": prompts, "task": ["TorF1"] * 5, "images": [[Picture()]] * 5}
    groups = [one["group"] for one in items_of(list("abcde"), columns)]
    assert groups == ["0", "0", "1", "1", "2"]


def test_one_wording_about_two_maps_is_two_groups() -> None:
    columns = {"prompts": ["p"] * 4, "task": ["TorF1"] * 4, "network": ["a", "a", "b", "b"]}
    groups = [one["group"] for one in items_of(list("abcd"), columns)]
    assert groups == ["0", "0", "1", "1"]


@pytest.mark.parametrize(
    ("label", "columns"),
    [
        ({"task": "TorF1", "answer": 1}, {"task": "TorF1", "answer": 1}),
        ('{"task": "TorF1", "answer": 1}', {"task": "TorF1", "answer": 1}),
        (1, {"answer": 1}),
        ("3", {"answer": 3}),
    ],
)
def test_a_label_is_the_gold_or_the_answer(label: object, columns: Json) -> None:
    assert gold_of(label) == columns


@pytest.mark.parametrize("label", [None, "B", "", "[1]", ["x"]])
def test_a_label_that_is_no_gold_is_refused(label: object) -> None:
    with pytest.raises(ColumnError, match="the gold of a sample"):
        gold_of(label)


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        (None, {}),
        ("", {}),
        ({"task": "TorF1"}, {"task": "TorF1"}),
        ('{"task": "TorF1", "answer": 1}', {"task": "TorF1", "answer": 1}),
    ],
)
def test_further_columns_may_be_json(given: object, columns: Json) -> None:
    assert columns_of(given, "extra_info") == columns


@pytest.mark.parametrize("given", ["TorF1", "[1]", "1", [("task", "TorF1")], 3])
def test_further_columns_that_are_no_object_are_told_by_name(given: object) -> None:
    with pytest.raises(ColumnError, match="extra_info: expected an object with a row's columns"):
        columns_of(given, "extra_info")
