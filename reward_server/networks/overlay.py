"""The overlay: what ReasonMap's lists of stations cannot say of a network, in a file or inline.

```json
{"aliases": {"stations": {"Central": "Old Market Station"}, "lines": {"Ring": "Line 2"}},
 "loops": ["Line 2"],
 "branches": {"Line 3": [{"junction": "Mill Station", "stations": ["Quarry Station"]}]},
 "split": ["Park Station (East)", "Park Station (West)"],
 "join": [["Harbour Station", "Ferry Pier Station"]],
 "sources": {"Line 2": "the operator's map of 2024", "Central": "the sign at the entrance"}}
```
Every key is optional. A branch's stations stand in the line's flattened list already; the
overlay says which they are, counted from the station where they leave the line. ``sources``
are notes for people: they change neither network nor digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ..core.transit.build import Branch, Overlay, build
from ..core.transit.model import NetworkError
from ..core.transit.name_index import UNKNOWN
from ..core.transit.names import LONGEST_NAME, fold_line, identity

#: Bounds for what comes in a request; no city of the world comes near.
MANY_NAMES = 2000
MANY_LINES = 500
MANY_BRANCHES = 6  # of one line: the ways through it grow with their square

Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
Aliases = Annotated[dict[Name, Name], Field(max_length=MANY_NAMES)]
Note = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class OverlayAliases(BaseModel):
    """Other names of stations and lines: other name -> name in the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stations: Aliases = {}
    lines: Aliases = {}


class OverlayBranch(BaseModel):
    """Stations that leave a line at its station ``junction``, in order from there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    junction: Name
    stations: Annotated[list[Name], Field(min_length=1, max_length=MANY_NAMES)]


class NetworkOverlay(BaseModel):
    """An overlay as a file or a request has it; ``to_core`` gives what a network is built with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aliases: OverlayAliases = OverlayAliases()
    loops: Annotated[list[Name], Field(max_length=MANY_LINES)] = []
    """Lines whose last station is followed by their first."""
    branches: Annotated[
        dict[Name, Annotated[list[OverlayBranch], Field(max_length=MANY_BRANCHES)]],
        Field(max_length=MANY_LINES),
    ] = {}
    split: Annotated[list[Name], Field(max_length=MANY_NAMES)] = []
    """Spellings that fold alike and are different stations."""
    join: Annotated[
        list[Annotated[list[Name], Field(min_length=2, max_length=MANY_NAMES)]],
        Field(max_length=MANY_NAMES),
    ] = []
    """Sets of names of one station."""
    sources: Annotated[dict[Name, Note], Field(max_length=MANY_NAMES)] = {}
    """Where a fact is from: the line or station that it is about, as spelled here -> a note."""

    @model_validator(mode="after")
    def _join_names_once(self) -> Self:
        met: dict[str, int] = {}
        for number, group in enumerate(self.join):
            for name in group:
                if met.setdefault(identity(name), number) != number:
                    raise ValueError(f"join: {name!r} stands in two sets; expected one set of all")
        return self

    @model_validator(mode="after")
    def _sources_are_of_facts(self) -> Self:
        known = {name for names in self.facts() for name in names}
        for name in self.sources:
            if name not in known:
                raise ValueError(f"sources: {name!r} is no line or station of this overlay")
        return self

    def facts(self) -> list[tuple[str, ...]]:
        """Each fact by the names under any of which ``sources`` may have its note."""
        aliases = (*self.aliases.stations.items(), *self.aliases.lines.items())
        named = ((name,) for name in (*self.loops, *self.branches, *self.split))
        return [*aliases, *named, *map(tuple, self.join)]

    def to_core(self) -> Overlay:
        """The same overlay as core's record."""
        return Overlay(
            station_aliases=self.aliases.stations,
            line_aliases=self.aliases.lines,
            loops=tuple(self.loops),
            branches={
                line: tuple(Branch(branch.junction, tuple(branch.stations)) for branch in branches)
                for line, branches in self.branches.items()
            },
            split=tuple(self.split),
            join=tuple(map(tuple, self.join)),
        )


def merged(own: Overlay, further: Overlay) -> Overlay:
    """Both overlays as one; where the two speak of the same thing, ``own`` has the say.

    The same thing is an alias, a line with its loop and branches, or a station to be joined.
    """
    of_lines = {*own.loops, *own.branches}
    joined = {identity(name) for group in own.join for name in group}
    return Overlay(
        station_aliases=_aliases(own.station_aliases, further.station_aliases, identity),
        line_aliases=_aliases(own.line_aliases, further.line_aliases, fold_line),
        loops=(*own.loops, *(line for line in further.loops if line not in of_lines)),
        branches={
            **own.branches,
            **{line: of for line, of in further.branches.items() if line not in of_lines},
        },
        split=tuple(dict.fromkeys((*own.split, *further.split))),
        join=(
            *own.join,
            *(group for group in further.join if joined.isdisjoint(map(identity, group))),
        ),
    )


def _aliases(
    own: Mapping[str, str], further: Mapping[str, str], fold: Callable[[str], str]
) -> dict[str, str]:
    known = set(map(fold, own))
    return {**own, **{name: meant for name, meant in further.items() if fold(name) not in known}}


def missing_names(overlay: Overlay, lines: Mapping[str, Sequence[str]]) -> list[str]:
    """What an overlay names and the lines do not have, a sentence for each.

    Raises core's ``NetworkError`` where the lines alone make no network.
    """
    bare = Overlay(split=overlay.split, join=overlay.join)
    try:
        network = build("", lines, bare)
    except NetworkError:  # names to split or join may be those that are missing
        network = build("", lines)
    by_name = {line.name: line for line in network.lines}
    missing = [f"loops: no line {line!r}" for line in overlay.loops if line not in by_name]
    for name, branches in overlay.branches.items():
        line = by_name.get(name)
        if line is None:
            missing.append(f"branches: no line {name!r}")
            continue
        stops = (stop for branch in branches for stop in (branch.junction, *branch.stations))
        missing += (
            f"branches: no station {stop!r} on line {name!r}"
            for stop in dict.fromkeys(stops)
            if network.station(stop) not in line.stations
        )
    missing += (
        f"aliases: {alias!r} is another name of {meant!r}, and there is no such station"
        for alias, meant in overlay.station_aliases.items()
        if network.station(meant) == UNKNOWN
    )
    missing += (
        f"aliases: {alias!r} is another name of {meant!r}, and there is no such line"
        for alias, meant in overlay.line_aliases.items()
        if network.line_index.find_exactly(meant) == UNKNOWN
    )
    joined = (("join", name) for group in overlay.join for name in group)
    missing += (
        f"{key}: no station {name!r}"
        for key, name in (*(("split", name) for name in overlay.split), *joined)
        if network.station(name) == UNKNOWN
    )
    return missing
