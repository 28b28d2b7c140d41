"""How core knows the names, the rides and the ways of a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.core.budget import Budget
from reward_server.core.transit import names as text
from reward_server.core.transit.build import Branch, Overlay, build
from reward_server.core.transit.model import NetworkError
from reward_server.core.transit.name_index import AMBIGUOUS, EFFORT_STEPS, UNKNOWN, Lookups
from reward_server.core.transit.network import Network


def found(network: Network, name: str) -> tuple[int | str, set[str]]:
    """What an answer's station resolves to, by its name, and the signals."""
    lookups = Lookups(Budget())
    index = network.station_index.find(name, lookups)
    return network.station_names[index] if index >= 0 else index, lookups.signals


def ways(network: Network, departure: str, arrival: str) -> set[str]:
    """The ways between two stations of the first line, each as its stations' names run together."""
    ends = network.station(departure), network.station(arrival)
    return {
        "".join(network.station_names[station] for station in way)
        for way in network.lines[0].between(*ends)
    }


# --- names

TOWN = build(
    "town",
    {
        "Line 1": ["Hawthorn Meadows", "Silverbrook North", "Silverbrook South", "Old Quarry 12"],
        "Line 2": ["Larkspur Crossing", "Larkspur Crossings", "Hawthorn Meadows", "Elm", "听潮站"],
    },
)


@pytest.mark.parametrize(
    ("name", "means", "signals"),
    [
        ("hawthorn meadows station", "Hawthorn Meadows", set()),
        ("HAWTHORN-MEADOWS (Transfer Station)", "Hawthorn Meadows", set()),
        ("听潮", "听潮站", set()),
        ("Hawthron Meadows", "Hawthorn Meadows", {"fuzzy_name"}),
        ("Hawthorn Meadow", "Hawthorn Meadows", {"fuzzy_name"}),
        ("Hawthorn", UNKNOWN, {"unknown_station"}),
        ("Larkspur Crosing", AMBIGUOUS, {"ambiguous_name"}),
        ("Silverbrook West", UNKNOWN, {"unknown_station"}),
        ("Silverbrook", UNKNOWN, {"unknown_station"}),
        ("Old Quarry 13", UNKNOWN, {"unknown_station"}),
        ("Elms", UNKNOWN, {"unknown_station"}),
        ("听湖站", UNKNOWN, {"unknown_station"}),
        ("", UNKNOWN, {"unknown_station"}),
        ("Hawthorn Meadows" + " " * 200, UNKNOWN, {"unknown_station"}),
    ],
)
def test_an_answers_name_means_one_station_or_none(
    name: str, means: str | int, signals: set[str]
) -> None:
    assert found(TOWN, name) == (means, signals)


def test_only_so_many_unknown_names_are_looked_for_in_one_completion() -> None:
    lookups = Lookups(Budget())
    looked_up = 0
    while TOWN.station_index.find("Hawthron Meadows", lookups) >= 0:
        lookups.budget.renew(100)
        looked_up += 1
    assert 50 < looked_up <= EFFORT_STEPS // len("Hawthron Meadows")
    assert TOWN.station_index.find("Hawthorn Meadows", lookups) >= 0


def test_the_first_name_of_a_network_is_found_by_every_reading() -> None:
    # index 0 is no "not found"
    lines = {"Line 1": ["Elm St (North)", "Beck"], "Line 2": ["Beck", "Elm St (South)"]}
    network = build("toy", lines, Overlay(split=("Elm St (North)", "Elm St (South)")))
    for name in ("Elm St (North)", "elm st north", "Elm St Station (North)"):
        assert found(network, name) == ("Elm St (North)", set())
    assert found(network, "Elm Street (North)") == ("Elm St (North)", set())
    assert found(network, "Elm St") == (AMBIGUOUS, {"ambiguous_name"})
    for name in ("Line 1", "1", "Metro 1", "TTC Line 1", "Line One", "Line 1 eastbound", "1/M1"):
        assert network.line_index.find(name, Lookups(Budget())) == 0, name


@pytest.mark.parametrize(
    ("name", "means"),
    [
        # 16 letters each; the slip is 94% like the first, and as much less like the second
        ("Hawthorn Meadowz", "Hawthorn Meadows"),  # the second shares no word
        ("Larkspur Crossinq", AMBIGUOUS),  # the second is nearly as near
        ("Silverbrok North", "Silverbrook North"),  # the second differs in its direction: 88%
    ],
)
def test_a_slip_is_read_where_the_second_candidate_is_clearly_farther(
    name: str, means: str | int
) -> None:
    signals = {"ambiguous_name" if means == AMBIGUOUS else "fuzzy_name"}
    assert found(TOWN, name) == (means, signals)


