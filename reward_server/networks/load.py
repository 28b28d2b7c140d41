"""Reads ``<country>/<city>.json`` (ReasonMap's form) with ``<country>/<city>.overlay.json``.

A city is ``{line: [station, ...]}``, annotations and all, as the ReasonMap authors release it;
the overlay beside it is optional (see ``overlay.py``), and so are further ones of another folder
(``overlay_files.py``). All the faults of a folder are found in one reading, each a sentence that
names the file and, where there is one, line and station.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..core.model import DifficultyName
from ..core.transit.build import NO_OVERLAY, build
from ..core.transit.model import NetworkError
from ..core.transit.names import LONGEST_NAME, is_name
from .files import NetworkFileError, read_json
from .network_set import Lines, LoadedNetwork, NetworkSet, load_network
from .overlay import merged, missing_names
from .overlay_files import SUFFIX, OverlayFile, city_name, entries, read_overlay, read_overlays

__all__ = [
    "BUNDLED_DIFFICULTY",
    "BUNDLED_FOLDER",
    "FolderReading",
    "NetworkFileError",
    "load_bundled",
    "load_city",
    "load_folder",
    "load_networks",
    "read_folder",
]

_LAYOUT = "<country>/<city>.json, each {line: [station, ...]}"
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, as "\ud83d" in a cut-off file

BUNDLED_FOLDER = Path(__file__).parent / "bundled"
#: The bundled cities, all invented, and how hard their maps are.
BUNDLED_DIFFICULTY: dict[str, DifficultyName] = {
    "velmora/aldrina": "easy",
    "lanhai/xingpu": "middle",
    "nordmark/skjoldhavn": "hard",
}


class FolderReading(NamedTuple):
    """The networks of a folder that could be built, and what is wrong with the others."""

    networks: NetworkSet
    faults: tuple[str, ...]
    unused_overlays: tuple[str, ...] = ()
    """Names of cities that further overlays are for, and that the folder does not have."""


def load_networks(folder: Path | None, overlays: str | Path | None = None) -> NetworkSet:
    """The networks of a folder, ``None`` for the bundled cities; see ``load_folder``."""
    return load_folder(BUNDLED_FOLDER if folder is None else folder, overlays)


def load_folder(folder: Path, overlays: str | Path | None = None) -> NetworkSet:
    """The networks of a folder, named ``country/city``; ``NetworkFileError`` if any is faulty.

    ``overlays``: further overlays for its cities, the name of a bundled set (``reasonmap``) or a
    folder; what the overlay beside a city says comes before them.
    """
    reading = read_folder(folder, overlays)
    if reading.faults:
        raise NetworkFileError(reading.faults)
    return reading.networks


def load_bundled() -> NetworkSet:
    """The invented cities that come with the package; see ``BUNDLED_DIFFICULTY``."""
    return load_networks(None)


def read_folder(folder: Path, overlays: str | Path | None = None) -> FolderReading:
    """What ``load_folder`` would give, with the faults beside it."""
    further, overlay_faults = read_overlays(overlays)
    if not folder.is_dir():
        fault = f"{folder}: no such folder; expected {_LAYOUT}"
        return FolderReading(NetworkSet(()), (fault, *overlay_faults))
    loaded: list[LoadedNetwork] = []
    faults: list[str] = []
    unused = set(further)
    for entry in entries(folder):
        if entry.is_dir():
            for file in entries(entry):
                if file.name.endswith(SUFFIX):
                    city = file.with_name(file.name.removesuffix(SUFFIX) + ".json")
                    if not city.exists():
                        faults.append(f"{file}: an overlay without its city; expected {city.name}")
                elif file.suffix == ".json":
                    name = city_name(file)
                    unused.discard(name)
                    try:
                        loaded.append(load_city(file, further.get(name)))
                    except NetworkFileError as error:
                        faults += error.faults
        elif entry.suffix == ".json":
            faults.append(f"{entry}: a city outside a country's folder; expected {_LAYOUT}")
    if not loaded and not faults:
        faults.append(f"{folder}: no networks there; expected {_LAYOUT}")
    return FolderReading(NetworkSet(loaded), (*faults, *overlay_faults), tuple(sorted(unused)))


def load_city(file: Path, further: OverlayFile | None = None) -> LoadedNetwork:
    """The city of a file, of the overlay beside it and of a further one, which comes after it.

    Raises ``NetworkFileError`` with all its faults.
    """
    beside = file.with_name(file.stem + SUFFIX)
    faults: list[str] = []
    lines: Lines = {}
    overlays: list[OverlayFile] = []
    try:
        lines = _read_lines(file)
    except NetworkFileError as error:
        faults += error.faults
    try:
        if beside.exists():
            overlays.append(read_overlay(beside))
    except NetworkFileError as error:
        faults += error.faults
    if faults:
        raise NetworkFileError(faults)
    if further is not None and further.file != beside:
        overlays.append(further)
    overlay = NO_OVERLAY
    for each in overlays:
        overlay = merged(overlay, each.overlay)
    try:
        return load_network(city_name(file), lines, overlay, tuple(each.file for each in overlays))
    except NetworkError as error:
        faults = (
            _faults_of(lines, file)
            or _faults_of_overlays(overlays, lines, file)
            or [f"{' and '.join(str(each.file) for each in overlays)}: {error}"]
        )
        raise NetworkFileError(faults) from error


def _faults_of(lines: Lines, file: Path) -> list[str]:
    """What is wrong with the lines themselves, each alone and then all; not with their overlay."""
    faults = []
    for subset in (*({line: stations} for line, stations in lines.items()), lines):
        try:
            build("", subset)
        except NetworkError as error:
            faults.append(f"{file}: {error}")
    return list(dict.fromkeys(faults))


def _faults_of_overlays(overlays: Sequence[OverlayFile], lines: Lines, city: Path) -> list[str]:
    """What is wrong with each overlay alone, on lines that are sound: names before all else."""
    faults: list[str] = []
    for file, overlay in overlays:
        missing = missing_names(overlay, lines)
        faults += (
            f"{file}: {name} in {city}; is the overlay for another revision of the city?"
            for name in missing
        )
        if not missing:
            try:
                build("", lines, overlay)
            except NetworkError as error:
                faults.append(f"{file}: {error}")
    return faults


def _read_lines(file: Path) -> Lines:
    """The lines of a city's file, every name one that a network can hold."""
    content = read_json(file)
    if not isinstance(content, dict) or not content:
        raise NetworkFileError([f"{file}: expected {{line: [station, ...]}}, got {content!r:.80}"])
    faults: list[str] = []
    for line, stations in content.items():
        where = f"{file}: line {line!r:.80}"
        if not _is_sound(line):
            faults.append(f"{where}: {_expected_name(line)}")
        if not isinstance(stations, list) or not stations:
            faults.append(f"{where}: expected a list of stations, got {stations!r:.80}")
            continue
        faults += (
            f"{where}, station {position}: {_expected_name(station)}"
            for position, station in enumerate(stations, 1)
            if not _is_sound(station)
        )
    if faults:
        raise NetworkFileError(faults)
    return content


def _is_sound(name: object) -> bool:
    return isinstance(name, str) and is_name(name) and not _SURROGATE.search(name)


def _expected_name(got: object) -> str:
    return f"expected a name with a letter or digit, at most {LONGEST_NAME} long, got {got!r:.80}"
