"""Claims -> places in the network: the robust way of matching names."""

from __future__ import annotations

from .gold import ChoiceGold, RouteGold
from .model import LocatedChoice, LocatedRoute, Ride, RouteClaim, ValueClaim
from .name_index import UNKNOWN, Lookups
from .network import Network
from .parse.names import split_names
from .parse.values import read_integer, unwrap
from .text import LONGEST_NAME, fold_station


def locate_route(claim: RouteClaim, gold: RouteGold) -> LocatedRoute:
    """The claim's segments as rides in the network.

    Two names that the network does not know are one place where they fold alike: each such
    place has a negative index of its own.
    """
    network, form = gold.network, gold.form
    line_exact, station_exact = network.line_index.exact, network.station_index.exact
    if form == "short":
        try:  # all spelled as usual: nothing to look up, nothing to tell
            known = [
                Ride(line_exact[line], station_exact[departure], station_exact[arrival])
                for line, departure, arrival, _, _ in claim.segments
            ]
        except KeyError:
            pass
        else:
            return LocatedRoute(known, claim.keeps_format, claim.signals)
    places = _Places(network)
    rides = []
    for spelled_line, spelled_departure, spelled_arrival, via_count, via_stops in claim.segments:
        line = line_exact.get(spelled_line)
        if line is None:
            line = places.line(spelled_line)
        departure = station_exact.get(spelled_departure)
        if departure is None:
            departure = places.station(spelled_departure)
        arrival = station_exact.get(spelled_arrival)
        if arrival is None:
            arrival = places.station(spelled_arrival)
        via: int | tuple[int, ...] | None = None
        if form == "via_count" and via_count is not None:
            via = _count(via_count)
        elif form == "via_stops" and via_stops is not None:
            via = tuple(map(places.station, split_names(via_stops)))
        rides.append(Ride(line, departure, arrival, via))
    signals = places.lookups.signals
    return LocatedRoute(
        rides, claim.keeps_format, claim.signals | signals if signals else claim.signals
    )


def locate_choice(claim: ValueClaim, gold: ChoiceGold) -> LocatedChoice:
    """The choice with the stations of its list, where it has one."""
    value, keeps_format, names, signals = claim
    if names is None:
        return LocatedChoice(value, keeps_format, None, signals)
    places = _Places(gold.network)
    stops = [places.station(name) for name in names]
    return LocatedChoice(value, keeps_format, stops, signals | places.lookups.signals)


class _Places:
    """The look-ups of one completion."""

    __slots__ = ("_met", "_network", "_strangers", "lookups")

    def __init__(self, network: Network) -> None:
        self.lookups = Lookups()
        self._network = network
        self._strangers: dict[str, int] = {}
        self._met: dict[str, int] = {}

    def line(self, name: str) -> int:
        return self._network.line_index.find(name, self.lookups)

    def station(self, name: str) -> int:
        index = self._network.station_index.exact.get(name)
        if index is not None:
            return index
        index = self._met.get(name)
        if index is None:
            index = self._met[name] = self._look_up(name)
        return index

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
    return 0 if text.lower() in ("none", "无") else None
