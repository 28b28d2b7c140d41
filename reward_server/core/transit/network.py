"""A city's network: lines and stations as indices, and every index that scoring asks.

Names and lines are indexed once; how many rides lead from one station to another is worked out
when it is first asked for, and remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, final

from .name_index import NameIndex
from .released.names import ReleasedNames

#: No station stands more often on a line. Real lines pass a station twice (a loop, a 6, a depot);
#: the ways between two stations grow with the square.
MOST_STANDS: Final = 4
#: Pairs of stations' lines whose rides are remembered; real cities have some thousands.
_REMEMBERED: Final = 16_384


@final
class Way:
    """The stations between two stations of a line, in travel order: a slice of one of its runs.

    ``len`` is their number. A slice whose end is before its start goes on from the run's end to
    its beginning, as on a ring.
    """

    __slots__ = ("_backwards", "_end", "_run", "_start", "_turns")

    def __init__(
        self, run: tuple[int, ...], start: int, end: int, backwards: bool, turns: bool = False
    ) -> None:
        self._run = run
        self._start = start
        self._end = end
        self._backwards = backwards
        self._turns = turns

    def __len__(self) -> int:
        between = self._end - self._start
        return between + len(self._run) if self._turns else between

    def stations(self) -> tuple[int, ...]:
        """The stations themselves, copied from the run."""
        run = self._run
        if self._turns:
            stations = run[self._start :] + run[: self._end]
        else:
            stations = run[self._start : self._end]
        return stations[::-1] if self._backwards else stations

    def has(self, places: Sequence[int]) -> bool:
        """Whether any of these places of the run lies on the way."""
        start, end = self._start, self._end
        for place in places:
            if (place >= start or place < end) if self._turns else start <= place < end:
                return True
        return False


class Line:
    """A line: its stations in order, and what lies between any two of them.

    ``runs`` are the sequences in which trains pass the stations: one for a plain line, more
    for a branched one, so that any two stations share a run. On a ``ring`` the first run
    goes on from its last station to its first. No station stands more than ``MOST_STANDS``
    times in a run.
    """

    __slots__ = ("_at", "_plain", "name", "ring", "runs", "stations")

    def __init__(self, name: str, runs: Sequence[tuple[int, ...]], ring: bool) -> None:
        self.name = name
        self.ring = ring
        self.runs = tuple(runs)
        self.stations = frozenset().union(*runs)
        simple = len(runs) == 1 and not ring and len(self.stations) == len(runs[0])
        self._plain = {s: i for i, s in enumerate(runs[0])} if simple else None
        self._at: list[dict[int, tuple[int, ...]]] = [] if simple else list(map(_places, runs))

    def between(self, departure: int, arrival: int) -> list[tuple[int, ...]]:
        """The via stops from one station to another, in travel order, for each way round.

        One tuple on a plain line; more on a ring, on a line with a station that stands
        twice, and where branches give a choice. Empty where a station is not on the line.
        """
        return list(dict.fromkeys([way.stations() for way in self.ways(departure, arrival)]))

    def ways(self, departure: int, arrival: int) -> list[Way]:
        """The same as slices of runs, of which none is copied; two may be equal."""
        if self._plain is not None:
            first, last = self._plain.get(departure), self._plain.get(arrival)
            if first is None or last is None:
                return []
            if first < last:
                return [Way(self.runs[0], first + 1, last, backwards=False)]
            # of a station to itself there is one way, on which nothing lies
            return [Way(self.runs[0], min(last + 1, first), first, backwards=True)]
        return [way for way, _ in self._ways_and_places(departure, arrival)]

    def is_between(self, departure: int, joint: int, arrival: int) -> bool:
        """Whether ``joint`` lies strictly between two stations of this line, on any way round."""
        if self._plain is not None:
            at = self._plain
            return min(at[departure], at[arrival]) < at[joint] < max(at[departure], at[arrival])
        for way, at_run in self._ways_and_places(departure, arrival):
            if joint in at_run and way.has(at_run[joint]):
                return True
        return False

    def _ways_and_places(
        self, departure: int, arrival: int
    ) -> Iterator[tuple[Way, dict[int, tuple[int, ...]]]]:
        """The ways that pass neither of their ends, each with the places in its run."""
        ring = self.ring
        for run, at in zip(self.runs, self._at, strict=True):
            departures, arrivals = at.get(departure, ()), at.get(arrival, ())
            for first in departures:
                for last in arrivals:
                    low, high = min(first, last), max(first, last)
                    backwards = first >= last
                    way = Way(run, min(low + 1, high), high, backwards)
                    if not (way.has(departures) or way.has(arrivals)):
                        yield way, at
                    if ring:
                        way = Way(run, high + 1, low, not backwards, turns=True)
                        if not (way.has(departures) or way.has(arrivals)):
                            yield way, at
            ring = False


def _places(run: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """Each station of a run -> where it stands in it."""
    # mostly each stands there once
    at: dict[int, tuple[int, ...]] = dict(zip(run, zip(range(len(run))), strict=True))
    if len(at) == len(run):
        return at
    at = {}
    for place, station in enumerate(run):
        at[station] = (*at[station], place) if station in at else (place,)
    return at


class Network:
    """A city's lines and stations; see ``build``. ``lines_at[station]``: the lines there.

    ``spellings``: what it was built from.
    """

    def __init__(
        self,
        name: str,
        lines: Sequence[Line],
        station_names: Sequence[str],
        station_index: NameIndex,
        line_index: NameIndex,
        spellings: Mapping[str, Sequence[str]],
    ) -> None:
        self.name = name
        self.lines = tuple(lines)
        self.station_names = tuple(station_names)
        self.station_index = station_index
        self.line_index = line_index
        self.spellings = {line: tuple(stations) for line, stations in spellings.items()}
        self._released: ReleasedNames | None = None
        at: list[list[int]] = [[] for _ in station_names]
        for index, line in enumerate(lines):
            for station in line.stations:
                at[station].append(index)
        kinds: dict[tuple[int, ...], int] = {}
        #: Stations of one kind have the same lines.
        self._kinds = [kinds.setdefault(tuple(of), len(kinds)) for of in at]
        alike = list(kinds)
        self.lines_at = tuple([alike[kind] for kind in self._kinds])
        self._line_sets = [sum([1 << line for line in of]) for of in alike]
        self._meets = _lines_that_meet(self._line_sets, len(self.lines))
        self._rides: dict[tuple[int, int], int] = {}

    @property
    def released(self) -> ReleasedNames:
        """The names as the released code compares them: made for the first who asks for them."""
        if self._released is None:
            self._released = ReleasedNames(self.spellings)
        return self._released

    def station(self, name: str) -> int:
        """The index of a gold station, ``UNKNOWN`` or ``AMBIGUOUS``."""
        index = self.station_index.exact.get(name)
        return self.station_index.find_exactly(name) if index is None else index

    def rides(self, departure: int, arrival: int) -> int:
        """Fewest rides from one station to another; 0 where they are one or there is no way."""
        if departure == arrival:
            return 0
        key = (self._kinds[departure], self._kinds[arrival])
        rides = self._rides.get(key)
        if rides is None:
            rides = self._fewest_rides(self._line_sets[key[0]], self._line_sets[key[1]])
            if len(self._rides) < _REMEMBERED:
                self._rides[key] = rides
        return rides

    def rides_aboard(self, line: int, station: int) -> int:
        """Fewest rides to a station for who sits in a train of ``line``; 0 where there is no way.

        The ride that this train is on counts.
        """
        return self._fewest_rides(1 << line, self._line_sets[self._kinds[station]])

    def remembered(self) -> int:
        """How many things of those asked so far it remembers: it holds more memory for them."""
        indices = self.station_index.remembered() + self.line_index.remembered()
        released = self._released.remembered() if self._released is not None else 0
        return indices + released + len(self._rides)

    def _fewest_rides(self, lines: int, goal: int) -> int:
        """Fewest rides from a set of lines to another, a bit for each line; each is met once."""
        rides, met = 1, lines
        while not met & goal:
            nearer = 0
            while lines:
                line = lines.bit_length() - 1
                lines ^= 1 << line
                nearer |= self._meets[line]
            lines = nearer & ~met
            if not lines:
                return 0
            met |= lines
            rides += 1
        return rides


def _lines_that_meet(line_sets: Sequence[int], lines: int) -> list[int]:
    """For each line those that have a station with it, one bit each."""
    meets = [0] * lines
    for of_station in line_sets:
        left = of_station
        while left:
            line = left.bit_length() - 1
            left ^= 1 << line
            meets[line] |= of_station
    return meets
