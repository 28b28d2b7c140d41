"""Every term of robust's detail for planning, with numbers worked out by hand.

A route is written "line:departure-arrival line:departure-arrival ..."; "?" is a name that the
network does not know; "=2" behind a segment is its via count, "=BC" its via list ("=." an
empty one).
"""

from __future__ import annotations

import pytest

from reward_server.core.budget import Budget
from reward_server.core.model import NO_SIGNALS, Verdict
from reward_server.core.transit.build import Branch, Overlay, build
from reward_server.core.transit.constants import Planning
from reward_server.core.transit.gold import RouteGold
from reward_server.core.transit.model import FormName, LocatedRoute, Ride, RouteClaim, Segment
from reward_server.core.transit.score_route import merge, score_route, used_stops

NETWORK = build(
    "toy",
    {
        "1": ["A", "B", "C", "D"],
        "2": ["C", "E", "F"],
        "3": ["F", "G", "H"],
        "5": ["B", "D"],
        # a loop; and a line on which W stands twice
        "6": ["P", "Q", "R", "S", "T", "U", "P"],
        "7": ["V", "W", "X", "Y", "W", "Z"],
        # a branch that leaves line 8 at K
        "8": ["J", "K", "L", "M", "N"],
    },
    Overlay(branches={"8": (Branch("K", ("M", "N")),)}),
)
LINES = {line.name: index for index, line in enumerate(NETWORK.lines)}
STRANGER = -2


def station(letter: str) -> int:
    return STRANGER if letter == "?" else NETWORK.station(letter)


def via(text: str) -> int | tuple[int, ...] | None:
    if not text:
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    return tuple(station(letter) for letter in text if letter != ".")


def ride(text: str) -> Ride:
    segment, _, given = text.partition("=")
    line, stops = segment.split(":")
    departure, arrival = stops.split("-")
    return Ride(LINES.get(line, -1), station(departure), station(arrival), via(given))


def rides(text: str) -> list[Ride]:
    return [ride(part) for part in text.split()]


def scored(
    question: str, route: str, transfers: int | None = None, form: FormName = "short"
) -> Verdict:
    """The score of a route for a question such as "A-F"; transfers: as few as it takes."""
    origin, destination = map(station, question.split("-"))
    need = NETWORK.rides(origin, destination)
    transfers = need - 1 if transfers is None else transfers
    gold = RouteGold("easy", origin, destination, need, transfers, form, NETWORK)
    return score_route(located(route), gold, Planning(), Budget())


def located(route: str) -> LocatedRoute:
    """A route in the asked format; of its spelling only unknown lines are anything to the rules."""
    segments = tuple(Segment(part.partition(":")[0], "", "") for part in route.split())
    return LocatedRoute(RouteClaim(segments, keeps_format=True), rides(route), (), NO_SIGNALS)


