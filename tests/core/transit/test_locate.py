"""Claims -> places: which names an answer's names are, and what that leaves as signals."""

from __future__ import annotations

import pytest

from reward_server.core.budget import Budget
from reward_server.core.transit.build import Overlay, build
from reward_server.core.transit.gold import ChoiceGold, RouteGold
from reward_server.core.transit.locate import locate_choice, locate_route
from reward_server.core.transit.model import FormName, LocatedRoute, RouteClaim, Segment, ValueClaim
from reward_server.core.transit.name_index import UNKNOWN

NETWORK = build(
    "toy",
    {
        "Line 1": ["Hawthorn Meadows Station", "Birch Station", "Cedar Station"],
        "Line 10": ["Cedar Station", "Larkspur Crossing", "Larkspur Crossings"],
        "Line 2 (Red)": ["Cedar Station", "Elm"],
        "Line 2 (Blue)": ["Elm", "Fir"],
    },
    Overlay(line_aliases={"Metro Ring": "Line 10"}, station_aliases={"Central": "Cedar"}),
)


def located(*segments: Segment, form: FormName = "short") -> LocatedRoute:
    gold = RouteGold("easy", 0, 1, 1, 0, form, NETWORK)
    return locate_route(RouteClaim(segments, True, frozenset({"truncated"})), gold, Budget())


def line(name: str) -> tuple[str | None, set[str]]:
    """The network's name of a line, and the signals it leaves."""
    route = located(Segment(name, "Birch", "Cedar"))
    index = route.rides[0].line
    return NETWORK.lines[index].name if index >= 0 else None, set(route.signals - {"truncated"})


def station(name: str) -> tuple[str | None, set[str]]:
    route = located(Segment("Line 1", name, "Cedar"))
    index = route.rides[0].departure
    return NETWORK.station_names[index] if index >= 0 else None, set(route.signals - {"truncated"})


@pytest.mark.parametrize(
    ("name", "means", "signals"),
    [
        ("Line 1", "Line 1", set()),
        ("route 1 (north)", "Line 1", set()),
        ("10", "Line 10", set()),
        ("Metro Ring", "Line 10", set()),
        ("Line 2 (Red)", "Line 2 (Red)", set()),
        ("2 red", "Line 2 (Red)", set()),
        # fits two
        ("Line 2", None, {"ambiguous_name"}),
        ("Line 2 (Green)", None, {"ambiguous_name"}),
        # no line, and no slip of one either
        ("Line 11", None, {"unknown_line"}),
        ("Line 100", None, {"unknown_line"}),
        ("Line x", None, {"unknown_line", "template_echo"}),
    ],
)
def test_a_lines_name_means_one_line_or_none(
    name: str, means: str | None, signals: set[str]
) -> None:
    assert line(name) == (means, signals)


@pytest.mark.parametrize(
    ("name", "means", "signals"),
    [
        ("Birch Station", "Birch Station", set()),
        ("birch", "Birch Station", set()),
        ("Central", "Cedar Station", set()),
        ("Hawthron Meadows", "Hawthorn Meadows Station", {"fuzzy_name"}),
        ("Larkspur Crosing", None, {"ambiguous_name"}),
        ("Hawthorn", None, {"unknown_station"}),
        ("xx Station", None, {"unknown_station", "template_echo"}),
        ("Birch" * 50, None, {"unknown_station"}),
    ],
)
def test_a_stations_name_means_one_station_or_none(
    name: str, means: str | None, signals: set[str]
) -> None:
    assert station(name) == (means, signals)


def test_the_claims_own_signals_and_format_are_kept() -> None:
    route = located(Segment("Line 9", "Birch", "Cedar"))
    assert route.signals == {"truncated", "unknown_line"}
    assert route.claim.keeps_format is True


def test_two_unknown_names_are_one_place_where_they_fold_alike() -> None:
    first, second = located(
        Segment("Line 1", "Birch", "Nowhere"),
        Segment("Line 1", "NOWHERE Station", "Elsewhere"),
    ).rides
    assert first.arrival == second.departure < UNKNOWN
    assert second.arrival not in (first.arrival, UNKNOWN)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3", 3),
        ("3 stops", 3),
        ("**3**", 3),
        ("[3]", 3),
        ("three", 3),
        ("３", 3),
        ("0", 0),
        ("None", 0),
        ("无", 0),
        ("-1", -1),
        ("2 or 3", None),
        ("3.5", None),
        ("many", None),
        ("", None),
    ],
)
def test_a_via_count_is_one_number(text: str, count: int | None) -> None:
    segment = Segment("Line 1", "Birch", "Cedar", via_count=text)
    assert located(segment, form="via_count").rides[0].via == count


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Birch Station, Cedar Station", ["Birch", "Cedar"]),
        ("Birch、Cedar；Elm", ["Birch", "Cedar", "Elm"]),
        ("Birch -> Cedar → Elm", ["Birch", "Cedar", "Elm"]),
        ("[Birch, Cedar]", ["Birch", "Cedar"]),
        ("Birch (change, if late), Cedar.", ["Birch", "Cedar"]),
        ("Birch,, Cedar,", ["Birch", "Cedar"]),
        ("none", []),
        ("None.", []),
        ("无", []),
        ("-", []),
        ("0", []),
        ("", []),
        ("[]", []),
    ],
)
def test_a_via_list_is_its_names(text: str, names: list[str]) -> None:
    segment = Segment("Line 1", "Birch", "Cedar", via_stops=text)
    expected = tuple(NETWORK.station(name) for name in names)
    assert located(segment, form="via_stops").rides[0].via == expected


def test_an_unknown_name_in_a_list_is_a_place_of_no_line() -> None:
    segment = Segment("Line 1", "Birch", "Cedar", via_stops="Nowhere, Elm, nowhere")
    route = located(segment, form="via_stops")
    assert route.rides[0].via == (UNKNOWN - 1, NETWORK.station("Elm"), UNKNOWN - 1)
    assert "unknown_station" in route.signals


@pytest.mark.parametrize(
    ("form", "via"), [("short", None), ("via_count", 2), ("via_stops", (1, 2))]
)
def test_only_the_asked_kind_of_via_is_read(form: FormName, via: object) -> None:
    segment = Segment("Line 1", "Birch", "Cedar", via_count="2", via_stops="Birch, Cedar")
    assert located(segment, form=form).rides[0].via == via


@pytest.mark.parametrize("form", ["via_count", "via_stops"])
def test_a_via_that_is_not_there_is_none(form: FormName) -> None:
    assert located(Segment("Line 1", "Birch", "Cedar"), form=form).rides[0].via is None


def test_a_choices_list_is_located_like_any_names() -> None:
    gold = ChoiceGold("easy", 0, None, 0, 2, NETWORK)
    names = "birch, Hawthron Meadows, Nowhere"
    choice = locate_choice(ValueClaim(1, True, names, frozenset({"truncated"})), gold, Budget())
    assert choice.stops == [1, 0, UNKNOWN - 1]
    assert choice.signals == {"truncated", "fuzzy_name", "unknown_station"}
    assert locate_choice(ValueClaim(1, True, None), gold, Budget()).stops is None
    assert locate_choice(ValueClaim(1, True, ""), gold, Budget()).stops == []
