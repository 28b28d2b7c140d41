"""Reference routes: for a pair of stations, the routes of fewest rides, the shortest ones first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypedDict

from reward_server.core.transit.network import Network

#: Routes of a question that are kept, and chains of lines that are looked at to find them.
MOST_ROUTES = 4
_MOST_CHAINS = 256


class RouteSegment(TypedDict):
    """One segment of a reference route, in ReasonMap's keys."""

    route_name: str
    departure_stop: str
    arrival_stop: str
    via_stops: list[str]
    num_via_stops: int


Route = list[RouteSegment]


class _Way(NamedTuple):
    """The best way so far to a station: how many stops were ridden, and by which joints."""

    stops: int
    joints: tuple[int, ...]


def reference_routes(network: Network, origin: int, destination: int) -> list[Route]:
    """Up to four routes with no ride too many: of each chain of lines the one of fewest stops.

    In order of the stops ridden. Empty where the stations are one, or there is no way.
    """
    need = network.rides(origin, destination)
    if not need:
        return []
    ways = []
    for number, chain in enumerate(_chains(network, origin, destination, need)):
        if number == _MOST_CHAINS:
            break
        ways.append((_shortest(network, chain, origin, destination), chain))
    ways.sort()
    return [_route(network, chain, (origin, *way.joints)) for way, chain in ways[:MOST_ROUTES]]


def _chains(
    network: Network, origin: int, destination: int, need: int
) -> Iterator[tuple[int, ...]]:
    """The chains of ``need`` lines that lead from one station to another."""

    def onwards(chain: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        left = need - len(chain)
        if not left:
            yield chain
            return
        here = network.lines[chain[-1]].stations
        nexts = {line for station in here for line in network.lines_at[station]}
        for line in sorted(nexts):
            if network.rides_aboard(line, destination) == left:
                yield from onwards((*chain, line))

    for line in network.lines_at[origin]:
        if network.rides_aboard(line, destination) == need:
            yield from onwards((line,))


def _shortest(network: Network, chain: tuple[int, ...], origin: int, destination: int) -> _Way:
    """The way along a chain of lines with the fewest stops."""
    ways = {origin: _Way(0, ())}
    for position, line in enumerate(chain):
        ridden = network.lines[line]
        if position + 1 < len(chain):
            ends = ridden.stations & network.lines[chain[position + 1]].stations
        else:
            ends = frozenset((destination,))
        reached: dict[int, _Way] = {}
        for end in sorted(ends):
            candidates = [
                _Way(way.stops + len(_via(network, line, start, end)) + 1, (*way.joints, end))
                for start, way in ways.items()
                if start != end
            ]
            if candidates:
                reached[end] = min(candidates)
        ways = reached
    return ways[destination]


def _route(network: Network, chain: tuple[int, ...], stops: tuple[int, ...]) -> Route:
    names = network.station_names
    route: Route = []
    for line, departure, arrival in zip(chain, stops[:-1], stops[1:], strict=True):
        via = [names[stop] for stop in _via(network, line, departure, arrival)]
        route.append(
            {
                "route_name": network.lines[line].name,
                "departure_stop": names[departure],
                "arrival_stop": names[arrival],
                "via_stops": via,
                "num_via_stops": len(via),
            }
        )
    return route


def _via(network: Network, line: int, departure: int, arrival: int) -> tuple[int, ...]:
    """The via stops of the shorter way round."""
    return min(network.lines[line].between(departure, arrival), key=len)
