"""Profile ``vicrit``: ViCrit (arXiv 2506.10128). Contract: docs/published.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.model import GoldError, Verdict
from ..core.parts import profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import boxed
from ..core.tasks import Networks
from ..wire.fields import Text

LAYOUT = r"<think>…</think>, then the altered phrase in \boxed{…}"
FORMULA = """\
R = match
span: match = [equal to the altered phrase]
span_loose: match = [holds the first word that was altered]"""


class VicritFields(TypedDict):
    """A phrase of a caption that was altered, and what it was."""

    answer: Text
    original: Text


@dataclass(frozen=True, slots=True)
class Parts:
    """The weight of the only part."""

    match: float = 1.0


def phrase(item: Mapping[str, Any], _: Networks) -> str:
    """The altered phrase; raises ``GoldError`` where it is empty."""
    answer: str = item["answer"].strip()
    if not answer:
        raise GoldError("bad_gold", "answer: expected a phrase, got an empty one")
    return answer


def changed_word(item: Mapping[str, Any], _: Networks) -> str:
    """The first word that was altered; raises ``GoldError`` where there is none."""
    original, answer = item["original"].lower().split(), item["answer"].lower().split()
    same = _common(original, answer)
    original, answer = original[same:], answer[same:]
    behind = _common(original[::-1], answer[::-1])
    left = answer[: len(answer) - behind]
    if not left:
        raise GoldError("bad_gold", "answer: expected a word that original does not have")
    return str(left[0])


def _common(first: list[str], second: list[str]) -> int:
    """How many words both begin with."""
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def read_answer(completion: str) -> str:
    """The inside of the first box, or else the last line."""
    inside = boxed(completion, first=True)
    return completion.rpartition("\n")[2] if inside is None else inside


def score_span(completion: str, gold: str, points: Parts, _: Budget) -> Verdict:
    """Whether the answer is the phrase."""
    claim = read_answer(completion).strip()
    return _verdict(claim, claim == gold, points)


def score_loosely(completion: str, gold: str, points: Parts, _: Budget) -> Verdict:
    """Whether the answer holds the word, be it in another word."""
    claim = read_answer(completion)
    return _verdict(claim, gold in claim.lower(), points)


def _verdict(claim: str, match: bool, points: Parts) -> Verdict:
    return sum_of_parts({"match": float(match)}, points, correct=match, claim=claim or None)


PROFILE = profile_of_parts(
    "vicrit",
    {
        "span": task_of_parts(
            VicritFields, phrase, score_span, Parts(), {"match": "1 for the very phrase"}
        ),
        "span_loose": task_of_parts(
            VicritFields,
            changed_word,
            score_loosely,
            Parts(),
            {"match": "1 for the first altered word, anywhere in the answer"},
        ),
    },
    paper="ViCrit, arXiv 2506.10128; span is our reading of its abstract",
    source="github.com/si0wang/ViCrit at 727f1ee: score.py, the benchmark's (span_loose)",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="the training reward, which was not released; a box that is never closed, which loses "
    "its last character there",
)
