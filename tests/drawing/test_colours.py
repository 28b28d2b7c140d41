"""Colours of lines."""

from __future__ import annotations

import pytest

from reward_server.drawing.colours import (
    APART,
    FROM_PAPER,
    coloured,
    difference,
    lab,
    nearest_two,
    palette,
    printed,
)


# https://hajim.rochester.edu/ece/sites/gsharma/ciede2000: pairs of its test data, as sRGB is
# coarser than they are, are given here as differences known from elsewhere: of grey, and of none.
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 100.0), ("#123456", "#123456", 0.0), ("#777777", "#787878", 0.38)],
)
def test_the_difference_is_that_of_ciede2000(one: str, other: str, expected: float) -> None:
    assert difference(one, other) == pytest.approx(expected, abs=0.05)
    assert difference(one, other) == pytest.approx(difference(other, one))


def test_a_palette_of_22_lines_is_told_apart() -> None:
    assert nearest_two(palette(22)) >= APART


def test_a_line_is_drawn_in_the_colour_it_is_named_after() -> None:
    colours = coloured(["Red Line", "Linha Azul", "Line 3", "Red Express"], {})
    assert colours["Red Line"] == "#e4002b"
    assert colours["Linha Azul"] == "#0057b8"
    assert colours["Red Express"] != colours["Red Line"]
    assert nearest_two(colours.values()) >= APART


def test_a_colour_given_is_kept_and_the_others_differ_from_it() -> None:
    colours = coloured(["A", "B", "C"], {"B": "#e4002b"})
    assert colours["B"] == "#e4002b"
    assert nearest_two(colours.values()) >= APART


@pytest.mark.parametrize("paper", ["#ffffff", "#faf8f3", "#141a24"])
def test_lines_stand_out_from_their_paper_and_stay_apart(paper: str) -> None:
    colours = printed(palette(22), paper)
    assert min(difference(colour, paper) for colour in colours) >= FROM_PAPER
    assert nearest_two(colours) >= APART
    assert difference(printed([paper], paper)[0], paper) >= FROM_PAPER


def test_what_is_no_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a colour"):
        lab("red")
