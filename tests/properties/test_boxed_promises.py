"""The promises of profile ``robust`` about boxed answers; see ``test_promises``."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reward_server.core.model import Breakdown, ParseFailure
from reward_server.core.transit.build import build
from reward_server.core.transit.model import TaskName
from reward_server.profiles import ROBUST
from tests.scoring import evaluate, make_question

STOPS = [f"{letter} Station" for letter in "ABCDEFGH"]
LINE = build("line", {"Line 1": STOPS})
RING = build("ring", {"Ring": [*STOPS, STOPS[0]], "Line 2": [STOPS[0], STOPS[3], "X Station"]})
BOXED: tuple[TaskName, ...] = ("TorF1", "TorF2", "Counting1", "Counting2", "Counting3")
MOST = {"TorF1": 1, "TorF2": 1, "Counting1": 3, "Counting2": 30, "Counting3": 30}

TASKS = st.sampled_from(BOXED)
VALUES = st.integers(0, 10**9)
BOXES = st.sampled_from(
    ["\\boxed{%s}", "$\\boxed{%s}$", "**\\boxed{%s}**", "\\boxed{\\text{%s}}", "\\boxed{ %s. }"]
)
PLAIN = st.sampled_from(["Answer: %s", "The answer is %s.", "**Answer**: %s", "答案是%s。", "%s"])
PROSE = st.sampled_from(
    [
        "Let me count: one, two, three.",
        "Line 3 is blue, so I start there (of 4)",
        "从地图上看，先找到起点站。",
        "It is A or B { and } not C",
        "Is it yes or no?",
        "Segments -- 17.",
    ]
)
LISTS = st.lists(st.sampled_from([*STOPS, "X Station", "Nowhere", "..."]), max_size=9)


def said(task: TaskName, value: int) -> str:
    if task.startswith("TorF"):
        return ("No", "Yes")[value]
    return "ABCD"[value] if task == "Counting1" else str(value)


def reward(task: TaskName, gold: int, completion: str) -> Breakdown:
    question = make_question(task, STOPS[0], STOPS[4], gold, "hard")
    for network in (LINE, RING):
        scored = evaluate(completion, question, network, ROBUST)
        numbers = (scored.reward, scored.detail, *scored.terms.values())
        assert all(math.isfinite(number) for number in numbers if number is not None)
    return scored


def value_of(task: TaskName, number: int) -> int:
    return number % (MOST[task] + 1)


def with_list(task: TaskName, answer: str, stops: list[str]) -> str:
    return f"Stops: [{', '.join(stops)}]\n{answer}" if task == "Counting1" else answer


@given(TASKS, VALUES, VALUES, st.one_of(BOXES, PLAIN), st.one_of(BOXES, PLAIN), LISTS, LISTS)
def test_no_wrong_value_outscores_a_right_one(
    task: TaskName,
    gold: int,
    other: int,
    right: str,
    wrong: str,
    list_1: list[str],
    list_2: list[str],
) -> None:
    gold, other = value_of(task, gold), value_of(task, other)
    assume(gold != other)
    best = reward(task, gold, with_list(task, wrong % said(task, other), list_1))
    least = reward(task, gold, with_list(task, right % said(task, gold), list_2))
    assert least.correct
    assert not best.correct
    assert best.reward <= 6 * best.weight < 10 * least.weight <= least.reward


@pytest.mark.parametrize("task", BOXED)
def test_a_perfect_answer_earns_all_that_its_task_has(task: TaskName) -> None:
    answer = with_list(task, f"\\boxed{{{said(task, 1)}}}", STOPS[1:4])
    scored = reward(task, 1, answer)
    points = 11 if task.startswith("TorF") else 16
    assert scored.reward == pytest.approx(points * scored.weight)


@given(TASKS, VALUES, st.text(max_size=60), PROSE)
def test_what_cannot_be_read_earns_nothing(
    task: TaskName, gold: int, text: str, prose: str
) -> None:
    scored = reward(task, value_of(task, gold), f"{text} {prose} {prose}")
    if isinstance(scored.claim, ParseFailure):
        assert scored.reward == 0
    else:
        assert scored.reward >= 0


BEFORE = st.sampled_from(
    [
        "{prose}\n",
        "{prose} ",
        "{prose} {other}, no, so it is ",
        "<think>{other}</think>",
        "<think>{prose}</think>{other} {prose} ",
        "◁think▷{other}◁/think▷",
        "<reasoning>{prose} {other}</reasoning>\n",
        "{other}</think>",
        "<answer>{other}</answer> {prose}\n",
        "\\boxed{{{{{prose} ",
        "{prose}\n\n" * 3,
    ]
)


@given(TASKS, VALUES, VALUES, VALUES, BEFORE, PROSE, BOXES, BOXES, LISTS)
def test_what_stands_before_the_answer_never_changes_the_reward(
    task: TaskName,
    gold: int,
    value: int,
    other: int,
    before: str,
    prose: str,
    box: str,
    other_box: str,
    stops: list[str],
) -> None:
    gold, value, other = (value_of(task, number) for number in (gold, value, other))
    answer = box % said(task, value)
    if task == "Counting1":
        answer = f"Stops: [{', '.join(stops)}]\n{answer}"
    if "<answer>" in before:
        answer = f"<answer>{answer}</answer>"
    start = before.format(prose=prose, other=with_list(task, other_box % said(task, other), STOPS))
    plain = reward(task, gold, answer)
    assert reward(task, gold, start + answer).reward == plain.reward


BEHIND = st.sampled_from(
    ["\n{prose}", " {prose}", "\n\n{prose}\n{prose}", "{answer}", "\n{answer}"]
)


@given(TASKS, VALUES, VALUES, BEHIND, PROSE, st.one_of(BOXES, PLAIN), LISTS)
def test_repetition_and_boilerplate_never_raise_the_reward(
    task: TaskName, gold: int, value: int, behind: str, prose: str, box: str, stops: list[str]
) -> None:
    gold, value = value_of(task, gold), value_of(task, value)
    answer = with_list(task, box % said(task, value), stops)
    plain = reward(task, gold, answer)
    more = answer + behind.format(prose=prose, answer=answer)
    assert reward(task, gold, more).reward <= plain.reward


@given(LISTS, st.sampled_from(STOPS))
def test_a_stop_named_twice_never_raises_the_reward(stops: list[str], stop: str) -> None:
    for listed in ([*stops, *stops], [*stops, *[s for s in stops if s == stop]]):
        plain = reward("Counting1", 0, with_list("Counting1", "\\boxed{B}", stops))
        more = reward("Counting1", 0, with_list("Counting1", "\\boxed{B}", listed))
        assert more.reward <= plain.reward


@pytest.mark.parametrize("said", ["5 stops", "5", "9" * 5000])
def test_an_option_of_any_length_is_no_error(said: str) -> None:
    options = ("1" * 5000, "2", "3", "4")
    question = make_question("Counting1", STOPS[0], STOPS[4], 0, options=options)
    assert evaluate(f"\\boxed{{{said}}}", question, LINE, ROBUST).reward == 0
