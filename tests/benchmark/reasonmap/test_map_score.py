"""Algorithm 2 of ReasonMap, each rule by a case worked out by hand.

Points: ends 1; for each pair of segments line 2, departure 1, arrival 1; no more than 10 (short) or
20 (long); 10 or 20 more where the route is correct by Algorithm 1.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.benchmark.marks import Marks
from reward_server.benchmark.measure import Measured, measure
from reward_server.benchmark.reasonmap.map_score import MOST, Leg, map_score
from reward_server.benchmark.rollouts import Rollout, rollouts_of
from reward_server.core.transit.model import FormName
from reward_server.networks.load import load_bundled
from reward_server.scorer import Scorer

Json = dict[str, Any]

LONG_VIA = [f"Long {number}" for number in range(2, 14)]


def segment(line: str, departure: str, arrival: str, via: list[str] | int | None = None) -> str:
    text = f"Route Name: {line}\nDeparture Stop: {departure}\nArrival Stop: {arrival}"
    if isinstance(via, int):
        text += f"\nNumber of Via Stops: {via}"
    elif via is not None:
        text += f"\nVia Stops: {', '.join(via)}"
    return text


def route(*segments: tuple[Any, ...]) -> str:
    return "\n--\n".join(segment(*one) for one in segments)


def reference(*segments: tuple[Any, ...]) -> list[Json]:
    """In ReasonMap's columns; the fourth of a segment is its via stops, or how many they are."""
    found = []
    for line, departure, arrival, *more in segments:
        via = more[0] if more else []
        columns: Json = {"route_name": line, "departure_stop": departure, "arrival_stop": arrival}
        columns |= {"num_via_stops": via} if isinstance(via, int) else {"via_stops": via}
        found.append(columns)
    return found


def marks(
    scorer: Scorer,
    answer: str,
    *references: list[Json],
    ends: tuple[str, str],
    form: str = "short",
    network: str = "toy",
) -> Marks:
    row = rollouts_of(scorer.profile).read_one(
        {
            "task": "planning",
            "network": network,
            "station_1": ends[0],
            "station_2": ends[1],
            "question_form": form,
            "routes": {str(number): route for number, route in enumerate(references)},
            "completion": answer,
        }
    )
    measured = measure(cast("Rollout", row), scorer, of_reasonmap=True)
    assert isinstance(measured, Measured), measured
    return measured.marks


def score(
    scorer: Scorer,
    answer: str,
    *references: list[Json],
    ends: tuple[str, str],
    form: str = "short",
    network: str = "toy",
) -> float:
    found = marks(scorer, answer, *references, ends=ends, form=form, network=network)
    assert found.map_score is not None, found.map_problem
    return found.map_score


class Case(NamedTuple):
    answer: str
    ends: tuple[str, str]
    references: list[list[Json]]
    worth: float
    form: str = "short"


DIRECT, ONE_TRANSFER, TWO_TRANSFERS = ("Alba", "Fern"), ("Alba", "Hill"), ("Alba", "Jetty")
RED = [reference(("Red Line", "Alba", "Fern"))]
BY_CEDAR = reference(("Red Line", "Alba", "Cedar"), ("Blue Line", "Cedar", "Hill"))
BY_KNOLL = reference(("Gold Line", "Alba", "Knoll"), ("Pink Line", "Knoll", "Hill"))
THREE = [
    ("Red Line", "Alba", "Cedar"),
    ("Blue Line", "Cedar", "Hill"),
    ("Green Line", "Hill", "Jetty"),
]
VIA = [reference(("Red Line", "Alba", "Fern", ["Brook", "Cedar", "Dale", "Elm"]))]
COUNTED = [reference(("Red Line", "Alba", "Fern", 4))]
RED_A_F = ("Red Line", "Alba", "Fern")

