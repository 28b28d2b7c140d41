"""What a map shows of a question, by the network's indices; an answer is added to it later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reward_server.core.transit.network import Network

from ..inputs import Fields
from .journeys import Leg, Row, asked_route, asked_stations, shortest


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown on a map.

    ``marks``: stations with a letter. ``answered``: legs and whether each is sound. ``jumps``:
    stops of segments that no line rides. ``lines``: lines that the question is about besides those
    of the routes. ``asks_route``: whether ``true`` is what the question asks for.
    """

    caption: str = ""
    marks: Sequence[tuple[int, str]] = ()
    true: Sequence[Leg] = ()
    answered: Sequence[tuple[Leg, bool]] = ()
    jumps: Sequence[tuple[int, int]] = ()
    lines: frozenset[int] = frozenset()
    asks_route: bool = False


def journey(network: Network, fields: Fields) -> Scene:
    """The two stations of a route, and the true one."""
    return Scene(
        marks=_marks(asked_stations(network, fields)),
        true=asked_route(network, fields),
        asks_route=True,
    )


def two_stations(network: Network, fields: Fields) -> Scene:
    """Two stations with the shortest ride on a line that holds both, or the lines of either."""
    one, other = asked_stations(network, fields)
    marks = _marks((one, other))
    if one < 0 or other < 0 or one == other:
        return Scene(marks=marks)
    common = [line for line in network.lines_at[one] if line in network.lines_at[other]]
    if not common:
        lines = frozenset((*network.lines_at[one], *network.lines_at[other]))
        return Scene(marks=marks, lines=lines)
    ways = [(line, shortest(network, line, one, other)) for line in common]
    line, via = min(ways, key=lambda way: len(way[1]))
    return Scene(marks=marks, true=[Leg(line, one, other, via)])


def station(network: Network, fields: Fields) -> Scene:
    """A station and its lines."""
    here, _ = asked_stations(network, fields)
    lines = network.lines_at[here] if here >= 0 else ()
    return Scene(marks=_marks([here]), lines=frozenset(lines))


def station_and_line(network: Network, fields: Fields) -> Scene:
    """A station with its lines, and the line that the question names."""
    scene = station(network, fields)
    named = network.line_index.exact.get(fields.get("station_2", "").strip(), -1)
    return replace(scene, lines=scene.lines | {named}) if named >= 0 else scene


def whole_map(_: Network, __: Fields) -> Scene:
    """All lines alike."""
    return Scene()


def with_answer(scene: Scene, rows: Iterable[Row]) -> Scene:
    """The scene with an answered route on it."""
    answered, jumps = [], []
    for row in rows:
        if row.leg is not None:
            answered.append((row.leg, row.sound))
        elif min(row.ends) >= 0:
            jumps.append(row.ends)
    return replace(scene, answered=answered, jumps=jumps)


def lines_of(scene: Scene, network: Network) -> frozenset[int]:
    """The lines that a scene is about; none where it is about the whole map."""
    involved = {leg.line for leg in (*scene.true, *(leg for leg, _ in scene.answered))}
    involved |= scene.lines
    stops = [stop for stop, _ in scene.marks] + [stop for jump in scene.jumps for stop in jump]
    for stop in stops:
        # a stop that no line of the map holds brings one that does
        if involved and not involved.intersection(network.lines_at[stop]):
            involved.add(network.lines_at[stop][0])
    return frozenset(involved)


def _marks(stations: Iterable[int]) -> list[tuple[int, str]]:
    return [(stop, letter) for stop, letter in zip(stations, "AB", strict=False) if stop >= 0]
