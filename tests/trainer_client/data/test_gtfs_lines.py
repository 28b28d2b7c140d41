"""Patterns laid over each other make lines; a station is a letter here."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reward_server.core.transit.build import Branch, Overlay, build
from reward_server.networks.overlay import MANY_BRANCHES
from trainer_client.data.gtfs.lines import Shapes, shapes_of


def shapes(*patterns: str, rare: float = 0.02, far: str = "") -> Shapes:
    """What these patterns make; "3 ABC" runs three times. ``far``: two stations far apart."""
    counted: dict[tuple[int, ...], float] = {}
    for pattern in patterns:
        count, _, stations = pattern.rpartition(" ")
        counted[tuple(map(ord, stations))] = float(count or 1)
    return shapes_of(
        counted, rare, lambda one, other: 9.0 if {chr(one), chr(other)} == set(far) else 1.0
    )


def written(found: Shapes) -> list[str]:
    """Each line as its main part, a loop in brackets, and its branches from their junctions."""
    lines = []
    for shape in found.shapes:
        main = "".join(map(chr, shape.main))
        branches = ["".join(map(chr, branch)) for branch in shape.branches]
        lines.append(" ".join([f"({main})" if shape.ring else main, *branches]))
    return lines


CASES = {
    "both directions are one line": (("ABCD", "DCBA"), "ABCD"),
    "a short run lies on the long one": (("ABCDE", "BCD", "EDC"), "ABCDE"),
    "an express lies on the stations it passes": (("ABCDEF", "ADF", "FCA"), "ABCDEF"),
    "an express goes on where no other does": (("ABCD", "ADEF"), "ABCDEF"),
    "a limited express lies on an express": (("ABCD", "BCDEFG", "ADG", "ABDG"), "ABCDEFG"),
    "short runs that overlap are one line": (("ABCD", "CDEF"), "ABCDEF"),
    "a branch leaves the longest": (("ABCDE", "ABXY"), "ABCDE BXY"),
    "two branches leave one station": (("ABCDE", "ABX", "ABY"), "ABCDE BX BY"),
    "a branch that trains run from end to end of": (("XYBCDE", "ABCDE"), "EDCBYX BA"),
    "a train that turns round on the way": (("ABXBCD",), "DCBX BA"),
    "a train there and back in one trip": (("ABCDCBA",), "ABCD"),
    "a loop": (("ABCDA", "ADCBA"), "(ABCD)"),
    "a loop from several starts": (("ABCDA", "CDABC", "BCDAB"), "(ABCD)"),
    "a loop with short runs": (("ABCDEA", "BCD", "EAB"), "(ABCDE)"),
    "a loop that no train closes": (("ABCD", "DEFA"), "(ABCDEF)"),
    "a loop with an express": (("ABCDEFA", "ACEA"), "(ABCDEF)"),
    "a loop at the end of a line": (("ABCDEFCBA",), "(CDEF) CBA"),
    "a spiral": (("XABCDEA",), "(ABCDE) AX"),
    "a loop with two tails": (("ABCDA", "XAB", "CDY"), "(ABCD) AX DY"),
    "two parts of one name": (("ABC", "XY"), "ABC/XY"),
    "a branch of a branch is a line": (("ABCDE", "ABXYZ", "ABXQ"), "ABCDE BXYZ/QX"),
    "a bypass is cut where it is longest": (("ABCDE", "ABXDE"), "ABCDE BX"),
}


@pytest.mark.parametrize("case", CASES)
def test_patterns_make_lines(case: str) -> None:
    patterns, lines = CASES[case]
    assert "/".join(written(shapes(*patterns, far="DX"))) == lines


def test_what_few_trains_run_is_left_out_with_their_share() -> None:
    found = shapes("97 ABCD", "3 ABXD", rare=0.05)
    assert written(found) == ["ABCD"]
    assert found.rare == [(frozenset({ord("X")}), 0.03)]
    assert not found.odd
    assert shapes("97 ABCDE", "3 ABE", "3 XE").odd == []
    assert shapes("97 ABCDE", "1 ABXE", "3 BX").odd == [(ord("E"), ord("X"))]
    assert written(shapes("97 ABCD", "3 ABXY", rare=0.01)) == ["ABCD BXY"]


def test_many_rare_patterns_that_share_a_branch_keep_it() -> None:
    rare = ["ABXY", "BXY", "YXB", "YXBA"]
    assert written(shapes("96 ABCD", *rare, rare=0.03)) == ["ABCD BXY"]


def test_a_seventh_branch_is_a_line_of_its_own() -> None:
    branches = [f"AB{end}{end.lower()}" for end in "PQRSTU"]
    assert written(shapes("ABCDE", *branches, "ABV")) == [
        "ABCDE BPp BQq BRr BSs BTt BUu",
        "BV",
    ]


def test_expresses_are_counted() -> None:
    assert shapes("ABCDEF", "ADF", "FA").expresses == 2


def test_lines_are_the_same_in_whatever_order_patterns_come() -> None:
    patterns = ["4 ABCDE", "3 ABXYZ", "2 XBQ", "5 EDCBA", "CGHI"]
    assert written(shapes(*patterns)) == written(shapes(*reversed(patterns)))


stations = st.text("ABCDEFGHIJKLMNOP", min_size=2, max_size=14).filter(
    lambda way: all(one != other for one, other in pairwise(way))
)


@settings(max_examples=150, deadline=None)
@given(st.lists(stations, min_size=1, max_size=9))
def test_any_patterns_make_lines_that_a_network_is_built_of(patterns: list[str]) -> None:
    found = shapes(*patterns, rare=0)
    lines, branches, loops = {}, {}, []
    for number, shape in enumerate(found.shapes):
        name = f"{number}"
        lines[name] = [chr(s) for s in (*shape.main, *chain(*(b[1:] for b in shape.branches)))]
        branches[name] = tuple(
            Branch(chr(junction), tuple(map(chr, path))) for junction, *path in shape.branches
        )
        loops += [name] * shape.ring
        assert len(shape.branches) <= MANY_BRANCHES
    network = build("x/y", lines, Overlay(loops=tuple(loops), branches=branches))
    assert set(network.station_names) == {station for way in patterns for station in way}
    links = {frozenset(link) for way in patterns for link in pairwise(way)}
    for line in network.lines:
        for run in line.runs:
            for link in pairwise(run):
                assert frozenset(network.station_names[station] for station in link) in links