SHORT = {
    # 1 + (2 + 1 + 1) = 5, and 10: a direct route cannot reach 20
    "one right segment": Case(route(RED_A_F), DIRECT, RED, 15),
    "two right segments: 1 + 4 + 4": Case(route(*THREE[:2]), ONE_TRANSFER, [BY_CEDAR], 19),
    # 1 + 4 + 4 + 4 = 13
    "three right segments are cut off at 10": Case(
        route(*THREE), TWO_TRANSFERS, [reference(*THREE)], 20
    ),
    "the ends alone, by a line that is not there": Case(
        route(("Blue Line", "Alba", "Fern")), DIRECT, RED, 1 + 1 + 1
    ),
    "one end is no end": Case(route(("Red Line", "Alba", "Elm")), DIRECT, RED, 2 + 1),
    "no answer": Case("I cannot see a route.", DIRECT, RED, 0),
    # what stands beyond the shorter of the two is not compared
    "too few segments": Case(route(THREE[0]), ONE_TRANSFER, [BY_CEDAR], 4),
    "too many segments": Case(route(*THREE), ONE_TRANSFER, [BY_CEDAR], 4 + 4),
    "segments are compared by their place": Case(
        route(THREE[1], THREE[0]), ONE_TRANSFER, [BY_CEDAR], 0
    ),
    # a joint that is wrong costs the arrival there and the departure after it
    "another joint": Case(
        route(("Red Line", "Alba", "Dale"), ("Blue Line", "Dale", "Hill")),
        ONE_TRANSFER,
        [BY_CEDAR],
        1 + 3 + 3,
    ),
    # Algorithm 1 asks for no reference: 1 + 2 + 1, and 10
    "a right route that is no reference has the bonus": Case(
        route(("Red Line", "Alba", "Cedar"), ("Red Line", "Cedar", "Fern")), DIRECT, RED, 14
    ),
    # ... and for no order: a ride there and back is correct; 1 + 2 + 1, and 10
    "a loop through the first station": Case(
        route(("Red Line", "Alba", "Dale"), ("Red Line", "Dale", "Alba"), RED_A_F),
        DIRECT,
        RED,
        14,
    ),
    "the second of two references": Case(
        route(("Gold Line", "Alba", "Knoll"), ("Pink Line", "Knoll", "Hill")),
        ONE_TRANSFER,
        [BY_CEDAR, BY_KNOLL],
        19,
    ),
    # 1 + 4 + (0 + 0 + 1) against the first, 1 + (0 + 1 + 0) + (2 + 1 + 1) against the second
    "the better of two references, not the sum": Case(
        route(("Red Line", "Alba", "Cedar"), ("Pink Line", "Knoll", "Hill")),
        ONE_TRANSFER,
        [BY_CEDAR, BY_KNOLL],
        6,
    ),
    "names are cleaned": Case(route(("route red", "ALBA station", "*Fern*")), DIRECT, RED, 15),
    "a line that is merely like it": Case(route(("Reed Line", "Alba", "Fern")), DIRECT, RED, 3),
}

COUNT = {
    # 1 + 4 + 4, and 20
    "the exact count": Case(route((*RED_A_F, 4)), DIRECT, COUNTED, 29),
    # 4 - 4 * 2 / 4
    "half the count": Case(route((*RED_A_F, 2)), DIRECT, COUNTED, 5 + 2 + 20),
    # 4 - 4 * 4 / 8: the error is against the larger of the two
    "twice the count": Case(route((*RED_A_F, 8)), DIRECT, COUNTED, 5 + 2 + 20),
    "none where there are some": Case(route((*RED_A_F, 0)), DIRECT, COUNTED, 5 + 0 + 20),
    "none where there is none": Case(
        route(("Red Line", "Alba", "Brook", 0)),
        ("Alba", "Brook"),
        [reference(("Red Line", "Alba", "Brook", 0))],
        5 + 4 + 20,
    ),
    "one where there is none": Case(
        route(("Red Line", "Alba", "Brook", 1)),
        ("Alba", "Brook"),
        [reference(("Red Line", "Alba", "Brook", 0))],
        5 + 0 + 20,
    ),
    "no count": Case(route(RED_A_F), DIRECT, COUNTED, 5 + 20),
    "a count that is none": Case(route((*RED_A_F, ["a", "few"])), DIRECT, COUNTED, 5 + 20),
    "a count below 0": Case(route((*RED_A_F, -4)), DIRECT, COUNTED, 5 + 20),
    "the count of a list of via stops": Case(route((*RED_A_F, 4)), DIRECT, VIA, 29),
    # 3 segments on wrong lines between wrong stops, 3 * 4 points for their counts
    "counts are cut off at 10, and do not ask for the line": Case(
        route(*[("Long Line", "Long 1", "Long 2", count) for count in (1, 1, 1)]),
        TWO_TRANSFERS,
        [reference(*[(*one, 1) for one in THREE])],
        10,
    ),
    # 1 + 12 + 10 = 23
    "all of it is cut off at 20": Case(
        route(*[(*one, 1) for one in THREE]),
        TWO_TRANSFERS,
        [reference(*[(*one, 1) for one in THREE])],
        40,
    ),
    # West - North over the edge that closes the ring: what counts is the reference
    "a ring": Case(
        route(("Ring Line", "South", "Upton", 2)),
        ("South", "Upton"),
        [reference(("Ring Line", "South", "Upton", ["West", "North"]))],
        29,
    ),
    "a ring, the other way round": Case(
        route(("Ring Line", "South", "Upton", 1)),
        ("South", "Upton"),
        [reference(("Ring Line", "South", "Upton", ["West", "North"]))],
        5 + 2 + 20,
    ),
}

