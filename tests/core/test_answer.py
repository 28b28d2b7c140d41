"""Where in a completion its answer stands."""

from __future__ import annotations

import pytest

from reward_server.core.answer import answer_region, last_place, no_answer

REGIONS = {
    # completion: what may hold the answer, whether a tag was left open
    "a": ("a", False),
    "": ("", False),
    "<think>t</think>a": ("a", False),
    "<think>t</think>": ("", False),
    # the last thinking counts
    "<think>t</think>a<think>u</think>b": ("b", False),
    # a template may have opened it already
    "t</think>a": ("a", False),
    # never closed: no answer
    "<think>t": ("", True),
    "a<think>t": ("", True),
    "<think>t</think>a<think>u": ("", True),
    "<answer>a</answer>": ("a", False),
    "x<answer>a</answer>y": ("a", False),
    # the last one counts, also where it is empty
    "<answer>a</answer><answer>b</answer>": ("b", False),
    "<answer>a</answer><answer></answer>": ("", False),
    "<answer>a<answer>b</answer>": ("b", False),
    # cut off
    "<answer>a": ("a", True),
    "<answer>a</answer>x<answer>b": ("b", True),
    # a closing tag without an opening one ends the answer, the first of them
    "a</answer>x": ("a", False),
    "a</answer>x</answer>y": ("a", False),
    "<answer>a</answer>x</answer>": ("a", False),
    # an answer in the thinking is none
    "<think><answer>t</answer></think>a": ("a", False),
    "<think><answer>t</answer>": ("", True),
    "<think>t</think>x<answer>a</answer>": ("a", False),
    # what stands behind all thinking
    "<answer>a</answer><think>t</think>b": ("b", False),
    # tags in any case
    "<THINK>t</Think><ANSWER>a</Answer>": ("a", False),
    # no tags
    "<thinking>a</thinking>": ("<thinking>a</thinking>", False),
    "< answer >a": ("< answer >a", False),
    "a < b": ("a < b", False),
}


@pytest.mark.parametrize(("completion", "expected"), REGIONS.items())
def test_the_answer_stands_in_the_last_answer_tag_or_behind_the_thinking(
    completion: str, expected: tuple[str, bool]
) -> None:
    region = answer_region(completion)
    assert (region.text, region.cut) == expected
    assert completion[region.start : region.start + len(region.text)] == region.text


@pytest.mark.parametrize(
    ("completion", "kind", "signals"),
    [
        ("", "empty", {"empty"}),
        (" \n", "empty", {"empty"}),
        ("prose", "no_answer", set()),
        ("<think>t</think> ", "empty", {"empty"}),
        ("<think>Route</think>prose", "no_answer", {"answer_only_in_thinking"}),
        ("<think>Route", "empty", {"empty", "answer_only_in_thinking"}),
        # the hint stands behind the thinking: it is not there alone
        ("<think>t</think>Route", "no_answer", set()),
    ],
)
def test_a_missing_answer_says_why(completion: str, kind: str, signals: set[str]) -> None:
    failure = no_answer(completion, answer_region(completion), ("Route",), set())
    assert failure.kind == kind
    assert failure.signals == signals


@pytest.mark.parametrize(("end", "place"), [(7, 5), (6, 3), (5, 3), (3, 0), (1, -1), (0, -1)])
def test_words_are_looked_for_from_the_end(end: int, place: int) -> None:
    assert last_place("ab c ab", ("ab", "c"), end) == place


def test_a_word_that_is_not_there_has_no_place() -> None:
    assert last_place("ab", ("x",), 2) == -1
