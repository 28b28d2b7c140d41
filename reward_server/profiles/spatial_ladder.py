"""Profile ``spatial-ladder``: SpatialLadder (arXiv 2510.08531). Contract: docs/published.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.measures.numbers import ladder
from ..core.model import Verdict
from ..core.parts import answer_of, profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import THINK_ANSWER, keeps_layout, last_block
from ..wire.fields import Text
from ..wire.published import Number

LAYOUT = "<think>…</think><answer>…</answer>; in the answer a letter, or a number"
FORMULA = """\
R = accuracy + format
choice: accuracy = [equal to the letter]
number: accuracy = share of c in 0.5, 0.55, … 0.95 with |given - true| / |true| <= 1 - c"""

#: Ten levels as numpy's linspace(0.5, 0.95, 10) has them, to the last bit: ties fall by it.
LEVELS = (*(0.5 + step * ((0.95 - 0.5) / 9) for step in range(9)), 0.95)


class SpatialLadderChoiceFields(TypedDict):
    """The letter of an option."""

    answer: Text


class SpatialLadderNumberFields(TypedDict):
    """A number."""

    answer: Number


@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts."""

    accuracy: float = 1.0
    format: float = 1.0


# a line break that stands behind white space
_SPACED = {line_break: re.compile(rf"(?<=\s){line_break}") for line_break in ("\n", "\r")}


def read_answer(completion: str) -> str:
    """The last answer, or all of the text: on one line, without final stops, in lower case."""
    inside = last_block(completion)
    text = completion if inside is None else inside
    for line_break, spaced in _SPACED.items():
        text = spaced.sub("", text).replace(line_break, " ")
    return text.strip().rstrip(".").lower()


def score_choice(completion: str, gold: str, points: Parts, _: Budget) -> Verdict:
    """Whether the answer is the letter and nothing more."""
    claim = read_answer(completion)
    right = claim == gold.lower()
    parts = {"accuracy": float(right), "format": _format(completion)}
    return sum_of_parts(parts, points, correct=right, claim=claim or None)


def score_number(completion: str, gold: float, points: Parts, _: Budget) -> Verdict:
    """On how many levels of relative accuracy the number is."""
    try:
        claim = float(read_answer(completion))
    except ValueError:
        claim = None
    accuracy = 0.0 if claim is None else ladder(claim, gold, LEVELS)
    parts = {"accuracy": accuracy, "format": _format(completion)}
    return sum_of_parts(parts, points, correct=accuracy == 1.0, claim=claim)


def _format(completion: str) -> float:
    once = completion.count("<think>") == completion.count("<answer>") == 1
    return float(once and keeps_layout(completion.strip(), THINK_ANSWER))


_FORMAT = "1 for the layout and nothing else, its opening tags once each"
PROFILE = profile_of_parts(
    "spatial-ladder",
    {
        "choice": task_of_parts(
            SpatialLadderChoiceFields,
            answer_of,
            score_choice,
            Parts(),
            {"accuracy": "1 for the letter alone", "format": _FORMAT},
        ),
        "number": task_of_parts(
            SpatialLadderNumberFields,
            answer_of,
            score_number,
            Parts(),
            {
                "accuracy": "0.1 for each of ten levels, from half off to a twentieth off",
                "format": _FORMAT,
            },
        ),
    },
    paper="SpatialLadder, arXiv 2510.08531; the third stage of its training",
    source="github.com/ZJU-REAL/SpatialLadder at 87320be: grpo_spld_stage3.py",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="a gold of 0, which fails there, is right where it is met; a negative gold, for which "
    "every number is right there, is taken by its size",
)
