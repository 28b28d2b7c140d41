"""Networks in a request: bounded in size, built once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from reward_server.core.budget import Budget, StoppedError, TooMuchWorkError
from reward_server.core.transit.build import build
from reward_server.core.transit.model import NetworkError
from reward_server.core.transit.name_index import Lookups
from reward_server.core.transit.network import MOST_STANDS, Network
from reward_server.networks.inline import (
    MANY_VALUES,
    InlineNetwork,
    NetworkMemo,
    build_networks,
    held_bytes,
    too_many_values,
)

from ..bench.hostile import bushy

TOY = {"Line 1": ["Adit", "Beck", "Croft"]}


def inline(lines: dict[str, list[str]], **overlay: object) -> InlineNetwork:
    return InlineNetwork.model_validate({"lines": lines, "overlay": overlay})


def build_inline(name: str, network: InlineNetwork) -> Network:
    return build_networks({name: network})[name]


def test_the_same_content_is_built_once() -> None:
    assert build_inline("toy", inline(TOY)) is build_inline("toy", inline(dict(TOY)))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("other", inline(TOY)),
        ("toy", inline({"Line 1": ["Adit", "Croft", "Beck"]})),
        ("toy", inline({"Line 2": TOY["Line 1"]})),
        ("toy", inline(TOY, loops=["Line 1"])),
    ],
)
def test_another_name_or_content_is_another_network(name: str, other: InlineNetwork) -> None:
    assert build_inline(name, other) is not build_inline("toy", inline(TOY))


def test_an_overlay_is_part_of_the_network() -> None:
    assert build_inline("toy", inline(TOY, loops=["Line 1"])).lines[0].ring


def test_what_makes_no_network_is_an_error_with_the_networks_name() -> None:
    message = r"network 'toy': line 'Line 1': stations 1 and 2 are the same, 'Adit'"
    with pytest.raises(NetworkError, match=message):
        build_inline("toy", inline({"Line 1": ["Adit", "Adit"]}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "Field required"),
        ({"lines": {}}, "at least 1 item"),
        ({"lines": TOY, "name": "toy"}, "Extra inputs"),
        ({"lines": {f"Line {n}": ["Adit", "Beck"] for n in range(501)}}, "at most 500 items"),
        ({"lines": {"Line 1": [f"Stop {n}" for n in range(2001)]}}, "at most 2000 items"),
        ({"lines": {"Line 1": ["Adit", "x" * 201]}}, "at most 200 characters"),
        ({"lines": {"x" * 201: ["Adit", "Beck"]}}, "at most 200 characters"),
        ({"lines": {"Line 1": ["Adit", ""]}}, "at least 1 character"),
        ({"lines": {"Line 1": ["Adit", 2]}}, "valid string"),
        (
            {"lines": {f"Line {n}": [f"Stop {n} {m}" for m in range(2000)] for n in range(6)}},
            "at most 10000 stations on all lines, got 12000",
        ),
    ],
)
def test_what_is_too_large_or_of_another_form_is_refused(
    content: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        InlineNetwork.model_validate(content)


def test_more_values_than_any_network_has_are_seen_before_they_are_checked() -> None:
    names = {f"Stop {number}": "Adit" for number in range(MANY_VALUES)}
    assert not too_many_values({"lines": TOY, "overlay": {"aliases": {}}})
    assert too_many_values({"lines": TOY, "overlay": {"aliases": {"stations": names}}})
    assert too_many_values({"lines": {"Line 1": [[0]] * MANY_VALUES}})


def test_a_station_stands_only_so_often_on_a_line() -> None:
    def passing(times: int) -> dict[str, list[str]]:
        return {"Line 1": [stop for n in range(times) for stop in ("Adit", f"Stop {n}")]}

    assert len(build("toy", passing(MOST_STANDS)).lines[0].stations) == MOST_STANDS + 1
    message = rf"line 'Line 1': expected a station at most 4 times, 'Adit' stands {MOST_STANDS + 1}"
    with pytest.raises(NetworkError, match=message):
        build("toy", passing(MOST_STANDS + 1))
    closed = passing(MOST_STANDS)["Line 1"]
    assert build("toy", {"Line 1": [*closed, "Adit"]}).lines[0].ring


def test_branches_that_multiply_the_ways_of_a_line_are_too_much_work() -> None:
    small, large = (
        InlineNetwork.model_validate(bushy(stations, of_spur=5)) for stations in (20, 1500)
    )
    assert len(build_inline("small", small).lines[0].runs) == 43
    with pytest.raises(TooMuchWorkError, match="network 'large' takes more work than its size"):
        build_inline("large", large)


def test_what_stops_the_work_stops_it_inside_a_network() -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(len(looks))
        if len(looks) > 2:
            raise StoppedError

    many = {f"Line {n}": [f"Stop {n} {m}" for m in range(400)] for n in range(20)}
    with pytest.raises(StoppedError):
        build_networks({"many": inline(many)}, look)
    assert len(looks) == 3


def slips(network: Network, count: int) -> None:
    """Ask for names that are not there: an answer's, each remembered."""
    for number in range(count):
        network.station_index.find(f"Nowhere {number}", Lookups(Budget()))


def test_what_a_network_holds_is_measured() -> None:
    small, large = (
        build("toy", {"Line 1": [f"Stop {n}" for n in range(count)]}) for count in (100, 1000)
    )
    assert 5 < held_bytes(large) / held_bytes(small) < 12
    before = held_bytes(small)
    slips(small, 1000)
    assert held_bytes(small) > before + 1000 * 100


def test_the_memo_keeps_what_was_asked_for_last_within_its_bytes() -> None:
    first, second, third = (build(name, TOY) for name in ("first", "second", "third"))
    memo = NetworkMemo(2 * held_bytes(first) + held_bytes(first) // 2)
    memo.put(("first", ""), first)
    memo.put(("second", ""), second)
    assert network_in(memo, "first") is first
    memo.put(("third", ""), third)
    assert len(memo) == 2
    assert network_in(memo, "second") is None
    assert network_in(memo, "first") is first
    assert network_in(memo, "third") is third


def network_in(memo: NetworkMemo, name: str) -> Network | None:
    kept = memo.get((name, ""))
    return kept.network if kept else None


def test_a_network_that_has_grown_is_measured_again() -> None:
    first, second = build("first", TOY), build("second", TOY)
    memo = NetworkMemo(3 * held_bytes(first))
    memo.put(("second", ""), second)
    memo.put(("first", ""), first)
    slips(first, 2000)
    assert network_in(memo, "first") is first  # and by now it takes more than there is room for
    assert len(memo) == 0


def test_a_network_larger_than_the_memo_is_not_kept() -> None:
    memo = NetworkMemo(1000)
    assert memo.put(("toy", ""), build("toy", TOY)).size > 1000
    assert len(memo) == 0


def test_networks_that_take_too_much_memory_together_are_refused() -> None:
    networks = {name: inline(TOY) for name in ("first", "second", "third")}
    room = 2 * held_bytes(build("first", TOY)) + 1000
    with pytest.raises(TooMuchWorkError, match=rf"up to 'third' take more than {room} bytes"):
        build_networks(networks, most_bytes=room)


def test_threads_share_the_memo() -> None:
    networks = [build(str(number), TOY) for number in range(20)]
    memo = NetworkMemo(4 * held_bytes(networks[0]) + held_bytes(networks[0]) // 2)

    def ask(number: int) -> bool:
        name = str(number % 20)
        memo.put((name, ""), networks[number % 20])
        return network_in(memo, name) in {None, networks[number % 20]}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(400)))
    assert len(memo) == 4
