"""Boxed answers: text -> value. None stands for no answer; a value without format is marked."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from reward_server.core.budget import Budget
from reward_server.core.model import ParseFailure
from reward_server.core.transit.model import ValueClaim
from reward_server.core.transit.name_lists import find_stops
from reward_server.core.transit.parse_boxed import parse_choice, parse_count, parse_yes_no
from reward_server.core.values import LONGEST_VALUE, unwrap


class Read(NamedTuple):
    """A value that was read, and whether the asked format was kept."""

    value: int
    kept: bool = True


def yes_no(completion: str) -> Read | None:
    return read(parse_yes_no(completion, Budget()))


def count(completion: str) -> Read | None:
    return read(parse_count(completion, Budget()))


def letter(completion: str, options: tuple[str, ...] | None = None) -> Read | None:
    return read(parse_choice(completion, Budget(), options))


def read(claim: ValueClaim | ParseFailure) -> Read | None:
    return None if isinstance(claim, ParseFailure) else Read(claim.value, claim.keeps_format)


# --- which box

BOXES = {
    "\\boxed{3}": Read(3),
    "$\\boxed{3}$": Read(3),
    "so \\boxed{3}.": Read(3),
    "\\boxed {3}": Read(3),
    "\\boxed{ 3 }": Read(3),
    "\\boxed{{3}}": Read(3),
    "\\boxed{\\boxed{3}}": Read(3),
    "\\boxed{\\text{\\textbf{3}}}": Read(3),
    "\\boxed{\n3\n}": Read(3),
    # the last one counts, wherever prose stands between
    "\\boxed{3} was wrong, it is \\boxed{4}": Read(4),
    "\\boxed{3}\n\nLet me check again.\n\n\\boxed{4}": Read(4),
    "\\boxed{3} \\boxed{4} and in the end \\boxed{5}": Read(5),
    # braces that close nothing
    "} \\boxed{3} }": Read(3),
    # side by side and different: no answer
    "\\boxed{3} \\boxed{4}": None,
    "\\boxed{3}\\boxed{4}": None,
    "\\boxed{3}\n\\boxed{4}": None,
    "\\boxed{3} or \\boxed{4}": None,
    "\\boxed{3}, \\boxed{4}": None,
    "\\boxed{3}/\\boxed{4}": None,
    "\\boxed{3}, or \\boxed{4}": None,
    "$\\boxed{3}$ or $\\boxed{4}$": None,
    "\\boxed{3} \\boxed{4} \\boxed{4}": None,
    "\\boxed{?} \\boxed{4}": None,
    "\\boxed{4} \\boxed{?}": None,
    # side by side and the same: one answer, but not one box
    "\\boxed{3} \\boxed{3}": Read(3, False),
    "\\boxed{3} or \\boxed{3.0}": Read(3, False),
    # no box of ours: short replies are read all the same
    "boxed{3}": Read(3, False),
    # nothing in it
    "\\boxed{}": None,
    "\\boxed{?}": None,
    # no answer in the thinking
    "<think>\\boxed{3}</think>": None,
    "<think>\\boxed{3}</think>\\boxed{4}": Read(4),
    "<answer>\\boxed{3}</answer>\\boxed{4}": Read(3),
}


@pytest.mark.parametrize(("completion", "expected"), BOXES.items())
def test_the_last_box_counts_unless_its_neighbour_says_otherwise(
    completion: str, expected: Read | None
) -> None:
    assert count(completion) == expected


# --- without a box

UNBOXED = {
    "3": 3,
    "3.": 3,
    "**3**": 3,
    "There are three lines.": 3,
    # five words are short, six are prose
    "So there are three lines": 3,
    "So there are just three lines": None,
    "answer: 3": 3,
    "Answer：3": 3,
    "**Answer:** 3": 3,
    "The answer is 3.": 3,
    "The answer is: 3": 3,
    "The final answer is **3**": 3,
    "the correct answer should be 3 lines": 3,
    "ANSWER: 3": 3,
    "Answer = 3": 3,
    "答案是3": 3,
    "答案：3条": 3,
    "答案应该是 3。": 3,
    "After a long look at this map the answer is 3. It has 5 colours.": 3,
    # the last marker that something can be read behind
    "The answer is 3. On second thoughts, the answer is 4.": 4,
    "The answer is 3. The answer is clear to everyone who looks at it.": 3,
    # a marker within a word, and one with nothing behind it
    "The answering machine says 3 to all of us": None,
    "I do not know what the answer is": None,
    # two numbers
    "The answer is 3 or 4, who can tell.": None,
}


@pytest.mark.parametrize(("completion", "value"), UNBOXED.items())
def test_without_a_box_a_marked_answer_or_a_short_reply_is_read_without_format(
    completion: str, value: int | None
) -> None:
    assert count(completion) == (None if value is None else Read(value, False))


def test_only_so_many_marked_answers_are_looked_at() -> None:
    assert count("Answer: 3\n" + "Answer: unclear\n" * 7) == Read(3, kept=False)
    assert count("Answer: 3\n" + "Answer: unclear\n" * 8) is None


def test_a_box_comes_before_a_marked_answer() -> None:
    assert count("The answer is 3. \\boxed{4}") == Read(4)
    assert count("\\boxed{4} The answer is 3.") == Read(4)


# --- what a value may be

VERDICTS = {
    "yes": Read(1),
    "YES": Read(1),
    "Yes.": Read(1),
    "true": Read(1),
    "是": Read(1),
    "是的": Read(1),
    "no": Read(0),
    "No!": Read(0),
    "False": Read(0),
    "否": Read(0),
    "不是": Read(0),
    "yes, on Line 1": Read(1, False),
    "No, it is not": Read(0, False),
    # no verdict, or two
    "yes or no": None,
    "Yes/No": None,
    "no, yes": None,
    "是否": None,
    "yesterday": None,
    "none": None,
    "not true": None,
    "maybe yes": None,
    "1": None,
    "y": None,
}


@pytest.mark.parametrize(("value", "expected"), VERDICTS.items())
def test_a_verdict_begins_with_yes_or_no(value: str, expected: Read | None) -> None:
    assert yes_no(f"\\boxed{{{value}}}") == expected


COUNTS = {
    "0": Read(0),
    "007": Read(7),
    "12": Read(12),
    "3.0": Read(3),
    "3.00": Read(3),
    "+3": Read(3),
    "-3": Read(-3),
    "−3": Read(-3),
    # digits of any script
    "３": Read(3),
    "٣": Read(3),
    "३": Read(3),
    # words, zero to ninety-nine
    "zero": Read(0),
    "Seven": Read(7),
    "twenty": Read(20),
    "twenty-one": Read(21),
    "Ninety nine": Read(99),
    "thirty": Read(30),
    "十": Read(10),
    "十九": Read(19),
    "二十": Read(20),
    "二十一": Read(21),
    "九十九": Read(99),
    "两": Read(2),
    # units
    "3 lines": Read(3, False),
    "three lines": Read(3, False),
    "3条": Read(3, False),
    "三条地铁线": Read(3, False),
    "three (3)": Read(3, False),
    # not one integer
    "3.5": None,
    "3 or 4": None,
    "3-4": None,
    "3/4": None,
    "1,000": None,
    "three or four": None,
    "4 (three)": None,
    "30%": None,
    "30 %": None,
    # the number of a line is no count, nor is a digit in a name
    "Line 3": None,
    "Route 3": None,
    "No. 3": None,
    "#3": None,
    "A3": None,
    "A3 one": None,
    # no number word that is read
    "twenty-ten": None,
    "twenty, one": None,
    "one hundred": None,
    "一百": None,
    "一百二十": None,
    "many": None,
}


@pytest.mark.parametrize(("value", "expected"), COUNTS.items())
def test_a_count_is_one_integer(value: str, expected: Read | None) -> None:
    assert count(f"\\boxed{{{value}}}") == expected


LETTERS = {
    "A": Read(0),
    "B": Read(1),
    "c": Read(2),
    "(D)": Read(3),
    "B.": Read(1),
    "B)": Read(1),
    "[B]": Read(1),
    "B) 1": Read(1, False),
    "B. 1": Read(1, False),
    "B：1": Read(1, False),
    "B、1": Read(1, False),
    "(B) 12 stops": Read(1, False),
    "B 1": Read(1, False),
    # not one letter of the four
    "E": None,
    "AB": None,
    "A or B": None,
    "A, B": None,
    "A) 8 B) 1": None,
    "Both": None,
    "A stop": None,
    "not B": None,
    "1": None,
    "": None,
}


@pytest.mark.parametrize(("value", "expected"), LETTERS.items())
def test_a_choice_is_one_leading_letter(value: str, expected: Read | None) -> None:
    assert letter(f"\\boxed{{{value}}}") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("25", Read(2, False)),
        ("25 stops", Read(2, False)),
        ("Twelve", Read(3, False)),
        # a letter comes before a text
        ("B", Read(1)),
        # of no option, or of two
        ("2", None),
        ("8", None),
    ],
)
def test_an_options_text_is_its_letter_where_only_one_has_it(
    value: str, expected: Read | None
) -> None:
    assert letter(f"\\boxed{{{value}}}", ("8", "8 stops", "25", "12")) == expected


# --- lists of stops

STOPS = {
    "Stops: [X, Y]\n\\boxed{B}": "X, Y",
    "\\boxed{B}\nStops: [X, Y]": "X, Y",
    "**Stops:** [X、Y]\n\\boxed{B}": "X、Y",
    "stops：[X]\n\\boxed{B}": "X",
    "STOPS: []\n\\boxed{B}": "",
    "Stops: [none] \\boxed{B}": "none",
    "Stops: ['X', \"Y\"] \\boxed{B}": "'X', \"Y\"",
    # the last one
    "Stops: [X]\nStops: [Y]\n\\boxed{B}": "Y",
    # brackets are what makes it a list
    "Stops: X, Y\n\\boxed{B}": None,
    "[X, Y]\n\\boxed{B}": None,
    "Stops: [X, Y \\boxed{B}": None,
    "\\boxed{B}": None,
    # in the thinking
    "<think>Stops: [X]</think>\\boxed{B}": None,
}


@pytest.mark.parametrize(("completion", "stops"), STOPS.items())
def test_a_choice_may_list_its_stops(completion: str, stops: str | None) -> None:
    claim = parse_choice(completion, Budget())
    assert isinstance(claim, ValueClaim)
    assert (claim.value, claim.keeps_format, claim.stops) == (1, True, stops)


def test_a_list_alone_is_no_choice() -> None:
    assert letter("Stops: [X, Y]") is None


def test_a_list_between_two_boxes_leaves_them_side_by_side() -> None:
    assert letter("\\boxed{A} Stops: [X] \\boxed{B}") is None


def test_only_a_choice_has_a_list() -> None:
    claim = parse_count("Stops: [X]\n\\boxed{3}", Budget())
    assert isinstance(claim, ValueClaim)
    assert claim.stops is None


def test_the_text_without_its_list_comes_back() -> None:
    found = find_stops("a **Stops:** [X] b")
    assert found is not None
    assert found[1].split() == ["a", "b"]


# --- signals and failures


@pytest.mark.parametrize(
    ("completion", "signals"),
    [
        ("\\boxed{3}", set()),
        ("\\boxed{3} no, \\boxed{4}", {"several_answers"}),
        ("<answer>\\boxed{3}", {"truncated"}),
        ("3", set()),
    ],
)
def test_an_odd_answer_leaves_signals(completion: str, signals: set[str]) -> None:
    claim = parse_count(completion, Budget())
    assert isinstance(claim, ValueClaim)
    assert claim.signals == signals


@pytest.mark.parametrize(
    ("completion", "kind", "signals"),
    [
        ("", "empty", {"empty"}),
        ("I cannot say how many there are.", "no_answer", set()),
        ("I counted them all, and so \\boxed{3", "no_answer", {"truncated"}),
        ("\\boxed{3} \\boxed{4}", "contradiction", {"several_answers"}),
        ("<think>\\boxed{3}</think>Done.", "no_answer", {"answer_only_in_thinking"}),
        ("<think>\\boxed{3}", "empty", {"empty", "truncated", "answer_only_in_thinking"}),
    ],
)
def test_a_missing_answer_says_why(completion: str, kind: str, signals: set[str]) -> None:
    claim = parse_count(completion, Budget())
    assert isinstance(claim, ParseFailure)
    assert claim.kind == kind
    assert claim.signals == signals


# --- values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6", "6"),
        (" 6 ", "6"),
        ("\\text{6}", "6"),
        ("\\mathrm{\\mathbf{6}}", "6"),
        ("\\text {6}", "6"),
        ("**6**", "6"),
        ("$6$", "6"),
        ("\\(6\\)", "6"),
        ("{6}", "6"),
        ("“6”", "6"),
        ("3\\text{ lines}", "3  lines"),
        # an unknown command stays, so that nothing is read by chance
        ("\\frac{6}{2}", "\\frac 6  2"),
        ("6" * LONGEST_VALUE, "6" * LONGEST_VALUE),
        ("6" * (LONGEST_VALUE + 1), ""),
    ],
)
def test_latex_and_markdown_are_unwrapped(text: str, value: str) -> None:
    assert unwrap(text) == value
