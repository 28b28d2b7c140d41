"""A breakdown in words: the first thing that is wrong, or how good it is."""

from __future__ import annotations

import pytest

from reward_server.core.tasks import Profile
from reward_server.core.transit.build import build
from reward_server.core.transit.model import Question, TaskName
from reward_server.profiles import PAPER, RELEASED, ROBUST
from tests.scoring import evaluate, explain, make_question

NETWORK = build(
    "toy",
    {
        "Line 1": ["Aspen", "Birch", "Cedar", "Dogwood"],
        "Line 2": ["Cedar", "Elm", "Fir"],
        "Line 5": ["Birch", "Dogwood"],
    },
)
QUESTION = make_question("planning", "Aspen", "Fir", question_transfer_count=1)


def completion(route: str, separator: str = "\n--\n") -> str:
    """The template's text of a route written "line:departure-arrival, ..."."""
    texts = []
    for part in route.split(", "):
        line, stops = part.split(":")
        departure, arrival = stops.split("-")
        texts.append(f"Route Name: {line}\nDeparture Stop: {departure}\nArrival Stop: {arrival}")
    return separator.join(texts)


def explained(text: str, question: Question = QUESTION, profile: Profile = ROBUST) -> str:
    return explain(text, question, NETWORK, profile).sentence


KEPT = "; the asked format is kept."
ROUTES = {
    "1:Aspen-Cedar, 2:Cedar-Fir": "Right: 2 rides from Aspen to Fir, as few as possible",
    "1:Aspen-Birch, 1:Birch-Cedar, 2:Cedar-Fir": "Right: 3 rides from Aspen to Fir, 2 would do",
    "9:Aspen-Cedar, 2:Cedar-Fir": "Wrong: segment 1: its line '9' is not in the network",
    "1:Atlantis-Cedar, 2:Cedar-Fir": (
        "Wrong: segment 1: its departure 'Atlantis' is not in the network"
    ),
    "1:Aspen-Cedar, 2:Cedar-Atlantis": (
        "Wrong: segment 2: its arrival 'Atlantis' is not in the network"
    ),
    "1:Aspen-Elm, 2:Elm-Fir": "Wrong: segment 1: Elm is not on Line 1",
    "1:Aspen-Birch, 2:Birch-Fir": "Wrong: segment 2: Birch is not on Line 2",
    "1:Birch-Cedar, 2:Cedar-Fir": "Wrong: segment 1 departs from Birch, expected Aspen",
    "1:Aspen-Cedar, 2:Elm-Fir": "Wrong: segment 2 departs from Elm, expected Cedar",
    "1:Aspen-Cedar, 1:Cedar-Aspen": "Wrong: segment 2 comes back to Aspen",
    "1:Aspen-Aspen, 1:Aspen-Cedar": "Wrong: segment 1 comes back to Aspen",
    "1:Aspen-Cedar, 2:Cedar-Elm": "Wrong: the route ends at Elm, expected Fir",
    "1:Aspen-Cedar": "Wrong: the route ends at Cedar, expected Fir",
    # of several the first is told
    "9:Atlantis-Cedar, 8:Cedar-Elm": "Wrong: segment 1: its line '9' is not in the network",
}


@pytest.mark.parametrize(("route", "sentence"), ROUTES.items())
def test_of_a_route_the_first_fault_is_told(route: str, sentence: str) -> None:
    assert explained(completion(route)) == sentence + KEPT


def test_one_ride_is_a_ride() -> None:
    question = make_question("planning", "Aspen", "Dogwood", question_transfer_count=0)
    sentence = "Right: 1 ride from Aspen to Dogwood, as few as possible"
    assert explained(completion("1:Aspen-Dogwood"), question) == sentence + KEPT


def test_a_format_that_is_not_kept_is_told() -> None:
    text = completion("1:Aspen-Cedar, 2:Cedar-Fir", separator="\n")
    assert explained(text).endswith("as few as possible; the asked format is not kept.")


