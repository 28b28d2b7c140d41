"""Groups of wrong answers: how many have equal rewards, and so no variance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from random import Random

from reward_server.core.group import group_statistics
from reward_server.core.tasks import Profile
from reward_server.core.transit.network import Network
from reward_server.profiles import ROBUST
from tests.bench.common import seeded
from tests.bench.policies.case import Case, Leg
from tests.bench.policies.questions import planning_case
from tests.bench.policies.routes import any_line, line_at, written
from tests.scoring import evaluate

#: Completions of one prompt, as in the paper.
GROUP = 8


def has_no_variance(case: Case, completions: Sequence[str], profile: Profile) -> bool:
    rewards = [evaluate(text, case.question, case.network, profile).reward for text in completions]
    return bool(group_statistics(rewards).zero_variance)


def wrong_groups(
    networks: Sequence[Network], transfers: int, prompts: int
) -> list[tuple[Case, list[str]]]:
    """Questions with ``GROUP`` wrong answers each; a city gives up to ``prompts`` of them."""
    groups = []
    for network in networks:
        rng = seeded(f"{network.name} {transfers} groups")
        for _ in range(prompts):
            case = planning_case(network, "short", transfers, rng)
            if case is None:
                break
            tries = (wrong_try(case, transfers, rng) for _ in range(20 * GROUP))
            wrong = list(islice(filter(None, tries), GROUP))
            if len(wrong) == GROUP:
                groups.append((case, wrong))
    return groups


def wrong_try(case: Case, transfers: int, rng: Random) -> str | None:
    """A route from a to b with so many transfers; ``None`` where it happens to be right."""
    any_ride = Leg(any_line(case, rng), case.a, case.b)
    legs = [any_ride]
    if transfers:
        line = line_at(case, case.a, rng)
        stop = rng.choice(sorted(case.network.lines[line].stations))
        legs = [Leg(line, case.a, stop), any_ride._replace(departure=stop)]
    text = written(case, legs)
    right = evaluate(text, case.question, case.network, ROBUST).correct
    return None if right else text
