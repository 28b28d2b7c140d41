"""Reads ``<country>/<city>.json`` (ReasonMap's form) with ``<country>/<city>.overlay.json``.

A city is ``{line: [station, ...]}``, annotations and all, as the ReasonMap authors release it;
the overlay beside it is optional (see ``overlay.py``). All the faults of a folder are found in
one reading, each a sentence that names the file and, where there is one, line and station.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..core.model import DifficultyName
from ..core.transit.build import NO_OVERLAY, Overlay, build
from ..core.transit.model import NetworkError
from ..core.transit.names import LONGEST_NAME, is_name
from .network_set import Lines, LoadedNetwork, NetworkSet, load_network
from .overlay import NetworkOverlay

_OVERLAY = ".overlay.json"
_LAYOUT = "<country>/<city>.json, each {line: [station, ...]}"
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, as "\ud83d" in a cut-off file

#: The bundled cities, all invented, and how hard their maps are.
BUNDLED_DIFFICULTY: dict[str, DifficultyName] = {
    "velmora/aldrina": "easy",
    "lanhai/xingpu": "middle",
    "nordmark/skjoldhavn": "hard",
}


class NetworkFileError(ValueError):
    """A folder of networks that cannot be used; the message has one fault a line."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class FolderReading(NamedTuple):
    """The networks of a folder that could be built, and what is wrong with the others."""

    networks: NetworkSet
    faults: tuple[str, ...]


def load_folder(folder: Path) -> NetworkSet:
    """The networks of a folder, named ``country/city``; ``NetworkFileError`` if any is faulty."""
    networks, faults = read_folder(folder)
    if faults:
        raise NetworkFileError(faults)
    return networks


def load_bundled() -> NetworkSet:
    """The invented cities that come with the package; see ``BUNDLED_DIFFICULTY``."""
    return load_folder(Path(__file__).parent / "bundled")


def read_folder(folder: Path) -> FolderReading:
    """What ``load_folder`` would give, with the faults beside it."""
    if not folder.is_dir():
        return FolderReading(NetworkSet(()), (f"{folder}: no such folder; expected {_LAYOUT}",))
    loaded: list[LoadedNetwork] = []
    faults: list[str] = []
    for entry in _entries(folder):
        if entry.is_dir():
            for file in _entries(entry):
                if file.name.endswith(_OVERLAY):
                    city = file.with_name(file.name.removesuffix(_OVERLAY) + ".json")
                    if not city.exists():
                        faults.append(f"{file}: an overlay without its city; expected {city.name}")
                elif file.suffix == ".json":
                    try:
                        loaded.append(load_city(file))
                    except NetworkFileError as error:
                        faults += error.faults
        elif entry.suffix == ".json":
            faults.append(f"{entry}: a city outside a country's folder; expected {_LAYOUT}")
    if not loaded and not faults:
        faults.append(f"{folder}: no networks there; expected {_LAYOUT}")
    return FolderReading(NetworkSet(loaded), tuple(faults))


def _entries(folder: Path) -> list[Path]:
    # names with a dot are not cities: .DS_Store, and what Kubernetes puts into a mounted ConfigMap
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def load_city(file: Path) -> LoadedNetwork:
    """The city of a file and of the overlay beside it; ``NetworkFileError`` with all its faults."""
    overlay_file = file.with_name(file.stem + _OVERLAY)
    faults: list[str] = []
    lines: Lines = {}
    overlay = NO_OVERLAY
    try:
        lines = _read_lines(file)
    except NetworkFileError as error:
        faults += error.faults
    try:
        if overlay_file.exists():
            overlay = _read_overlay(overlay_file)
    except NetworkFileError as error:
        faults += error.faults
    if faults:
        raise NetworkFileError(faults)
    # one form of composed letters: file systems differ in how they keep "é"
    name = unicodedata.normalize("NFC", f"{file.parent.name}/{file.stem}")
    try:
        return load_network(name, lines, overlay)
    except NetworkError as error:
        faults = _faults_of(lines, file) or [f"{overlay_file}: {error}"]
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


def _read_lines(file: Path) -> Lines:
    """The lines of a city's file, every name one that a network can hold."""
    content = _read_json(file)
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


def _read_overlay(file: Path) -> Overlay:
    try:
        return NetworkOverlay.model_validate(_read_json(file)).to_core()
    except ValidationError as error:
        raise NetworkFileError(
            [
                f"{file}: {'.'.join(map(str, fault['loc'])) or 'overlay'}: {fault['msg']}"
                for fault in error.errors()
            ]
        ) from error


def _read_json(file: Path) -> Any:  # noqa: ANN401 -- JSON is what it is until it is validated
    """The content of a JSON file; ``NetworkFileError`` where it cannot be read whole."""
    twice: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key, value in pairs:
            if key in content:
                twice.append(key)
            content[key] = value
        return content

    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=keep)
    except json.JSONDecodeError as error:
        raise NetworkFileError(
            [f"{file}:{error.lineno}:{error.colno}: expected JSON: {error.msg}"]
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise NetworkFileError([f"{file}: expected JSON in UTF-8: {error}"]) from error
    if twice:
        raise NetworkFileError(
            [f"{file}: {key!r:.80} stands twice as a key, expected once" for key in twice]
        )
    return content
