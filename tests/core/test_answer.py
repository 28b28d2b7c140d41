"""Where in a completion its answer stands."""

from __future__ import annotations

import pytest

from reward_server.core.answer import (
    END_TOKENS,
    THINKING,
    Region,
    answer_region,
    last_place,
    no_answer,
)
from reward_server.core.budget import Budget, TooMuchWorkError


def region_of(completion: str) -> Region:
    return answer_region(completion, Budget())


REGIONS = {
    # completion: what may hold the answer, whether a mark was left open
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
    # tags in any case, and with attributes
    "<THINK>t</Think><ANSWER>a</Answer>": ("a", False),
    '<think depth="2">t</think>a': ("a", False),
    '<answer id="1">a</answer>': ("a", False),
    "<think/>a": ("<think/>a", False),
    "<think />a": ("<think />a", False),
    # another family's solution
    "<|begin_of_thought|>t<|end_of_thought|>x<|begin_of_solution|>a<|end_of_solution|>y": (
        "a",
        False,
    ),
    # a channel of its own for each
    "<|channel|>analysis<|message|>t<|end|><|start|>assistant<|channel|>final<|message|>a": (
        "a",
        False,
    ),
    "<|channel|>analysis<|message|>t": ("", True),
    # any mark that closes does, whatever opened
    "<think>t◁/think▷a": ("a", False),
    "[THINK]t</thinking>a": ("a", False),
    # no marks
    "<thinker>a</thinker>": ("<thinker>a</thinker>", False),
    "< answer >a": ("< answer >a", False),
    "a < b": ("a < b", False),
    "[a, b]": ("[a, b]", False),
    "a ◁ b": ("a ◁ b", False),
}


@pytest.mark.parametrize(("completion", "expected"), REGIONS.items())
def test_the_answer_stands_in_the_last_answer_tag_or_behind_the_thinking(
    completion: str, expected: tuple[str, bool]
) -> None:
    region = region_of(completion)
    assert (region.text, region.cut) == expected


@pytest.mark.parametrize(("opening", "closing"), THINKING)
def test_thinking_is_no_answer_whatever_its_marks(opening: str, closing: str) -> None:
    assert region_of(f"{opening}t{closing}a").text == "a"
    assert region_of(f"{opening.upper()}t{closing.upper()}a").text == "a"
    assert region_of(f"t{closing}a").text == "a"
    assert region_of(f"a{opening}t") == Region("", len(f"a{opening}t"), cut=True)


@pytest.mark.parametrize("token", [*END_TOKENS, "<|pad|>", "<|vision_end|>", "<｜pad｜>"])
def test_tokens_are_no_text_wherever_they_stand(token: str) -> None:
    for completion in (
        f"a{token}",
        f"a {token}\n{token} ",
        token * 200 + "a" + token * 200,
        f"<answer>a{token}</answer>",
        f"<think>t</think>{token}a{token}",
        f"a{token.upper()}",
    ):
        assert region_of(completion).text.strip() == "a"


TURNS = {
    # what follows the opening of the next turn is another's
    "a<|im_end|>\n<|im_start|>user\nThanks": "a",
    "a<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nb": "a",
    "a<end_of_turn>\n<start_of_turn>user\nb": "a",
    "a</s>[INST]b[/INST]c": "a",
    "a<｜end▁of▁sentence｜><｜User｜>b": "a",
    "<answer>a</answer><|im_start|>user\n<answer>b</answer>": "a",
    "<think>t</think>a<|im_start|>assistant\n<think>u</think>b": "a",
    # unless nothing stands before it
    "<|im_start|>assistant\na<|im_end|>": "a",
    "<|start_header_id|>assistant<|end_header_id|>\n\na": "a",
    "<start_of_turn>model\na": "a",
    "\n<|endoftext|><|im_start|>assistant\na": "a",
    "<think>t</think>\n<|im_start|>assistant\na": "a",
    # cut off in the thinking, with another turn behind it
    "<think>t<|im_end|><|im_start|>user\nb</think>c": "",
}


@pytest.mark.parametrize(("completion", "text"), TURNS.items())
def test_another_turn_is_no_answer(completion: str, text: str) -> None:
    assert region_of(completion).text.strip() == text


MARKUP = {
    "<|begin_of_box|>3<|end_of_box|>": "\\boxed{3}",
    "<answer><|begin_of_box|>3<|end_of_box|></answer>": "\\boxed{3}",
    "<think><|begin_of_box|>3<|end_of_box|></think>b": "b",
    "a<br>b<br/>c<BR />d": "a\nb\nc\nd",
    "<b>a</b> <strong>b</strong> <span class='x'>c</span>": "a b c",
    "<box>(1,2)</box>": "<box>(1,2)</box>",
}


@pytest.mark.parametrize(("completion", "text"), MARKUP.items())
def test_boxes_and_html_stand_for_what_they_mean(completion: str, text: str) -> None:
    assert region_of(completion).text == text


def test_marks_are_work() -> None:
    budget = Budget()
    budget.renew(0)
    with pytest.raises(TooMuchWorkError):
        answer_region("<b>" * 100_000, budget)


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
        # there was no thinking
        ("Route<answer>a</answer>", "no_answer", set()),
    ],
)
def test_a_missing_answer_says_why(completion: str, kind: str, signals: set[str]) -> None:
    failure = no_answer(completion, region_of(completion), ("Route",), set())
    assert failure.kind == kind
    assert failure.signals == signals


@pytest.mark.parametrize(("end", "place"), [(7, 5), (6, 3), (5, 3), (3, 0), (1, -1), (0, -1)])
def test_words_are_looked_for_from_the_end(end: int, place: int) -> None:
    assert last_place("ab c ab", ("ab", "c"), end) == place


def test_a_word_that_is_not_there_has_no_place() -> None:
    assert last_place("ab", ("x",), 2) == -1
