"""A city as data is made from it: its lines, and what a map of it is drawn with.

``City.write`` puts ``<country>/<city>.json`` and, where there is one, ``<city>.overlay.json`` into
a folder, as ``reward-server --networks`` reads them, and beside them ``<city>.map``: JSON too, but
no network, so the service passes it by.

```json
{"difficulty": "easy", "colours": {"Line 1": "#e4002b"}, "positions": {"Mill Station": [3, 4.5]}}
```
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, FiniteFloat, StringConstraints, ValidationError

from reward_server.core.model import DifficultyName
from reward_server.core.transit.build import NO_OVERLAY, Overlay
from reward_server.core.transit.names import strip_annotations
from reward_server.networks.load import NetworkFileError, load_city
from reward_server.networks.network_set import LoadedNetwork, load_network

Position = tuple[float, float]
"""x to the right and y downwards, in any unit: a drawing scales it."""


class _Map(BaseModel):
    """What ``<city>.map`` holds."""

    model_config = ConfigDict(extra="forbid")

    difficulty: DifficultyName = "easy"
    colours: dict[str, Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]] = {}
    positions: dict[str, tuple[FiniteFloat, FiniteFloat]] | None = None
    surveyed: bool = False


@dataclass(frozen=True)
class City:
    """A city. ``lines`` and ``overlay`` are what a network is built from, as a folder has them."""

    name: str
    """``country/city``, in the letters of a file's name."""
    lines: Mapping[str, tuple[str, ...]]
    """Line -> its stations in order, as the source spells them; a branch's stand in their place."""
    overlay: Overlay = NO_OVERLAY
    colours: Mapping[str, str] = field(default_factory=dict)
    """Line -> ``#rrggbb``; a line without one is given one when it is drawn."""
    positions: Mapping[str, Position] | None = None
    """Station, as the network shows it -> where it is; ``None`` where nobody knows."""
    difficulty: DifficultyName = "easy"
    surveyed: bool = False
    """Whether positions are those in the world, near to which a map is laid out; else a map's."""

    def __post_init__(self) -> None:
        country, slash, city = self.name.partition("/")
        if not (country and slash and city) or set(city) & set("/\\") or "\\" in country:
            raise ValueError(f"expected a city named country/city, got {self.name!r:.80}")

    @cached_property
    def loaded(self) -> LoadedNetwork:
        """The network, beside its sources; ``NetworkError`` where the lines make none."""
        return load_network(self.name, self.lines, self.overlay)

    def write(self, folder: Path) -> Path:
        """Write the city's files under ``folder``; the path of its ``<country>/<city>.json``."""
        file = folder / f"{self.name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, {line: list(stations) for line, stations in self.lines.items()})
        overlay_file = file.with_suffix(".overlay.json")
        if self.overlay == NO_OVERLAY:
            overlay_file.unlink(missing_ok=True)  # of an older city of this name
        else:
            _write(overlay_file, _overlay_json(self.overlay))
        drawn = _Map(
            difficulty=self.difficulty,
            colours=dict(self.colours),
            positions=None if self.positions is None else dict(self.positions),
            surveyed=self.surveyed,
        )
        _write(file.with_suffix(".map"), drawn.model_dump())
        return file

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """The city ``country/city`` of a folder; without a ``.map`` it has no colours or positions.

        Raises ``NetworkFileError``, which names the file, where one of them is faulty.
        """
        file = folder / f"{name}.json"
        loaded = load_city(file)
        drawn = _read_map(file.with_suffix(".map"))
        for line in drawn.colours:
            if line not in loaded.lines:
                raise NetworkFileError([f"{file.with_suffix('.map')}: no line {line!r} in {file}"])
        if drawn.positions is not None:
            given = {strip_annotations(station) for station in drawn.positions}
            for station in loaded.network.station_names:
                if station not in given:
                    raise NetworkFileError(
                        [f"{file.with_suffix('.map')}: no position for station {station!r}"]
                    )
        return cls(
            name,
            {line: tuple(stations) for line, stations in loaded.lines.items()},
            loaded.overlay,
            colours=drawn.colours,
            positions=drawn.positions,
            difficulty=drawn.difficulty,
            surveyed=drawn.surveyed,
        )


def cities_of(folder: Path) -> list[str]:
    """The names of a folder's cities, sorted; what ``City.read`` takes."""
    return sorted(
        f"{file.parent.name}/{file.stem}"
        for file in folder.glob("[!.]*/[!.]*.json")
        if not file.name.endswith(".overlay.json")
    )


def _overlay_json(overlay: Overlay) -> dict[str, object]:
    """The overlay in the form of ``<city>.overlay.json``, without what it does not say."""
    aliases = {"stations": dict(overlay.station_aliases), "lines": dict(overlay.line_aliases)}
    content: dict[str, object] = {
        "aliases": {kind: names for kind, names in aliases.items() if names},
        "loops": list(overlay.loops),
        "branches": {
            line: [{"junction": b.junction, "stations": list(b.stations)} for b in branches]
            for line, branches in overlay.branches.items()
        },
        "split": list(overlay.split),
        "join": [list(group) for group in overlay.join],
    }
    return {key: value for key, value in content.items() if value}


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_map(file: Path) -> _Map:
    if not file.exists():
        return _Map()
    try:
        return _Map.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise NetworkFileError(
            [
                f"{file}: {'.'.join(map(str, fault['loc'])) or 'map'}: {fault['msg']}"
                for fault in error.errors()
            ]
        ) from error
