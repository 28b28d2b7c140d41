"""Lists of station names as people write them."""

from __future__ import annotations

import pytest

from reward_server.core.transit.name_lists import find_stops, says_nothing, split_names

NAMES = {"X", "Y", "Z", "Elm and Oak", "Bay - Harbour", "Foo, Bar", "Q (110 St)", "1. maj", "和平"}

LISTS = {
    "X": ("X",),
    "X, Y": ("X", "Y"),
    "X; Y | Z": ("X", "Y", "Z"),
    "X、Y，Z": ("X", "Y", "Z"),
    "X → Y -> Z": ("X", "Y", "Z"),
    "X\nY\nZ": ("X", "Y", "Z"),
    "**X**, `Y`": ("X", "Y"),
    "[X, Y]": ("X", "Y"),
    "(X, Y)": ("X", "Y"),
    "['X', \"Y\"]": ("X", "Y"),
    # remarks are no names, and what is in them separates nothing
    "X (a, b), Y": ("X", "Y"),
    "X, Y (2 stops)": ("X", "Y"),
    "Q (110 St), X": ("Q (110 St)", "X"),
    # "and" before the last
    "X and Y": ("X", "Y"),
    "X, Y and Z": ("X", "Y", "Z"),
    "X, Y, and Z": ("X", "Y", "Z"),
    "X & Y": ("X", "Y"),
    "X和Y": ("X", "Y"),
    "X, Holland": ("X", "Holland"),
    # dashes between blanks
    "X - Y – Z": ("X", "Y", "Z"),
    "X-Y": ("X-Y",),
    # what is a name whole is never cut
    "Elm and Oak": ("Elm and Oak",),
    "X, Elm and Oak": ("X", "Elm and Oak"),
    "X, Elm and Oak and Y": ("X", "Elm and Oak", "Y"),
    "X - Bay - Harbour - Y": ("X", "Bay - Harbour", "Y"),
    "X, Foo, Bar, Y": ("X", "Foo, Bar", "Y"),
    "和平": ("和平",),
    "1. maj, X": ("1. maj", "X"),
    # numbers that count up
    "1. X, 2. Y, 3. Z": ("X", "Y", "Z"),
    "1) X 2) Y": ("X", "Y"),
    "1. X\n2. Y": ("X", "Y"),
    "1. X": ("X",),
    # a count in front of brackets
    "2 (X, Y)": ("X", "Y"),
    "2 stops: (X, Y)": ("X", "Y"),
    "3 [X, Y, Z]": ("X", "Y", "Z"),
    # bullets, as they come from lines of their own
    "- X\n- Y": ("X", "Y"),
    "X, ..., Y": ("X", "Y"),
}


@pytest.mark.parametrize(("text", "names"), LISTS.items())
def test_a_list_is_its_names(text: str, names: tuple[str, ...]) -> None:
    assert split_names(text, NAMES, NAMES.__contains__) == names


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "—", "0", "none", "None.", "N/A", "n/a", "NA", "nil", "[]", "()", ","),
        *("direct", "Direct route", "None, direct route", "None (direct)", "non-stop"),
        *("No intermediate stops", "no via stops", "No stops in between", "0 stops", "无", "没有"),
        "There are no intermediate stations.",
    ],
)
def test_an_empty_list_may_be_said_in_words(text: str) -> None:
    assert says_nothing(text)
    assert split_names(text, NAMES, NAMES.__contains__) == ()


@pytest.mark.parametrize(
    "text", ["None Street", "North", "no", "X, none of them", "Direct Line Rd"]
)
def test_other_words_are_names(text: str) -> None:
    assert not says_nothing(text)


def test_a_list_of_stops_comes_with_the_text_around_it() -> None:
    found = find_stops("a **Stops:** [X] b")
    assert found is not None
    assert found[0] == "X"
    assert found[1].split() == ["a", "b"]
