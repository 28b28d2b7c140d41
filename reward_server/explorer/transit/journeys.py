"""Routes to look at: the shortest one of a question, and what is to say of an answered one."""

from __future__ import annotations

from typing import NamedTuple

from reward_server.core.transit.explain import fault_in_words
from reward_server.core.transit.faults import faults, is_sound
from reward_server.core.transit.gold import RouteGold
from reward_server.core.transit.model import LocatedRoute, Ride, Segment
from reward_server.core.transit.network import Network

from ..inputs import Fields


class Leg(NamedTuple):
    """One ride, by the network's indices; ``via``: the stops strictly between its ends."""

    line: int
    departure: int
    arrival: int
    via: tuple[int, ...]

    @property
    def stops(self) -> tuple[int, ...]:
        """All stops of the ride, in order."""
        return (self.departure, *self.via, self.arrival)


class Row(NamedTuple):
    """A segment of an answered route with what is right or wrong with it.

    ``line``: its name, the network's where it is there. ``leg``: how it is ridden, where its line
    holds both stops. ``ends``: its stops, negative where they are not in the network.
    """

    segment: Segment
    line: str
    sound: bool
    words: str
    leg: Leg | None
    ends: tuple[int, int]


def asked_route(network: Network, fields: Fields) -> list[Leg]:
    """The true route between the two stations of a form; empty where there is none."""
    one, other = asked_stations(network, fields)
    return true_route(network, one, other) if one >= 0 and other >= 0 else []


def asked_stations(network: Network, fields: Fields) -> tuple[int, int]:
    """The indices of the two stations of a form, negative where they are not in the network."""
    one, other = (network.station(fields.get(f"station_{n}", "").strip()) for n in (1, 2))
    return one, other


def true_route(network: Network, origin: int, destination: int) -> list[Leg]:
    """The route with the fewest rides, and of these the fewest stops; empty where there is none."""
    need = network.rides(origin, destination)
    if not need:
        return []
    reached: dict[int, tuple[int, tuple[Leg, ...]]] = {origin: (0, ())}
    for left in range(need - 1, -1, -1):
        further: dict[int, tuple[int, tuple[Leg, ...]]] = {}
        for here, (stops, legs) in reached.items():
            for line in network.lines_at[here]:
                for there in sorted(network.lines[line].stations):
                    if network.rides(there, destination) != left or there == here:
                        continue
                    if (there == destination) != (left == 0):
                        continue
                    via = shortest(network, line, here, there)
                    count = stops + len(via) + 1
                    if there not in further or count < further[there][0]:
                        further[there] = (count, (*legs, Leg(line, here, there, via)))
        reached = further
    return list(reached[destination][1])


def shortest(network: Network, line: int, departure: int, arrival: int) -> tuple[int, ...]:
    """The via stops of a ride, the short way round where there are several."""
    ways = network.lines[line].between(departure, arrival)
    return min(ways, key=len, default=())


def rows(route: LocatedRoute, gold: RouteGold) -> list[Row]:
    """What there is to say of each segment, by the rules that make a route a right one."""
    network = gold.network
    fault_of = {fault.segment: fault for fault in faults(route.rides, gold)}
    told: list[Row] = []
    for place, (segment, ride) in enumerate(zip(route.claim.segments, route.rides, strict=True)):
        leg = _leg(ride, network) if is_sound(ride, network.lines) else None
        line = network.lines[ride.line].name if ride.line >= 0 else segment.line
        fault = fault_of.get(place)
        if fault is not None:
            words = fault_in_words(fault, route, network)
        else:
            words = _praise(segment, ride, leg, gold) if leg is not None else ""
        ends = (ride.departure, ride.arrival)
        told.append(Row(segment, line, fault is None, words, leg, ends))
    return told


def _leg(ride: Ride, network: Network) -> Leg:
    """A ride on the way that the answer means, where a line has two: the one its via fits best."""
    ways = network.lines[ride.line].between(ride.departure, ride.arrival)
    via = ride.via
    if isinstance(via, int):
        way = min(ways, key=lambda way: (abs(len(way) - via), len(way)), default=())
    elif via is not None:
        way = max(ways, key=lambda way: (len(set(way).intersection(via)), -len(way)), default=())
    else:
        way = min(ways, key=len, default=())
    return Leg(ride.line, ride.departure, ride.arrival, way)


def _praise(segment: Segment, ride: Ride, leg: Leg, gold: RouteGold) -> str:
    """What there is to say of a segment without a fault: its via stops."""
    true = len(leg.via)
    words = f"can be ridden, {true} via stop{'' if true == 1 else 's'}"
    if gold.form == "via_count" and segment.via_count is not None and ride.via != true:
        return f"{words}, where the answer counts {segment.via_count:.20}"
    if isinstance(ride.via, tuple):
        given = [stop for stop in ride.via if stop not in (leg.departure, leg.arrival)]
        if len(given) != true:
            return f"{words}, where the answer lists {len(given)}"
        names = gold.network.station_names
        missing = [names[stop] for stop in leg.via if stop not in given]
        if missing:
            return f"{words}; not listed: {', '.join(missing[:3])}"
    return words
