"""Profile ``robust``, the default: right beats wrong, whatever a completion looks like.

R = W * (format + correctness + alpha * detail). Contract: docs/reward.md.
"""

from __future__ import annotations

from ..core.tasks import Profile, Task, Weights
from ..core.transit import tasks
from ..core.transit.constants import Counting, Planning
from ..core.transit.explain import explain_count, explain_letter, explain_route, explain_yes_no
from ..core.transit.gold import (
    choice_gold,
    count_gold,
    map_weight,
    route_gold,
    route_weight,
    yes_no_gold,
)
from ..wire.transit import TransitFields

# Each row is a constant of its own, so that the type checker holds its functions together.
PLANNING = Task(
    TransitFields,
    gold=route_gold,
    score=tasks.planning,
    weight=route_weight,
    explain=explain_route,
    constants=Planning(),
    table="planning",
    terms={
        "origin": "{origin:g} where the first departure is station_1",
        "destination": (
            "{destination:g} where the last arrival is station_2, unless the route rides back to a "
            "stop that it has used"
        ),
        "lines": (
            "{lines:g}, or {lines_direct:g} where one ride is enough, times the share of the ride "
            "that holds without a break from its two ends"
        ),
        "transfers": "{transfers:g} times the share of transfers that are sound; none on one ride",
        "progress": (
            "{progress:g} times the share of the rides to the goal that the sound beginning of "
            "the route has made"
        ),
        "surplus": "−{surplus:g} for each segment more than the question needs",
        "via": (
            "up to {detail_max:g} for how well via counts or lists fit, less the surplus; where "
            "they are asked for, {via_share:.0%} of detail is this, the other terms are the rest"
        ),
    },
)
YES_NO = Task(
    TransitFields,
    gold=yes_no_gold,
    score=tasks.yes_no,
    weight=map_weight,
    explain=explain_yes_no,
    constants=None,
)
CHOICE = Task(
    TransitFields,
    gold=choice_gold,
    score=tasks.choice,
    weight=map_weight,
    explain=explain_letter,
    constants=Counting(),
    table="counting",
    terms={"stops": "{detail_max:g} times the F1 of the list of stops against the true one"},
)
COUNT = Task(
    TransitFields,
    gold=count_gold,
    score=tasks.count,
    weight=map_weight,
    explain=explain_count,
    constants=Counting(),
    table="counting",
    terms={
        "near_miss": "{detail_max:g} for the true count, less the share of the larger of the two "
        "by which it is missed"
    },
)

ROBUST = Profile(
    name="robust",
    version="1.1.0",
    base="robust",
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