# question, route: right?, origin, destination, lines, transfers, progress, surplus
DETAIL = {
    # one ride is enough: lines 6, transfers 0
    ("A-D", "1:A-D"): (True, 1, 1, 6, 0, 2, 0),
    # the way back of a line is a ride as well
    ("D-A", "1:D-A"): (True, 1, 1, 6, 0, 2, 0),
    # wrong line, unknown line: no check holds
    ("A-D", "2:A-D"): (False, 1, 1, 0, 0, 0, 0),
    ("A-D", "9:A-D"): (False, 1, 1, 0, 0, 0, 0),
    # one check of two holds: 6 * 1/2
    ("A-D", "1:A-C"): (False, 1, 0, 3, 0, 0, 0),
    ("A-D", "1:B-D"): (False, 0, 1, 3, 0, 0, 0),
    ("A-D", "1:?-D"): (False, 0, 1, 3, 0, 0, 0),
    ("A-D", "1:A-?"): (False, 1, 0, 3, 0, 0, 0),
    # turned round: its ends count as they should stand, its line does not
    ("A-D", "1:D-A"): (False, 1, 1, 0, 0, 0, 0),
    ("A-F", "1:C-A 2:C-F"): (False, 1, 1, 4 * 2 / 4, 0, 0, 0),
    ("A-F", "1:A-C 2:F-C"): (False, 1, 1, 4 * 2 / 4, 0, 1, 0),
    # both of them: each by its neighbour as it stands then
    ("A-F", "1:C-A 2:F-C"): (False, 0, 0, 0, 0, 0, 0),
    # not a ride of its line: it stays as it is
    ("A-D", "2:D-A"): (False, 0, 0, 0, 0, 0, 0),
    # departure and arrival in the wrong places
    ("A-D", "2:C-E"): (False, 0, 0, 0, 0, 0, 0),
    # one line in two or three segments: joined, as the joints lie between the ends
    ("A-D", "1:A-B 1:B-D"): (True, 1, 1, 6, 0, 2, 0),
    ("A-D", "1:A-B 1:B-C 1:C-D"): (True, 1, 1, 6, 0, 2, 0),
    # past the destination and back: not joined, one segment too many
    ("A-C", "1:A-D 1:D-C"): (True, 1, 1, 6, 0, 2, -5),
    # a change that is not needed: rideable, one segment too many
    ("A-D", "1:A-B 5:B-D"): (True, 1, 1, 6, 0, 2, -5),
    # two rides needed: lines 4, transfers 2
    ("A-F", "1:A-C 2:C-F"): (True, 1, 1, 4, 2, 2, 0),
    ("A-F", "1:A-B 1:B-C 2:C-F"): (True, 1, 1, 4, 2, 2, 0),
    # three checks of four hold, the joint does, and E is one ride from F: 2 * (2 - 1)/2
    ("A-F", "1:A-C 2:C-E"): (False, 1, 0, 3, 2, 1, 0),
    # the joint does not: first and last check hold; C is reached
    ("A-F", "1:A-C 2:E-F"): (False, 1, 1, 2, 0, 1, 0),
    # B is not on line 2: two checks from the start, one from the end; B is as far as A
    ("A-F", "1:A-B 2:B-F"): (False, 1, 1, 3, 0, 0, 0),
    # one segment for two rides: 4 * 1/(2 * 2)
    ("A-F", "1:A-F"): (False, 1, 1, 1, 0, 0, 0),
    ("A-F", "1:A-C"): (False, 1, 0, 1, 0, 1, 0),
    # the joint holds, but it is no transfer: both are line 1
    ("A-F", "1:A-C 1:C-F"): (False, 1, 1, 3, 0, 1, 0),
    # two unknown stops are one place where they are spelled alike, but on no line
    ("A-F", "1:A-? 2:?-F"): (False, 1, 1, 2, 0, 0, 0),
    # an unknown line in front: only the last check holds
    ("A-F", "9:A-C 2:C-F"): (False, 1, 1, 2, 0, 0, 0),
    # an unknown line at the end: only the first two hold
    ("A-F", "1:A-C 9:C-F"): (False, 1, 1, 2, 0, 1, 0),
    # three rides needed: max(n, need) = 3, max(n - 1, need - 1) = 2
    ("A-H", "1:A-C 2:C-F 3:F-H"): (True, 1, 1, 4, 2, 2, 0),
    ("A-H", "1:A-C 2:C-F 3:F-G"): (False, 1, 0, 4 * 5 / 6, 2, 2 * 2 / 3, 0),
    ("A-H", "1:A-C 3:C-H"): (False, 1, 1, 4 * 3 / 6, 0, 2 * 1 / 3, 0),
    ("A-H", "1:A-C 2:C-F"): (False, 1, 0, 4 * 3 / 6, 2 * 1 / 2, 2 * 2 / 3, 0),
    # a hole in the middle: one check from the start, three from the end, one joint
    ("A-H", "1:A-B 2:C-F 3:F-H"): (False, 1, 1, 4 * 4 / 6, 2 * 1 / 2, 0, 0),
    # a complete route with a segment behind it: 6 * 3/4, no progress, one too many
    ("A-C", "1:A-C 2:C-E"): (False, 1, 0, 4.5, 0, 0, -5),
    # a zigzag: past where it would turn, and back; its joint's two checks earn nothing, 6 * 1/4
    ("A-B", "1:A-D 1:D-C"): (False, 1, 0, 1.5, 0, 0, -5),
    ("A-F", "1:A-D 1:D-C 2:C-E"): (False, 1, 0, 4 * 3 / 6, 2 * 1 / 2, 1, -5),
    # there, back and there again: all behind the first return is void, 6 * 2/6; who rides back
    # arrives nowhere, or riding a segment again could earn the destination
    ("A-C", "1:A-D 1:D-A 1:A-C"): (False, 1, 0, 2, 0, 0, -10),
    # the same segment twice: a copy is left out, and counts: 6 * 2/4
    ("A-D", "1:A-D 1:A-D"): (False, 1, 1, 3, 0, 2, -5),
    ("A-D", "1:A-D 9:D-E 1:A-D"): (False, 1, 0, 6 * 2 / 6, 0, 0, -10),
    # of two unknown lines neither is the other's copy
    ("A-D", "8:A-D 9:A-D"): (False, 1, 1, 0, 0, 0, -5),
    ("A-D", "9:A-D 9:A-D"): (False, 1, 1, 0, 0, 0, -5),
    # a segment that goes nowhere is void alone
    ("A-D", "1:A-A 1:A-D"): (False, 1, 1, 3, 0, 0, -5),
    ("A-D", "1:A-A 1:A-B 1:B-C 1:C-D"): (False, 1, 1, 3, 0, 0, -5),
    # put in from elsewhere, back to a stop already used: void alone, 4 * 3/6, and C is reached
    ("A-F", "1:A-C 2:E-C 2:C-F"): (False, 1, 1, 4 * 3 / 6, 0, 1, -5),
    # void from the third on: one of three joints holds; who returns has made no progress
    ("A-F", "1:A-C 2:C-E 2:E-C 2:C-F"): (False, 1, 0, 4 * 4 / 8, 2 * 1 / 3, 0, -10),
    # on a loop both ways round are rides, and S lies between P and U on one of them
    ("P-S", "6:P-S"): (True, 1, 1, 6, 0, 2, 0),
    ("P-U", "6:P-S 6:S-U"): (True, 1, 1, 6, 0, 2, 0),
    # from one branch to the other end of the line, through the junction
    ("N-L", "8:N-L"): (True, 1, 1, 6, 0, 2, 0),
    ("N-L", "8:N-K 8:K-L"): (True, 1, 1, 6, 0, 2, 0),
}
TERMS = ("origin", "destination", "lines", "transfers", "progress", "surplus")


