"""Where published layouts put an answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.core import tags

PIECES = ["<think>", "</think>", "<answer>", "</answer>", "\n", " ", "x"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
BLOCK = r"<answer>(.*?)</answer>"


@given(TEXTS)
def test_blocks_are_those_that_a_lazy_pattern_finds(text: str) -> None:
    all_of = re.findall(BLOCK, text, re.DOTALL)
    on_a_line = re.findall(BLOCK, text)
    assert tags.first_block(text) == (all_of[0] if all_of else None)
    assert tags.last_block(text) == (all_of[-1] if all_of else None)
    assert tags.first_block(text, one_line=True) == (on_a_line[0] if on_a_line else None)
    assert tags.has_block(text, "answer") is bool(re.search("<answer>.*</answer>", text, re.DOTALL))


@given(TEXTS)
def test_a_layout_is_kept_where_its_lazy_pattern_matches_all(text: str) -> None:
    pattern = r"<think>.*?</think>\s*<answer>.*?</answer>"
    matches = re.fullmatch(pattern, text, re.DOTALL) is not None
    assert tags.keeps_layout(text, tags.THINK_ANSWER) is matches


@pytest.mark.parametrize(
    ("text", "last", "first", "closed"),
    [
        (r"\boxed{1} \boxed{2}", "2", "1", "2"),
        (r"\boxed{\frac{1}{2}}.", r"\frac{1}{2}", r"\frac{1}{2}", r"\frac{1}{2}"),
        (r"\boxed{1", "1", "1", None),
        (r"\boxed{1} \boxed{2", "2", "1", None),
        ("boxed{1}", None, None, None),
    ],
)
def test_boxes(text: str, last: str | None, first: str | None, closed: str | None) -> None:
    assert tags.boxed(text) == last
    assert tags.boxed(text, first=True) == first
    assert tags.boxed_closed(text) == closed
