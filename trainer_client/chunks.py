"""Parts a batch into requests, so that the items of a group stay together where they fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from reward_server.api.requests import MANY_NETWORKS

from .results import Item

#: Characters of completions in a request, beyond which it takes no further item: a fraction of
#: what a service takes by default (64 MiB), so that one request is never all it holds.
MANY_CHARACTERS = 8_000_000


def plan(items: Sequence[Item], most: int, cities: Collection[str] = ()) -> list[list[int]]:
    """The places of the items of each request: at most ``most``, each exactly once.

    ``cities`` are the networks that go with a request; it holds only so many of them. A service
    that counts groups counts them as each request has them, hence whole groups.
    """
    chunks: list[list[int]] = []
    room = _Room(items, most, cities)
    for unit in _units(items):
        if not room.empty and not room.has(unit):
            chunks.append(room.leave())
        # a group too large for any request goes item by item
        for part in [unit] if room.has(unit) else [[index] for index in unit]:
            if not room.empty and not room.has(part):
                chunks.append(room.leave())
            room.take(part)
    if not room.empty:
        chunks.append(room.leave())
    return chunks


def _units(items: Sequence[Item]) -> Iterator[list[int]]:
    """The places of the items of each group, by its first; an item without one is on its own."""
    groups: dict[object, list[int]] = {}
    units: list[list[int]] = []
    for index, item in enumerate(items):
        group = item.get("group")
        if not isinstance(group, str | int):  # none, or what the service will refuse
            units.append([index])
            continue
        members = groups.get(group)
        if members is None:
            members = groups[group] = []
            units.append(members)
        members.append(index)
    yield from units


class _Room:
    """The request that is being filled."""

    def __init__(self, items: Sequence[Item], most: int, cities: Collection[str]) -> None:
        self._items = items
        self._most = most
        # all of them fit into any request: nothing to count
        self._cities = cities if len(cities) > MANY_NETWORKS else ()
        self._taken: list[int] = []
        self._characters = 0
        self._used: set[object] = set()

    @property
    def empty(self) -> bool:
        """Whether it has no item yet."""
        return not self._taken

    def has(self, unit: Sequence[int]) -> bool:
        """Whether the items of a unit all fit in."""
        if len(self._taken) + len(unit) > self._most:
            return False
        if self._characters + sum(map(self._size, unit)) > MANY_CHARACTERS:
            return False
        if not self._cities:
            return True
        return len(self._used.union(*map(self._city, unit))) <= MANY_NETWORKS

    def take(self, unit: Sequence[int]) -> None:
        """Put the items of a unit in."""
        self._taken += unit
        self._characters += sum(map(self._size, unit))
        if self._cities:
            self._used.update(*map(self._city, unit))

    def leave(self) -> list[int]:
        """The places it has; the next request begins."""
        taken, self._taken = self._taken, []
        self._characters = 0
        self._used = set()
        return taken

    def _size(self, index: int) -> int:
        completion = self._items[index].get("completion")
        # of messages it is not worth the time: a request too large is split when it is refused
        return len(completion) if isinstance(completion, str) else 0

    def _city(self, index: int) -> set[object]:
        city = self._items[index].get("network")
        return {city} if isinstance(city, str) and city in self._cities else set()
