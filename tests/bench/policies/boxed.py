"""The policies of boxed questions: yes or no, a letter, a count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.bench.policies.case import (
    BLIND,
    GUESS,
    HONEST,
    MODEL,
    RIGHT,
    Case,
    Policy,
    Write,
    gold,
    mostly,
)
from tests.bench.policies.questions import (
    Draw,
    draw_lines,
    draw_lines_at,
    draw_on_line,
    draw_same_line,
    draw_via,
)
from tests.bench.policies.via import (
    Via,
    both_ends,
    every_station,
    last_left_out,
    none_between,
    one_too_many,
    true_via,
    whole_line,
)


def says(text: str) -> Write:
    return lambda _, __: text


def repeats(case: Case, _: Random) -> str:
    return case.prompt


def letter(value: int) -> str:
    return "ABCD"[value % 4]


def yes_or_no(value: int) -> str:
    return "yes" if value % 2 else "no"


def stops_list(case: Case, stops: Sequence[int]) -> str:
    return f"Stops: [{', '.join(case.network.station_names[s] for s in stops)}]"


def with_list(via: Via, off: int) -> Write:
    """A list and the letter that stands ``off`` behind the right one."""

    def write(case: Case, _: Random) -> str:
        listed = stops_list(case, via(case, case.route[0]))
        return f"{listed}\n\\boxed{{{letter(gold(case) + off)}}}"

    return write


def always_a_with_list(via: Via) -> Write:
    return lambda case, _: f"{stops_list(case, via(case, case.route[0]))}\n\\boxed{{A}}"


def smallest_option(case: Case, _: Random) -> str:
    options = case.question["options"] or ()
    return f"\\boxed{{{min(options, key=int)}}}"


def boxed(value: Callable[[int], object], off: int = 0) -> Write:
    """The gold, or what is ``off`` beside it."""
    return lambda case, _: f"\\boxed{{{value(gold(case) + off)}}}"


def always(values: Sequence[str]) -> list[Policy]:
    return [Policy(f"always {value}", BLIND, says(f"\\boxed{{{value}}}")) for value in values]


def hedged(one: str, two: str) -> list[Policy]:
    """Answers that would have it both ways."""
    return [
        Policy("empty", BLIND, says("")),
        Policy("an empty box", BLIND, says("\\boxed{}")),
        Policy("the question, repeated", BLIND, repeats),
        Policy("two boxes side by side", BLIND, says(f"\\boxed{{{one}}} or \\boxed{{{two}}}")),
        Policy("both in one box", BLIND, says(f"\\boxed{{{one} or {two}}}")),
        Policy(
            "two boxes, far apart",
            BLIND,
            says(f"First I thought \\boxed{{{one}}}, then I thought again: \\boxed{{{two}}}"),
        ),
        Policy("both without a box", BLIND, says(f"The answer is {one} or {two}.")),
    ]


_ALWAYS_YES = Policy("always yes", BLIND, says("\\boxed{yes}"), 6.0)
_YES_NO = [
    _ALWAYS_YES,
    *always(["no", "1", "0", "maybe"]),
    *hedged("yes", "no"),
    Policy("right in 8 of 10", MODEL, mostly(boxed(yes_or_no), boxed(yes_or_no, 1))),
    Policy("right", RIGHT, boxed(yes_or_no), 11.0),
    Policy("right, without a box", RIGHT, lambda case, _: f"{yes_or_no(gold(case))}."),
]
_CHOICE = [
    *always(["A", "B", "C", "D", "3"]),
    *hedged("A", "B"),
    Policy("the smallest option", BLIND, smallest_option),
    Policy("always A, both ends as stops", BLIND, always_a_with_list(both_ends)),
    Policy("always A, no stops", BLIND, always_a_with_list(none_between)),
    Policy("always A, every station as a stop", BLIND, always_a_with_list(every_station)),
    Policy("always A, the whole line as stops", GUESS, always_a_with_list(whole_line)),
    Policy("right stops, wrong letter", HONEST, with_list(true_via, 1)),
    Policy("one stop left out, wrong letter", HONEST, with_list(last_left_out, 1)),
    Policy("one stop too many, right letter", HONEST, with_list(one_too_many, 0)),
    Policy("right letter, no list", HONEST, boxed(letter)),
    Policy("right letter in 8 of 10, no list", MODEL, mostly(boxed(letter), boxed(letter, 1))),
    Policy("right letter, right stops", RIGHT, with_list(true_via, 0), 16.0),
]
_COUNT = [
    *always(["0", "1", "2", "3", "6", "1000000"]),
    *hedged("1", "2"),
    Policy("one too many", HONEST, boxed(str, 1)),
    Policy("one too few", HONEST, boxed(str, -1)),
    Policy("right in 8 of 10, else one too many", MODEL, mostly(boxed(str), boxed(str, 1))),
    Policy("right", RIGHT, boxed(str), 16.0),
    Policy("right, in words", RIGHT, lambda case, _: f"The answer is {gold(case)} lines."),
]
BOXED: dict[str, tuple[Draw, list[Policy]]] = {
    "TorF1": (draw_same_line, _YES_NO),
    "TorF2": (draw_on_line, _YES_NO),
    "Counting1": (draw_via, _CHOICE),
    "Counting2": (draw_lines_at, _COUNT),
    "Counting3": (draw_lines, _COUNT),
}
