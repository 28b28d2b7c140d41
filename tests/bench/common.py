"""What the benches share: cities, completions, a yardstick for machines, and tables."""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from reward_server.core.transit.network import Network
from reward_server.demo import batch
from reward_server.metadata import core_form
from reward_server.networks.load import load_bundled, load_folder
from reward_server.networks.network_set import NetworkSet
from reward_server.profiles import ROBUST
from reward_server.wire.items import Item, items_of

ROOT = Path(__file__).resolve().parent.parent.parent
_REASONMAP = Path(os.environ.get("REASONMAP_DIR", ROOT.parent / "shared" / "reasonmap"))


def arguments(description: str | None) -> argparse.Namespace:
    """``quick``: a few seconds, with figures that are rough. The first line is printed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a few seconds, and rough")
    found = parser.parse_args()
    print_core()
    return found


def print_core() -> None:
    """Say whether the core is compiled, as it is in a wheel."""
    form = core_form()
    print(f"{form} core" + ("" if form == "compiled" else ": make bench has the compiled one"))


def load_cities() -> NetworkSet:
    """The 30 cities of ReasonMap where they are, else the bundled ones; freshly built."""
    stations = _REASONMAP / "stations"
    return load_folder(stations) if stations.is_dir() else load_bundled()


def cities_in_words(cities: Mapping[str, Network]) -> str:
    """Which cities a bench runs on."""
    if (_REASONMAP / "stations").is_dir():
        return f"the {len(cities)} cities of ReasonMap"
    return (
        f"the {len(cities)} bundled cities; ReasonMap's data is not there: set REASONMAP_DIR to its"
        " folder, or put it into ../shared/reasonmap"
    )


def shared_items() -> tuple[list[dict[str, Any]], str]:
    """ReasonMap's 8,000 completions, else the demo's few again and again; and which they are."""
    file = _REASONMAP / "released_scores.jsonl.gz"
    if file.is_file():
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            items = [json.loads(line) for line in lines]
        for item in items:
            del item["expected"]
        return items, f"the {len(items)} completions of {file.name}"
    items = batch() * 50
    return items, (
        f"the demo's {len(batch())} completions, 50 times; {file.name} is not there: set "
        "REASONMAP_DIR to its folder, or put it into ../shared/reasonmap"
    )


_ITEMS = items_of(tuple((name, task.fields) for name, task in ROBUST.tasks.items()))


def valid(items: Sequence[Mapping[str, Any]]) -> list[Item]:
    """Items as scoring takes them."""
    return _ITEMS.read(list(items))


def seeded(name: str) -> Random:
    """Draws that are the same on every run."""
    return Random(name)  # noqa: S311 - nothing here is a secret


_WORDS = "the quick brown fox jumps over the lazy dog and runs away from the dog " * 4


def yardstick() -> None:
    """A little pure Python, always the same: what a machine takes for it tells machines apart."""
    counts: dict[str, int] = {}
    for word in _WORDS.split():
        counts[word] = counts.get(word, 0) + len(word)
    sorted(counts.items())


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def yardstick_microseconds() -> float:
    """The best of many calls of the yardstick."""
    return min(seconds(yardstick) for _ in range(500)) * 1e6


@contextmanager
def collections_counted() -> Iterator[list[int]]:
    """The garbage collector stays on; the list has, at the end, its runs by generation."""
    gc.collect()
    gc.freeze()
    before = [generation["collections"] for generation in gc.get_stats()]
    counted: list[int] = []
    try:
        yield counted
    finally:
        after = [generation["collections"] for generation in gc.get_stats()]
        counted += [now - then for now, then in zip(after, before, strict=True)]
        gc.unfreeze()


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> None:
    """A plain table; its first ``words`` columns are words and stand at the left."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, ["-" * width for width in widths], *rows):
        cells = [
            cell.ljust(width) if column < words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    print()
