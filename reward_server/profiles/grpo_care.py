"""Profile ``grpo-care``: GRPO-CARE (arXiv 2506.16141). Contract: docs/published.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.measures.rouge import rouge_mean
from ..core.measures.text import word_accuracy
from ..core.model import Verdict
from ..core.parts import answer_of, profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import THINK_ANSWER, first_block, keeps_layout
from ..core.tasks import Networks
from ..wire.fields import Text
from ..wire.published import ExactNumber, Number

LAYOUT = "<think>…</think><answer>…</answer>; in the answer a letter, a number or a text"
FORMULA = """\
R = accuracy + format
choice: accuracy = [equal]; numerical: accuracy = [equal to two decimals]
ocr: accuracy = 1 - word error rate; free_form: accuracy = mean of ROUGE-1, ROUGE-2, ROUGE-L
regression: accuracy = 1 - relative error"""

LogProbability = Annotated[
    Number | None,
    Field(
        default=None,
        description="Mean log-probability of the answer's tokens by the reference model; not read "
        "here, as the bonus that it decides is the group's.",
    ),
]


class GrpoCareTextFields(TypedDict):
    """A letter or a text."""

    answer: Text
    answer_logprob: LogProbability


class GrpoCareNumberFields(TypedDict):
    """A number, which is also compared as it is written."""

    answer: ExactNumber
    answer_logprob: LogProbability


@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts."""

    accuracy: float = 1.0
    format: float = 1.0


def score_choice(completion: str, gold: str, points: Parts, _: Budget) -> Verdict:
    """Whether the answer is the letter and nothing more."""
    return _verdict(completion, points, float(_answer(completion) == gold))


def number_text(item: Mapping[str, Any], _: Networks) -> str:
    """The number as it is written."""
    return str(item["answer"])


def _finite(text: str) -> float | None:
    """A number without the commas in it; ``None`` where it is none."""
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def score_numerical(completion: str, gold: str, points: Parts, _: Budget) -> Verdict:
    """Whether both are equal to two decimals, and both or neither have a point or a comma."""
    text = _answer(completion)
    decimals = [bool(set(".,") & set(each)) for each in (text, gold)]
    claim, true = _finite(text), float(gold)
    right = decimals[0] == decimals[1] and claim is not None and round(claim, 2) == round(true, 2)
    return _verdict(completion, points, float(right))


def score_words(completion: str, gold: str, points: Parts, budget: Budget) -> Verdict:
    """How many of the words are right."""
    accuracy = word_accuracy(_answer(completion).split(), gold.split(), budget)
    return _verdict(completion, points, accuracy)


def score_free_form(completion: str, gold: str, points: Parts, budget: Budget) -> Verdict:
    """How much of the text is in the gold, and of the gold in the text."""
    return _verdict(completion, points, rouge_mean(_answer(completion), gold, budget))


#: What keeps the published relative error from dividing by 0.
_LEAST = 1e-9


def score_regression(completion: str, gold: float, points: Parts, _: Budget) -> Verdict:
    """1 - relative error, at least 0; where the gold is 0, whether the number is."""
    claim = _finite(_answer(completion))
    accuracy = 0.0
    if claim is not None and gold:
        accuracy = 1 - min(1.0, (abs(claim - gold) + _LEAST) / (abs(gold) + _LEAST))
    elif claim is not None:
        accuracy = float(claim == 0)
    return _verdict(completion, points, accuracy)


def _answer(completion: str) -> str:
    return (first_block(completion) or "").strip()


def _verdict(completion: str, points: Parts, accuracy: float) -> Verdict:
    parts = {"accuracy": accuracy, "format": float(keeps_layout(completion, THINK_ANSWER))}
    claim = _answer(completion) or None
    return sum_of_parts(parts, points, correct=accuracy >= 1 - 1e-6, claim=claim)


_FORMAT = "1 for the layout and nothing else"
PROFILE = profile_of_parts(
    "grpo-care",
    {
        "choice": task_of_parts(
            GrpoCareTextFields,
            answer_of,
            score_choice,
            Parts(),
            {"accuracy": "1 for the letter alone", "format": _FORMAT},
        ),
        "numerical": task_of_parts(
            GrpoCareNumberFields,
            number_text,
            score_numerical,
            Parts(),
            {"accuracy": "1 where 2 decimals are equal", "format": _FORMAT},
        ),
        "ocr": task_of_parts(
            GrpoCareTextFields,
            answer_of,
            score_words,
            Parts(),
            {"accuracy": "1 - word error rate, at least 0", "format": _FORMAT},
        ),
        "free_form": task_of_parts(
            GrpoCareTextFields,
            answer_of,
            score_free_form,
            Parts(),
            {"accuracy": "mean of ROUGE-1, ROUGE-2 and ROUGE-L, 0 to 1", "format": _FORMAT},
        ),
        "regression": task_of_parts(
            GrpoCareNumberFields,
            answer_of,
            score_regression,
            Parts(),
            {"accuracy": "1 - relative error, at least 0", "format": _FORMAT},
        ),
    },
    paper="GRPO-CARE, arXiv 2506.16141",
    source="github.com/TencentARC/GRPO-CARE at b0628fc: grpo.py, grpo_trainer_ref_ema.py",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="0.5 · bonus for the members of a group that are right and surer than its mean, which "
    "no reward of one item can have; a gold of 0 in regression, where 0 is wrong there",
)
