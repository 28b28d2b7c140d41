"""Claims -> places in the network: the robust way of matching names."""

from __future__ import annotations

from ..budget import NAME_STEPS, Budget
from ..values import read_integer, unwrap
from .gold import ChoiceGold, RouteGold
from .model import LocatedChoice, LocatedRoute, Ride, RouteClaim, ValueClaim
from .name_index import UNKNOWN, Lookups
from .name_lists import says_nothing, split_names
from .names import LONGEST_NAME, fold_station
from .network import Network


def locate_route(claim: RouteClaim, gold: RouteGold, budget: Budget) -> LocatedRoute:
    """The claim's segments as rides in the network.

    Two names that the network does not know are one place where they fold alike: each such
    place has a negative index of its own, -2 - k for ``strangers[k]``.
    """
    network, form = gold.network, gold.form
    if form == "short":  # all spelled as usual: nothing to look up, nothing to tell
        usual = _usual_rides(claim, network)
        if usual is not None:
            return LocatedRoute(claim, usual, (), claim.signals)
    places = _Places(network, budget)
    rides = []
    for segment in claim.segments:
        line = places.line(segment.line)
        departure = places.station(segment.departure)
        arrival = places.station(segment.arrival)
        via: int | tuple[int, ...] | None = None
        if form == "via_count" and segment.via_count is not None:
            via = _count(segment.via_count)
        elif form == "via_stops" and segment.via_stops is not None:
            via = places.stations(segment.via_stops)
        rides.append(Ride(line, departure, arrival, via))
    signals = places.lookups.signals
    return LocatedRoute(
        claim, rides, places.strangers(), claim.signals | signals if signals else claim.signals
    )


def _usual_rides(claim: RouteClaim, network: Network) -> list[Ride] | None:
    """The segments as rides without via stops; ``None`` where a name is not a usual spelling."""
    lines, stations = network.line_index.exact, network.station_index.exact
    rides = []
    for segment in claim.segments:
        line = lines.get(segment.line, UNKNOWN)
        departure = stations.get(segment.departure, UNKNOWN)
        arrival = stations.get(segment.arrival, UNKNOWN)
        if line < 0 or departure < 0 or arrival < 0:
            return None
        rides.append(Ride(line, departure, arrival))
    return rides


def locate_choice(claim: ValueClaim, gold: ChoiceGold, budget: Budget) -> LocatedChoice:
    """The choice with the stations of its list, where it has one."""
    if claim.stops is None:
        return LocatedChoice(claim, None, claim.signals)
    places = _Places(gold.network, budget)
    stops = list(places.stations(claim.stops))
    signals = claim.signals | places.lookups.signals
    return LocatedChoice(claim, stops, signals)


class _Places:
    """The look-ups of one completion."""

    __slots__ = ("_met", "_network", "_strangers", "lookups")

    def __init__(self, network: Network, budget: Budget) -> None:
        self.lookups = Lookups(budget)
        self._network = network
        self._strangers: dict[str, int] = {}
        self._met: dict[str, int] = {}

    def line(self, name: str) -> int:
        index = self._network.line_index.exact.get(name)
        return self._network.line_index.find(name, self.lookups) if index is None else index

    def station(self, name: str) -> int:
        index = self._network.station_index.exact.get(name)
        if index is not None:
            return index
        index = self._met.get(name)
        if index is None:
            index = self._met[name] = self._look_up(name)
        return index

    def stations(self, names: str) -> tuple[int, ...]:
        """The stations in a list."""
        exact = self._network.station_index.exact
        return tuple([self.station(name) for name in split_names(names, exact, self._fits)])

    def _fits(self, name: str) -> bool:
        """Whether a text is, as it is, the name of a station."""
        self.lookups.budget.spend(NAME_STEPS * min(len(name), LONGEST_NAME))
        return self._network.station_index.find_exactly(name) >= 0

    def strangers(self) -> tuple[str, ...]:
        """The folded names of stations that the network does not know, by their indices."""
        return tuple(self._strangers)

    def _look_up(self, name: str) -> int:
        index = self._network.station_index.find(name, self.lookups)
        if index >= 0:
            return index
        key = fold_station(name) if len(name) <= LONGEST_NAME else name
        return self._strangers.setdefault(key, UNKNOWN - 1 - len(self._strangers))


def _count(text: str) -> int | None:
    text = unwrap(text)
    reading = read_integer(text)
    if reading:
        return reading.value
    return 0 if text.strip("-–—. ") and says_nothing(text) else None
