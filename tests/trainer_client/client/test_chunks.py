"""How a batch is parted: each item once, in bounded requests, groups whole where they fit."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reward_server.wire.requests import MANY_NETWORKS
from trainer_client.client.chunks import MAX_CHARACTERS, chunked, groups_of

Json = dict[str, Any]


def chunks_of(items: list[Json], max_items: int, cities: tuple[str, ...] = ()) -> list[list[int]]:
    return chunked(items, groups_of(items), max_items, cities)


ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "group": st.one_of(st.none(), st.integers(0, 5), st.sampled_from(["1", "a", "b"])),
            "network": st.integers(0, 99).map(lambda number: f"city{number}"),
        }
    ),
    max_size=200,
)


@given(ITEMS, st.integers(1, 70), st.booleans())
def test_each_item_stands_in_one_request_that_is_not_too_large(
    items: list[Json], max_items: int, inline: bool
) -> None:
    cities = tuple(f"city{number}" for number in range(100)) if inline else ()
    chunks = chunks_of(items, max_items, cities)
    assert sorted(index for chunk in chunks for index in chunk) == list(range(len(items)))
    for chunk in chunks:
        assert 0 < len(chunk) <= max_items
        if inline:
            assert len({items[index]["network"] for index in chunk}) <= MANY_NETWORKS


@given(ITEMS, st.integers(1, 70))
def test_a_group_that_fits_stands_in_one_request(items: list[Json], max_items: int) -> None:
    chunks = chunks_of(items, max_items)
    for members in groups_of(items).values():
        if len(members) <= max_items:
            assert sum(not set(members).isdisjoint(chunk) for chunk in chunks) == 1


def test_requests_are_filled() -> None:
    items = [{"group": number // 8} for number in range(1024)]
    assert list(map(len, chunks_of(items, 512))) == [512, 512]
    assert list(map(len, chunks_of([{}] * 1000, 300))) == [300, 300, 300, 100]


def test_long_completions_make_small_requests() -> None:
    items = [{"completion": "x" * (MAX_CHARACTERS // 3)} for _ in range(7)]
    assert list(map(len, chunks_of(items, 512))) == [3, 3, 1]
    assert chunks_of([{"completion": "x" * (MAX_CHARACTERS + 1)}] * 2, 512) == [[0], [1]]


def test_integers_and_strings_are_one_label() -> None:
    assert groups_of([{"group": 7}, {"group": "7"}, {}, {"group": None}]) == {"7": [0, 1]}
