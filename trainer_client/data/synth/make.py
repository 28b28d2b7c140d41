"""A seed -> cities."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from reward_server.core.model import DifficultyName
from reward_server.core.transit.build import NO_OVERLAY, Branch, Overlay
from reward_server.drawing.colours import coloured
from reward_server.drawing.geometry import Box, Stroke, StrokeGrid, strokes_of
from reward_server.drawing.lanes import lay_lines

from ..city import City
from .figures import FIGURES, Figures
from .names import Tongue, city_names, line_names, station_names, tongue_of
from .routes import Wish, grow
from .stops import Stops, place_stops

#: A city that cannot be used (a line too short, a part that no train reaches) is grown again.
_ATTEMPTS = 40
#: How far a line goes, of what its stations would take if they were evenly spread over the city.
_COMPACT = 1.08
_PIXELS = 40.0  # of a unit, where what is drawn is looked at


def synth(count: int, difficulty: DifficultyName, seed: int) -> Iterator[City]:
    """``count`` cities of a difficulty, one by one; the same for the same seed.

    The first cities of a seed do not depend on ``count``. All have positions and colours.
    """
    names: set[str] = set()
    for number in range(count):
        chance = random.Random(f"{seed}/{difficulty}/{number}")  # noqa: S311 -- no secret
        tongue = tongue_of(chance)
        name = next(name for name in city_names(tongue, chance) if name not in names)
        names.add(name)
        yield _city(name, difficulty, tongue, chance)


def _city(name: str, difficulty: DifficultyName, tongue: Tongue, chance: random.Random) -> City:
    for _ in range(_ATTEMPTS):
        stops, closed = _grown(FIGURES[difficulty], chance)
        if len(stops.main) in FIGURES[difficulty].lines and _is_sound(stops):
            city = _named(name, difficulty, tongue, stops, closed, chance)
            if not _passes_by(city):
                return city
    raise RuntimeError(f"no sound city {name!r} came of {_ATTEMPTS} attempts")


def _named(
    name: str,
    difficulty: DifficultyName,
    tongue: Tongue,
    stops: Stops,
    closed: list[bool],
    chance: random.Random,
) -> City:
    stations = station_names(tongue, len(stops.points), chance)
    lines = line_names(tongue, len(stops.main), chance)
    spelt: dict[str, tuple[str, ...]] = {}
    branches: dict[str, tuple[Branch, ...]] = {}
    for line, main, its in zip(lines, stops.main, stops.branches, strict=True):
        spelt[line] = tuple(stations[i] for i in chain(main, *(path for _, path in its)))
        if its:
            branches[line] = tuple(
                Branch(stations[junction], tuple(stations[i] for i in path))
                for junction, path in its
            )
    loops = tuple(line for line, ring in zip(lines, closed, strict=True) if ring)
    overlay = Overlay(loops=loops, branches=branches) if loops or branches else NO_OVERLAY
    shuffled = chance.sample(lines, len(lines))
    colours = coloured(shuffled, {})
    return City(
        name,
        spelt,
        overlay,
        {line: colours[line] for line in lines},
        {
            station: (round(x, 3), round(y, 3))
            for station, (x, y) in zip(stations, stops.points, strict=True)
        },
        difficulty,
    )


def _grown(figures: Figures, chance: random.Random) -> tuple[Stops, list[bool]]:
    """The stations of a city's lines, and which of these are loops."""
    count = chance.choice(figures.lines)
    wanted = [
        round(min(figures.most, max(figures.fewest, chance.gauss(figures.stops, figures.spread))))
        for _ in range(count)
    ]
    # the more lines there are, the finer is the grid on which they meet
    across = 7.0 + 0.62 * count
    pitch = figures.stops / across
    wish = Wish(
        lengths=tuple(_COMPACT * stops / pitch for stops in wanted),
        meetings=2 * chance.uniform(*figures.transfers) / max(1, count - 1),
        interlined=count > 1 and chance.random() < figures.interlined,
        loop=count > 3 and chance.random() < figures.loop,
        branches=sum(chance.random() < figures.branches / 2 for _ in range(2)),
    )
    routes = grow(wish, chance)
    return place_stops(routes, wanted[: len(routes)], pitch, chance), [r.closed for r in routes]


def _passes_by(city: City) -> bool:
    """Whether a line would be drawn through a station at which it does not stop."""
    network, positions = city.loaded.network, city.positions or {}
    spots = [
        (_PIXELS * x, _PIXELS * y) for x, y in map(positions.__getitem__, network.station_names)
    ]
    drawn: defaultdict[Stroke, set[int]] = defaultdict(set)
    for piece in lay_lines(network, spots, lane=_PIXELS / 4, radius=_PIXELS / 4):
        for stroke in strokes_of(piece.path, _PIXELS / 10):
            drawn[stroke].add(piece.line)
    grid = StrokeGrid(drawn)
    return any(
        not drawn[stroke] <= set(network.lines_at[station])
        for station, spot in enumerate(spots)
        for stroke in grid.touching(Box(spot, _PIXELS / 10, _PIXELS / 10))
    )


def _is_sound(stops: Stops) -> bool:
    """Whether each line has a few stations, none twice, and all can be reached."""
    reached = set(stops.main[0])
    left = [
        {*main, *(i for _, path in its for i in path)}
        for main, its in zip(stops.main, stops.branches, strict=True)
    ]
    if len(set(map(frozenset, left))) < len(left):
        return False
    for main, its in zip(stops.main, stops.branches, strict=True):
        whole = [*main, *(i for _, path in its for i in path)]
        if len(main) < 4 or len(set(whole)) < len(whole):
            return False
    while met := [line for line in left if line & reached]:
        for line in met:
            reached |= line
            left.remove(line)
    return not left