@pytest.mark.parametrize(
    ("question", "route", "expected"), [(*asked, terms) for asked, terms in DETAIL.items()]
)
def test_a_route_earns_its_terms_and_their_sum_from_0_to_10(
    question: str, route: str, expected: tuple[float, ...]
) -> None:
    correct, *terms = expected
    got = scored(question, route)
    assert got.terms == pytest.approx(dict(zip(TERMS, terms, strict=True)))
    assert got.detail == pytest.approx(min(max(sum(terms), 0.0), 10.0))
    assert got.correct is correct


def test_a_right_route_whose_rides_are_as_few_as_possible_has_all_of_detail() -> None:
    for question, route in DETAIL:
        got = scored(question, route)
        if got.correct and not got.terms["surplus"]:
            assert got.detail == 10.0


@pytest.mark.parametrize(
    ("route", "transfers", "surplus"),
    [
        ("1:A-D", 0, 0),
        # the question's count may allow more than the network's fewest
        ("1:A-B 5:B-D", 1, 0),
        ("1:A-B 5:B-D", 0, -5),
        # each segment beyond costs once more
        ("1:A-B 2:C-E 3:F-G 1:C-D", 1, -10),
        # fewer segments than allowed cost nothing
        ("1:A-D", 3, 0),
    ],
)
def test_surplus_counts_segments_beyond_what_question_and_network_allow(
    route: str, transfers: int, surplus: float
) -> None:
    assert scored("A-D", route, transfers).terms["surplus"] == surplus


def test_a_count_below_what_the_network_needs_costs_nothing() -> None:
    assert scored("A-F", "1:A-C 2:C-F", transfers=0).detail == 10.0


