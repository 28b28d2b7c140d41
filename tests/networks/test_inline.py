"""Networks in a request: bounded in size, built once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from reward_server.core.transit.build import build
from reward_server.core.transit.model import NetworkError
from reward_server.networks.inline import SLIPS_BYTES, InlineNetwork, NetworkMemo, build_inline

TOY = {"Line 1": ["Adit", "Beck", "Croft"]}


def inline(lines: dict[str, list[str]], **overlay: object) -> InlineNetwork:
    return InlineNetwork.model_validate({"lines": lines, "overlay": overlay})


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


def test_the_memo_keeps_what_was_asked_for_last_within_its_bytes() -> None:
    memo = NetworkMemo(3 * SLIPS_BYTES)  # each network takes a little more than its slips
    first, second, third = (build(name, TOY) for name in ("first", "second", "third"))
    memo.put(("first", ""), first)
    memo.put(("second", ""), second)
    assert memo.get(("first", "")) is first
    memo.put(("third", ""), third)
    assert len(memo) == 2
    assert memo.get(("second", "")) is None
    assert memo.get(("first", "")) is first
    assert memo.get(("third", "")) is third


def test_a_network_larger_than_the_memo_is_not_kept() -> None:
    memo = NetworkMemo(SLIPS_BYTES)
    memo.put(("toy", ""), build("toy", TOY))
    assert len(memo) == 0


def test_threads_share_the_memo() -> None:
    memo = NetworkMemo(5 * SLIPS_BYTES)
    networks = [build(str(number), TOY) for number in range(20)]

    def ask(number: int) -> bool:
        key = (str(number % 20), "")
        memo.put(key, networks[number % 20])
        return memo.get(key) in {None, networks[number % 20]}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(4000)))
    assert len(memo) == 4
