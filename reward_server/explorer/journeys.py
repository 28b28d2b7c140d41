"""Routes to look at: the shortest one of a question, and what can be said of an answered one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reward_server.core.transit.name_lists import split_names
from reward_server.core.transit.network import Network
from reward_server.core.values import read_integer
from reward_server.wire.results import ReadSegment

#: Characters of a via count beyond which it is none.
_LONGEST_COUNT = 40


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


class Verdict(NamedTuple):
    """What is right or wrong with one segment of an answer.

    ``leg``: how it is ridden, where its line holds both stops. ``ends``: the stops that are in
    the network.
    """

    sound: bool
    words: str
    leg: Leg | None
    ends: tuple[int | None, int | None]


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


def verdicts(
    segments: Sequence[ReadSegment], network: Network, origin: int, destination: int
) -> list[Verdict]:
    """A verdict on each segment of an answer, by the rules of profile ``robust``."""
    found: list[Verdict] = []
    here: int | None = origin
    visited = {origin}
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        verdict = _verdict(segment, network, here, visited, destination if last else None)
        found.append(verdict)
        here = verdict.ends[1]
        if here is not None:
            visited.add(here)
    return found


def _verdict(
    segment: ReadSegment,
    network: Network,
    here: int | None,
    visited: set[int],
    destination: int | None,
) -> Verdict:
    found = segment["found"] or {"line": None, "departure": None, "arrival": None}
    known = {name: index for index, name in enumerate(network.station_names)}
    line = {one.name: i for i, one in enumerate(network.lines)}.get(found["line"] or "")
    departure = known.get(found["departure"] or "")
    arrival = known.get(found["arrival"] or "")
    leg = None
    if line is not None and departure is not None and arrival is not None:
        ridden = network.lines[line].stations
        if departure != arrival and departure in ridden and arrival in ridden:
            leg = Leg(line, departure, arrival, _via(segment, network, line, departure, arrival))
    ends = (departure, arrival)
    fault = _unknown(segment, line, ends)
    if not fault:
        fault = _unridden(network, line or 0, ends) if leg is None else ""
    if not fault and leg is not None:
        fault = _misjoined(network.station_names, leg, here, visited, destination)
    if fault or leg is None:
        return Verdict(False, fault, leg, ends)
    return Verdict(True, _praise(segment, leg, network.station_names), leg, ends)


def _unknown(segment: ReadSegment, line: int | None, ends: tuple[int | None, int | None]) -> str:
    """What of a segment is not in the network, in words; empty where all is."""
    if line is None:
        return f"no line “{segment['line']:.60}” in this network"
    for spelled, stop in zip((segment["departure"], segment["arrival"]), ends, strict=True):
        if stop is None:
            return f"no station “{spelled:.60}” in this network"
    return ""


def _unridden(network: Network, line: int, ends: tuple[int | None, int | None]) -> str:
    """Why no train of the line goes from the one stop to the other."""
    for stop in ends:
        if stop is not None and stop not in network.lines[line].stations:
            return f"{network.station_names[stop]} is not on {network.lines[line].name}"
    return "departs where it arrives"


def _misjoined(
    names: Sequence[str], leg: Leg, here: int | None, visited: set[int], destination: int | None
) -> str:
    """Why a ride does not belong where it stands in the route; empty where it does."""
    if here is not None and leg.departure != here:
        return f"departs from {names[leg.departure]}, expected {names[here]}"
    if leg.arrival in visited:
        return f"comes back to {names[leg.arrival]}"
    if destination is not None and leg.arrival != destination:
        return f"ends at {names[leg.arrival]}, expected {names[destination]}"
    return ""


def _via(
    segment: ReadSegment, network: Network, line: int, departure: int, arrival: int
) -> tuple[int, ...]:
    """The way that the answer means, where a line has two: the one its count or list fits best."""
    ways = network.lines[line].between(departure, arrival)
    count = _count(segment)
    if segment["via_stops"] is not None:
        given = {network.station(name) for name in split_names(segment["via_stops"])}
        return max(ways, key=lambda way: (len(given.intersection(way)), -len(way)), default=())
    if count is not None:
        return min(ways, key=lambda way: (abs(len(way) - count), len(way)), default=())
    return min(ways, key=len, default=())


def _count(segment: ReadSegment) -> int | None:
    """The count of via stops that a segment gives, if it can be read."""
    text = segment["via_count"]
    reading = read_integer(text) if text is not None and len(text) <= _LONGEST_COUNT else None
    return reading.value if reading else None


def _praise(segment: ReadSegment, leg: Leg, names: Sequence[str]) -> str:
    """What there is to say of a segment that can be ridden as it stands."""
    true = len(leg.via)
    words = f"can be ridden, {true} via stop{'' if true == 1 else 's'}"
    if segment["via_count"] is not None and _count(segment) != true:
        return f"{words}, where the answer counts {segment['via_count']:.20}"
    if segment["via_stops"] is not None:
        given = split_names(segment["via_stops"])
        missing = [names[stop] for stop in leg.via if names[stop] not in given]
        if len(given) != true:
            return f"{words}, where the answer lists {len(given)}"
        if missing:
            return f"{words}; not listed by name: {', '.join(missing[:3])}"
    return words
