"""Lays out every city: CPU seconds, size, bends to a line, ways that cross.

``python tests/bench/bench_layout.py``; with ReasonMap's cities where they are (REASONMAP_DIR, or
shared/reasonmap beside the project), and a grid of as many junctions as are drawn at all.
"""

from __future__ import annotations

import os
import time
from itertools import combinations, pairwise
from pathlib import Path

from reward_server.core.transit.build import build
from reward_server.core.transit.network import Network
from reward_server.drawing.layout import MANY_JUNCTIONS, Layout, lay_out
from reward_server.networks.load import load_bundled, load_folder

Point = tuple[float, float]


def cities() -> dict[str, Network]:
    """The bundled cities, the real ones, and the largest grid."""
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("REASONMAP_DIR", root / "shared" / "reasonmap")) / "stations"
    found = dict(load_bundled())
    if folder.is_dir():
        found |= load_folder(folder)
    side = int(MANY_JUNCTIONS**0.5)
    rows = {f"row {y}": [f"{x} {y}" for x in range(side)] for y in range(side)}
    columns = {f"column {x}": [f"{x} {y}" for y in range(side)] for x in range(side)}
    return {**found, "a grid": build("grid", {**rows, **columns})}


def bends(layout: Layout) -> int:
    """Turns between stations."""
    return sum(len(way) - 2 for way in layout.ways.values())


def crossings(layout: Layout) -> int:
    """Pairs of ways that cross where there is no station."""
    pieces = [piece for way in layout.ways.values() for piece in pairwise(way)]
    return sum(_cross(*one, *other) for one, other in combinations(pieces, 2))


def _cross(p: Point, q: Point, r: Point, s: Point) -> bool:
    if max(p[0], q[0]) < min(r[0], s[0]) or max(r[0], s[0]) < min(p[0], q[0]):
        return False
    return _turn(p, q, r) * _turn(p, q, s) < 0 and _turn(r, s, p) * _turn(r, s, q) < 0


def _turn(p: Point, q: Point, r: Point) -> float:
    return round((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]), 6)


def main() -> None:
    """Print the table."""
    print(f"{'city':26} {'stations':>8} {'lines':>5} {'CPU s':>6} {'cells':>8} bends crossings")
    for name, network in cities().items():
        started = time.process_time()
        layout = lay_out(network)
        seconds = time.process_time() - started
        width = max(x for x, _ in layout.positions)
        height = max(y for _, y in layout.positions)
        print(
            f"{name:26} {len(network.station_names):8} {len(network.lines):5} {seconds:6.2f} "
            f"{width:4.0f}x{height:<3.0f} {bends(layout):5} {crossings(layout):9}"
        )


if __name__ == "__main__":
    main()