@pytest.mark.parametrize("profile", [ROBUST, PAPER])
def test_the_explanation_says_right_where_the_profile_does(profile: Profile) -> None:
    for route in ROUTES:
        breakdown = evaluate(completion(route), QUESTION, NETWORK, profile)
        sentence = explained(completion(route), profile=profile)
        assert sentence.startswith("Right: " if breakdown.correct else "Wrong: ")


FAILURES = {
    "": "Wrong: there is no text to read an answer from.",
    "prose": "Wrong: no answer could be read.",
    completion(", ".join(["1:Aspen-Cedar", "1:Cedar-Aspen"] * 33 + ["1:Aspen-Cedar"])): (
        "Wrong: the route has more segments than are read."
    ),
}


@pytest.mark.parametrize(("text", "sentence"), FAILURES.items(), ids=("empty", "prose", "long"))
def test_why_no_answer_was_read_is_told(text: str, sentence: str) -> None:
    assert explained(text) == sentence


BOXED: list[tuple[TaskName, int, str, str]] = [
    ("TorF1", 1, "\\boxed{yes}", "Right: the answer read is yes" + KEPT),
    ("TorF2", 0, "\\boxed{yes}", "Wrong: the answer read is yes, expected no" + KEPT),
    ("Counting1", 1, "\\boxed{B}", "Right: the answer read is B" + KEPT),
    ("Counting1", 3, "\\boxed{A}", "Wrong: the answer read is A, expected D" + KEPT),
    ("Counting2", 4, "4", "Right: the answer read is 4; the asked format is not kept."),
    ("Counting3", 4, "\\boxed{5}", "Wrong: the answer read is 5, expected 4" + KEPT),
    ("Counting3", 4, "\\boxed{5} \\boxed{4}", "Wrong: two different answers stand side by side."),
]


@pytest.mark.parametrize(("task", "gold", "text", "sentence"), BOXED)
def test_of_a_boxed_answer_the_value_is_told(
    task: TaskName, gold: int, text: str, sentence: str
) -> None:
    assert explained(text, make_question(task, "Aspen", "Cedar", gold)) == sentence


@pytest.mark.parametrize(
    ("question", "text", "sentence"),
    [
        (QUESTION, completion("Line 1:Aspen-Cedar, Line 2:Cedar-Fir"), "Right: 2 segments read."),
        (QUESTION, completion("1:Aspen-Cedar, 2:Cedar-Fir"), "Wrong: 2 segments read."),
        (QUESTION, "prose", "Wrong: no answer could be read."),
        (make_question("TorF1", answer=1), "\\boxed{Yes}", "Right: the answer read is 'yes'."),
        (make_question("Counting2", answer=3), "\\boxed{4}", "Wrong: the answer read is '4'."),
    ],
)
def test_released_has_no_format_to_tell_of(question: Question, text: str, sentence: str) -> None:
    assert explained(text, question, RELEASED) == sentence


def test_a_long_name_is_cut_short_in_the_sentence() -> None:
    sentence = explained(completion(f"{'x' * 10_000}:Aspen-Cedar"))
    assert sentence.startswith("Wrong: segment 1: its line 'xxx")
    assert len(sentence) < 250


def test_segments_are_shown_as_spelled_and_as_found() -> None:
    text = completion("line 1:aspen-Atlantis").replace("\n", "\n\n") + "\nVia Stops: Birch"
    read = explain(text, QUESTION, NETWORK, ROBUST).segments
    assert read == [
        {
            "line": "line 1",
            "departure": "aspen",
            "arrival": "Atlantis",
            "via_count": None,
            "via_stops": "Birch",
            "found": {"line": "Line 1", "departure": "Aspen", "arrival": None},
        }
    ]


def test_released_shows_segments_as_spelled_only() -> None:
    read = explain(completion("1:Aspen-Cedar"), QUESTION, NETWORK, RELEASED).segments
    assert read is not None
    assert [(segment["line"], segment["found"]) for segment in read] == [("1", None)]


def test_where_there_is_no_route_there_are_no_segments() -> None:
    assert explain("x", QUESTION, NETWORK, ROBUST).segments is None
    assert explain("\\boxed{yes}", make_question("TorF1", answer=1), None, ROBUST).segments is None