# question, route with via: points of via
VIA = {
    # 1 - |x - t| / max(x, t, 1), of 10, with t = 2
    ("A-D", "1:A-D=2"): 10,
    ("A-D", "1:A-D=1"): 5,
    ("A-D", "1:A-D=3"): 10 * 2 / 3,
    ("A-D", "1:A-D=4"): 5,
    ("A-D", "1:A-D=0"): 0,
    ("A-D", "1:A-D=-1"): 0,
    # t = 0
    ("A-B", "1:A-B=0"): 10,
    ("A-B", "1:A-B=1"): 0,
    ("A-B", "1:A-B=-1"): 0,
    # no count is no count, also where the true one is 0
    ("A-B", "1:A-B"): 0,
    ("A-D", "1:A-D"): 0,
    # beyond a million nothing is near
    ("A-D", "1:A-D=1000000"): 10 * 2 / 10**6,
    ("A-D", "1:A-D=1000001"): 0,
    # joined segments: their counts and one for the joint
    ("A-D", "1:A-B=0 1:B-D=1"): 10,
    ("A-D", "1:A-B=0 1:B-C=0 1:C-D=0"): 10,
    ("A-D", "1:A-B=1 1:B-D=1"): 10 * 2 / 3,
    # one count missing: both are
    ("A-D", "1:A-B=0 1:B-D"): 0,
    ("A-D", "1:A-B 1:B-D=1"): 0,
    # a share for each ride
    ("A-F", "1:A-C=1 2:C-F=1"): 10,
    ("A-F", "1:A-C=1 2:C-F=2"): 7.5,
    ("A-F", "1:A-C=1 2:C-F"): 5,
    # only rides with both checks held count
    ("A-F", "1:A-C=1 2:C-E=0"): 5,
    ("A-F", "1:A-C=1 2:E-F=0"): 0,
    ("A-F", "1:A-C=1"): 0,
    # n is more than need: a share of n
    ("A-H", "1:A-C=1 2:C-F=1"): 10 / 3,
    # what is too many takes off here too: 10 - 5, and not below 0
    ("A-D", "1:A-B=0 5:B-D=0"): 5,
    ("A-D", "1:A-B=0 5:B-D=1"): 0,
    # a loop: the way round that is nearer to the answer
    ("P-R", "6:P-R=1"): 10,
    ("P-R", "6:P-R=3"): 10,
    ("P-R", "6:P-R=2"): 10 * 2 / 3,
    ("P-U", "6:P-U=0"): 10,
    ("P-U", "6:P-U=4"): 10,
    ("P-U", "6:P-S=2 6:S-U=1"): 10,
    # a station that stands twice
    ("Y-W", "7:Y-W=0"): 10,
    ("Y-W", "7:Y-W=1"): 10,
    ("X-Z", "7:X-Z=2"): 10,
    ("V-Z", "7:V-Z=4"): 10,
    # a branch: M and K are between N and L, whatever the list's order
    ("N-L", "8:N-L=2"): 10,
    # lists: 2 * LCS / (given + true), of 10
    ("A-D", "1:A-D=BC"): 10,
    ("D-A", "1:D-A=CB"): 10,
    ("A-D", "1:A-D=CB"): 5,
    ("A-D", "1:A-D=B"): 10 * 2 / 3,
    ("A-D", "1:A-D=BCE"): 8,
    ("A-D", "1:A-D=BBC"): 8,
    ("A-D", "1:A-D=?"): 0,
    ("A-D", "1:A-D=B?C"): 8,
    ("A-D", "1:A-D=."): 0,
    # the segment's own ends do not count
    ("A-D", "1:A-D=ABCD"): 10,
    ("A-B", "1:A-B=AB"): 10,
    # both empty
    ("A-B", "1:A-B=."): 10,
    ("A-B", "1:A-B=C"): 0,
    # joined lists: the joint stands between them
    ("A-D", "1:A-B=. 1:B-D=C"): 10,
    ("A-D", "1:A-B=. 1:B-D"): 0,
    # loops and stations that stand twice
    ("P-R", "6:P-R=Q"): 10,
    ("P-R", "6:P-R=UTS"): 10,
    ("P-R", "6:P-R=STU"): 10 * 2 / 6,
    ("V-Z", "7:V-Z=WXYW"): 10,
    ("V-Z", "7:V-Z=WXY"): 10 * 6 / 7,
    ("N-L", "8:N-L=MK"): 10,
    # void: nothing
    ("A-D", "1:A-A=0 1:A-D=2"): 0,
}