STOPS = {
    # 1 + 4 + (10 * 4/4 + 4) / 2, and 20
    "all via stops": Case(route((*RED_A_F, ["Brook", "Cedar", "Dale", "Elm"])), DIRECT, VIA, 32),
    "their order is not asked": Case(
        route((*RED_A_F, ["Elm", "Dale", "Cedar", "Brook"])), DIRECT, VIA, 32
    ),
    # (10 * 2/4 + 2) / 2
    "half of them": Case(route((*RED_A_F, ["Brook", "Cedar"])), DIRECT, VIA, 5 + 3.5 + 20),
    # (10 * 4/5 + 4) / 2
    "one too many": Case(
        route((*RED_A_F, ["Brook", "Cedar", "Dale", "Elm", "Grove"])), DIRECT, VIA, 5 + 6 + 20
    ),
    "one twice counts once": Case(
        route((*RED_A_F, ["Brook", "Brook", "Cedar"])), DIRECT, VIA, 5 + 3.5 + 20
    ),
    "their names are cleaned": Case(
        route((*RED_A_F, ["brook", "CEDAR Station", "dale", "elm"])), DIRECT, VIA, 32
    ),
    "on another line they are worth nothing": Case(
        route(("Blue Line", "Alba", "Fern", ["Brook", "Cedar", "Dale", "Elm"])), DIRECT, VIA, 3
    ),
    # 12 of 12: (10 + 10) / 2
    "matches are cut off at 10": Case(
        route(("Long Line", "Long 1", "Long 14", LONG_VIA)),
        ("Long 1", "Long 14"),
        [reference(("Long Line", "Long 1", "Long 14", LONG_VIA))],
        5 + 10 + 20,
    ),
    # over both segments 1 match of 2 stops: (10 * 1/2 + 1) / 2
    "segments are taken together": Case(
        route(("Red Line", "Alba", "Cedar", ["Brook"]), ("Blue Line", "Cedar", "Hill", [])),
        ONE_TRANSFER,
        [
            reference(
                ("Red Line", "Alba", "Cedar", ["Brook"]), ("Blue Line", "Cedar", "Hill", ["Grove"])
            )
        ],
        9 + 3 + 20,
    ),
    # all of nothing: (10 + 0) / 2
    "an empty list where there is none": Case(
        route(("Red Line", "Alba", "Brook", [])),
        ("Alba", "Brook"),
        [reference(("Red Line", "Alba", "Brook", []))],
        5 + 5 + 20,
    ),
    "no list where there is none": Case(
        route(("Red Line", "Alba", "Brook")),
        ("Alba", "Brook"),
        [reference(("Red Line", "Alba", "Brook", []))],
        5 + 20,
    ),
}


@pytest.mark.parametrize("case", SHORT.values(), ids=SHORT)
def test_the_short_form_by_hand(scorer: Scorer, case: Case) -> None:
    assert score(scorer, case.answer, *case.references, ends=case.ends) == case.worth


@pytest.mark.parametrize("case", COUNT.values(), ids=COUNT)
def test_via_counts_by_hand(scorer: Scorer, case: Case) -> None:
    found = score(scorer, case.answer, *case.references, ends=case.ends, form="via_count")
    assert found == case.worth


@pytest.mark.parametrize("case", STOPS.values(), ids=STOPS)
def test_via_stops_by_hand(scorer: Scorer, case: Case) -> None:
    found = score(scorer, case.answer, *case.references, ends=case.ends, form="via_stops")
    assert found == case.worth


def test_the_bonus_goes_by_the_profile_that_says_what_is_correct(scorer: Scorer) -> None:
    case = SHORT["a loop through the first station"]
    robust = Scorer(scorer.networks, "robust")
    assert score(robust, case.answer, *case.references, ends=case.ends) == 4


