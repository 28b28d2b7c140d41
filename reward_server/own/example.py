"""Profile ``example``: how many of the asked-for words an answer has, and nothing more.

Serve it beside the built-in ones:   reward-server serve --profiles example.py
Score a file of items by it:         reward-server score items.jsonl --profile example.py
Look whether it can be trained on:   reward-server check example.py cases.jsonl

An item of it, as in POST /score and on a line of such a file:
{"task": "words", "answer": ["red", "blue"], "completion": "<answer>red, blue</answer>"}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from reward_server.core.budget import Budget
from reward_server.core.measures.sets import set_f1
from reward_server.core.model import GoldError, Verdict
from reward_server.core.parts import profile_of_parts, sum_of_parts, task_of_parts
from reward_server.core.tags import THINK_ANSWER, first_block, keeps_layout
from reward_server.core.tasks import Networks


# 1. The gold: what an item brings beside id, group, task and completion. Other fields, and values
#    of other types, are refused before anything is scored. The name ends in Fields, and no other
#    profile of the service has it.
class ExampleFields(TypedDict):
    """Words that an answer is to hold."""

    answer: Annotated[list[str], Field(description="The words, in any order.")]


# 2. The constants: numbers that a TOML file can change. One with the name of a part is its weight.
@dataclass(frozen=True, slots=True)
class Parts:
    """Weights of the parts."""

    accuracy: float = 1.0
    format: float = 0.1


# 3. What is scored against, made once per item. Gold that cannot be scored against is an error of
#    its item, and never a reward: raise GoldError, and say what was expected.
def words(item: Mapping[str, Any], _: Networks) -> frozenset[str]:
    """The words in lower case; raises ``GoldError`` where there are none."""
    expected = frozenset(word.strip().lower() for word in item["answer"]) - {""}
    if not expected:
        raise GoldError("bad_gold", "answer: expected at least one word")
    return expected


# 4. The reward: a pure function of the completion, what step 3 made, and the constants. A bad
#    completion is data: give it little, and never raise. What takes more work than to look at each
#    character a few times draws it from the budget: budget.spend(steps).
def score_words(completion: str, gold: frozenset[str], points: Parts, _: Budget) -> Verdict:
    """The F1 of the words in the answer, and whether the layout is kept."""
    inside = first_block(completion)
    claim = frozenset((inside or "").lower().replace(",", " ").split())
    accuracy = set_f1(claim, gold)
    parts = {
        "accuracy": accuracy,
        "format": float(keeps_layout(completion.strip(), THINK_ANSWER)),
    }
    # correct: what accuracies and pass@k count; claim: what was read, None for nothing
    return sum_of_parts(parts, points, correct=accuracy == 1.0, claim=sorted(claim) or None)


# 5. The profile: its name, and a row for each task. A part's rule stands in /metadata and on the
#    page; braces hold constants.
PROFILE = profile_of_parts(
    "example",
    {
        "words": task_of_parts(
            ExampleFields,
            words,
            score_words,
            Parts(),
            {
                "accuracy": "{accuracy:g} times the F1 of the words",
                "format": "{format:g} for <think>…</think><answer>…</answer> and nothing else",
            },
        )
    },
    layout="<think>…</think><answer>…</answer>; in the answer the words, with commas between",
    formula="R = F1 + 0.1 · format",
)
