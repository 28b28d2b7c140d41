"""What a policy earns: rewards of its answers, as means over the cities."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from reward_server.profiles import PAPER, RELEASED, ROBUST
from tests.bench.common import seeded
from tests.bench.policies.case import Case, Policy
from tests.scoring import evaluate

PROFILES = (RELEASED, PAPER, ROBUST)


class Earned(NamedTuple):
    """Means over the cities; ``rewards`` are reward / W by profile, the others under ``robust``."""

    policy: Policy
    rewards: tuple[float, ...]
    right: float
    when_wrong: float | None


def earn(cases: dict[str, list[Case]], policies: Sequence[Policy]) -> list[Earned]:
    """What each policy earns, the best first."""
    table = [earned for policy in policies if (earned := earn_one(cases, policy))]
    return sorted(table, key=lambda earned: -earned.rewards[-1])


def earn_one(cases: dict[str, list[Case]], policy: Policy) -> Earned | None:
    cities: list[tuple[float, ...]] = []
    rights: list[float] = []
    wrongs: list[float] = []
    for city, of_city in cases.items():
        rng = seeded(f"{city} {policy.name}")
        outcomes = []
        for case in of_city:
            completion = policy.write(case, rng)
            if completion is not None:
                breakdowns = [
                    evaluate(completion, case.question, case.network, p) for p in PROFILES
                ]
                rewards = tuple(b.reward / b.weight for b in breakdowns)
                outcomes.append((rewards, breakdowns[-1].correct))
        if outcomes:
            cities.append(tuple(map(fmean, zip(*(r for r, _ in outcomes), strict=True))))
            rights.append(fmean(correct for _, correct in outcomes))
            wrongs += [rewards[-1] for rewards, correct in outcomes if not correct]
    if not cities:
        return None
    means = tuple(map(fmean, zip(*cities, strict=True)))
    return Earned(policy, means, fmean(rights), fmean(wrongs) if wrongs else None)
