"""Profile ``paper``: the formulas as printed.

Correctness: ReasonMap (arXiv 2505.18675), Algorithm 1. Detail: RewardMap (arXiv 2510.02240),
appendix B.1, Algorithm 1; for planning alone. Contract: docs/paper.md.
"""

from __future__ import annotations

from ..core.tasks import Profile, Task, Weights
from ..core.transit import tasks
from ..core.transit.constants import PaperPlanning
from ..core.transit.explain import explain_count, explain_letter, explain_route
from ..core.transit.gold import count_gold, letter_gold, map_weight, route_gold, route_weight
from ..wire.transit import TransitFields
from .robust import YES_NO

PLANNING = Task(
    TransitFields,
    gold=route_gold,
    score=tasks.paper_planning,
    weight=route_weight,
    explain=explain_route,
    constants=PaperPlanning(),
    table="planning",
    terms={
        "endpoints": "{endpoints:g} where the first departure or the last arrival is right",
        "first_line": "{first_line:g} where the line of the first segment holds station_1",
        "joints": "{joint:g} for each segment on its line that ends where the next one starts",
        "surplus": "−{surplus:g} for each segment more than the question's transfers + 1",
    },
)
CHOICE = Task(
    TransitFields,
    gold=letter_gold,
    score=tasks.letter,
    weight=map_weight,
    explain=explain_letter,
    constants=None,
)
COUNT = Task(
    TransitFields,
    gold=count_gold,
    score=tasks.paper_count,
    weight=map_weight,
    explain=explain_count,
    constants=None,
)

PAPER = Profile(
    name="paper",
    version="1.1.0",
    base="paper",
    weights=Weights(),
    tasks={
        "TorF1": YES_NO,
        "TorF2": YES_NO,
        "Counting1": CHOICE,
        "Counting2": COUNT,
        "Counting3": COUNT,
        "planning": PLANNING,
    },
)
