"""What cities are like, by difficulty: measured from the 30 of ReasonMap.

ReasonMap names no rule for a map's difficulty but "number of lines and transfer stations", ten
maps to each. So the cities were put in the order of these two, and cut into thirds: up to 3 lines
are easy, from 6 lines with 18 transfer stations on a map is hard. ``tests/bench/bench_maps.py``
measures both the real cities and ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reward_server.core.model import DifficultyName


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one difficulty."""

    lines: tuple[int, ...]
    """Of each of the ten cities."""
    stops: float
    """Stations of a line: their mean,"""
    spread: float
    """and standard deviation."""
    fewest: int
    most: int
    transfers: tuple[float, float]
    """Transfer stations to a line, where no lines share tracks: least and most."""
    interlined: float
    """How many cities have lines that share long stretches of track: so many that as many links are
    shared as in the real ones, of which fewer share more."""
    loop: float
    """Loops to a city."""
    branches: float
    """Branches to a city."""


FIGURES: Mapping[DifficultyName, Figures] = MappingProxyType(
    {
        "easy": Figures(
            lines=(1, 2, 2, 2, 2, 3, 3, 3, 3, 3),
            stops=22.0,
            spread=8.0,
            fewest=5,
            most=38,
            transfers=(0.5, 2.3),
            interlined=0.3,
            loop=0.0,
            branches=0.2,
        ),
        "middle": Figures(
            lines=(4, 4, 4, 5, 5, 5, 6, 6, 6, 6),
            stops=22.0,
            spread=9.5,
            fewest=8,
            most=44,
            transfers=(0.8, 2.2),
            interlined=0.3,
            loop=0.0,
            branches=0.3,
        ),
        "hard": Figures(
            lines=(6, 6, 6, 7, 11, 12, 14, 18, 21, 22),
            stops=26.9,
            spread=9.2,
            fewest=5,
            most=49,
            transfers=(3.0, 4.8),
            interlined=0.3,
            loop=0.1,
            branches=0.6,
        ),
    }
)