def test_names_that_no_network_knows_are_told_by_their_spelling(scorer: Scorer) -> None:
    strange = [reference(("Tram 7", "Alba", "Nowhere"))]
    answer = route(("tram 7", "Alba", "NOWHERE station"))
    assert score(scorer, answer, *strange, ends=DIRECT) == 2 + 1 + 1


@pytest.mark.parametrize("profile", ["paper", "robust", "released"])
def test_equal_routes_are_one_answer_under_any_profile(scorer: Scorer, profile: str) -> None:
    profiled = Scorer(scorer.networks, profile)
    ways = [route(RED_A_F), route(("red", "ALBA", "Fern Station"))]
    first, second = (marks(profiled, way, ends=DIRECT).answer for way in ways)
    assert first == second
    assert marks(profiled, route(THREE[0]), ends=DIRECT).answer != first


@pytest.mark.parametrize(
    # the released code reads no route with via stops, and so gives no bonus
    ("profile", "bonus"),
    [("paper", 20), ("robust", 20), ("released", 0)],
)
def test_map_score_reads_via_stops_under_any_profile(
    scorer: Scorer, profile: str, bonus: float
) -> None:
    profiled = Scorer(scorer.networks, profile)
    # of Brook, Cedar, Dale, Elm two are named, and a stop that is in no network
    answer = route((*RED_A_F, ["Brook", "Nowhere", "Elm"]))
    found = score(profiled, answer, *VIA, ends=DIRECT, form="via_stops")
    assert found == 5 + (10 * 2 / 5 + 2) / 2 + bonus


def test_a_reference_may_be_longer_than_any_answer(scorer: Scorer) -> None:
    strange = [f"Nowhere {number}" for number in range(3000)]
    found = score(
        scorer,
        route((*RED_A_F, ["Elm"])),
        reference((*RED_A_F, [*strange, "Elm"])),
        ends=DIRECT,
        form="via_stops",
    )
    assert found == pytest.approx(5 + (10 / 3001 + 1) / 2 + 20)


def test_a_stop_that_no_network_knows_is_told_by_its_spelling(scorer: Scorer) -> None:
    strange = [reference(("Red Line", "Alba", "Fern", ["Nowhere", "Elm"]))]
    answer = route((*RED_A_F, ["NOWHERE station", "Elm"]))
    found = score(scorer, answer, *strange, ends=DIRECT, form="via_stops")
    assert found == 5 + (10 + 2) / 2 + 20


@pytest.mark.parametrize(
    ("form", "column"), [("via_count", "num_via_stops"), ("via_stops", "via_stops")]
)
def test_a_reference_without_what_the_form_asks_gives_no_score(
    scorer: Scorer, form: str, column: str
) -> None:
    lacking = [{"route_name": "Red Line", "departure_stop": "Alba", "arrival_stop": "Fern"}]
    found = marks(scorer, route(RED_A_F), lacking, ends=DIRECT, form=form)
    assert found.map_score is None
    assert found.map_problem == f"routes: segment 1 has no {column}"


def test_a_perfect_short_answer_has_all_that_its_segments_can_give() -> None:
    cities = load_bundled()
    scorer = Scorer(cities, "paper")
    seen = set()
    for name, city in cities.items():
        for line in city.lines:
            run = line.runs[0]
            first, last = city.station_names[run[0]], city.station_names[run[-1]]
            one = (line.name, first, last)
            if first == last:
                continue
            found = score(scorer, route(one), reference(one), ends=(first, last), network=name)
            assert found == 15
            seen.add(name)
    assert seen == set(cities)


KEYS = st.integers(0, 4)
LEGS = st.lists(
    st.builds(
        Leg,
        KEYS,
        KEYS,
        KEYS,
        st.none() | st.integers(-2, 30),
        st.none() | st.frozensets(st.integers(0, 15)),
    ),
    max_size=6,
)


@given(
    LEGS,
    st.lists(LEGS.filter(bool), min_size=1, max_size=3),
    st.tuples(KEYS, KEYS),
    st.sampled_from(["short", "via_count", "via_stops"]),
    st.booleans(),
)
def test_no_score_leaves_its_bounds_and_no_reference_lowers_it(
    answer: list[Leg],
    references: list[list[Leg]],
    ends: tuple[int, int],
    form: FormName,
    correct: bool,
) -> None:
    bonus = MOST[form] if correct else 0.0
    whole = map_score(answer, references, ends, form, correct=correct)
    assert bonus <= whole <= MOST[form] + bonus
    alone = [map_score(answer, [one], ends, form, correct=correct) for one in references]
    assert whole == max(alone)
