"""ReasonMap's three datasets -> a folder from which everything works without a network.

``<folder>/ReasonMap``, ``ReasonMap-Plus`` and ``ReasonMap-Train`` are as ``save_to_disk`` writes
them. The maps and networks, which only ReasonMap's rows hold, are put into ``<folder>/maps`` and
``<folder>/stations``, where the paths in the rows of the other two lead.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from datasets import DatasetDict, Value

from .export import export_networks
from .figures import Figures, is_figure_path
from .published import (
    HUB_FOLDER,
    REASONMAP,
    REASONMAP_PLUS,
    REASONMAP_TRAIN,
    SourceError,
    network_name,
    read,
    splits_of,
)


def pull(source: str = HUB_FOLDER, folder: Path = Path("reasonmap")) -> Iterator[tuple[str, str]]:
    """Each dataset's name, once it is there, with its splits in words.

    ``source``: an account on the hub, or a folder with copies under the same names. Raises
    ``SourceError``, also where a row's map did not come.
    """
    for name in (REASONMAP, REASONMAP_PLUS, REASONMAP_TRAIN):
        splits = DatasetDict(splits_of(f"{source}/{name}"))
        splits.save_to_disk(str(folder / name))
        if name == REASONMAP:
            for split in splits:
                _unpack(folder, split)
        else:
            for split in splits:
                _check_figures(folder / name, split)
        yield name, ", ".join(f"{split} {len(rows)}" for split, rows in splits.items())


def _unpack(folder: Path, split: str) -> None:
    """Write the maps and networks that stand in ReasonMap's rows."""
    rows = read(folder / REASONMAP, split)
    export_networks(rows, folder / "stations")
    with TemporaryDirectory() as kept:
        figures = Figures(rows, Path(kept))
        for row in rows.read():
            file = folder / "maps" / f"{network_name(row)}.png"
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(figures.file(row["figure"]), file)


def _check_figures(dataset: Path, split: str) -> None:
    """Look for the file of every figure; nothing is unpacked or decoded."""
    rows = read(dataset, split)
    if not isinstance(rows.dataset.features["figure"], Value):
        return  # an Image column, which brings its pictures
    for figure in rows.dataset.unique("figure"):
        if is_figure_path(figure):
            try:
                rows.path(figure)
            except SourceError as error:
                raise SourceError(f"{dataset}, split {split}: {error}") from error
