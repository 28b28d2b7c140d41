"""The policies of planning questions."""

from __future__ import annotations

from reward_server.core.transit.model import FormName
from tests.bench.policies.case import BLIND, GUESS, HONEST, MODEL, RIGHT, Policy, mostly
from tests.bench.policies.questions import TEMPLATES
from tests.bench.policies.routes import (
    all_lines_as_answers,
    all_lines_through_a,
    backwards,
    backwards_on_any_line,
    backwards_on_line_through_b,
    by_busiest_station,
    constant_segment,
    every_station_as_via,
    in_pieces,
    in_words,
    lines_by_busiest_station,
    many_times,
    on_all_lines,
    on_any_line,
    on_first_line,
    on_line_through_a,
    on_line_through_b,
    on_longest_line,
    on_no_line,
    one_line_too_many,
    one_stop_off,
    optimal,
    optimal_after_thinking,
    optimal_cut_in_two,
    optimal_in_markdown,
    optimal_with,
    optimal_without_via,
    stop_by_stop_then_b,
    stops_short,
    through_a_many_times,
    through_a_usual_via,
    through_a_whole_line_as_via,
    to_end_of_line,
    to_next_stop,
    two_answers,
    usual_via_on_any_line,
    wrong_last_line,
    wrong_transfer,
)
from tests.bench.policies.via import (
    as_many_as_usual,
    every_station,
    last_left_out,
    none_between,
    one_too_many,
)


def planning_policies(form: FormName) -> list[Policy]:
    """Those of a form; there are expected figures for the short one, and one for via counts."""
    short = form == "short"

    def given(figure: float) -> float | None:
        return figure if short else None

    policies = [
        Policy("empty", BLIND, lambda _, __: ""),
        Policy("the template, not filled in", BLIND, lambda _, __: TEMPLATES[form]),
        Policy("the question, repeated", BLIND, lambda case, _: case.prompt),
        Policy("one constant segment", BLIND, constant_segment, given(1.0)),
        Policy("a to b in words", BLIND, in_words),
        Policy("a to b on Line 99", BLIND, on_no_line),
        Policy("a to b on the first line", BLIND, on_first_line),
        Policy("a to b on the longest line", BLIND, on_longest_line),
        Policy("a to b on a random line", BLIND, on_any_line, given(4.2)),
        Policy("b to a on a random line", BLIND, backwards_on_any_line),
        Policy("a to b on every line, in a row", BLIND, on_all_lines),
        Policy("a to b on every line, as many answers", BLIND, all_lines_as_answers),
        Policy("a to b on two random lines, two answers", BLIND, two_answers),
        Policy("a to b in many pieces on a random line", BLIND, in_pieces),
        Policy("a to b on a random line, 64 times", BLIND, many_times),
        Policy("by the busiest station, random lines", BLIND, by_busiest_station),
        Policy("a to its next stop", GUESS, to_next_stop, given(2.8)),
        Policy("a to the end of its line", GUESS, to_end_of_line),
        Policy("a to b on a line through a", GUESS, on_line_through_a, given(9.0)),
        Policy("a to b on a line through b", GUESS, on_line_through_b),
        Policy("b to a on a line through b", GUESS, backwards_on_line_through_b),
        Policy("a to b on every line through a, in a row", GUESS, all_lines_through_a),
        Policy("a to b on a line through a, 64 times", GUESS, through_a_many_times),
        Policy("a to b stop by stop on a line through a", GUESS, stop_by_stop_then_b),
        Policy("by the busiest station, lines at both ends", GUESS, lines_by_busiest_station),
        Policy("optimal, but from b to a", HONEST, backwards),
        Policy("right lines, one wrong transfer", HONEST, wrong_transfer),
        Policy("right stops, wrong last line", HONEST, wrong_last_line),
        Policy("optimal without its last ride", HONEST, stops_short),
        Policy("optimal, but one stop off at the end", HONEST, one_stop_off),
        Policy("optimal, then one ride further", HONEST, one_line_too_many),
        Policy("optimal in 8 of 10, else one stop off", MODEL, mostly(optimal, one_stop_off)),
        Policy("optimal", RIGHT, optimal, 16.0),
        Policy("optimal, after another in the thinking", RIGHT, optimal_after_thinking),
        Policy("optimal, in markdown", RIGHT, optimal_in_markdown),
        Policy("optimal, one ride cut in two", RIGHT, optimal_cut_in_two),
    ]
    if not short:
        zero = 13.7 if form == "via_count" else None
        policies += [
            Policy("a to b on a random line, usual via", BLIND, usual_via_on_any_line),
            Policy("a to b on a random line, every station via", BLIND, every_station_as_via),
            Policy("a to b on a line through a, usual via", GUESS, through_a_usual_via),
            Policy("a to b on a line through a, all of it via", GUESS, through_a_whole_line_as_via),
            Policy("optimal, nothing between", HONEST, optimal_with(none_between), zero),
            Policy("optimal, usual via", HONEST, optimal_with(as_many_as_usual)),
            Policy("optimal, every station via", HONEST, optimal_with(every_station)),
            Policy("optimal, one via stop too many", HONEST, optimal_with(one_too_many)),
            Policy("optimal, one via stop too few", HONEST, optimal_with(last_left_out)),
            Policy("optimal, without the via field", HONEST, optimal_without_via),
        ]
    return policies
