"""Profile ``curr-reft``: Curr-ReFT (arXiv 2503.07065). Contract: docs/published.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from ..core.boxes import gold_boxes, read_json
from ..core.budget import Budget
from ..core.measures.algebra import (
    Expression,
    equal_expressions,
    last_value,
    read_expression,
)
from ..core.measures.overlap import Box
from ..core.measures.sets import jaccard
from ..core.model import GoldError, Verdict
from ..core.parts import answer_of, profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import THINK_ANSWER, Chunk, boxed_closed, keeps_layout
from ..core.tasks import Networks
from ..wire.fields import Text
from ..wire.published import BoxRegion, TrueOrFalse

LAYOUT = (
    "<think>…</think><answer>…</answer>; in the answer yes or no; letters; JSON with a box of four "
    "whole numbers; names; or a value"
)
FORMULA = """\
R = accuracy + format
judge, choice, choice_multi, open_math: accuracy = [right]
open_detection: accuracy = [IoU > 0.5]
open_class: accuracy = |both| / |either| of the words"""

Letter = Literal["A", "B", "C", "D", "E"]


class CurrReftJudgeFields(TypedDict):
    """Whether it is so."""

    answer: TrueOrFalse


class CurrReftChoiceFields(TypedDict):
    """The letter of an option."""

    answer: Letter


class CurrReftChoicesFields(TypedDict):
    """The letters of options, in the order in which they are to be given."""

    answer: Annotated[list[Letter], Field(min_length=1)]


class CurrReftDetectionFields(TypedDict):
    """One box."""

    answer: Annotated[list[BoxRegion], Field(min_length=1, max_length=1)]


class CurrReftClassFields(TypedDict):
    """The names of classes."""

    answer: Annotated[list[Text], Field(min_length=1)]


class CurrReftMathFields(TypedDict):
    """A value, or the letter of an option."""

    answer: Text


@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts."""

    accuracy: float = 1.0
    format: float = 1.0
    threshold: float = 0.5
    """The IoU that a box has to be above."""


def read_answer(completion: str) -> str | None:
    """The first answer, which may end with the next one or with the text; ``None``: no answer."""
    _, tag, rest = completion.partition("<answer>")
    if not tag:
        return None
    closed = rest.find("</answer>")
    return (rest[:closed] if closed >= 0 else rest.partition("<answer>")[0]).strip()


_YES = re.compile(r"(?<![a-z])(?:yes|true|correct)(?![a-z])")
_NO = re.compile(r"(?<![a-z])(?:no|false|incorrect)(?![a-z])")


def score_judge(completion: str, gold: bool, points: Parts, _: Budget) -> Verdict:
    """Whether a word for yes, or else one for no, says what is so."""
    content = (read_answer(completion) or "").lower()
    claim = True if _YES.search(content) else False if _NO.search(content) else None
    return _verdict(completion, points, float(claim == gold), claim)


_LETTER = re.compile(r"(?<![A-Z])[A-E](?![A-Z])")


def _letters(content: str) -> list[str]:
    return list(dict.fromkeys(_LETTER.findall(content.upper())))


def score_choice(completion: str, gold: str | list[str], points: Parts, _: Budget) -> Verdict:
    """Whether the letters that stand alone are the gold's, in its order."""
    claim = _letters(read_answer(completion) or "")
    return _verdict(completion, points, float(claim == list(gold)), claim or None)


def one_box(item: Mapping[str, Any], _: Networks) -> Box:
    """The box; raises ``GoldError``."""
    return gold_boxes(item["answer"])[0]


_NUMBER = r"\s*(-?\d{0,15}\.?\d{1,15})\s*"
_BOX = re.compile(rf"\[{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}\]")
_WHOLE_BOX = re.compile(r"\[\d+,\s*\d+,\s*\d+,\s*\d+\]")
_JOINT = re.compile(r"</think>\s*<answer>")
_BOX_LAYOUT: tuple[Chunk, ...] = ("<think>", _JOINT, "{", _WHOLE_BOX, "}", "</answer>")


def score_detection(completion: str, gold: Box, points: Parts, budget: Budget) -> Verdict:
    """Whether the last box of the answer overlaps the true one enough."""
    content = read_answer(completion)
    text = (completion if content is None else content).replace(" ", "")
    budget.spend(8 * len(text))
    accuracy = 0.0
    claim = _BOX.findall(text)[-1:]
    if claim:
        x1, y1, x2, y2 = (int(float(number)) for number in claim[0])
        accuracy = float(_overlap((x1, y1, x2, y2), gold) > points.threshold)
    kept = float(keeps_layout(completion, _BOX_LAYOUT))
    parts = {"accuracy": accuracy, "format": kept}
    read = [float(number) for number in claim[0]] if claim else None
    return sum_of_parts(parts, points, correct=accuracy == 1.0, claim=read)


