"""Profile ``released``: what RewardMap's released code gives, to the last digit, bug for bug.

Source: fscdc/RewardMap at 15428ac. Contract, with its faults D1 to D17: docs/released.md.
"""

from __future__ import annotations

from ..core.tasks import Profile, Task, Weights
from ..core.transit.constants import ReleasedPlanning
from ..core.transit.explain import explain_released_route, explain_text
from ..core.transit.gold import (
    count_gold,
    letter_gold,
    map_weight,
    released_route_gold,
    route_weight,
    yes_no_gold,
)
from ..core.transit.released import score
from ..wire.transit import TransitFields

PLANNING = Task(
    TransitFields,
    gold=released_route_gold,
    score=score.score_planning,
    weight=route_weight,
    explain=explain_released_route,
    constants=ReleasedPlanning(),
    table="planning",
    terms={
        "endpoints": "{endpoints:g} where both ends are right; else detail is 0",
        "lines": (
            "for each segment {line_direct:g} where a line holds both stations of a question "
            "without transfers; {line_exists:g} where a line exists, in questions with transfers"
        ),
        "joints": "{joint:g} for each segment on its line that ends where the next one starts",
        "surplus": (
            "−{surplus:g} for each segment beyond the question's transfers: the last right one is "
            "always taken for one too many"
        ),
    },
)
YES_NO = Task(
    TransitFields,
    gold=yes_no_gold,
    score=score.score_yes_no,
    weight=map_weight,
    explain=explain_text,
    constants=None,
)
CHOICE = Task(
    TransitFields,
    gold=letter_gold,
    score=score.score_letter,
    weight=map_weight,
    explain=explain_text,
    constants=None,
)
COUNT = Task(
    TransitFields,
    gold=count_gold,
    score=score.score_count,
    weight=map_weight,
    explain=explain_text,
    constants=None,
)

RELEASED = Profile(
    name="released",
    version="1.0.0",
    base="released",
    weights=Weights(format=0.0),
    tasks={
        "TorF1": YES_NO,
        "TorF2": YES_NO,
        "Counting1": CHOICE,
        "Counting2": COUNT,
        "Counting3": COUNT,
        "planning": PLANNING,
    },
)
