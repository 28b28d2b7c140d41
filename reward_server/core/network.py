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


class _Found(NamedTuple):
    """What a name means, and whether it had to be compared with all names."""

    meant: int
    compared: bool
    signals: tuple[str, ...]


class NameIndex:
    """Names of one kind (stations, or lines) -> indices.

    ``names``: spellings with what they mean. ``folds``: from the loosest to the strictest; a
    name is looked up by the loosest under which it means one thing. Raises ``NetworkError``
    where two names differ under none, or an alias is wrong.
    """

    def __init__(
        self,
        kind: str,
        folds: Sequence[Callable[[str], str]],
        names: Iterable[tuple[str, int]],
        aliases: Mapping[str, str],
    ) -> None:
        self.exact: dict[str, int] = {}
        """Usual spellings -> what they mean: the shortcut of the hot path."""
        self._kind = kind
        self._fold = folds[0]
        self._tiers: list[tuple[Callable[[str], str], dict[str, int]]] = []
        self._spelled: dict[str, str] = {}
        left = list(names)
        for fold in folds:
            keys: dict[str, int] = {}
            for name, index in left:
                key = fold(name)
                if keys.setdefault(key, index) != index:
                    keys[key] = AMBIGUOUS
                self._spelled.setdefault(key, name)
            left = [(name, index) for name, index in left if keys[fold(name)] == AMBIGUOUS]
            self._tiers.insert(0, (fold, keys))
            if not left:
                break
        else:
            raise NetworkError(
                f"{kind} {left[0][0]!r}: another {kind}'s name cannot be told from it"
            )
        self._add_aliases(aliases)
        self._keys = self._tiers[-1][1]
        self._choices = list(self._keys)
        self._resolve = lru_cache(maxsize=_REMEMBERED)(self._find_by_any_means)

    def _add_aliases(self, aliases: Mapping[str, str]) -> None:
        targets = {alias: self.find_exactly(meant) for alias, meant in aliases.items()}
        for alias, target in targets.items():
            if target < 0:
                raise NetworkError(
                    f"overlay: alias {alias!r}: no {self._kind} {aliases[alias]!r} in the network"
                )
            if self.find_exactly(alias) not in (UNKNOWN, AMBIGUOUS, target):
                raise NetworkError(f"overlay: alias {alias!r} is the name of another {self._kind}")
            fold, keys = self._tiers[-1]
            key = fold(alias)
            if keys.get(key) == AMBIGUOUS:
                # what fits several names goes on to fit none, but for this very spelling
                if self._tiers[0][0] is not text.plain:
                    self._tiers.insert(0, (text.plain, {}))
                self._tiers[0][1][text.plain(alias)] = target
            else:
                keys[key] = target
                self._spelled.setdefault(key, alias)

    def remember(self, spellings: Iterable[str]) -> None:
        """Look these up once and for all; what means nothing or several things is left out."""
        found = {spelling: self.find_exactly(spelling) for spelling in spellings}
        self.exact = {spelling: index for spelling, index in found.items() if index >= 0}

    def find_exactly(self, name: str) -> int:
        """The index that a name folds to, ``UNKNOWN`` or ``AMBIGUOUS``; no similarity."""
        if len(name) > text.LONGEST_NAME:
            return UNKNOWN
        index = UNKNOWN
        for fold, keys in self._tiers:
            index = keys.get(fold(name), UNKNOWN)
            if index >= 0:
                return index
        return index

    def find(self, name: str, lookups: Lookups) -> int:
        """The index that an answer's name means, ``UNKNOWN`` or ``AMBIGUOUS``.

        Tells ``lookups`` what was odd: ``fuzzy_name``, ``ambiguous_name``, ``unknown_<kind>``,
        ``template_echo``.
        """
        if lookups.fuzzy_left and len(name) <= text.LONGEST_NAME:
            found = self._resolve(name)
            lookups.fuzzy_left -= found.compared
        else:
            found = self._found(name, self.find_exactly(name))
        lookups.signals.update(found.signals)
        return found.meant

    def _find_by_any_means(self, name: str) -> _Found:
        index = self.find_exactly(name)
        if index == UNKNOWN and text.may_be_misspelt(key := self._fold(name)):
            return self._found(name, self._nearest(name, key), compared=True)
        return self._found(name, index)

    def _found(self, name: str, index: int, compared: bool = False) -> _Found:
        """What was found with the signals that it leaves."""
        signals: tuple[str, ...] = ("fuzzy_name",) if compared else ()
        if index == AMBIGUOUS:
            signals = ("ambiguous_name",)
        elif index < 0:
            signals = (f"unknown_{self._kind}",)
            if text.is_placeholder(name):
                signals += ("template_echo",)
        return _Found(index, compared, signals)

    def _nearest(self, name: str, key: str) -> int:
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
        if not text.may_be_misspelt(best):
            return UNKNOWN
        if text.distinguishing_marks(name) != text.distinguishing_marks(self._spelled[best]):
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
        self._rides_from = tuple(map(self._rides_from_station, self.lines_at))

    def station(self, name: str) -> int:
        """The index of a gold station, ``UNKNOWN`` or ``AMBIGUOUS``."""
        index = self.station_index.exact.get(name)
        return self.station_index.find_exactly(name) if index is None else index

    def rides(self, departure: int, arrival: int) -> int:
        """Fewest rides from one station to another; 0 where they are one or there is no way."""
        return 0 if departure == arrival else self._rides_from[departure][arrival]

    def _rides_from_station(self, lines: Sequence[int]) -> tuple[int, ...]:
        """Fewest rides to each station for who may take any of ``lines``."""
        tables = [self.rides_from_line[line] for line in lines]
        # from lines that meet, the same stations have no way to them: 0 in all tables, or in none
        return tables[0] if len(tables) == 1 else tuple(map(min, *tables))


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
    stations = NameIndex("station", text.STATION_FOLDS, places.spelled, overlay.station_aliases)
    stations.remember(_usual_spellings(lines))
    numbered = [(line.name, index) for index, line in enumerate(built)]
    line_index = NameIndex("line", text.LINE_FOLDS, numbered, overlay.line_aliases)
    line_index.remember(lines)
    for other in (*overlay.split, *(other for group in overlay.join for other in group)):
        if stations.find_exactly(other) < 0:
            raise NetworkError(f"overlay: no station {other!r} in the network")
    return Network(name, built, places.names, stations, line_index, ReleasedNames(lines))


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
        self._apart = {_as_spelled(spelling) for spelling in overlay.split}
        self._joined = {
            text.fold_station(other): text.fold_station(group[0])
            for group in overlay.join
            for other in group
        }

    def place(self, spelling: str) -> int:
        display = text.strip_annotations(spelling)
        apart = _as_spelled(display) in self._apart
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

    main = list(stops)
    branches = []
    for branch in overlay.branches.get(name, ()):
        junction = places.place(branch.junction)
        path = [places.place(spelling) for spelling in branch.stations]
        start = main.index(path[0]) if path and path[0] in main else 0
        if not path or main[start : start + len(path)] != path:
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
    return Line(name, _runs(tuple(main), ring, [path for _, path in branches]), ring)


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
