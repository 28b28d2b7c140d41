"""A network for people: what ``GET /networks/{name}`` and ``networks show`` give."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.transit.network import Line
from .network_set import LoadedNetwork


@dataclass(frozen=True, slots=True)
class BranchDescription:
    """Stations, in order, that leave a line at ``junction``."""

    junction: str
    stations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineDescription:
    """A line's main part, each station once where it is a loop, and its branches."""

    name: str
    stations: tuple[str, ...]
    loop: bool
    branches: tuple[BranchDescription, ...]


@dataclass(frozen=True, slots=True)
class NetworkDescription:
    """A network with the names of its stations as answers should spell them."""

    name: str
    digest: str
    station_count: int
    """Stations of the network, each counted once."""
    transfer_stations: tuple[str, ...]
    """Stations of two lines or more."""
    lines: tuple[LineDescription, ...]


def describe(loaded: LoadedNetwork) -> NetworkDescription:
    """The description of a loaded network."""
    network = loaded.network
    names = network.station_names

    def line_description(line: Line) -> LineDescription:
        return LineDescription(
            name=line.name,
            stations=tuple(names[station] for station in line.runs[0]),
            loop=line.ring,
            branches=tuple(
                BranchDescription(
                    names[network.station(branch.junction)],
                    tuple(names[network.station(station)] for station in branch.stations),
                )
                for branch in loaded.overlay.branches.get(line.name, ())
            ),
        )

    return NetworkDescription(
        name=network.name,
        digest=loaded.digest,
        station_count=len(names),
        transfer_stations=tuple(
            name for name, lines in zip(names, network.lines_at, strict=True) if len(lines) > 1
        ),
        lines=tuple(map(line_description, network.lines)),
    )