def test_lines_that_fold_alike_are_known_by_their_whole_names() -> None:
    lines = build("toy", {"Line 1": ["A", "B"], "Line 1 (Spur)": ["B", "C"]}).line_index
    assert lines.find_exactly("Line 1") == 0
    assert lines.find_exactly("line 1 spur") == 1
    assert lines.find_exactly("1") == 0
    assert lines.find_exactly("Line 1 (Red)") == AMBIGUOUS


def test_every_spelling_of_the_data_means_its_own_station_after_a_split() -> None:
    network = build("toy", {"L": ["Park", "Mill", "Park (S)"]}, Overlay(split=("Park (S)",)))
    assert network.station("Park") == 0
    assert network.station("Park Station") == 0
    assert network.station("park (s) station") == 2
    assert network.station("Park (North)") == AMBIGUOUS
    both = build("toy", {"L": ["Park", "Mill", "Park (S)"]}, Overlay(split=("Park", "Park (S)")))
    assert (both.station("Park"), both.station("Park (S)")) == (0, 2)


def test_a_split_station_is_never_one_with_a_name_that_reads_like_it() -> None:
    lines = {"L": ["Park (North)", "Mill", "Park North"]}
    network = build("toy", lines, Overlay(split=("Park (North)",)))
    assert (network.station("Park (North)"), network.station("Park North")) == (0, 2)


def test_a_branch_out_of_the_lists_order_is_refused() -> None:
    overlay = Overlay(branches={"L": (Branch("B", ("X", "D")),)})
    with pytest.raises(NetworkError, match="follow each other"):
        build("toy", {"L": ["A", "B", "C", "D", "X"]}, overlay)


def test_an_alias_with_a_remark_does_not_take_the_short_name() -> None:
    lines = {"Line 1 (Red)": ["A", "B"], "Line 1 (Blue)": ["B", "C"]}
    index = build("toy", lines, Overlay(line_aliases={"Line 1 (Rouge)": "Line 1 (Red)"})).line_index
    assert index.find_exactly("Line 1") == AMBIGUOUS
    assert index.find_exactly("line 1 (rouge)") == 0


def test_an_alias_of_an_alias_is_refused_in_either_order() -> None:
    for aliases in ({"x": "y", "y": "A"}, {"y": "A", "x": "y"}):
        with pytest.raises(NetworkError, match="no station 'y'"):
            build("toy", {"L": ["A", "B"]}, Overlay(station_aliases=aliases))


@given(st.text(max_size=20) | st.text("站线号地铁()（）[] 1.Lİßﬀ½Ⅳéline", max_size=20))
def test_folding_what_is_folded_changes_nothing(name: str) -> None:
    for fold in (text.fold_station, text.fold_line):
        assert fold(fold(name)) == fold(name)
        assert fold(name) or not name.strip()


def test_names_that_differ_in_an_accent_are_two_stations() -> None:
    network = build("toy", {"3": ["Láng", "Cát Linh", "Lăng"], "4": ["Cat Linh", "Kim Mã"]})
    assert network.station_names == ("Láng", "Cát Linh", "Lăng", "Cat Linh", "Kim Mã")
    assert found(network, "LÁNG Station") == ("Láng", set())
    assert found(network, "Lang") == (AMBIGUOUS, {"ambiguous_name"})
    assert found(network, "Kim Ma") == ("Kim Mã", set())


def test_an_overlay_may_leave_out_accents_where_that_is_enough() -> None:
    overlay = Overlay(
        join=(("Cat Linh", "Kim Ma"),), branches={"3": (Branch("Lang", ("Mo Lao",)),)}
    )
    network = build("toy", {"3": ["Láng", "Mỗ Lao", "Cát Linh"], "4": ["Kim Mã", "Đền"]}, overlay)
    assert network.station("Cát Linh") == network.station("Kim Mã")
    assert ways(network, "Mỗ Lao", "Cát Linh") == {"Láng"}


# --- ways between two stations


def test_a_plain_line_has_one_way() -> None:
    line = build("toy", {"1": ["A", "B", "C", "D"]})
    assert ways(line, "A", "D") == {"BC"}
    assert ways(line, "D", "A") == {"CB"}
    assert ways(line, "A", "B") == {""}
    assert line.lines[0].is_between(0, 1, 3)
    assert not line.lines[0].is_between(1, 0, 3)


