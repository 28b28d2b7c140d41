"""Profile ``perception-r1``: Perception-R1 (arXiv 2506.07218). Contract: docs/published.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.measures.algebra import (
    Expression,
    equal_expressions,
    last_value,
    read_expression,
)
from ..core.measures.text import repetition
from ..core.model import GoldError, Verdict
from ..core.parts import profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import Chunk, boxed_closed, first_block, keeps_layout
from ..core.tasks import Networks
from ..wire.fields import Text

LAYOUT = r"<think>, thinking, </think>, <answer>, \boxed{…} and </answer>, on lines of their own; \
the judge replies <infoK>1 or 0</infoK> for fact K"
FORMULA = """\
R = 0.9 · accuracy + 0.1 · format + 0.7 · visual + ngram_penalty
accuracy = [equal to the last box, or else to the last value]
visual = sum of the judge's scores / (their number + 1e-6)
ngram_penalty = -2 · share of runs of 20 words that stood before"""


class PerceptionR1Fields(TypedDict):
    """A value, facts that are to be seen, and what a judge says of them."""

    answer: Text
    facts: list[Text]
    judge_reply: Text


@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts, and how repetition counts."""

    accuracy: float = 0.9
    format: float = 0.1
    visual: float = 0.7
    ngram_penalty: float = 1.0
    size: float = 20.0
    """Words of a run."""
    most: float = 2.0
    """Points off where all runs are one."""


class Gold(NamedTuple):
    """The value, and the judge's scores."""

    answer: Expression
    visual: float


def gold_of(item: Mapping[str, Any], _: Networks) -> Gold:
    """The gold; raises ``GoldError`` for an empty answer."""
    answer = read_expression(item["answer"], Budget())
    if answer is None:
        raise GoldError("bad_gold", "answer: expected a value of 1 to 200 characters")
    return Gold(answer, judged(item["judge_reply"]) if item["facts"] else 0.0)


def judged(reply: str) -> float:
    """The mean of the scores that a judge's reply gives to fact 1, 2, … up to the first gap."""
    scores: list[float] = []
    while True:
        opening, closing = f"<info{len(scores) + 1}>", f"</info{len(scores) + 1}>"
        # the last one that is closed, and not at once
        start = reply.rfind(opening, 0, max(0, reply.rfind(closing) - 1))
        if start < 0:
            return sum(scores) / (len(scores) + 1e-6)
        start += len(opening)
        try:
            score = float(reply[start : reply.find(closing, start + 1)])
        except ValueError:
            score = 0.0
        scores.append(min(1.0, max(0.0, score)) if score == score else 0.0)  # noqa: PLR0124 - NaN


_LAYOUT: tuple[Chunk, ...] = (
    "<think>\n",
    "\n</think>\n<answer>\n",
    re.compile(r"\\boxed\{.", re.DOTALL),
    "}",
    "\n</answer>",
)


def score(completion: str, gold: Gold, points: Parts, budget: Budget) -> Verdict:
    """The value, the layout, what the judge saw, and how much is repeated."""
    inside = first_block(completion, one_line=True)
    claim = _read(completion if inside is None else inside, budget)
    right = claim is not None and equal_expressions(gold.answer, claim)
    words = completion.lower().split()
    parts = {
        "accuracy": float(right),
        "format": float(keeps_layout(completion, _LAYOUT)),
        "visual": gold.visual,
        "ngram_penalty": -points.most * repetition(words, max(1, int(points.size)), budget),
    }
    return sum_of_parts(parts, points, correct=right, claim=claim)


def _read(text: str, budget: Budget) -> Expression | None:
    """What the last box holds; where that is no value, the last one in the text."""
    inside = boxed_closed(text)
    claim = None if inside is None else read_expression(inside, budget)
    return claim if claim is not None and claim.kind != "text" else last_value(text, budget)


PROFILE = profile_of_parts(
    "perception-r1",
    {
        "math": task_of_parts(
            PerceptionR1Fields,
            gold_of,
            score,
            Parts(),
            {
                "accuracy": "1 for the right value",
                "format": "1 for the layout line by line",
                "visual": "the judge's mean score, 0 to 1",
                "ngram_penalty": "−{most:g} times the share of runs of {size:g} words that stood "
                "before",
            },
        )
    },
    paper="Perception-R1, arXiv 2506.07218",
    source="github.com/tongxiao2002/Perception-R1 at c47eaf2",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="a bare root in the gold, of which only the number in front is read there; letters as "
    "gold, which are never right there; math beyond numbers, fractions, roots, polynomials, lists, "
    "sets and intervals, compared as text",
)
