"""Boxed answers: right or wrong, near-miss counts, and F1 of Counting1's lists."""

from __future__ import annotations

import pytest

from reward_server.core.budget import Budget
from reward_server.core.transit.build import build
from reward_server.core.transit.constants import Counting
from reward_server.core.transit.gold import ChoiceGold, ValueGold
from reward_server.core.transit.model import LocatedChoice, ValueClaim
from reward_server.core.transit.network import Network
from reward_server.core.transit.score_boxed import score_choice, score_count, score_value

LINE = build("line", {"1": ["A", "B", "C", "D"], "2": ["D", "E"]})
RING = build("ring", {"1": ["A", "B", "C", "D", "E", "A"]})
PARALLEL = build("parallel", {"1": ["A", "B", "D"], "2": ["A", "X", "Y", "D"]})


@pytest.mark.parametrize(("said", "gold", "right"), [(1, 1, True), (0, 0, True), (0, 1, False)])
def test_a_verdict_is_right_or_wrong_and_has_no_detail(said: int, gold: int, right: bool) -> None:
    got = score_value(ValueClaim(said, True), ValueGold("easy", gold))
    assert (got.correct, got.keeps_format, got.detail) == (right, True, None)


@pytest.mark.parametrize(
    ("said", "gold", "points"),
    [
        (4, 4, 10),
        (3, 4, 7.5),
        # scaled by the larger of the two
        (5, 4, 8),
        (0, 4, 0),
        (8, 4, 5),
        (400, 4, 0.1),
        # not below 0
        (-1, 4, 0),
        (-4, 4, 0),
        # 0 counts as 1 in the division
        (0, 0, 10),
        (1, 0, 0),
        (-1, 0, 0),
        (1, 1, 10),
        (2, 1, 5),
        # beyond a million nothing is near, in either direction
        (1_000_000, 1_000_001, 10 * 1_000_000 / 1_000_001),
        (1_000_002, 1_000_003, 0),
        (-1_000_001, 1, 0),
    ],
)
def test_a_count_earns_the_more_the_nearer_it_is(said: int, gold: int, points: float) -> None:
    got = score_count(ValueClaim(said, False), ValueGold("easy", gold), Counting())
    assert got.correct is (said == gold)
    assert got.detail == pytest.approx(points)
    assert got.terms == {"near_miss": got.detail}
    assert got.keeps_format is False


def choice(network: Network, ends: str, listed: str | None, letter: int = 0) -> tuple[bool, float]:
    """Right or not, and detail, of a letter and a list for gold A; "?" is no station there."""
    stops = (
        None
        if listed is None
        else [
            -2 - number if one == "?" else network.station(one) for number, one in enumerate(listed)
        ]
    )
    station_1, station_2 = map(network.station, ends)
    gold = ChoiceGold("easy", 0, None, station_1, station_2, network)
    got = score_choice(
        LocatedChoice(ValueClaim(letter, True), stops, frozenset()), gold, Counting(), Budget()
    )
    assert got.detail is not None
    assert got.terms == {"stops": got.detail}
    return got.correct, got.detail


# network, ends, list: points of 10 * 2 * right / (given + true)
F1 = [
    (LINE, "AD", "BC", 10),
    # the order is free
    (LINE, "AD", "CB", 10),
    (LINE, "DA", "BC", 10),
    (LINE, "AD", "B", 10 * 2 / 3),
    (LINE, "AD", "BE", 5),
    (LINE, "AD", "BCE", 8),
    (LINE, "AD", "B?", 5),
    (LINE, "AD", "E", 0),
    # a repeat counts as wrong
    (LINE, "AD", "BBC", 8),
    (LINE, "AD", "BBBBBB", 10 * 2 / 8),
    # the two stations themselves do not count
    (LINE, "AD", "ABCD", 10),
    (LINE, "AD", "AD", 0),
    # neighbours: nothing between
    (LINE, "AB", "", 10),
    (LINE, "AB", "AB", 10),
    (LINE, "AB", "C", 0),
    # an empty list where there are stops, and no list at all
    (LINE, "AD", "", 0),
    (LINE, "AD", None, 0),
    (LINE, "AB", None, 0),
    # no line holds both
    (LINE, "AE", "BCD", 0),
    (LINE, "AE", "", 0),
    # either way round a loop, not both at once
    (RING, "AC", "B", 10),
    (RING, "AC", "DE", 10),
    (RING, "AC", "BDE", 8),
    # of two lines the one that fits best
    (PARALLEL, "AD", "B", 10),
    (PARALLEL, "AD", "XY", 10),
    (PARALLEL, "AD", "X", 10 * 2 / 3),
]


@pytest.mark.parametrize(("network", "ends", "listed", "points"), F1)
def test_a_list_of_stops_earns_its_f1(
    network: Network, ends: str, listed: str | None, points: float
) -> None:
    right, detail = choice(network, ends, listed)
    assert right
    assert detail == pytest.approx(points)
    # a wrong letter keeps the list's points
    assert choice(network, ends, listed, letter=2) == (False, detail)


def test_the_points_are_the_profiles() -> None:
    points = Counting(detail_max=4.0)
    assert score_count(ValueClaim(3, True), ValueGold("easy", 4), points).detail == 3.0
