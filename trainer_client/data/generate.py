"""Cities -> a dataset with its maps and networks, a few cities at a time on several processes.

A folder of ours is one of ReasonMap-Train's: ``load_from_disk(folder)["train"]`` has its columns,
``./maps/<country>/<city>.png`` and ``./stations/<country>/<city>.json`` are where its rows say.
Beside these are each map as SVG, what it was drawn from, and ``routes.jsonl`` with the reference
routes. Nothing that grows with the number of questions is held in memory.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from datasets import Dataset, DatasetDict
from datasets.arrow_writer import ArrowWriter

from .city import City
from .load import ROUTES_FILE
from .make import Made, Wanted, make
from .published import TRAIN_FEATURES

TRAIN, TEST = "train", "test"


def generate(
    cities: Iterable[City],
    out: Path,
    wanted: Wanted,
    test: frozenset[int] = frozenset(),
    workers: int = 1,
    made: Callable[[Made], object] = lambda _: None,
) -> None:
    """Write the dataset of these cities into the new folder ``out``; the same for the same wishes.

    ``test``: the places of the cities whose questions are held out in a split of their own.
    ``made`` is told of each city. Raises ``FileExistsError`` where ``out`` has something in it,
    and ``ValueError`` where two cities have one name.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out}: expected a folder that is new or empty")
    out.parent.mkdir(parents=True, exist_ok=True)
    # whole or not at all: what is unfinished has another name
    unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        each = _each(_once(cities), unfinished, wanted, workers)
        _write(each, unfinished, test, made)
        unfinished.chmod(0o755)
        unfinished.replace(out)
    except BaseException:
        shutil.rmtree(unfinished)
        raise


def _once(cities: Iterable[City]) -> Iterator[City]:
    names: set[str] = set()
    for city in cities:
        if city.name in names:
            raise ValueError(f"{city.name}: two cities of this name; expected each once")
        names.add(city.name)
        yield city


def _each(cities: Iterable[City], folder: Path, wanted: Wanted, workers: int) -> Iterator[Made]:
    """The cities done, in their order; only a few wait at a time."""
    if workers < 2:
        for city in cities:
            yield make(city, folder, wanted)
        return
    waiting: deque[Future[Made]] = deque()
    # a process that is spawned has nothing of our threads
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for city in cities:
            # by a copy: the network that a city may have built is not for sending
            waiting.append(pool.submit(make, replace(city), folder, wanted))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _write(
    each: Iterator[Made], folder: Path, test: frozenset[int], made: Callable[[Made], object]
) -> None:
    splits = (TRAIN, TEST) if test else (TRAIN,)
    with tempfile.TemporaryDirectory(dir=folder) as parts:
        files = {split: Path(parts) / f"{split}.arrow" for split in splits}
        writers = {
            split: ArrowWriter(path=str(file), features=TRAIN_FEATURES)
            for split, file in files.items()
        }
        with (folder / ROUTES_FILE).open("w", encoding="utf-8") as routes:
            for place, city in enumerate(each):
                writer = writers[TEST if place in test else TRAIN]
                for row in city.rows:
                    writer.write(row)
                for pair in city.routes:
                    routes.write(json.dumps(pair, ensure_ascii=False) + "\n")
                made(city)
        for writer in writers.values():
            writer.finalize()
        DatasetDict(
            {split: Dataset.from_file(str(file)) for split, file in files.items()}
        ).save_to_disk(str(folder))
