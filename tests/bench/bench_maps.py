"""Synthetic cities beside the real ones, and what lies over what on their maps.

    python tests/bench/bench_maps.py [--cities 100] [--maps 200] [--sheet FILE.png]

The first table has the mean and the range of ReasonMap's 30 cities, in thirds by lines and transfer
stations, and of as many synthetic ones as asked for; without ReasonMap's data, of these alone.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import get_args

from PIL import Image

from reward_server.core.model import DifficultyName
from reward_server.drawing.colours import nearest_two
from tests.drawing.maps import Faults, faults
from trainer_client.data.city import City, cities_of
from trainer_client.data.draw import STYLES, draw, plan_of
from trainer_client.data.synth import synth

DIFFICULTIES: tuple[DifficultyName, ...] = get_args(DifficultyName)
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "reasonmap"
REAL = Path(os.environ.get("REASONMAP_DIR", _SHARED))
SEED = 2026


def figures(city: City) -> dict[str, float]:
    """What a city is like."""
    network = city.loaded.network
    count = len(network.station_names)
    transfers = sum(len(lines) > 1 for lines in network.lines_at)
    links: Counter[frozenset[int]] = Counter()
    for line in network.lines:
        ring = (line.runs[0][-1], line.runs[0][0]) if line.ring else line.runs[0][:2]
        steps = {frozenset(pair) for run in line.runs for pair in pairwise(run)}
        links.update(steps | {frozenset(ring)})
    rides = Counter(network.rides(a, b) for a in range(count) for b in range(a))
    pairs = sum(rides.values())
    marks = sum(
        "Branch-starting" in station or "支线起始站" in station
        for stations in city.lines.values()
        for station in stations
    )
    return {
        "lines": len(network.lines),
        "stations": count,
        "stations of a line": statistics.mean(len(line.stations) for line in network.lines),
        "transfer stations, %": 100 * transfers / count,
        "of these 3 lines or more, %": 100
        * sum(len(lines) > 2 for lines in network.lines_at)
        / max(transfers, 1),
        "links of 2 lines or more, %": 100 * sum(n > 1 for n in links.values()) / len(links),
        "loops": sum(line.ring for line in network.lines),
        "branches": max(marks, sum(map(len, city.overlay.branches.values()))),
        "pairs 1 ride apart, %": 100 * rides[1] / pairs,
        "2 rides, %": 100 * rides[2] / pairs,
        "3 rides or more, %": 100 * sum(n for r, n in rides.items() if r > 2) / pairs,
    }


def real_cities() -> dict[DifficultyName, list[City]]:
    """ReasonMap's cities in thirds by their lines and transfer stations; none without its data."""
    folder = REAL / "stations"
    cities = [City.read(folder, name) for name in cities_of(folder)] if folder.is_dir() else []

    def size(city: City) -> tuple[int, int]:
        network = city.loaded.network
        return len(network.lines), sum(len(lines) > 1 for lines in network.lines_at)

    cities.sort(key=size)
    return {
        difficulty: cities[10 * third : 10 * third + 10]
        for third, difficulty in enumerate(DIFFICULTIES)
    }


def summary(values: Sequence[float]) -> str:
    """Mean and range."""
    mean, low, high = statistics.mean(values), min(values), max(values)
    digits = 0 if high > 50 else 1
    return f"{mean:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def print_statistics(count: int) -> None:
    """The table of real and synthetic cities."""
    columns: list[list[dict[str, float]]] = []
    head = []
    real = real_cities()
    for difficulty in DIFFICULTIES:
        if real[difficulty]:
            columns.append([figures(city) for city in real[difficulty]])
            head.append(f"{difficulty}, real")
        columns.append([figures(city) for city in synth(count, difficulty, SEED)])
        head.append(f"{difficulty}, ours")
    print(f"| mean (range) | {' | '.join(head)} |")
    print("|---" * (len(head) + 1) + "|")
    for figure in columns[0][0]:
        cells = (summary([row[figure] for row in column]) for column in columns)
        print(f"| {figure} | {' | '.join(cells)} |")


def print_faults(count: int) -> None:
    """What lies over what on the maps of so many cities, in all styles and variations."""
    total = Counter[str]()
    seconds: dict[str, list[float]] = {}
    sizes: dict[str, list[float]] = {}
    colours = []
    for number, (difficulty, city) in enumerate(mixed(count)):
        start = time.process_time()
        plan = plan_of(city, STYLES[number % len(STYLES)], number)
        seconds.setdefault(difficulty, []).append(time.process_time() - start)
        sizes.setdefault(difficulty, []).append(max(plan.width, plan.height))
        for fault, found in zip(Faults._fields, faults(plan), strict=True):
            total[fault] += found
        total["crowded"] += len(plan.crowded)
        colours.append(nearest_two(plan.colours))
    print(f"\n{count} maps: " + ", ".join(f"{kind} {total[kind]}" for kind in Faults._fields))
    print(f"nearest two colours of a map: CIEDE2000 {min(colours):.1f} or more")
    for kind, its in seconds.items():
        print(
            f"{kind}: {statistics.mean(its):.2f} s of CPU a plan, longer side "
            f"{summary(sizes[kind])} px"
        )


def mixed(count: int) -> Iterable[tuple[DifficultyName, City]]:
    """So many cities of all difficulties in turn."""
    for third, difficulty in enumerate(DIFFICULTIES):
        share = (count + 2 - third) // 3
        for city in synth(share, difficulty, SEED + 1):
            yield difficulty, city


def contact_sheet(file: Path, cell: int = 900) -> None:
    """Nine maps: three of each difficulty, in three styles."""
    sheet = Image.new("RGB", (3 * cell, 3 * cell), "#808080")
    for row, difficulty in enumerate(DIFFICULTIES):
        for column, city in enumerate(synth(3, difficulty, SEED)):
            png = draw(city, STYLES[column], cell - 20).png
            picture = Image.open(io.BytesIO(png)).convert("RGB")
            left = column * cell + (cell - picture.width) // 2
            sheet.paste(picture, (left, row * cell + (cell - picture.height) // 2))
    sheet.save(file)
    print(f"\n{file}")


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=100)
    parser.add_argument("--maps", type=int, default=200)
    parser.add_argument("--sheet", type=Path)
    asked = parser.parse_args()
    if asked.cities:
        print_statistics(asked.cities)
    if asked.maps:
        print_faults(asked.maps)
    if asked.sheet:
        contact_sheet(asked.sheet)


if __name__ == "__main__":
    main()
