"""A city's network: lines and stations as indices, and every index that scoring asks.

All of it is built once. Afterwards a question is a dictionary look-up or a slice; the one
exception, the nearest spelling of an unknown name, is bounded and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import networkx as nx
from rapidfuzz import fuzz, process

from . import text
from .released_text import ReleasedNames

UNKNOWN = -1
AMBIGUOUS = -2
#: Names looked up by similarity in one completion; later unknown names are just unknown.
FUZZY_LOOKUPS = 16
#: A slip is at least this similar to the name it means (rapidfuzz ratio, 0-100) ...
CLOSE = 92.0
#: ... and by so much less similar to any other.
CLEARLY = 5.0
_REMEMBERED = 4096


class NetworkError(ValueError):
    """A network that cannot be built; the message names the line and the station."""


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


class Lookups:
    """What the look-ups of one completion have in common: their signals and their budget."""

    __slots__ = ("fuzzy_left", "signals")

    def __init__(self) -> None:
        self.signals: set[str] = set()
        self.fuzzy_left = FUZZY_LOOKUPS


class NameIndex:
    """Names of one kind (stations, or lines) -> indices."""

    def __init__(self, kind: str, fold: Callable[[str], str]) -> None:
        self.exact: dict[str, int] = {}
        """Spellings met at load -> what ``resolve`` says of them: the shortcut of the hot path."""
        self._kind = kind
        self._fold = fold
        self._keys: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._nearest = lru_cache(maxsize=_REMEMBERED)(self._find_nearest)

    def add(self, key: str, index: int, name: str) -> None:
        """Let ``key`` mean ``index``; a key that already means another index now means neither."""
        known = self._keys.setdefault(key, index)
        if known != index:
            self._keys[key] = AMBIGUOUS
        self._names.setdefault(key, name)

    def add_alias(self, alias: str, index: int) -> None:
        """Let one more name mean ``index``, also where it would have fitted several."""
        key = self._fold(alias)
        self._keys[key] = index
        self._names[key] = alias

    def seal(self, spellings: Iterable[str]) -> None:
        """Remember how the spellings of the data resolve; no name is added after this."""
        self._choices = list(self._keys)
        for spelling in spellings:
            self.exact[spelling] = self.find_exactly(spelling)

    def find_exactly(self, name: str) -> int:
        """The index that a name folds to, ``UNKNOWN`` or ``AMBIGUOUS``; no similarity."""
        if len(name) > text.LONGEST_NAME:
            return UNKNOWN
        index = self._keys.get(self._fold(name), UNKNOWN)
        return self._keys.get(text.plain(name), index) if index < 0 else index

    def find(self, name: str, lookups: Lookups) -> int:
        """The index that an answer's name means, ``UNKNOWN`` or ``AMBIGUOUS``.

        Tells ``lookups`` what was odd: ``fuzzy_name``, ``ambiguous_name``, ``unknown_<kind>``.
        """
        index = self.find_exactly(name)
        if index == UNKNOWN and len(name) <= text.LONGEST_NAME and lookups.fuzzy_left:
            key = self._fold(name)
            if text.may_be_misspelt(key):
                lookups.fuzzy_left -= 1
                index = self._nearest(name, key)
                if index >= 0:
                    lookups.signals.add("fuzzy_name")
        if index < 0:
            lookups.signals.add("ambiguous_name" if index == AMBIGUOUS else f"unknown_{self._kind}")
        return index

    def _find_nearest(self, name: str, key: str) -> int:
        near = process.extract(
            key, self._choices, scorer=fuzz.ratio, score_cutoff=CLOSE - CLEARLY, limit=8
        )
        if not near or near[0][1] < CLOSE:
            return UNKNOWN
        best, score, _ = near[0]
        index = self._keys[best]
        for other, other_score, _ in near[1:]:
            if self._keys[other] != index and score - other_score < CLEARLY:
                return AMBIGUOUS
        if index < 0 or not text.may_be_misspelt(best):
            return index if index < 0 else UNKNOWN
        if text.distinguishing_marks(name) != text.distinguishing_marks(self._names[best]):
            return UNKNOWN
        return index


class Line:
    """A line: its stations in order, and what lies between any two of them.

    ``runs`` are the sequences in which trains pass the stations: one for a plain line, more
    for a branched one, so that any two stations share a run. On a ``ring`` the first run
    goes on from its last station to its first.
    """

    __slots__ = ("_at", "_plain", "name", "ring", "runs", "stations")

    def __init__(self, name: str, runs: Sequence[tuple[int, ...]], ring: bool) -> None:
        self.name = name
        self.ring = ring
        self.runs = tuple(runs)
        self.stations = frozenset(s for run in runs for s in run)
        self._at: list[dict[int, list[int]]] = []
        for run in runs:
            at: dict[int, list[int]] = {}
            for position, station in enumerate(run):
                at.setdefault(station, []).append(position)
            self._at.append(at)
        simple = len(runs) == 1 and not ring and len(self.stations) == len(runs[0])
        self._plain = {s: i for i, s in enumerate(runs[0])} if simple else None

    def between(self, departure: int, arrival: int) -> list[tuple[int, ...]]:
        """The via stops from one station to another, in travel order, for each way round.

        One tuple on a plain line; more on a ring, on a line with a station that stands
        twice, and where branches give a choice. Empty where a station is not on the line.
        """
        if self._plain is not None:
            first, last = self._plain.get(departure), self._plain.get(arrival)
            if first is None or last is None:
                return []
            run = self.runs[0]
            if first < last:
                return [run[first + 1 : last]]
            return [run[last + 1 : first][::-1]]
        ways: dict[tuple[int, ...], None] = {}
        ring = self.ring
        for run, at in zip(self.runs, self._at, strict=True):
            for first in at.get(departure, ()):
                for last in at.get(arrival, ()):
                    if first < last:
                        ways[run[first + 1 : last]] = None
                        if ring:
                            ways[(run[last + 1 :] + run[:first])[::-1]] = None
                    else:
                        ways[run[last + 1 : first][::-1]] = None
                        if ring:
                            ways[run[first + 1 :] + run[:last]] = None
            ring = False
        return [way for way in ways if departure not in way and arrival not in way]

    def is_between(self, departure: int, joint: int, arrival: int) -> bool:
        """Whether ``joint`` lies strictly between two stations of this line, on any way round."""
        if self._plain is not None:
            at = self._plain
            return min(at[departure], at[arrival]) < at[joint] < max(at[departure], at[arrival])
        return any(joint in way for way in self.between(departure, arrival))


class Network:
    """A city's lines and stations; see ``build``.

    ``lines_at[station]``: the lines there. ``rides_from_line[line][station]``: fewest rides
    to a station for who sits in a train of that line, 0 where there is no way.
    """

    def __init__(
        self,
        name: str,
        lines: Sequence[Line],
        station_names: Sequence[str],
        station_index: NameIndex,
        line_index: NameIndex,
        released: ReleasedNames,
    ) -> None:
        self.name = name
        self.lines = tuple(lines)
        self.station_names = tuple(station_names)
        self.station_index = station_index
        self.line_index = line_index
        self.released = released
        at: list[list[int]] = [[] for _ in station_names]
        for index, line in enumerate(lines):
            for station in sorted(line.stations):
                at[station].append(index)
        self.lines_at = tuple(map(tuple, at))
        self.rides_from_line = _fewest_rides(self.lines, len(station_names))

    def station(self, name: str) -> int:
        """The index of a gold station, ``UNKNOWN`` or ``AMBIGUOUS``."""
        index = self.station_index.exact.get(name)
        return self.station_index.find_exactly(name) if index is None else index

    def rides(self, departure: int, arrival: int) -> int:
        """Fewest rides from one station to another; 0 where they are one or there is no way."""
        if departure == arrival:
            return 0
        rides = [self.rides_from_line[line][arrival] for line in self.lines_at[departure]]
        return min(filter(None, rides), default=0)


def _fewest_rides(lines: Sequence[Line], stations: int) -> tuple[tuple[int, ...], ...]:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(stations))
    for index, line in enumerate(lines):
        # lines are the negative nodes: a way from line to station alternates between the two
        graph.add_edges_from((~index, station) for station in line.stations)
    table = []
    for index in range(len(lines)):
        hops = nx.single_source_shortest_path_length(graph, ~index)
        table.append(tuple((hops.get(station, -1) + 1) // 2 for station in range(stations)))
    return tuple(table)


def build(name: str, lines: Mapping[str, Sequence[str]], overlay: Overlay = NO_OVERLAY) -> Network:
    """The network of a city from its lines, each a list of stations in order (ReasonMap's form).

    Annotations such as " (Transfer Station)" are understood. Names that fold alike are one
    station unless ``overlay`` splits them; a line that ends where it began is a ring.

    Raises ``NetworkError``, which names line and station, where that makes no network.
    """
    if not lines:
        raise NetworkError("expected at least one line")
    for line_name in (*overlay.loops, *overlay.branches):
        if line_name not in lines:
            raise NetworkError(f"overlay: no line {line_name!r} in the network")
    places = _Places(overlay)
    built = [_line(line_name, lines[line_name], places, overlay) for line_name in lines]

    line_index = NameIndex("line", text.fold_line)
    for index, line in enumerate(built):
        line_index.add(text.fold_line(line.name), index, line.name)
    for index, line in enumerate(built):  # two lines that fold alike are told apart by all words
        if line_index.find_exactly(line.name) != index:
            line_index.add(text.plain(line.name), index, line.name)
        if line_index.find_exactly(line.name) != index:
            raise NetworkError(f"line {line.name!r}: another line's name cannot be told from it")

    _add_aliases(places.index, overlay.station_aliases, "station")
    _add_aliases(line_index, overlay.line_aliases, "line")
    for other in (*overlay.split, *(other for group in overlay.join for other in group)):
        if places.index.find_exactly(other) < 0:
            raise NetworkError(f"overlay: no station {other!r} in the network")

    given = {spelling for spellings in lines.values() for spelling in spellings}
    places.index.seal(given | {text.strip_annotations(spelling) for spelling in given})
    line_index.seal(lines)
    return Network(name, built, places.names, places.index, line_index, ReleasedNames(lines))


class _Places:
    """Gives each place of a network its index, whatever its name is spelled like."""

    def __init__(self, overlay: Overlay) -> None:
        self.index = NameIndex("station", text.fold_station)
        self.names: list[str] = []
        self._known: dict[str, int] = {}
        self._apart = {text.plain(spelling) for spelling in overlay.split}
        self._joined = {
            text.fold_station(other): text.fold_station(group[0])
            for group in overlay.join
            for other in group
        }

    def place(self, spelling: str) -> int:
        display = text.strip_annotations(spelling)
        key, whole = text.fold_station(display), text.plain(display)
        apart = whole in self._apart
        identity = whole if apart else self._joined.get(key, key)
        station = self._known.setdefault(identity, len(self._known))
        if station == len(self.names):
            self.names.append(display)
        self.index.add(key, station, display)
        if apart:
            self.index.add(whole, station, display)
        return station


def _check_name(name: str, what: str) -> None:
    if not text.is_name(name):
        raise NetworkError(
            f"{what}: expected a name of at most {text.LONGEST_NAME} characters, got {name!r:.80}"
        )


def _line(name: str, spellings: Sequence[str], places: _Places, overlay: Overlay) -> Line:
    """A line with the ring and the branches that its list or the overlay gives it."""
    _check_name(name, "line")
    for position, spelling in enumerate(spellings, 1):
        _check_name(spelling, f"line {name!r}, station {position}")
    stops = [places.place(spelling) for spelling in spellings]
    for position, (here, after) in enumerate(pairwise(stops), 1):
        if here == after:
            raise NetworkError(
                f"line {name!r}: stations {position} and {position + 1} are the same, "
                f"{spellings[position]!r}"
            )
    if len(stops) < 2:
        raise NetworkError(f"line {name!r}: expected at least two stations, got {len(stops)}")

    branches = overlay.branches.get(name, ())
    on_branch = {places.place(spelling) for branch in branches for spelling in branch.stations}
    main = tuple(stop for stop in stops if stop not in on_branch)
    closed = len(main) > 3 and main[0] == main[-1]
    if closed:
        main = main[:-1]
    ring = closed or name in overlay.loops
    if ring and len(main) < 3:
        raise NetworkError(f"line {name!r}: expected at least three stations on a loop")
    paths = []
    for branch in branches:
        junction = places.place(branch.junction)
        path = tuple(places.place(spelling) for spelling in branch.stations)
        for spelling, station in zip(branch.stations, path, strict=True):
            if station not in stops:
                raise NetworkError(f"overlay: line {name!r} has no station {spelling!r} to branch")
        if junction not in main:
            raise NetworkError(
                f"overlay: a branch of line {name!r} leaves at {branch.junction!r}, which is not "
                "on its main part"
            )
        paths.append((junction, *path))
    return Line(name, _runs(main, ring, paths), ring)


def _runs(
    main: tuple[int, ...], ring: bool, branches: Sequence[tuple[int, ...]]
) -> list[tuple[int, ...]]:
    """The ways a train can take through a line; a branch starts with its junction on ``main``."""

    def tracks(junction: int) -> list[tuple[int, ...]]:
        at = main.index(junction)
        if ring:
            around = main[at + 1 :] + main[:at]
            return [(junction, *around), (junction, *around[::-1])]
        return [main[at:], main[at::-1]]

    runs = [main]
    for number, branch in enumerate(branches):
        inwards = branch[:0:-1]
        for track in tracks(branch[0]):
            runs.append(inwards + track)
            for other in branches[number + 1 :]:
                if other[0] in track:
                    runs.append(inwards + track[: track.index(other[0])] + other)
    return runs


def _add_aliases(index: NameIndex, aliases: Mapping[str, str], kind: str) -> None:
    for alias, meant in aliases.items():
        target = index.find_exactly(meant)
        if target < 0:
            raise NetworkError(f"overlay: alias {alias!r}: no {kind} {meant!r} in the network")
        if index.find_exactly(alias) not in (UNKNOWN, AMBIGUOUS, target):
            raise NetworkError(f"overlay: alias {alias!r} is the name of another {kind}")
        index.add_alias(alias, target)
