"""Gold: weights, fewest rides, and each way in which the caller's data cannot be scored against."""

from __future__ import annotations

import pytest

from reward_server.core.model import DifficultyName, GoldError
from reward_server.core.tasks import derive
from reward_server.core.transit.build import Overlay, build
from reward_server.core.transit.gold import ValueGold
from reward_server.core.transit.model import Question, TaskName
from reward_server.profiles import PAPER, RELEASED, ROBUST
from tests.scoring import gold_of, make_question, weight_of

NETWORK = build(
    "toy",
    {
        "Line 1": ["Aspen", "Birch (East)", "Cedar"],
        "Line 2": ["Cedar", "Elm", "Birch (West)"],
        # no way from here to there
        "Line 3": ["Yew", "Zelkova"],
    },
    Overlay(split=("Birch (East)", "Birch (West)"), station_aliases={"Harbour": "Cedar"}),
)
PLANNING = make_question("planning", "Aspen", "Elm", question_transfer_count=1)


@pytest.mark.parametrize(
    ("difficulty", "transfers", "weight"),
    [
        ("easy", 0, 1.0),
        ("easy", 1, 1.5),
        ("middle", 0, 1.2),
        ("middle", 1, 1.7),
        ("hard", 0, 1.5),
        ("hard", 1, 2.0),
        # at least one transfer: more are not worth more
        ("hard", 4, 2.0),
    ],
)
def test_planning_is_weighed_by_city_and_transfers(
    difficulty: DifficultyName, transfers: int, weight: float
) -> None:
    question: Question = {
        **PLANNING,
        "difficulty_city": difficulty,
        "question_transfer_count": transfers,
    }
    assert weight_of(question, NETWORK, ROBUST) == weight
    assert weight_of(question, NETWORK, PAPER) == weight
    assert weight_of(question, NETWORK, RELEASED) == weight


@pytest.mark.parametrize(("difficulty", "weight"), [("easy", 1.0), ("middle", 1.2), ("hard", 1.5)])
def test_a_boxed_question_is_weighed_by_its_city_alone(
    difficulty: DifficultyName, weight: float
) -> None:
    question = make_question(
        "Counting1", "Aspen", "Cedar", 2, difficulty, question_transfer_count=3
    )
    assert gold_of(question, None, PAPER) == ValueGold(difficulty, 2)
    for profile in (ROBUST, PAPER, RELEASED):
        assert weight_of(question, NETWORK, profile) == weight


def test_the_weights_are_the_profiles() -> None:
    profile = derive(ROBUST, "other", {"weights": {"gamma_hard": 3}, "planning": {"beta": 0.25}})
    question: Question = {**PLANNING, "difficulty_city": "hard"}
    assert weight_of(question, NETWORK, profile) == 3.25


def test_gold_of_a_route_knows_its_ends_and_the_fewest_rides() -> None:
    gold = gold_of(PLANNING, NETWORK, ROBUST)
    names = NETWORK.station_names
    assert (names[gold.origin], names[gold.destination]) == ("Aspen", "Elm")
    assert (gold.need, gold.transfers, gold.form) == (2, 1, "short")


def test_the_question_may_count_more_transfers_than_are_needed() -> None:
    gold = gold_of({**PLANNING, "question_transfer_count": 3}, NETWORK, ROBUST)
    assert (gold.need, gold.transfers) == (2, 3)


def test_transfers_that_are_not_told_are_the_networks_fewest() -> None:
    question: Question = {**PLANNING, "question_transfer_count": None}
    assert gold_of(question, NETWORK, ROBUST).transfers == 1
    assert gold_of(question, NETWORK, RELEASED).transfers == 1
    near: Question = {**question, "station_2": "Cedar"}
    assert gold_of(near, NETWORK, ROBUST).transfers == 0
    assert weight_of(near, NETWORK, ROBUST) == 1.0


@pytest.mark.parametrize("name", ["aspen", "Aspen Station", "ASPEN (Transfer Station)"])
def test_gold_names_are_folded(name: str) -> None:
    assert gold_of({**PLANNING, "station_1": name}, NETWORK, ROBUST).origin == 0


def test_gold_names_may_be_aliases() -> None:
    gold = gold_of({**PLANNING, "station_2": "Harbour"}, NETWORK, ROBUST)
    assert NETWORK.station_names[gold.destination] == "Cedar"


def test_released_cleans_the_questions_names_once() -> None:
    gold = gold_of({**PLANNING, "station_1": "Aspen Station"}, NETWORK, RELEASED)
    assert (gold.station_1, gold.station_2) == ("aspen", "elm")


