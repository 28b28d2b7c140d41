"""Profile ``vrag-rl``: VRAG-RL (arXiv 2505.22019). Contract: docs/published.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from typing_extensions import TypedDict

from ..core.budget import Budget
from ..core.measures.ranking import ndcg
from ..core.measures.text import anls
from ..core.model import GoldError, Verdict
from ..core.parts import answer_of, profile_of_parts, sum_of_parts, task_of_parts
from ..core.tags import first_block, has_block
from ..core.tasks import Networks
from ..wire.fields import Text

LAYOUT = (
    "turns of <think>…</think> and <search>…</search>, <bbox>…</bbox> or last <answer>…</answer>; "
    "between them the search's turns of a user; the judge replies <judge>…</judge>"
)
FORMULA = """\
gate = [there is a search and an answer]
judged: R = gate · (0.7 · judge + 0.1 + 0.2 · NDCG of the pages that were found)
text: R = gate · ANLS of the last answer"""


class VragRlJudgedFields(TypedDict):
    """A text, what a judge says of the last answer, and the pages that were found and wanted."""

    answer: Text
    judge_reply: Text
    retrieved: list[Text]
    relevant: list[Text]


class VragRlTextFields(TypedDict):
    """A text."""

    answer: Text


@dataclass(frozen=True, slots=True)
class Judged:
    """Weights of the parts."""

    gate: float = 0.1
    judge: float = 0.7
    ndcg: float = 0.2


@dataclass(frozen=True, slots=True)
class Similar:
    """Weights of the parts, and the distance from which a text has nothing in common."""

    gate: float = 0.0
    anls: float = 1.0
    cut: float = 0.5


class Gold(NamedTuple):
    """What the judge says, 1 or 0, and how well the pages were ranked."""

    judge: float
    ndcg: float


def gold_of(item: Mapping[str, Any], _: Networks) -> Gold:
    """The gold; raises ``GoldError`` for a reply that is no verdict."""
    said = first_block(item["judge_reply"], "judge") or ""
    yes, no = ("true" in said or "True" in said), ("false" in said or "False" in said)
    if not (yes or no):
        raise GoldError("bad_gold", "judge_reply: expected <judge>true</judge> or false in it")
    return Gold(float(yes), ndcg(item["retrieved"], item["relevant"]))


def score_judged(completion: str, gold: Gold, points: Judged, _: Budget) -> Verdict:
    """The judge's word and the ranking, where there is a search and an answer."""
    text = _own_turns(completion)
    gate = _gate(text)
    parts = {"gate": gate, "judge": gate * gold.judge, "ndcg": gate * gold.ndcg}
    return sum_of_parts(parts, points, correct=gate * gold.judge == 1.0, claim=_answer(text))


def score_text(completion: str, gold: str, points: Similar, budget: Budget) -> Verdict:
    """How near the last answer is, as it stands, where there is a search and an answer."""
    text = _own_turns(completion)
    gate, claim = _gate(text), _answer(text)
    near = 0.0
    if gate and claim is not None:
        near = anls(claim, gold, budget, points.cut, normalize=False)
    return sum_of_parts({"gate": gate, "anls": near}, points, correct=near == 1.0, claim=claim)


def _own_turns(completion: str) -> str:
    """The text without the turns of a user, which are the environment's."""
    own: list[str] = []
    place = 0
    while (start := completion.find("<|im_start|>user", place)) >= 0:
        end = completion.find("<|im_end|>", start)
        if end < 0:
            break
        own.append(completion[place:start])
        place = end + len("<|im_end|>")
    return "".join([*own, completion[place:]])


def _gate(text: str) -> float:
    return float(has_block(text, "answer") and has_block(text, "search"))


def _answer(text: str) -> str | None:
    """The last answer, as it stands."""
    end = text.rfind("</answer>")
    start = text.rfind("<answer>", 0, max(end, 0))
    return None if start < 0 else text[start + len("<answer>") : end]


_GATE = "1 where there are a search and an answer; else all is 0"
PROFILE = profile_of_parts(
    "vrag-rl",
    {
        "judged": task_of_parts(
            VragRlJudgedFields,
            gold_of,
            score_judged,
            Judged(),
            {
                "gate": _GATE,
                "judge": "1 where the judge says so",
                "ndcg": "NDCG of the pages, 0 to 1",
            },
            "judged",
        ),
        "text": task_of_parts(
            VragRlTextFields,
            answer_of,
            score_text,
            Similar(),
            {"gate": _GATE, "anls": "edit similarity, 0 from a distance of {cut:g} on"},
            "similar",
        ),
    },
    paper="VRAG-RL, arXiv 2505.22019",
    source="github.com/Alibaba-NLP/VRAG at 24f8d05: vrag.py, rm.py",
    layout=LAYOUT,
    formula=FORMULA,
    left_out="a judge without a verdict, which is asked for ever there, is an error; a turn "
    "of the user over several lines, which counts as the model's there; a page counts once",
)
