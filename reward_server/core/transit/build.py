"""A city's lines as lists of stations, with an overlay -> its network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..budget import NAME_STEPS, PLACE_STEPS, STATION_STEPS, Budget
from . import names as text
from .model import NetworkError
from .name_index import UNKNOWN, NameIndex
from .network import MOST_STANDS, Line, Network


class Branch(NamedTuple):
    """Stations, in order, that leave a line at its station ``junction``."""

    junction: str
    stations: tuple[str, ...]


class Overlay(NamedTuple):
    """What a list of stations per line cannot say of a network.

    ``station_aliases``, ``line_aliases``: other name -> name. ``loops``: lines whose last
    station is followed by their first. ``branches``: line -> branches. ``split``: spellings
    that fold alike and are different stations. ``join``: sets of names of one station.
    """

    station_aliases: Mapping[str, str] = {}
    line_aliases: Mapping[str, str] = {}
    loops: tuple[str, ...] = ()
    branches: Mapping[str, tuple[Branch, ...]] = {}
    split: tuple[str, ...] = ()
    join: tuple[tuple[str, ...], ...] = ()


NO_OVERLAY = Overlay()


def build(
    name: str,
    lines: Mapping[str, Sequence[str]],
    overlay: Overlay = NO_OVERLAY,
    budget: Budget | None = None,
) -> Network:
    """The network of a city from its lines, each a list of stations in order (ReasonMap's form).

    Annotations such as " (Transfer Station)" are understood. Names that fold alike are one
    station, unless they differ in an accent (Láng, Lăng) or ``overlay`` splits them; a line that
    ends where it began is a ring.

    Raises ``NetworkError``, which names line and station, where that makes no network, and what
    ``budget`` raises; ``None``: it may take as long as it takes.
    """
    if budget is None:
        budget = Budget.unbounded()
    if not lines:
        raise NetworkError("expected at least one line")
    for line_name in (*overlay.loops, *overlay.branches):
        if line_name not in lines:
            raise NetworkError(f"overlay: no line {line_name!r} in the network")
    for names in (overlay.station_aliases, overlay.line_aliases, overlay.split, *overlay.join):
        _spend_on_names(names, budget)
    known: set[str] = set()
    for line_name, spellings in lines.items():
        _spend_on_names((line_name, *spellings), budget)
        _check_name(line_name, "line")
        for position, spelling in enumerate(spellings, 1):
            if spelling not in known:
                _check_name(spelling, f"line {line_name!r}, station {position}")
                known.add(spelling)
    places = _Places(lines, overlay)
    built = [_line(line_name, lines[line_name], places, overlay, budget) for line_name in lines]
    stations = NameIndex("station", places.spelled, overlay.station_aliases)
    stations.remember(dict(places.spelled) | places.stations)
    numbered = {line.name: index for index, line in enumerate(built)}
    line_index = NameIndex("line", numbered.items(), overlay.line_aliases)
    line_index.remember(numbered)
    for other in (*overlay.split, *(other for group in overlay.join for other in group)):
        if stations.find_exactly(other) < 0:
            raise NetworkError(f"overlay: no station {other!r} in the network")
    return Network(name, built, places.names, stations, line_index, lines)


#: What the spellings of one place share, and whether the overlay split it from others.
_Key = tuple[str, bool]


class _Places:
    """Gives each place of a network its index, whatever its name is spelled like.

    ``stations``: the spellings of the lines -> indices. ``spelled``: the same without notes.
    ``names``: of each place the first of them.
    """

    def __init__(self, lines: Mapping[str, Sequence[str]], overlay: Overlay) -> None:
        self.names: list[str] = []
        self.spelled: list[tuple[str, int]] = []
        self.stations: dict[str, int] = {}
        self._apart = {_as_spelled(spelling) for spelling in overlay.split}
        displays: dict[str, str] = {}
        for spellings in lines.values():
            for spelling in spellings:
                if spelling not in displays:
                    displays[spelling] = text.strip_annotations(spelling)
        self._keys = {display: self._key(display) for display in displays.values()}
        self._known = set(self._keys.values())
        self._by_fold: dict[str, set[_Key]] = {}
        self._joined: dict[_Key, _Key] = {}
        for group in overlay.join:
            first = self._meant(group[0])
            self._joined.update((self._meant(other), first) for other in group)
        self._indices: dict[_Key, int] = {}
        of_display: dict[str, int] = {}
        for spelling, display in displays.items():
            if display not in of_display:
                key = self._keys[display]
                station = self._indices.setdefault(self._joined.get(key, key), len(self.names))
                if station == len(self.names):
                    self.names.append(display)
                of_display[display] = station
            self.stations[spelling] = of_display[display]
        self.spelled = list(of_display.items())

    def named(self, spelling: str) -> int:
        """The index of a station that the overlay names; ``UNKNOWN`` where there is none."""
        key = self._meant(spelling)
        return self._indices.get(self._joined.get(key, key), UNKNOWN)

    def _key(self, display: str) -> _Key:
        as_spelled = _as_spelled(display) if self._apart else ""
        apart = as_spelled in self._apart
        return (as_spelled if apart else text.identity(display), apart)

    def _meant(self, spelling: str) -> _Key:
        """The key of a name of the overlay, which may leave out accents where that is enough."""
        display = text.strip_annotations(spelling)
        key = self._key(display)
        if key in self._known:
            return key
        if not self._by_fold:
            for known, of_known in self._keys.items():
                self._by_fold.setdefault(text.fold_station(known), set()).add(of_known)
        alike = self._by_fold.get(text.fold_station(display), set())
        return next(iter(alike)) if len(alike) == 1 else key


def _as_spelled(name: str) -> str:
    """A name with its punctuation: how ``Overlay.split`` knows it."""
    return "".join(text.normalise(text.strip_annotations(name), accents=True).split())


def _check_name(name: str, what: str) -> None:
    if not text.is_name(name):
        raise NetworkError(
            f"{what}: expected a name of at most {text.LONGEST_NAME} characters, got {name!r:.80}"
        )


def _spend_on_names(names: Iterable[str], budget: Budget) -> None:
    """Draw what it takes to bring names to their keys and to index them."""
    for name in names:
        budget.spend(STATION_STEPS + NAME_STEPS * min(len(name), text.LONGEST_NAME))


def _line(
    name: str, spellings: Sequence[str], places: _Places, overlay: Overlay, budget: Budget
) -> Line:
    """A line with the ring and the branches that its list or the overlay gives it."""
    stops = [places.stations[spelling] for spelling in spellings]
    _check_stops(name, stops, spellings)

    main = list(stops)
    branches = []
    for branch in overlay.branches.get(name, ()):
        # each branch is looked for in the list, and then taken out of it
        _spend_on_names((branch.junction, *branch.stations), budget)
        budget.spend(len(main))
        junction = places.named(branch.junction)
        path = [places.named(spelling) for spelling in branch.stations]
        start = _start(path, main)
        if start < 0:
            # one that stands before its junction comes in from the far end, as on a line like a 6
            start = _start([*path[::-1], junction], main)
        if start < 0:
            raise NetworkError(
                f"overlay: a branch of line {name!r}: expected stations that follow each other in "
                f"the line's list, got {list(branch.stations)!r:.200}"
            )
        del main[start : start + len(path)]
        branches.append((branch.junction, (junction, *path)))
    for spelling, path_from_junction in branches:
        if path_from_junction[0] not in main:
            raise NetworkError(
                f"overlay: a branch of line {name!r} leaves at {spelling!r}, which is not on its "
                "main part"
            )
    closed = len(main) > 3 and main[0] == main[-1]
    if closed:
        main.pop()
    ring = closed or name in overlay.loops
    if ring and len(main) < 3:
        raise NetworkError(f"line {name!r}: expected at least three stations on a loop")
    return Line(name, _runs(tuple(main), ring, [path for _, path in branches], budget), ring)


def _check_stops(name: str, stops: list[int], spellings: Sequence[str]) -> None:
    """Raises ``NetworkError`` where stations in this order make no line."""
    for position, (here, after) in enumerate(pairwise(stops), 1):
        if here == after:
            raise NetworkError(
                f"line {name!r}: stations {position} and {position + 1} are the same, "
                f"{spellings[position]!r}"
            )
    if len(stops) < 2:
        raise NetworkError(f"line {name!r}: expected at least two stations, got {len(stops)}")
    most, times = Counter(stops).most_common(1)[0]
    # where a loop closes, its first station stands again
    closes = stops[0] == stops[-1] == most
    if times - closes > MOST_STANDS:
        raise NetworkError(
            f"line {name!r}: expected a station at most {MOST_STANDS} times, "
            f"{spellings[stops.index(most)]!r} stands {times} times"
        )


def _start(path: list[int], stops: list[int]) -> int:
    """Where a path of at least one station stands in ``stops`` as it is; -1 where it does not."""
    if not path or path[0] not in stops:
        return -1
    start = stops.index(path[0])
    return start if stops[start : start + len(path)] == path else -1


def _runs(
    main: tuple[int, ...], ring: bool, branches: Sequence[tuple[int, ...]], budget: Budget
) -> list[tuple[int, ...]]:
    """The ways a train can take through a line; a branch starts with its junction on ``main``."""

    def tracks(junction: int) -> list[tuple[int, ...]]:
        at = main.index(junction)
        if ring:
            around = main[at + 1 :] + main[:at]
            return [(junction, *around), (junction, *around[::-1])]
        return [main[at:], main[at::-1]]

    runs = [main]
    budget.spend(PLACE_STEPS * len(main))
    for number, branch in enumerate(branches):
        inwards = branch[:0:-1]
        for track in tracks(branch[0]):
            runs.append(inwards + track)
            budget.spend(PLACE_STEPS * len(runs[-1]))
            for other in branches[number + 1 :]:
                if other[0] in track:
                    runs.append(inwards + track[: track.index(other[0])] + other)
                    budget.spend(PLACE_STEPS * len(runs[-1]))
    return runs
