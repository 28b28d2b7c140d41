"""The columns of ReasonMap, ReasonMap-Plus and ReasonMap-Train as published, and reading them.

A source is a name on the hub (``FSCCS/ReasonMap-Train``), a folder that ``save_to_disk`` wrote, a
folder or file of parquet. Images stay as they are stored until somebody looks at one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from datasets import (
    Dataset,
    DatasetDict,
    Features,
    Image,
    Value,
    load_dataset,
    load_from_disk,
)
from datasets.exceptions import DatasetNotFoundError, DatasetsError

#: The three datasets, by their names on the hub.
HUB_FOLDER = "FSCCS"
REASONMAP, REASONMAP_PLUS, REASONMAP_TRAIN = "ReasonMap", "ReasonMap-Plus", "ReasonMap-Train"

_CITY = {
    "country": Value("string"),
    "city": Value("string"),
    "station_1": Value("string"),
    "station_2": Value("string"),
}
_COUNTS = {
    "difficulty_city": Value("string"),
    "city_line_count": Value("int64"),
    "city_transfer_count": Value("int64"),
}
#: The columns of ReasonMap-Train; those of ReasonMap-Plus are the same but for the last.
TRAIN_FEATURES = Features(
    {
        **_CITY,
        "figure": Value("string"),
        "question": Value("string"),
        "answer": Value("int64"),
        "type": Value("string"),
        **_COUNTS,
        "json": Value("string"),
        "question_transfer_count": Value("int64"),
    }
)
_ANY_ROW = ("country", "city", "figure", "difficulty_city")


class SourceError(ValueError):
    """A source that cannot be read as one of the datasets; says what was expected and where."""


class Rows(NamedTuple):
    """A split as it is published, and the folders that its relative paths may start from."""

    dataset: Dataset
    roots: tuple[Path, ...]

    @property
    def is_reasonmap(self) -> bool:
        """Whether a row asks twice, ``question_short`` and ``question_long``."""
        return "question_short" in self.dataset.column_names

    def read(self) -> Iterator[dict[str, Any]]:
        """The rows one after the other, images undecoded."""
        dataset = self.dataset
        if isinstance(dataset.features["figure"], Image):
            dataset = dataset.cast_column("figure", Image(decode=False))
        yield from dataset

    def path(self, path: str) -> Path:
        """Where a file is that a row names; ``SourceError`` where it is nowhere."""
        tried = [root / path for root in self.roots]
        for file in tried:
            if file.is_file():
                return file
        raise SourceError(f"no file {path!r}; looked for {' and '.join(map(str, tried))}")


def read(source: str | Path, split: str | None = None, root: Path | None = None) -> Rows:
    """A split of a source; without a name the training split, or the only one there is.

    ``root``: where the relative paths of figures and networks start, where that is neither the
    source's folder nor one of the two above it. Raises ``SourceError``.
    """
    dataset = _choose(splits_of(source), split, source)
    here = Path(source).absolute() if Path(source).exists() else Path.cwd()
    # as the authors' own code looks for them
    roots = (*((root,) if root else ()), here, here.parent, here.parent.parent)
    missing = [column for column in _ANY_ROW if column not in dataset.column_names]
    asks = {"question", "type", "answer"} <= set(dataset.column_names)
    if missing or not (asks or "question_short" in dataset.column_names):
        raise SourceError(
            f"{source}: expected the columns of ReasonMap, ReasonMap-Plus or ReasonMap-Train, got "
            f"{', '.join(dataset.column_names)}"
        )
    return Rows(dataset, roots)


def splits_of(source: str | Path) -> Mapping[str, Dataset]:
    """All the splits of a source, by name; raises ``SourceError``."""
    local = Path(source)
    return _local(local) if local.exists() else _from_hub(str(source))


def network_name(row: Mapping[str, Any]) -> str:
    """``country/city`` of a row, as the service names its networks.

    The path of the row's network says it where the row has one; else its two columns do, in the
    letters of a file's name.
    """
    if is_path(row.get("json")):
        path = PurePosixPath(row["json"])
        if len(path.parts) > 2:
            return f"{path.parent.name}/{path.stem}"
    return "/".join("_".join(str(row[column]).lower().split()) for column in ("country", "city"))


def is_path(network: object) -> bool:
    """Whether the column ``json`` names a file, and is not the network itself."""
    return isinstance(network, str) and not network.lstrip().startswith("{")


def metro_lines(network: object) -> dict[str, object]:
    """The lines of a network that stands in a row: a dictionary, or its JSON.

    In a table every row has the lines of all its cities, null where they are another city's.
    """
    content = json.loads(network) if isinstance(network, str) else network
    if not isinstance(content, Mapping):
        raise SourceError(f"json: expected {{line: [station, ...]}}, got {content!r:.80}")
    return {line: stations for line, stations in content.items() if stations is not None}


def _local(path: Path) -> Mapping[str, Dataset]:
    if path.is_file():
        return {"train": _parquet({"train": [str(path)]})["train"]}
    if (path / "dataset_dict.json").exists() or (path / "state.json").exists():
        try:
            loaded = load_from_disk(str(path))
        except (OSError, ValueError) as error:
            raise SourceError(f"{path}: not a whole save_to_disk folder: {error}") from error
        return loaded if isinstance(loaded, DatasetDict) else {"train": loaded}
    files = sorted(path.rglob("*.parquet"))
    if not files:
        raise SourceError(f"{path}: expected a folder of save_to_disk, or of parquet files")
    by_split: dict[str, list[str]] = {}
    for file in files:
        # the hub's names: train-00000-of-00001.parquet
        by_split.setdefault(file.stem.split("-")[0], []).append(str(file))
    return _parquet(by_split)


def _parquet(files: Mapping[str, list[str]]) -> Mapping[str, Dataset]:
    try:
        return {
            split: Dataset.from_parquet(of_split, split=split) for split, of_split in files.items()
        }
    except (DatasetsError, OSError, ValueError) as error:
        raise SourceError(f"{next(iter(files.values()))[0]}: expected parquet: {error}") from error


def _from_hub(name: str) -> Mapping[str, Dataset]:
    try:
        splits = load_dataset(name)
    except DatasetNotFoundError as error:
        raise SourceError(
            f"{name}: neither a folder or file here nor a dataset that the hub shows: {error}"
        ) from error
    except (OSError, DatasetsError) as error:
        raise SourceError(
            f"{name}: no such folder here, and the hub cannot be reached: {error}. Fetch it where "
            "there is a network (trainer-client data pull DIR) and name the folder."
        ) from error
    return dict(splits)


def _choose(splits: Mapping[str, Dataset], split: str | None, source: str | Path) -> Dataset:
    if split is None:
        split = "train" if "train" in splits else next(iter(splits))
    if split not in splits:
        raise SourceError(f"{source}: no split {split!r}; expected one of {', '.join(splits)}")
    return splits[split]