def test_released_never_asks_for_a_way_where_the_transfers_are_told() -> None:
    question = make_question("planning", "Aspen", "Yew", question_transfer_count=2)
    assert gold_of(question, NETWORK, RELEASED).transfers == 2


BAD_ROUTES = {
    "a station that is not there": ({"station_1": "Atlantis"}, "unknown_station", "station_1 'Atl"),
    # gold is never guessed
    "a slip": ({"station_2": "Zelkovva"}, "unknown_station", "station_2 'Zelkovva' is not a st"),
    "two stations": ({"station_2": "Birch"}, "unknown_station", "'Birch' fits several stations"),
    "no station_1": ({"station_1": None}, "missing_gold", "planning needs station_1, got none"),
    "no station_2": ({"station_2": None}, "missing_gold", "planning needs station_2, got none"),
    "one place": ({"station_2": "ASPEN Station"}, "bad_gold", "are one station of network 'toy'"),
    "no way": ({"station_2": "Yew"}, "bad_gold", "network 'toy' has no way from station_1 'Aspen'"),
    "transfers below 0": (
        {"question_transfer_count": -1},
        "bad_gold",
        "question_transfer_count: expected at least 0, got -1",
    ),
}


@pytest.mark.parametrize(("change", "kind", "message"), BAD_ROUTES.values(), ids=BAD_ROUTES)
def test_bad_gold_of_a_route_is_an_error_that_says_what_was_expected(
    change: dict[str, str | int | None], kind: str, message: str
) -> None:
    for profile in (ROBUST, PAPER):
        with pytest.raises(GoldError) as raised:
            gold_of({**PLANNING, **change}, NETWORK, profile)  # type: ignore[typeddict-item]
        assert raised.value.kind == kind
        assert message in str(raised.value)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"station_1": "Atlantis"}, "unknown_station"),
        ({"station_2": None}, "missing_gold"),
        ({"question_transfer_count": -1}, "bad_gold"),
        # who does not tell the transfers asks for the network's, so there must be a way
        ({"question_transfer_count": None, "station_2": "Yew"}, "bad_gold"),
    ],
)
def test_bad_gold_is_no_score_under_released_either(
    change: dict[str, str | int | None], kind: str
) -> None:
    question: Question = {**PLANNING, **change}  # type: ignore[typeddict-item]
    with pytest.raises(GoldError) as raised:
        gold_of(question, NETWORK, RELEASED)
    assert raised.value.kind == kind


@pytest.mark.parametrize(
    ("task", "answer", "kind", "message"),
    [
        ("TorF1", None, "missing_gold", "TorF1 needs answer, got none"),
        ("TorF1", 2, "bad_gold", "answer of TorF1: expected 1 for yes or 0 for no, got 2"),
        ("TorF2", -1, "bad_gold", "answer of TorF2: expected 1 for yes or 0 for no, got -1"),
        ("Counting1", None, "missing_gold", "Counting1 needs answer, got none"),
        ("Counting1", 4, "bad_gold", "answer of Counting1: expected 0 to 3 for A to D, got 4"),
        ("Counting2", -1, "bad_gold", "answer of Counting2: expected a count of at least 0"),
        ("Counting3", None, "missing_gold", "Counting3 needs answer, got none"),
    ],
)
def test_bad_gold_of_a_boxed_question_is_an_error_under_every_profile(
    task: TaskName, answer: int | None, kind: str, message: str
) -> None:
    question = make_question(task, "Aspen", "Cedar", answer)
    for profile in (ROBUST, PAPER, RELEASED):
        with pytest.raises(GoldError) as raised:
            gold_of(question, NETWORK, profile)
        assert raised.value.kind == kind
        assert message in str(raised.value)


@pytest.mark.parametrize(
    ("task", "answer"), [("TorF1", 0), ("Counting1", 3), ("Counting2", 0), ("Counting3", 10**9)]
)
def test_golds_at_the_edges_are_gold(task: TaskName, answer: int) -> None:
    assert gold_of(make_question(task, answer=answer), None, PAPER).value == answer


def test_only_robust_looks_at_the_network_of_a_choice() -> None:
    question = make_question("Counting1", answer=1)
    with pytest.raises(GoldError, match="Counting1 needs station_1"):
        gold_of(question, NETWORK, ROBUST)
    with pytest.raises(GoldError, match="network: missing; Counting1 is scored on a network"):
        gold_of(question, None, ROBUST)
    for profile in (PAPER, RELEASED):
        assert gold_of(question, None, profile).value == 1


def test_a_choice_between_stations_that_share_no_line_is_gold() -> None:
    question = make_question("Counting1", "Aspen", "Elm", 1)
    assert gold_of(question, NETWORK, ROBUST).value == 1
