"""No item and no network takes more work than its bytes allow, however hostile all of it is.

Networks and golds are drawn as hostile as completions: what is counted is the work of all of core
(``counted``), at two sizes, up to the end of the budget where that comes first.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reward_server.core.budget import LEAST_STEPS, STEPS_PER_CHARACTER
from reward_server.core.transit.model import FormName, TaskName

from ..bench import hostile
from ..scoring import make_question
from .counted_core import Built, Network, build, counted_build, overlay, steps_of_item

Lines = dict[str, list[str]]

#: Counted steps that one step of the budget may stand for: what it is drawn for is a little more
#: than what is counted, or a little less.
TRUE = 2
#: Counted steps of an item for each character of its completion, and beside them.
MOST_PER_CHARACTER = TRUE * STEPS_PER_CHARACTER
MOST_BESIDE = TRUE * LEAST_STEPS
#: Work in four times the size.
GROWTH = 4.6
KB = 1024

NETWORKS: dict[str, Lines] = {
    "a plain line": hostile.plain(400),
    "stations that stand again and again": hostile.again_and_again(40),
    "lines through two hubs": hostile.hubs(60, 12),
    "a chain of lines": hostile.chained(300),
    "two orders": hostile.two_orders(800),
    "names of one length": hostile.alike(600, 12),
    "long names": hostile.alike(60, 190),
}
ITEMS: list[tuple[str, TaskName, FormName]] = [
    ("robust", "planning", "short"),
    ("robust", "planning", "via_count"),
    ("robust", "planning", "via_stops"),
    ("robust", "Counting1", "short"),
    ("paper", "planning", "via_stops"),
    ("released", "planning", "short"),
]


def texts(lines: Lines) -> dict[str, str]:
    """Units of completions that ask much of a network."""
    line, (first, last), (_, second) = next(iter(lines)), ends(lines), _some(lines, 2)
    route = hostile.route(line, first, last)
    listed = ",".join(_some(lines, 8))
    return {
        "routes there and back": route + hostile.route(line, last, first),
        "a via list": f"{route.removesuffix('--' + chr(10))}Via Stops:{listed},",
        "stops": f"\\boxed{{A}} Stops: [{listed},",
        "misspelt names": hostile.route(f"{line}x", f"{first}xq", f"{second}qx"),
        "short names": hostile.route("1", "qqqq", "zzzz"),
        "few characters": "\\boxed{B} Stops:[a]",
    }


def ends(lines: Lines) -> tuple[str, str]:
    """Where the first line begins and where the last one ends."""
    first, *_, last = (stop for stations in lines.values() for stop in stations)
    return first, last


def _some(lines: Lines, count: int) -> list[str]:
    return [stop for stations in lines.values() for stop in stations][:count]


def varied(unit: str, size: int) -> str:
    """A text of a unit again and again, in which no two names are the same."""
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(unit.replace("q", f"{len(parts):04x}"))
        length += len(parts[-1])
    return "".join(parts)[:size]


@pytest.fixture(scope="module", params=NETWORKS)
def hostile_network(request: pytest.FixtureRequest) -> tuple[Lines, Network]:
    lines = NETWORKS[request.param]
    return lines, build("hostile", lines)


@pytest.mark.parametrize(("profile", "task", "form"), ITEMS)
def test_an_item_takes_no_more_than_its_characters_allow(
    hostile_network: tuple[Lines, Network], profile: str, task: TaskName, form: FormName
) -> None:
    lines, network = hostile_network
    first, last = ends(lines)
    answer = None if task == "planning" else 1
    question = make_question(task, first, last, answer, question_form=form)
    taken = {
        (name, size): steps_of_item(varied(unit, size), question, network, profile)
        / (MOST_BESIDE + MOST_PER_CHARACTER * size)
        for name, unit in texts(lines).items()
        for size in (60, 4 * KB, 16 * KB)
    }
    assert {case: share for case, share in taken.items() if share > 1} == {}


# -- networks

Make = Callable[[int], tuple[Lines, Any]]


def bushy(stations: int) -> tuple[Lines, Any]:
    city = hostile.bushy(stations // 7)
    branches = {
        line: [(branch["junction"], branch["stations"]) for branch in of]
        for line, of in city["overlay"]["branches"].items()
    }
    return city["lines"], overlay(loops=("1",), branches=branches)


def aliased(stations: int) -> tuple[Lines, Any]:
    lines = hostile.plain(stations)
    names = {f"other {number}": name for number, name in enumerate(lines["1"])}
    return lines, overlay(station_aliases=names)


def split_and_joined(stations: int) -> tuple[Lines, Any]:
    names = [f"Park {sign}" for number in range(stations // 2) for sign in (f"({number})", number)]
    return {"1": list(map(str, names))}, overlay(split=tuple(names[::2]))


def joined(stations: int) -> tuple[Lines, Any]:
    lines = hostile.plain(stations)
    return lines, overlay(join=tuple(zip(lines["1"][::2], lines["1"][1::2], strict=True))[:1])


BUILT: dict[str, Make] = {
    "a plain line": lambda stops: (hostile.plain(stops), overlay()),
    "stations that stand again and again": lambda stops: (
        hostile.again_and_again(stops // 8),
        overlay(),
    ),
    "lines through two hubs": lambda stops: (hostile.hubs(stops // 12, 10), overlay()),
    "a chain of lines": lambda stops: (hostile.chained(stops // 2), overlay()),
    "two orders": lambda stops: (hostile.two_orders(stops // 2), overlay()),
    "long names": lambda stops: (hostile.alike(stops, 190), overlay()),
    "names that fold alike": split_and_joined,
    "aliases": aliased,
    "branches": bushy,
}


def built(make: Make, stops: int) -> tuple[Built, int]:
    """What building a network takes, and how many characters it has in JSON."""
    lines, further = make(stops)
    characters = len(json.dumps(lines)) + len(repr(further))
    return counted_build(characters, lines, further), characters


@pytest.mark.parametrize("make", BUILT.values(), ids=BUILT)
def test_a_network_takes_no_more_than_its_characters_allow(make: Make) -> None:
    (small, few), (large, many) = built(make, 280), built(make, 1120)
    for network, characters in ((small, few), (large, many)):
        assert network.steps <= MOST_BESIDE + MOST_PER_CHARACTER * characters
    assert large.steps / small.steps < GROWTH * max(1, many / few / 4)


def test_what_is_far_too_much_work_ends_early() -> None:
    small, large = ({str(line): ["A", "B"] for line in range(count)} for count in (10, 500))
    few = counted_build(10, small, overlay())
    assert few.network is not None
    ended = counted_build(10, large, overlay())
    assert ended.network is None
    assert ended.steps < TRUE * LEAST_STEPS
