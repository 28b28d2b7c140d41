"""Reads overlays: the one beside a city, and folders of them for cities that stand elsewhere.

A folder has ``<country>/<city>.overlay.json``, the same file in the same place as beside a city.
``BUNDLED`` are the folders that come with the package, by name; their cities do not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pydantic import ValidationError

from ..core.transit.build import Overlay
from .files import NetworkFileError, read_json
from .overlay import NetworkOverlay

SUFFIX = ".overlay.json"
LAYOUT = f"<country>/<city>{SUFFIX}"
_FOLDERS = Path(__file__).parent / "overlays"

#: Name -> folder. ``reasonmap``: what the 30 cities of ReasonMap cannot say in their own form.
BUNDLED: Mapping[str, Path] = MappingProxyType({"reasonmap": _FOLDERS / "reasonmap"})


class OverlayFile(NamedTuple):
    """An overlay and the file that it was read from."""

    file: Path
    overlay: Overlay


class OverlayReading(NamedTuple):
    """The overlays of a folder by the names of their cities, and what is wrong with others."""

    overlays: Mapping[str, OverlayFile]
    faults: tuple[str, ...]


def read_overlays(source: str | Path | None) -> OverlayReading:
    """The overlays of a folder, or of the bundled one that has this name; none for ``None``.

    What else stands in the folder is left alone, so that it may have cities of its own.
    """
    if source is None:
        return OverlayReading({}, ())
    folder = folder_of(source)
    if not folder.is_dir():
        expected = ", ".join(map(repr, BUNDLED))
        return OverlayReading(
            {}, (f"{folder}: no such folder; expected {expected} or a folder of {LAYOUT}",)
        )
    overlays: dict[str, OverlayFile] = {}
    faults: list[str] = []
    for entry in entries(folder):
        if entry.name.endswith(SUFFIX):
            faults.append(f"{entry}: an overlay outside a country's folder; expected {LAYOUT}")
        for file in entries(entry) if entry.is_dir() else ():
            if file.name.endswith(SUFFIX):
                try:
                    overlays[city_name(file)] = read_overlay(file)
                except NetworkFileError as error:
                    faults += error.faults
    if not overlays and not faults:
        faults.append(f"{folder}: no overlays there; expected {LAYOUT}")
    return OverlayReading(overlays, tuple(faults))


def folder_of(source: str | Path) -> Path:
    """The bundled folder of this name, else the folder itself (``./reasonmap`` is always one)."""
    return BUNDLED.get(str(source)) or Path(source)


def overlay_file(folder: Path, city: str) -> Path:
    """Where a folder has the overlay of a city, if it has one."""
    return folder / f"{city}{SUFFIX}"


def shown(file: Path) -> str:
    """A file of overlays as a person knows it: by its bundled folder, or by its path."""
    for name, folder in BUNDLED.items():
        if file.is_relative_to(folder):
            return name
    return str(file)


def read_overlay(file: Path) -> OverlayFile:
    """The overlay of a file; ``NetworkFileError`` with all its faults."""
    try:
        return OverlayFile(file, NetworkOverlay.model_validate(read_json(file)).to_core())
    except ValidationError as error:
        raise NetworkFileError(
            [
                f"{file}: {'.'.join(map(str, fault['loc'])) or 'overlay'}: {fault['msg']}"
                for fault in error.errors()
            ]
        ) from error


def city_name(file: Path) -> str:
    """``country/city`` of a city's file or its overlay's.

    In one form of composed letters: file systems differ in how they keep "é".
    """
    city = file.name.removesuffix(SUFFIX).removesuffix(".json")
    return unicodedata.normalize("NFC", f"{file.parent.name}/{city}")


def entries(folder: Path) -> list[Path]:
    """What stands in a folder, sorted.

    Names with a dot are no cities: .DS_Store, and what Kubernetes puts into a mounted ConfigMap.
    """
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