@pytest.mark.parametrize(
    ("question", "route", "points"), [(*asked, points) for asked, points in VIA.items()]
)
def test_via_counts_and_lists_are_half_of_detail(question: str, route: str, points: float) -> None:
    counts = route.rpartition("=")[2].lstrip("-").isdigit()
    got = scored(question, route, form="via_count" if counts else "via_stops")
    short = scored(question, route)
    assert short.detail is not None
    assert got.terms["via"] == pytest.approx(points)
    assert got.detail == pytest.approx(0.5 * short.detail + 0.5 * points)
    assert got.correct is short.correct


def test_a_short_question_has_no_via_term() -> None:
    assert "via" not in scored("A-D", "1:A-D=2").terms


@pytest.mark.parametrize(
    ("route", "merged"),
    [
        ("1:A-B 1:B-C", "1:A-C"),
        ("1:A-B=0 1:B-D=1", "1:A-D=2"),
        ("1:A-B=. 1:B-D=C", "1:A-D=BC"),
        # the joint is not between the ends
        ("1:A-D 1:D-C", "1:A-D 1:D-C"),
        # not joined, not on the line, another line, an unknown line
        ("1:A-B 1:C-D", "1:A-B 1:C-D"),
        ("1:A-C 1:C-F", "1:A-C 1:C-F"),
        ("1:A-B 5:B-D", "1:A-B 5:B-D"),
        ("9:A-B 9:B-C", "9:A-B 9:B-C"),
    ],
)
def test_merging_joins_neighbours_of_one_line(route: str, merged: str) -> None:
    assert merge(rides(route), NETWORK.lines) == rides(merged)


@pytest.mark.parametrize(
    ("route", "used", "copies", "rides_back"),
    [
        # a copy has line, departure and arrival of an earlier one
        ("1:A-B 1:A-B", "1:A-B", 1, False),
        ("1:A-B 2:C-E 1:A-B 2:C-E", "1:A-B 2:C-E", 2, False),
        ("1:A-B=1 1:A-B=2", "1:A-B=1", 1, False),
        ("1:A-B 5:B-D 2:A-B", "1:A-B 5:B-D 9:A-B", 0, False),
        # void segments keep their stops and lose their line
        ("1:A-B 1:B-A 1:A-C", "1:A-B 9:B-A 9:A-C", 0, True),
        ("1:A-B 2:C-B 1:B-C", "1:A-B 9:C-B 1:B-C", 0, False),
        ("1:A-B 1:B-B 1:B-C", "1:A-B 1:B-B 1:B-C", 0, False),
        # copies are left out first: what follows one follows the one before it
        ("1:A-B 1:A-B 1:B-A", "1:A-B 9:B-A", 1, True),
        # a stop used before the segments were joined stays used
        ("1:A-B 1:B-C 2:C-E 5:E-B", "1:A-B 1:B-C 2:C-E 9:E-B", 0, True),
        # of a turned segment the stops count as they should stand
        ("1:A-C 2:E-C 2:E-F", "1:A-C 9:C-E 2:E-F", 0, False),
        ("1:C-A 2:C-F", "9:A-C 2:C-F", 0, False),
    ],
)
def test_copies_go_turned_segments_stand_straight_and_what_rides_back_is_void(
    route: str, used: str, copies: int, rides_back: bool
) -> None:
    gold = RouteGold("easy", station("A"), station("F"), 2, 1, "short", NETWORK)
    got = used_stops(located(route), gold)
    assert (got.rides, got.copies, got.rides_back) == (rides(used), copies, rides_back)


def test_a_returning_route_leaves_a_signal() -> None:
    assert "repeated_stop" in scored("A-C", "1:A-D 1:D-A 1:A-C").signals
    assert "repeated_stop" not in scored("A-F", "1:A-C 2:C-E").signals


def test_a_segment_too_many_leaves_a_signal() -> None:
    assert scored("A-D", "1:A-B 5:B-D").signals == {"surplus_segments"}
    assert scored("A-D", "1:A-B 1:B-D").signals == frozenset()


def test_the_points_are_the_profiles() -> None:
    points = Planning(origin=0.5, lines_direct=4.0, progress=1.0, via_share=0.25, detail_max=6.0)
    gold = RouteGold("easy", station("A"), station("D"), 1, 0, "via_count", NETWORK)
    got = score_route(located("1:A-D=1"), gold, points, Budget())
    # 0.5 + 1 + 4 + 1 is cut off at 6; half of the count is 3 of 6
    assert got.detail == 0.75 * 6.0 + 0.25 * 3.0
