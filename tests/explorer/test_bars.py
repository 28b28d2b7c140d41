"""Bars: the parts of a reward, and what each can give."""

from __future__ import annotations

import pytest

from reward_server.core.model import Breakdown
from reward_server.core.tasks import Profile
from reward_server.explorer.bars import Bar, Scale, bars, most_reward
from reward_server.explorer.transit.points import scales
from reward_server.profiles import PAPER, PROFILES, RELEASED, ROBUST
from reward_server.scorer import Scorer
from tests.explorer.answers import ANSWERS, NETWORKS


def scored(profile: Profile) -> list[tuple[str, Breakdown]]:
    scorer = Scorer(NETWORKS, profile)
    items = scorer.items.read([answer.item for answer in ANSWERS])
    outcomes = scorer.evaluate(items)
    return [
        (item["task"], outcome)
        for item, outcome in zip(items, outcomes, strict=True)
        if isinstance(outcome, Breakdown)
    ]


def parts_of(task: str, breakdown: Breakdown, profile: Profile) -> list[Bar]:
    row = profile.tasks[task]
    return bars(breakdown, row, profile.weights, scales(breakdown, row.constants))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_bars_add_up_to_the_reward_and_none_is_more_than_it_can_be(profile: Profile) -> None:
    cut_off = 0
    for task, breakdown in scored(profile):
        parts = parts_of(task, breakdown, profile)
        assert sum(bar.value for bar in parts) == pytest.approx(breakdown.reward, abs=1e-9)
        for bar in parts:
            assert bar.most is None or bar.value <= bar.most + 1e-9
        most = most_reward(breakdown, profile.weights, profile.tasks[task])
        if breakdown.detail is not None:
            assert most is not None
        assert most is None or breakdown.reward <= most + 1e-9
        cut_off += any(bar.name == "cut off" for bar in parts)
    assert cut_off or profile.base != "robust"  # it happens, and is told


@pytest.mark.parametrize("profile", [ROBUST, PAPER, RELEASED], ids=lambda each: each.name)
def test_a_full_bar_is_there_for_each_term_with_a_constant_of_its_own(profile: Profile) -> None:
    """What a term gives at the most is met by an answer to one of the questions."""
    met: set[str] = set()
    named: set[str] = set()
    for task, breakdown in scored(profile):
        for bar in parts_of(task, breakdown, profile):
            if bar.is_term and bar.most:
                named.add(bar.name)
                if bar.value == pytest.approx(bar.most):
                    met.add(bar.name)
    assert named - met <= {"stops"}  # no completion to try lists stops
    expected = {
        "robust": {term for term in ROBUST.terms() if term != "surplus"},
        "paper": {"endpoints", "first_line"},
        "released": {"endpoints"},
    }
    assert named == expected[profile.name]


def test_where_via_stops_are_asked_for_the_other_terms_share_the_rest() -> None:
    for task, breakdown in scored(ROBUST):
        if "via" not in breakdown.terms:
            continue
        parts = {bar.name: bar for bar in parts_of(task, breakdown, ROBUST)}
        half = 0.5 * breakdown.weight * ROBUST.weights.alpha
        assert parts["via"].value == pytest.approx(half * breakdown.terms["via"])
        assert parts["origin"].most == pytest.approx(half * 1.0)


def test_detail_without_terms_is_one_bar_and_an_unknown_term_has_no_limit() -> None:
    task = ROBUST.tasks["Counting2"]
    whole = Breakdown(6.0, False, 2.0, 1.0, 0.0, 4.0, {}, frozenset(), None, None, None)
    parts = bars(whole, task, ROBUST.weights, {})
    assert [(bar.name, bar.value, bar.most) for bar in parts] == [
        ("format", 2.0, 2.0),
        ("correctness", 0.0, 20.0),
        ("detail", 4.0, 10.0),
    ]
    parts = bars(whole._replace(terms={"luck": 4.0}), task, ROBUST.weights, {"other": Scale()})
    assert [(bar.name, bar.value, bar.most) for bar in parts[2:]] == [("luck", 4.0, None)]