def _overlap(given: Box, true: Box) -> float:
    """IoU; a common part that is no wider or no higher than one pixel is none."""
    width = min(given[2], true[2]) - max(given[0], true[0])
    height = min(given[3], true[3]) - max(given[1], true[1])
    if width <= 1 or height <= 1:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (given, true)]
    union = sum(areas) - width * height
    return width * height / union if union > 0 else 0.0


_GAP = re.compile("[,，、\\s]+")


def names(item: Mapping[str, Any], _: Networks) -> frozenset[str]:
    """The words of the names; raises ``GoldError`` where there are none."""
    words = frozenset(_GAP.split(", ".join(item["answer"]))) - {""}
    if not words:
        raise GoldError("bad_gold", "answer: expected at least one name")
    return words


def score_class(completion: str, gold: frozenset[str], points: Parts, _: Budget) -> Verdict:
    """The share of words that answer and gold have in common."""
    content = read_answer(completion)
    text = completion if content is None else content
    listed = read_json(text) if text.startswith("[") else None
    if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
        text = ", ".join(listed)
    claim = frozenset(_GAP.split(text)) - {""}
    return _verdict(completion, points, jaccard(claim, gold), sorted(claim) or None)


class MathGold(NamedTuple):
    """A value as it was given, and as it was read."""

    text: str
    value: Expression


def expression(item: Mapping[str, Any], _: Networks) -> MathGold:
    """The value; raises ``GoldError`` where there is none."""
    value = read_expression(item["answer"], Budget())
    if value is None:
        raise GoldError("bad_gold", "answer: expected a value of 1 to 200 characters")
    return MathGold(item["answer"].strip(), value)


def score_math(completion: str, gold: MathGold, points: Parts, budget: Budget) -> Verdict:
    """Whether the last value of all the text, or the answer, is the gold's; or its letter is."""
    content = read_answer(completion)
    letters = _letters(gold.text) if _LETTER.fullmatch(gold.text) else []
    right = content is not None and content == gold.text
    if letters:
        right = right or _letters(content or "") == letters
    else:
        inside = boxed_closed(completion)
        claims = [last_value(completion, budget) if inside is None else None]
        claims += [read_expression(text, budget) for text in (inside, content) if text]
        right = right or any(
            claim is not None and equal_expressions(gold.value, claim) for claim in claims
        )
    return _verdict(completion, points, float(right), content)


def _verdict(completion: str, points: Parts, accuracy: float, claim: object) -> Verdict:
    parts = {"accuracy": accuracy, "format": float(keeps_layout(completion, THINK_ANSWER))}
    return sum_of_parts(parts, points, correct=accuracy == 1.0, claim=claim)


_FORMAT = "1 for the layout and nothing else"
_RIGHT = {"accuracy": "1 for the right answer", "format": _FORMAT}
PROFILE = profile_of_parts(
    "curr-reft",
    {
        "judge": task_of_parts(CurrReftJudgeFields, answer_of, score_judge, Parts(), _RIGHT),
        "choice": task_of_parts(CurrReftChoiceFields, answer_of, score_choice, Parts(), _RIGHT),
        "choice_multi": task_of_parts(
            CurrReftChoicesFields, answer_of, score_choice, Parts(), _RIGHT
        ),
        "open_detection": task_of_parts(
            CurrReftDetectionFields,
            one_box,
            score_detection,
            Parts(),
            {"accuracy": "1 for an IoU above {threshold:g}", "format": f"{_FORMAT}, with a box"},
        ),
        "open_class": task_of_parts(
            CurrReftClassFields,
            names,
            score_class,
            Parts(),
            {"accuracy": "|both| / |either| of the words, 0 to 1", "format": _FORMAT},
        ),
        "open_math": task_of_parts(CurrReftMathFields, expression, score_math, Parts(), _RIGHT),
    },
    paper="Curr-ReFT, arXiv 2503.07065",
    source="github.com/ding523/Curr_REFT at f123433: the three stages",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="lists in brackets, always 0 there, are read here; a last letter that is cut off; "
    "numbers and empty answers that are right for any gold; open_vqa, which needs embeddings; math "
    "beyond numbers, fractions, roots, polynomials, lists, sets and intervals, compared as text",
)
