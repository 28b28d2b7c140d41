"""Profile ``vision-sr1``: Vision-SR1 (arXiv 2508.19652). Contract: docs/published.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.measures.algebra import letters_of, read_expression, same_scalar
from ..core.model import GoldError, Verdict
from ..core.parts import profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import Chunk, boxed_closed, keeps_layout
from ..core.tasks import Networks
from ..wire.fields import Text, closed

LAYOUT = (
    r"<description>…</description> <think>…</think> \boxed{…}; then, of the description alone, \
<think>…</think> \boxed{…}"
)
FORMULA = """\
R = 0.9 · accuracy + 0.1 · format + description_accuracy
accuracy = [equal to the last box]
description_accuracy = the same of the answer that was given to the description alone"""


@closed
class VisionSr1Probe(TypedDict):
    """The second completion, to the description without the image."""

    task: Literal["math"]
    answer: Text
    completion: Text


class VisionSr1Fields(TypedDict):
    """A value or a word, and what the model answered without the image."""

    answer: Text
    probes: Annotated[list[VisionSr1Probe], Field(min_length=1, max_length=1)]


@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts."""

    accuracy: float = 0.9
    format: float = 0.1
    description_accuracy: float = 1.0


class Gold(NamedTuple):
    """The value as it is compared, and the second completion."""

    answer: str
    probe: str


def gold_of(item: Mapping[str, Any], _: Networks) -> Gold:
    """The gold; raises ``GoldError`` for an empty answer."""
    answer = _normal(item["answer"])
    if not answer:
        raise GoldError("bad_gold", "answer: expected a value, got an empty one")
    return Gold(answer, item["probes"][0]["completion"])


_SIGN = re.compile("([<>/])")
_LAYOUT: tuple[Chunk, ...] = (
    re.compile(r"\s*<description>"),
    re.compile(r"</description>\s*<think>"),
    re.compile(r"</think>\s*\\boxed\{"),
    "}",
)


def score(completion: str, gold: Gold, points: Parts, budget: Budget) -> Verdict:
    """The last box of either completion, and the layout of the first one."""
    budget.spend(len(gold.probe) // 8)
    pieces = _SIGN.split(completion)
    pieces[:-1] = [piece.rstrip() for piece in pieces[:-1]]
    text = "".join([pieces[0], *(piece.lstrip() for piece in pieces[1:])])
    claim = boxed_closed(text)
    right = claim is not None and _equal(_normal(claim), gold.answer, budget)
    probe = boxed_closed(gold.probe)
    parts = {
        "accuracy": float(right),
        "format": float(keeps_layout(text.rstrip(), _LAYOUT)),
        "description_accuracy": float(
            probe is not None and _equal(_normal(probe), gold.answer, budget)
        ),
    }
    return sum_of_parts(parts, points, correct=right, claim=claim)


_TEXT = re.compile(r"\\text\{(.+)\}", re.DOTALL)
_UNITS = re.compile(
    r"(?:degree|centimeter|cm|meter|mile|second|minute|hour|day|week|month|year|foot|feet|inch|yard)"
    r"(?:es)?s?\s*(?:\^\d+)?"
)
_DEGREES = re.compile(r"\^\s*(?:\\circ|\{\s*\\circ\s*\})")
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_GROUPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WHOLE = re.compile(r"(-?\d+)\.0*")
_RATIO = re.compile(r"-?\d+/-?\d+")
_INTEGER = re.compile(r"-?\d+")


def _normal(text: str) -> str:
    """A value as it is compared: without units and signs round it, in lower case."""
    text = text.strip()
    if (inside := _TEXT.fullmatch(text)) is not None:
        text = inside[1]
    text = text.partition(r"\text{ ")[0].replace(r"\left", "").replace(r"\right", "")
    for sign in (r"\$", r"\%", "$", "%"):
        text = text.replace(sign, "")
    text = _DEGREES.sub("", _UNITS.sub("", text.lower()))
    text = "".join(_FRACTION.sub(r"\1/\2", text).split())
    bare = _GROUPS.sub("", text)
    return _WHOLE.sub(r"\1", bare) if _WHOLE.fullmatch(bare) else bare


def _equal(given: str, true: str, budget: Budget) -> bool:
    """Whether a value is the gold; both as ``_normal`` gives them."""
    if given == true:
        return True
    if not given:
        return False
    ours, theirs = _elements(given), _elements(true)
    if len(ours) != len(theirs):
        return False
    if len(theirs) > 1 and (given[0], given[-1]) != (true[0], true[-1]):
        return False
    return all(_equal_element(one, other, budget) for one, other in zip(ours, theirs, strict=True))


def _elements(text: str) -> list[str]:
    inside = text[1:-1]
    bracketed = len(text) > 2 and text[0] in "([" and text[-1] in ")]"
    return inside.split(",") if bracketed and not set(inside) & set("()[]") else [text]


def _equal_element(given: str, true: str, budget: Budget) -> bool:
    if given == true:
        return True
    if _RATIO.fullmatch(given) and _RATIO.fullmatch(true):
        return False
    if bool(_INTEGER.fullmatch(given)) != bool(_INTEGER.fullmatch(true)):
        return False
    ours, theirs = read_expression(given, budget), read_expression(true, budget)
    if ours is None or theirs is None or len(letters_of(ours) | letters_of(theirs)) > 2:
        return False
    return same_scalar(ours, theirs)


PROFILE = profile_of_parts(
    "vision-sr1",
    {
        "math": task_of_parts(
            VisionSr1Fields,
            gold_of,
            score,
            Parts(),
            {
                "accuracy": "1 for the right value in the last box",
                "format": "1 for the layout and nothing else",
                "description_accuracy": "1 for the right value in the second completion",
            },
        )
    },
    paper="Vision-SR1, arXiv 2508.19652",
    source="github.com/zli12321/Vision-SR1 at 91f2abb: see_think_selfReward.py; mathruler 0.1.0",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="a missing box, which is right there for a gold of None; math beyond numbers, "
    "fractions, roots and polynomials",
)
