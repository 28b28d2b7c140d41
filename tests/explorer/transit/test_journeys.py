"""True routes, and what is said of each segment of an answered one."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from reward_server.core.model import Breakdown
from reward_server.core.transit.build import Overlay, build
from reward_server.core.transit.network import Network
from reward_server.explorer.transit.journeys import rows, true_route
from reward_server.networks.load import load_bundled, load_folder
from reward_server.scorer import Scorer

TOY = build(
    "toy",
    {
        "Line 1": ["Alba", "Brook", "Cedar", "Dale"],
        "Line 2": ["Cedar", "Elm", "Fir"],
        "Ring": ["Alba", "Gate", "Hill", "Isle", "Junction"],
    },
    Overlay(loops=("Ring",)),
)


def check(network: Network, origin: int, destination: int) -> None:
    """A route is ridden from the one station to the other in the fewest rides."""
    route = true_route(network, origin, destination)
    assert len(route) == network.rides(origin, destination)
    assert (route[0].departure, route[-1].arrival) == (origin, destination)
    for leg in route:
        assert leg.via in network.lines[leg.line].between(leg.departure, leg.arrival)
    for one, other in pairwise(route):
        assert one.arrival == other.departure
        assert one.line != other.line


@pytest.mark.parametrize("name", load_bundled())
def test_a_true_route_has_the_fewest_rides(name: str) -> None:
    network = load_bundled()[name]
    for station in range(1, len(network.station_names), 3):
        check(network, 0, station)


def test_so_it_has_in_new_york(reasonmap: Path) -> None:
    network = load_folder(reasonmap / "stations")["america/new_york"]
    for station in range(1, len(network.station_names), 40):
        check(network, 0, station)


def test_there_is_no_route_where_there_is_no_way() -> None:
    network = build("apart", {"1": ["A", "B"], "2": ["C", "D"]})
    assert true_route(network, 0, 2) == []
    assert true_route(network, 0, 0) == []


def test_of_two_ways_round_a_ring_the_short_one_is_shown() -> None:
    (leg,) = true_route(TOY, TOY.station("Alba"), TOY.station("Isle"))
    assert [TOY.station_names[stop] for stop in leg.via] == ["Junction"]


def told(completion: str, form: str, profile: str) -> list[tuple[bool, str]]:
    """What is said of the answer to how one gets from Alba to Fir."""
    item = {
        "task": "planning",
        "network": "toy",
        "station_1": "Alba",
        "station_2": "Fir",
        "question_form": form,
        "completion": completion,
    }
    scorer = Scorer(profile=profile)
    (outcome,) = scorer.evaluate(scorer.items.read([item]), scorer.networks_with({"toy": TOY}))
    assert isinstance(outcome, Breakdown)
    return [(row.sound, row.words) for row in rows(outcome.located, outcome.gold)]


def ride(line: str, departure: str, arrival: str, *more: str) -> str:
    fields = [f"Route Name: {line}", f"Departure Stop: {departure}", f"Arrival Stop: {arrival}"]
    return "\n".join((*fields, *more))


RIGHT = [ride("Line 1", "Alba", "Cedar"), ride("Line 2", "Cedar", "Fir")]
SOUND = (True, "can be ridden, 1 via stop")

VERDICTS = {
    "a right route": ("short", RIGHT, [SOUND, SOUND]),
    "a line that is not there": (
        "short",
        [ride("Monorail", "Alba", "Cedar"), RIGHT[1]],
        [(False, "its line 'Monorail' is not in the network"), SOUND],
    ),
    "a station that is not there": (
        "short",
        [ride("Line 1", "Alba", "Atlantis"), RIGHT[1]],
        [(False, "its arrival 'Atlantis' is not in the network"), SOUND],
    ),
    "a stop of another line": (
        "short",
        [RIGHT[0], ride("Line 1", "Cedar", "Fir")],
        [SOUND, (False, "Fir is not on Line 1")],
    ),
    "a departure from elsewhere": (
        "short",
        [ride("Line 1", "Brook", "Cedar"), RIGHT[1]],
        [(False, "departs from Brook, expected Alba"), SOUND],
    ),
    "a joint that does not fit": (
        "short",
        [ride("Line 1", "Alba", "Dale"), RIGHT[1]],
        [(True, "can be ridden, 2 via stops"), (False, "departs from Cedar, expected Dale")],
    ),
    "an end too early": (
        "short",
        [RIGHT[0], ride("Line 2", "Cedar", "Elm")],
        [SOUND, (False, "ends at Elm, expected Fir")],
    ),
    "a way back": (
        "short",
        [RIGHT[0], ride("Line 1", "Cedar", "Alba"), RIGHT[1]],
        [SOUND, (False, "comes back to Alba"), (False, "departs from Cedar, expected Alba")],
    ),
    "no way at all": (
        "short",
        [ride("Line 1", "Alba", "Alba"), RIGHT[1]],
        [(False, "comes back to Alba"), (False, "departs from Cedar, expected Alba")],
    ),
    "a right and a wrong count": (
        "via_count",
        [
            ride("Line 1", "Alba", "Cedar", "Number of Via Stops: 1"),
            ride("Line 2", "Cedar", "Fir", "Number of Via Stops: 7"),
        ],
        [SOUND, (True, "can be ridden, 1 via stop, where the answer counts 7")],
    ),
    "a list with the wrong name, and one too long": (
        "via_stops",
        [
            ride("Line 1", "Alba", "Cedar", "Via Stops: Gate"),
            ride("Line 2", "Cedar", "Fir", "Via Stops: Elm, Dale"),
        ],
        [
            (True, "can be ridden, 1 via stop; not listed: Brook"),
            (True, "can be ridden, 1 via stop, where the answer lists 2"),
        ],
    ),
    "a count that is none, and one in words": (
        "via_count",
        [
            ride("Line 1", "Alba", "Cedar", "Number of Via Stops: some"),
            ride("Line 2", "Cedar", "Fir", "Number of Via Stops: one"),
        ],
        [(True, "can be ridden, 1 via stop, where the answer counts some"), SOUND],
    ),
    "a list with the ends in it, and one in other words": (
        "via_stops",
        [
            ride("Line 1", "Alba", "Cedar", "Via Stops: Alba, Brook, Cedar"),
            ride("Line 2", "Cedar", "Fir", "Via Stops: elm station"),
        ],
        [SOUND, SOUND],
    ),
    "via stops that were not asked for": (
        "short",
        [ride("Line 1", "Alba", "Cedar", "Number of Via Stops: 9"), RIGHT[1]],
        [SOUND, SOUND],
    ),
}


@pytest.mark.parametrize("profile", ["robust", "paper"])
@pytest.mark.parametrize(("form", "segments", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_each_segment_has_its_verdict(
    form: str, segments: list[str], expected: list[tuple[bool, str]], profile: str
) -> None:
    assert told("\n--\n".join(segments), form, profile) == expected
