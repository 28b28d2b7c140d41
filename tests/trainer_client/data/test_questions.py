"""Questions have the gold that the city's files have, are balanced, and are the same for a seed."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from reward_server.core.transit.build import build
from reward_server.core.transit.model import TaskName
from reward_server.core.transit.network import Network
from reward_server.networks.load import load_bundled
from trainer_client.data import wording
from trainer_client.data.city import City, cities_of
from trainer_client.data.make import cities_in
from trainer_client.data.questions import PUBLISHED_COUNTS, QUESTIONS_PER_CITY, Question, ask
from trainer_client.data.routes import MOST_ROUTES, reference_routes
from trainer_client.data.synth.make import synth

from .confirm import confirm
from .making import bundled, rows_of, tidied

TASKS: tuple[TaskName, ...] = tuple(PUBLISHED_COUNTS)


@pytest.fixture(scope="module")
def network() -> Network:
    """The largest bundled city."""
    return load_bundled()["nordmark/skjoldhavn"]


def of_task(questions: list[Question], task: str) -> list[Question]:
    return [question for question in questions if question.task == task]


def test_gold_is_confirmed_by_the_citys_files_and_by_the_reward(tmp_path: Path) -> None:
    cities = chain(bundled(), synth(2, "easy", 3), synth(2, "middle", 3), synth(1, "hard", 3))
    confirmed = confirm(rows_of(cities, tmp_path, 80), tmp_path / "made" / "stations")
    assert confirmed.problems == []
    assert sum(confirmed[task] for task in TASKS) > 500
    assert confirmed["wrong answers"] > confirmed["perfect answers"] > 500


def test_gold_of_real_cities_is_confirmed_too(reasonmap: Path, tmp_path: Path) -> None:
    stations = reasonmap / "stations"

    def once(city: City) -> City:
        # New York's B and R pass "7 Av" and "36 St" twice: two places of one name, and no order
        tidy = tidied(city)
        lines = {line: stops for line, stops in tidy.lines.items() if not _twice(stops)}
        return City(tidy.name, lines, tidy.overlay, difficulty=tidy.difficulty)

    cities = map(once, cities_in(stations, cities_of(stations)))
    confirmed = confirm(rows_of(cities, tmp_path, 20), tmp_path / "made" / "stations")
    assert confirmed.problems == []
    assert sum(confirmed[task] for task in TASKS) > 500


def _twice(stops: tuple[str, ...]) -> bool:
    closed = stops[0] == stops[-1]
    return len(set(stops)) < len(stops) - closed


def test_the_same_seed_asks_the_same_and_another_asks_something_else(network: Network) -> None:
    assert ask(network, 100, 7) == ask(network, 100, 7)
    assert ask(network, 100, 7) != ask(network, 100, 8)


def test_no_question_is_asked_twice(network: Network) -> None:
    questions = ask(network, 600)
    texts = Counter(question.text for question in questions)
    assert texts.most_common(1)[0][1] == 1
    pairs = Counter(frozenset((q.station_1, q.station_2)) for q in of_task(questions, "TorF1"))
    assert pairs.most_common(1)[0][1] == 1


def test_tasks_have_the_published_proportions(network: Network) -> None:
    counts = Counter(question.task for question in ask(network))
    assert counts.total() == QUESTIONS_PER_CITY == 168
    assert counts == {
        "TorF1": 35, "TorF2": 31, "Counting1": 35, "Counting2": 32, "Counting3": 1, "planning": 34,
    }  # fmt: skip


def test_only_the_tasks_asked_for_are_asked(network: Network) -> None:
    assert {question.task for question in ask(network, 20, tasks=["planning"])} == {"planning"}


def test_yes_and_no_and_the_four_letters_are_evenly_spread(network: Network) -> None:
    questions = ask(network, 400)
    for task in ("TorF1", "TorF2"):
        answers = Counter(question.answer for question in of_task(questions, task))
        assert abs(answers[0] - answers[1]) <= 1
        assert answers[0] > 30
    letters = Counter(question.answer for question in of_task(questions, "Counting1"))
    assert max(letters.values()) - min(letters.values()) <= 1
    assert set(letters) == {0, 1, 2, 3}


#: How many stations have 1, 2, 3 ... lines -> how often each count is asked for, of 12 questions.
COUNTS_OF_LINES = {
    (20, 12): (6, 6),
    (20, 3): (3, 3),
    (20, 1): (1, 1),
    (20, 0): (),
    (0, 9): (),
    (2, 20): (2, 2),
    (20, 4, 4): (4, 4, 4),
    (20, 3, 1): (3, 3, 1),
    (20, 1, 1, 1): (1, 1, 1, 1),
    (20, 5, 2, 1): (5, 4, 2, 1),
}


@pytest.mark.parametrize("stations", COUNTS_OF_LINES)
def test_no_count_of_lines_is_asked_for_more_often_than_the_next(stations: tuple[int, ...]) -> None:
    lines: dict[str, list[str]] = {f"{line}": [] for line in range(1, len(stations) + 1)}
    for lines_there, many in enumerate(stations, 1):
        for number in range(many):
            for line in range(1, lines_there + 1):
                lines[f"{line}"].append(f"Stop {'ABCD'[lines_there - 1]} {number + 1}")
    for name, stops in lines.items():
        if len(stops) == 1:  # no line has one station
            stops.append(f"End of {name}")
    city = build("x", {line: stops for line, stops in lines.items() if stops})
    asked = Counter(q.answer for q in ask(city, 12, tasks=["Counting2"]))
    assert tuple(asked[count] for count in sorted(asked)) == COUNTS_OF_LINES[stations]


def test_whoever_counts_the_same_lines_everywhere_is_right_half_of_the_time_at_most() -> None:
    for city in chain(bundled(), synth(4, "easy", 5), synth(4, "middle", 5), synth(2, "hard", 5)):
        golds = Counter(q.answer for q in ask(city.loaded.network, tasks=["Counting2"]))
        assert golds
        assert 2 * max(golds.values()) <= golds.total()


def test_planning_has_the_quota_of_transfers_and_of_forms(network: Network) -> None:
    questions = ask(network, 41, tasks=["planning"])
    transfers = Counter(min(question.transfers, 2) for question in questions)
    assert [transfers[count] for count in range(3)] == [21, 15, 5]
    forms = Counter(question.form for question in questions)
    assert forms == {"short": 21, "via_count": 10, "via_stops": 10}


def test_what_a_city_has_too_few_of_is_replaced_by_fewer_transfers() -> None:
    cross = build("x", {"1": ["A", "B", "C"], "2": ["D", "B", "E"]})
    questions = ask(cross, 12, tasks=["planning"])
    assert Counter(question.transfers for question in questions) == {0: 6, 1: 6}


def test_a_city_of_one_line_is_asked_neither_yes_nor_no() -> None:
    alone = build("x", {"1": ["A", "B", "C", "D"]})
    tasks = Counter(question.task for question in ask(alone, 60))
    # nor how many lines a station has: it would always be one
    assert set(tasks) == {"Counting1", "Counting3", "planning"}
    assert tasks["Counting1"] == 6


def test_stops_are_not_counted_where_two_numbers_are_right() -> None:
    # round a loop of seven the two ways differ; C and D are 0 apart on line 1, 1 apart on line 2
    loop = build("x", {"Ring": ["A", "B", "C", "D", "E", "F", "G", "A"]})
    assert of_task(ask(loop, 60), "Counting1") == []
    express = build("x", {"1": ["C", "D"], "2": ["C", "X", "D"]})
    asked = of_task(ask(express, 60), "Counting1")
    assert asked
    assert {frozenset((q.station_1, q.station_2)) for q in asked} == {
        frozenset("CX"),
        frozenset("XD"),
    }


def test_on_a_loop_of_six_opposite_stations_are_asked_about() -> None:
    loop = build("x", {"Ring": ["A", "B", "C", "D", "E", "F", "A"]})
    asked = of_task(ask(loop, 60), "Counting1")
    assert {question.options[question.answer] for question in asked if question.options} == {"2"}
    assert len(asked) == 3


def test_stops_are_not_counted_on_a_line_that_passes_a_station_twice() -> None:
    eight = build("x", {"1": ["A", "B", "C", "D", "B", "E"]})
    assert of_task(ask(eight, 60), "Counting1") == []


def test_reference_routes_are_the_shortest_first_and_take_no_ride_too_many() -> None:
    city = build(
        "x",
        {
            "1": ["A", "P", "Q", "R", "Z1"],
            "2": ["Z2", "P", "B"],  # change at P: 2 stops
            "3": ["Q", "U", "V", "B"],  # change at Q: 5 stops
            "4": ["A", "Y", "M"],
            "5": ["M", "B"],  # by M: 3 stops
        },
    )
    routes = reference_routes(city, city.station("A"), city.station("B"))
    assert [[leg["route_name"] for leg in route] for route in routes] == [
        ["1", "2"], ["4", "5"], ["1", "3"],
    ]  # fmt: skip
    assert [leg["via_stops"] for leg in routes[2]] == [["P"], ["U", "V"]]
    assert reference_routes(city, city.station("A"), city.station("A")) == []


def test_at_most_four_reference_routes_are_kept() -> None:
    lines = {f"{n}a": ["A", f"M{n}"] for n in range(9)} | {
        f"{n}b": [f"M{n}", "B"] for n in range(9)
    }
    city = build("x", lines)
    routes = reference_routes(city, city.station("A"), city.station("B"))
    assert len(routes) == MOST_ROUTES


def test_what_is_written_is_read_back(network: Network) -> None:
    for question in ask(network, 300):
        if question.form:
            assert wording.form_of(question.text) == question.form
        if question.task == "Counting1":
            assert wording.options_of(question.text) == question.options


@pytest.mark.parametrize(
    "question",
    [
        "How many stops?\nA) 8 \nB) 1 \nC) 25 \nD) 12 \n",
        "How many stops? A) 8 B) 1 C) 25 D) 12",
        "How many stops?\nA. 8\nB. 1\nC. 25\nD. 12",
        "Is A) a station? How many stops?\n A)8\n B)1\n C)25\n D)12",
    ],
)
def test_options_are_found_however_they_are_set(question: str) -> None:
    assert wording.options_of(question) == ("8", "1", "25", "12")


@pytest.mark.parametrize(
    "question", ["How many?", "How many?\nA) 1\nB) 2\nC) 3", "How many?\nA) 1\nC) 2\nB) 3\nD) 4"]
)
def test_what_are_no_four_options_is_none(question: str) -> None:
    assert wording.options_of(question) is None


@pytest.mark.parametrize(
    ("line", "asked"), [("Line F", "on Line F?"), ("1号线", "on 1号线?"), ("7", "on the line 7?")]
)
def test_a_line_is_called_a_line_once(line: str, asked: str) -> None:
    assert wording.on_line("Alba", line).endswith(f"is it true that Alba is {asked}")
