"""Parts a batch into requests, so that the items of a group stay together where they fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from reward_server.wire.requests import MANY_NETWORKS

from .results import Item

#: Characters of completions in a request, beyond which it takes no further item: a fraction of
#: what a service takes by default (64 MiB), so that one request is never all it holds.
MAX_CHARACTERS = 8_000_000

Groups = Mapping[str, Sequence[int]]
"""Label -> the places of its items, in the order of the first ones."""


def groups_of(items: Sequence[Item]) -> Groups:
    """The groups that items name. What no label can be is left to the service to refuse."""
    groups: dict[str | int, list[int]] = {}
    for index, item in enumerate(items):
        group = item.get("group")
        if isinstance(group, str | int):
            members = groups.get(group)
            if members is None:
                members = groups[group] = []
            members.append(index)
    merged: dict[str, list[int]] = {}
    for given, members in groups.items():  # 7 and "7" are one label
        merged.setdefault(str(given), []).extend(members)
    return merged


def chunked(
    items: Sequence[Item], groups: Groups, max_items: int, cities: Collection[str] = ()
) -> list[list[int]]:
    """The places of the items of each request: at most ``max_items``, each exactly once.

    ``cities`` are the networks that go with a request; it holds only so many of them. A service
    that counts groups counts them as each request has them, hence whole groups.
    """
    chunks = _Chunks(items, max_items, cities)
    grouped = set[int]().union(*groups.values())
    ungrouped = ([index] for index in range(len(items)) if index not in grouped)
    for unit in sorted([*groups.values(), *ungrouped], key=lambda unit: unit[0]):
        chunks.add(unit)
    return chunks.all()


class _Chunks:
    """The chunks so far, the last of which is being filled."""

    def __init__(self, items: Sequence[Item], max_items: int, cities: Collection[str]) -> None:
        self._items = items
        self._max_items = max_items
        # the length of messages is not worth the time: a request too large is split when refused
        self._sizes = [
            len(text) if isinstance(text := item.get("completion"), str) else 0 for item in items
        ]
        # where all of them fit into any request, there is nothing to count
        self._cities = cities if len(cities) > MANY_NETWORKS else ()
        self._full: list[list[int]] = []
        self._last: list[int] = []
        self._characters = 0
        self._used: set[object] = set()

    def add(self, unit: Sequence[int]) -> None:
        """Add items that belong together: to one chunk, or one by one where none has room."""
        characters = sum(map(self._sizes.__getitem__, unit))
        used = self._used.union(*map(self._city_of, unit)) if self._cities else self._used
        if (
            len(self._last) + len(unit) <= self._max_items
            and self._characters + characters <= MAX_CHARACTERS
            and len(used) <= MANY_NETWORKS
        ) or (not self._last and len(unit) == 1):
            self._last += unit
            self._characters += characters
            self._used = used
        elif self._last:
            self._full.append(self._last)
            self._last, self._characters, self._used = [], 0, set()
            self.add(unit)
        else:
            for index in unit:
                self.add([index])

    def all(self) -> list[list[int]]:
        """All of them."""
        return [*self._full, self._last] if self._last else self._full

    def _city_of(self, index: int) -> set[object]:
        city = self._items[index].get("network")
        return {city} if isinstance(city, str) and city in self._cities else set()