def test_there_is_no_way_to_what_is_not_on_the_line() -> None:
    network = build("toy", {"1": ["A", "B"], "2": ["B", "C"]})
    assert network.lines[0].between(0, 2) == []
    assert network.lines[0].between(UNKNOWN, 0) == []


def test_a_ring_has_two_ways_in_travel_order() -> None:
    ring = build("toy", {"1": ["A", "B", "C", "D", "A"]})
    assert ways(ring, "A", "C") == {"B", "D"}
    assert ways(ring, "D", "B") == {"A", "C"}
    assert ways(ring, "D", "A") == {"", "CB"}
    assert ring.lines[0].is_between(3, 0, 1)


def test_there_and_back_is_no_ring() -> None:
    assert not build("toy", {"1": ["A", "B", "A"]}).lines[0].ring


def test_a_station_that_stands_twice_gives_a_choice() -> None:
    line = build("toy", {"1": ["A", "B", "C", "D", "B", "E"]})
    assert ways(line, "A", "E") == {"BCDB"}
    assert ways(line, "C", "E") == {"DB"}
    assert ways(line, "A", "B") == {""}
    assert ways(line, "B", "D") == {"C", ""}


def test_a_branch_of_a_ring_reaches_each_station_both_ways() -> None:
    overlay = Overlay(branches={"1": (Branch("C", ("X", "Y")),)})
    network = build("toy", {"1": ["A", "B", "C", "D", "A", "X", "Y"]}, overlay)
    assert ways(network, "Y", "A") == {"XCB", "XCD"}
    assert ways(network, "A", "C") == {"B", "D"}
    assert ways(network, "X", "D") == {"C", "CBA"}


def test_two_branches_at_one_junction() -> None:
    overlay = Overlay(branches={"1": (Branch("B", ("X",)), Branch("B", ("Y",)))})
    network = build("toy", {"1": ["A", "B", "C", "X", "Y"]}, overlay)
    assert ways(network, "X", "Y") == {"B"}
    assert ways(network, "X", "A") == {"B"}
    assert ways(network, "C", "Y") == {"B"}


@given(st.integers(3, 8), st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3), st.booleans())
def test_any_two_stations_of_a_branched_line_have_a_way(
    main: int, seed: int, junctions: list[int], ring: bool
) -> None:
    names = [f"M{number}" for number in range(main)]
    branches = tuple(
        Branch(f"M{junction % main}", tuple(f"B{number}S{stop}" for stop in range(seed % 3 + 1)))
        for number, junction in enumerate(junctions)
    )
    lines = {"1": names + [station for branch in branches for station in branch.stations]}
    line = build("toy", lines, Overlay(loops=("1",) * ring, branches={"1": branches})).lines[0]
    for departure in line.stations:
        for arrival in line.stations - {departure}:
            there, back = line.between(departure, arrival), line.between(arrival, departure)
            assert there
            assert {way[::-1] for way in back} == set(there)


# --- rides


def test_rides_are_counted_over_the_whole_network() -> None:
    network = build(
        "toy", {"1": ["A", "B", "C"], "2": ["C", "D"], "3": ["D", "E"], "4": ["Y", "Z"]}
    )
    a, b, d, e, z = map(network.station, "ABDEZ")
    assert [network.rides(a, to) for to in (b, d, e)] == [1, 2, 3]
    assert network.rides(e, a) == 3
    assert network.rides(a, a) == 0
    assert network.rides(a, z) == 0
    assert network.rides_aboard(0, e) == 3
    assert network.rides_aboard(0, z) == 0


# --- errors


@pytest.mark.parametrize(
    ("lines", "overlay", "message"),
    [
        ({}, Overlay(), "expected at least one line"),
        ({"1": ["A"]}, Overlay(), "line '1': expected at least two stations, got 1"),
        ({"1": []}, Overlay(), "line '1': expected at least two stations, got 0"),
        ({"-": ["A", "B"]}, Overlay(), "line: expected a name"),
        ({"1": ["A", "?"]}, Overlay(), "line '1', station 2: expected a name"),
        ({"1": ["A", "B", "b station"]}, Overlay(), "stations 2 and 3 are the same, 'b station'"),
        ({"1": ["A", "B"]}, Overlay(loops=("1",)), "at least three stations on a loop"),
    ],
)
def test_what_makes_no_network_is_an_error(
    lines: dict[str, list[str]], overlay: Overlay, message: str
) -> None:
    with pytest.raises(NetworkError, match=message):
        build("toy", lines, overlay)
