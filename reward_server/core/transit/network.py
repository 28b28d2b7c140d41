"""A city's network: lines and stations as indices, and every index that scoring asks.

All of it is built once; afterwards a question is a look-up or a slice.
"""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

from .name_index import NameIndex
from .released.names import ReleasedNames


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
