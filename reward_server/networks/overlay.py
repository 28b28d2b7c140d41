"""The overlay: what ReasonMap's lists of stations cannot say of a network, in a file or inline.

```json
{"aliases": {"stations": {"Central": "Old Market Station"}, "lines": {"Ring": "Line 2"}},
 "loops": ["Line 2"],
 "branches": {"Line 3": [{"junction": "Mill Station", "stations": ["Quarry Station"]}]},
 "split": ["Park Station (East)", "Park Station (West)"],
 "join": [["Harbour Station", "Ferry Pier Station"]]}
```
Every key is optional. A branch's stations stand in the line's flattened list already; the
overlay says which they are and at which station they leave the line.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ..core.transit.build import Branch, Overlay
from ..core.transit.names import LONGEST_NAME, fold_station

#: Bounds for what comes in a request; no city of the world comes near.
MANY_NAMES = 2000
MANY_LINES = 500
MANY_BRANCHES = 6  # of one line: the ways through it grow with their square

Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
Aliases = Annotated[dict[Name, Name], Field(max_length=MANY_NAMES)]


class OverlayAliases(BaseModel):
    """Other names of stations and lines: other name -> name in the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stations: Aliases = {}
    lines: Aliases = {}


class OverlayBranch(BaseModel):
    """Stations, in order, that leave a line at its station ``junction``."""

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

    @model_validator(mode="after")
    def _join_names_once(self) -> Self:
        met: dict[str, int] = {}
        for number, group in enumerate(self.join):
            for name in group:
                if met.setdefault(fold_station(name), number) != number:
                    raise ValueError(f"join: {name!r} stands in two sets; expected one set of all")
        return self

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
