"""A city's lines as lists of stations, with an overlay -> its network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..budget import NAME_STEPS, PLACE_STEPS, STATION_STEPS, Budget
from . import names as text
from .model import NetworkError
from .name_index import NameIndex
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
    station unless ``overlay`` splits them; a line that ends where it began is a ring.

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
    places = _Places(overlay)
    built = [_line(line_name, lines[line_name], places, overlay, budget) for line_name in lines]
    stations = NameIndex("station", text.STATION_FOLDS, places.spelled, overlay.station_aliases)
    stations.remember(_usual_spellings(lines))
    numbered = [(line.name, index) for index, line in enumerate(built)]
    line_index = NameIndex("line", text.LINE_FOLDS, numbered, overlay.line_aliases)
    line_index.remember(lines)
    for other in (*overlay.split, *(other for group in overlay.join for other in group)):
        if stations.find_exactly(other) < 0:
            raise NetworkError(f"overlay: no station {other!r} in the network")
    return Network(name, built, places.names, stations, line_index, lines)


def _usual_spellings(lines: Mapping[str, Sequence[str]]) -> set[str]:
    given = {spelling for spellings in lines.values() for spelling in spellings}
    given |= {text.strip_annotations(spelling) for spelling in given}
    return given | {spelling.removesuffix(" Station") for spelling in given}


class _Places:
    """Gives each place of a network its index, whatever its name is spelled like."""

    def __init__(self, overlay: Overlay) -> None:
        self.names: list[str] = []
        self.spelled: list[tuple[str, int]] = []
        self._known: dict[tuple[str, bool], int] = {}
        self._by_spelling: dict[str, int] = {}
        self._apart = {_as_spelled(spelling) for spelling in overlay.split}
        self._joined = {
            text.fold_station(other): text.fold_station(group[0])
            for group in overlay.join
            for other in group
        }

    def knows(self, spelling: str) -> bool:
        return spelling in self._by_spelling

    def place(self, spelling: str) -> int:
        station = self._by_spelling.get(spelling)
        if station is None:
            station = self._by_spelling[spelling] = self._new_place(spelling)
        return station

    def _new_place(self, spelling: str) -> int:
        display = text.strip_annotations(spelling)
        apart = bool(self._apart) and _as_spelled(display) in self._apart
        key = _as_spelled(display) if apart else text.fold_station(display)
        station = self._known.setdefault((self._joined.get(key, key), apart), len(self._known))
        if station == len(self.names):
            self.names.append(display)
        self.spelled.append((display, station))
        return station


def _as_spelled(name: str) -> str:
    """A name with its punctuation: how ``Overlay.split`` knows it."""
    return "".join(text.normalise(text.strip_annotations(name)).split())


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
    _spend_on_names((name, *spellings), budget)
    _check_name(name, "line")
    for position, spelling in enumerate(spellings, 1):
        if not places.knows(spelling):
            _check_name(spelling, f"line {name!r}, station {position}")
    stops = [places.place(spelling) for spelling in spellings]
    _check_stops(name, stops, spellings)

    main = list(stops)
    branches = []
    for branch in overlay.branches.get(name, ()):
        junction = places.place(branch.junction)
        # each branch is looked for in the list, and then taken out of it
        _spend_on_names((branch.junction, *branch.stations), budget)
        budget.spend(len(main))
        path = [places.place(spelling) for spelling in branch.stations]
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
