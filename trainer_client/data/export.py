"""The networks that stand in a dataset's rows -> a folder that the service loads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from reward_server.networks.load import load_folder
from reward_server.networks.network_set import NetworkSet

from .published import Rows, SourceError, is_path, metro_lines, network_name

_OVERLAY = ".overlay.json"


def export_networks(rows: Rows, folder: Path) -> NetworkSet:
    """Write ``<country>/<city>.json`` for each city of the rows; gives back what a service loads.

    A network that a row names by its path is copied, with the overlay beside it. Raises
    ``SourceError`` where two rows of a city disagree, or ``NetworkFileError``.
    """
    known: dict[str, object] = {}
    for number, row in enumerate(rows.read()):
        name, given = network_name(row), row.get("json")
        try:
            content = given if is_path(given) else metro_lines(given)
            if known.setdefault(name, content) != content:
                raise SourceError(f"json: another network of {name} than in the rows before")
        except ValueError as error:
            raise SourceError(f"row {number}: {error}") from error
    for name, content in known.items():
        _write(folder / f"{name}.json", content, rows)
    return load_folder(folder)


def _write(file: Path, content: object, rows: Rows) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, str):
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    source = rows.path(content)
    shutil.copyfile(source, file)
    overlay = source.with_name(source.stem + _OVERLAY)
    if overlay.exists():
        shutil.copyfile(overlay, file.with_name(file.stem + _OVERLAY))
