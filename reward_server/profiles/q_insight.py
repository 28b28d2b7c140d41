"""Profile ``q-insight``: Q-Insight (arXiv 2503.22679). Contract: docs/published.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.measures.numbers import within
from ..core.model import Verdict
from ..core.parts import answer_of, profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import first_block
from ..core.tasks import Networks
from ..wire.fields import Text, closed
from ..wire.published import Number

LAYOUT = (
    "<think>, thinking, </think>, <answer>, the answer and </answer>, on lines of their own; in "
    'the answer {"rating": 1 to 5}; {"distortion_class": …, "severity": …}; or one of Image A, '
    "Image B, Similar"
)
FORMULA = """\
R = accuracy + format
score: accuracy = [|rating - true| < 0.35]
distortion: accuracy = 0.25 for the class + 0.75 for the severity of the right class
comparison: accuracy = [equal]"""


class QInsightScoreFields(TypedDict):
    """The quality of an image."""

    answer: Number


@closed
class Distortion(TypedDict):
    """A kind of distortion and how strong it is; null where there is none."""

    distortion_class: Text | None
    severity: Text | None


class QInsightDistortionFields(TypedDict):
    """The distortion of an image."""

    answer: Distortion


class QInsightComparisonFields(TypedDict):
    """Which image is better."""

    answer: Text


@dataclass(frozen=True, slots=True)
class Score:
    """Weights of the parts, and how near is near enough."""

    accuracy: float = 1.0
    format: float = 1.0
    tolerance: float = 0.35


@dataclass(frozen=True, slots=True)
class Kinds:
    """Weights of the parts, and what class and severity make up of accuracy."""

    accuracy: float = 1.0
    format: float = 1.0
    distortion_class: float = 0.25
    severity: float = 0.75


# rating = '"rating"' ":" run of digits and points
_RATING = re.compile(r'"rating"\s*:\s*([\d.]+)')


def score_rating(completion: str, gold: float, points: Score, _: Budget) -> Verdict:
    """Whether the first rating is near enough."""
    found = _RATING.search((first_block(completion) or "").strip())
    claim = None
    if found is not None:
        try:
            claim = float(found[1])
        except ValueError:  # two points
            claim = None
    right = claim is not None and within(claim, gold, points.tolerance, inclusive=False)
    parts = {"accuracy": float(right), "format": _format(completion, json=True)}
    return sum_of_parts(parts, points, correct=right, claim=claim)


def distortion(item: Mapping[str, Any], _: Networks) -> tuple[str, str]:
    """Class and severity; null is the text that is asked for in its place."""
    answer = item["answer"]
    return answer["distortion_class"] or "null", answer["severity"] or "null"


_CLASS = re.compile(r'"distortion_class"\s*:\s*"([^"]+)"')
_SEVERITY = re.compile(r'"severity"\s*:\s*"([^"]+)"')


def score_distortion(completion: str, gold: tuple[str, str], points: Kinds, _: Budget) -> Verdict:
    """The class, and of the right class the severity, which has to come after it."""
    inside = (first_block(completion) or "").strip()
    kind = _CLASS.search(inside)
    severity = None if kind is None else _SEVERITY.search(inside, kind.end())
    claim, accuracy = None, 0.0
    if kind is not None and severity is not None:
        claim = (kind[1].strip(), severity[1].strip())
        if claim[0] == gold[0]:
            accuracy = points.distortion_class + points.severity * (claim[1] == gold[1])
    parts = {"accuracy": accuracy, "format": _format(completion, json=True)}
    return sum_of_parts(parts, points, correct=claim == gold, claim=claim)


def score_comparison(completion: str, gold: str, points: Score, _: Budget) -> Verdict:
    """Whether the answer is the gold's text and nothing more."""
    claim = (first_block(completion) or "").strip()
    right = claim == gold
    parts = {"accuracy": float(right), "format": _format(completion, json=False)}
    return sum_of_parts(parts, points, correct=right, claim=claim or None)


_OPENED = re.compile(r"<think>\s*?\n")
# the tags between thinking and answer; a line break before them is looked for apart
_JOINT = re.compile(r"</think>\s*(?<=\n)<answer>\s*?\n")


def _format(completion: str, *, json: bool) -> float:
    """1 for tags on lines of their own and, where JSON is asked for, one object on its lines."""
    opened = _OPENED.match(completion)
    text = completion.rstrip()
    if opened is None or not text.endswith("</answer>"):
        return 0.0
    end = len(text) - len("</answer>")
    if json:  # read from behind: the thinking may hold other answers
        body = text[:end].rstrip()
        brace = body.rfind("{")
        one = body.endswith("}") and "}" not in body[brace:-1] and brace >= 0
        return float(one and _breaks(text, len(body), end) and _joined(body[:brace], opened.end()))
    joint = _JOINT.search(completion, opened.end())
    while joint is not None and not _breaks_before(completion, joint.start(), opened.end()):
        joint = _JOINT.search(completion, joint.end())
    return float(joint is not None and _breaks_before(text, end, joint.end()))


def _joined(head: str, opened: int) -> bool:
    """Whether a text ends with the tags between thinking and answer, each on its own line."""
    if not head.endswith("\n"):
        return False
    head = head.rstrip()
    if not head.endswith("\n<answer>"):
        return False
    head = head.removesuffix("<answer>").rstrip()
    place = len(head) - len("</think>")
    return head.endswith("</think>") and _breaks_before(head, place, opened)


def _breaks_before(text: str, place: int, least: int) -> bool:
    """Whether only white space, with a line break at ``least`` or behind it, stands there."""
    start = place
    while start > least and text[start - 1].isspace():
        start -= 1
    return _breaks(text, start, place)


def _breaks(text: str, start: int, end: int) -> bool:
    return text.find("\n", start, end) >= 0


_FORMAT = "1 for the layout line by line"
PROFILE = profile_of_parts(
    "q-insight",
    {
        "score": task_of_parts(
            QInsightScoreFields,
            answer_of,
            score_rating,
            Score(),
            {"accuracy": "1 where it is missed by less than {tolerance:g}", "format": _FORMAT},
            "score",
        ),
        "distortion": task_of_parts(
            QInsightDistortionFields,
            distortion,
            score_distortion,
            Kinds(),
            {
                "accuracy": "{distortion_class:g} for the class, {severity:g} for its severity",
                "format": _FORMAT,
            },
            "distortion",
        ),
        "comparison": task_of_parts(
            QInsightComparisonFields,
            answer_of,
            score_comparison,
            Score(),
            {"accuracy": "1 for the very text", "format": _FORMAT},
            "score",
        ),
    },
    paper="Q-Insight, arXiv 2503.22679",
    source="github.com/bytedance/Q-Insight at 08308fd",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="a gold of JSON null, which no answer matches there, is the text null here",
)
