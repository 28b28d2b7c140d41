"""Whether two short expressions are equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.core.budget import Budget
from reward_server.core.measures.algebra import (
    Expression,
    equal_expressions,
    last_value,
    read_expression,
)


def read(text: str) -> Expression:
    found = read_expression(text, Budget())
    assert found is not None
    return found


EQUAL = [
    ("42", "84/2"),
    ("42", "42.0"),
    ("1000", "10^3"),
    ("1000", "1,000"),
    ("0.75", r"\frac{3}{4}"),
    ("1/3", "0.333333"),
    ("-5/2", r"-\dfrac{5}{2}"),
    (r"\frac12", "0.5"),
    (r"2\sqrt{3}", r"\sqrt{12}"),
    (r"\sqrt{6}", r"\sqrt2\sqrt3"),
    (r"\frac{1}{\sqrt{2}}", r"\frac{\sqrt{2}}{2}"),
    (r"\sqrt{7}", "2.645751"),
    ("x^2+2x+1", "(x+1)^2"),
    ("2xy", "2yx^1"),
    ("(a+b)/c", r"\frac{b}{c}+\frac{a}{c}"),
    (r"2\pi", r"\pi \cdot 2"),
    ("25\\%", "0.25"),
    ("25%", "25"),
    (r"30^\circ", "30"),
    (r"12\text{ cm}", "12"),
    ("12 cm^2", "12"),
    ("x=3", "3"),
    ("3<x", "x>3"),
    ("x>3", r"(3,\infty)"),
    (r"1\le x<2", "[1,2)"),
    ("(1,2)", r"\left( 1, 2 \right)"),
    (r"\{1,2\}", r"\{2,1.0\}"),
    ("A", r"(\text{A})"),
    ("red panda", r"\text{red panda}"),
    (r"\sin{x}", r"\sin(x)"),
]
DIFFERENT = [
    ("42", "24"),
    ("1/3", "0.33"),
    ("3", "-3"),
    ("(1,2)", "(2,1)"),
    ("(1,2)", "[1,2]"),
    ("(1,2)", "(1,2,3)"),
    (r"\{1,1,2\}", r"\{1,2,2\}"),
    ("x>3", "x<3"),
    ("x>3", r"x\ge 3"),
    ("x", "y"),
    ("ab", "ba"),
    ("25%", "2.5"),
    (r"\sqrt{3}", r"3"),
    ("1/0", "1"),
    ("1 or 2", "1"),
    (r"\sin{x}", r"\cos{x}"),
    ("(((", "(("),
]


@pytest.mark.parametrize(("first", "second"), EQUAL)
def test_these_are_equal(first: str, second: str) -> None:
    assert equal_expressions(read(first), read(second))
    assert equal_expressions(read(second), read(first))


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_these_are_not(first: str, second: str) -> None:
    assert not equal_expressions(read(first), read(second))
    assert not equal_expressions(read(second), read(first))


PIECES = ["1", "x", "+", "-", "*", "/", "^", "(", ")", "[", "{", "}", "9" * 40, r"\frac", r"\sqrt"]
PIECES += [",", "=", "<", r"\{", r"\}", ".5", "%", r"\pi", "$", " ", "^{99}", "^9", "(a+b+c+d)"]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=40))
def test_whatever_the_text_is_it_is_read_and_equal_to_itself(text: str) -> None:
    budget = Budget()
    budget.renew(len(text))
    found = read_expression(text, budget)
    if found is None:
        assert not text.strip() or len(text.strip()) > 200
    elif found.kind != "text" or found.text:
        assert equal_expressions(found, found)


@pytest.mark.parametrize("text", ["", "  ", "1" * 201])
def test_what_is_empty_or_very_long_is_no_value(text: str) -> None:
    assert read_expression(text, Budget()) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("first 3, then 4.", "4"),
        ("it is $x+1$ so", "x+1"),
        (r"so \frac{1}{2} of it", "0.5"),
        (r"5\sqrt{2} wide", r"\sqrt{50}"),
        ("-7/2", "-3.5"),
    ],
)
def test_the_last_value_of_a_text(text: str, value: str) -> None:
    found = last_value(text, Budget())
    assert found is not None
    assert equal_expressions(found, read(value))


def test_a_text_without_a_value_has_none() -> None:
    assert last_value("it cannot be told", Budget()) is None
