"""Maps of networks, or of a few of their lines, laid out once and kept by the network's digest."""

from __future__ import annotations

import asyncio
import logging
import unicodedata
from collections import OrderedDict
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, FiniteFloat, StringConstraints, ValidationError

from reward_server.core.transit.network import Line, Network
from reward_server.drawing.colours import coloured, on_paper
from reward_server.drawing.geometry import Point
from reward_server.drawing.labels import Extent
from reward_server.drawing.layout import TooLargeError, lay_out
from reward_server.drawing.plan import Plan, make_plan
from reward_server.drawing.styles import STYLES
from reward_server.networks.network_set import LoadedNetwork

log = logging.getLogger(__name__)

#: Maps that are kept, and such that may wait to be laid out.
_KEPT = 64
_WAITING = 8
#: Pixels of a cell, and attempts to find room for all the names of a part.
_UNIT = 40.0
_TRIES = 3
_STYLE = STYLES["classic"]
_LIGHT, _DARK = "#ffffff", "#161d29"
#: Stations beyond which a question's lines are shown alone at first.
MANY_STATIONS = 120


class NoMapError(Exception):
    """There is no map to show now; the message says why."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The map of some lines of a network; the indices are those of the whole network.

    ``lines`` and ``stations``: index in the network -> index in ``plan``.
    """

    plan: Plan
    lines: Mapping[int, int]
    stations: Mapping[int, int]
    colours: Mapping[int, str]


class _Map(BaseModel):
    """What a file ``<city>.map`` beside a city may say of its drawing."""

    model_config = ConfigDict(extra="ignore")

    colours: dict[str, Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]] = {}
    positions: dict[str, tuple[FiniteFloat, FiniteFloat]] | None = None


_Key = tuple[str, frozenset[int] | None]


class Charts:
    """The maps asked for last. ``folder``: where files ``<country>/<city>.map`` may stand."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: OrderedDict[_Key, asyncio.Future[Chart]] = OrderedDict()
        # of its own: laying out takes seconds, and scoring must not wait for it
        self._drawing = ThreadPoolExecutor(1, "draw")

    async def chart(self, loaded: LoadedNetwork, lines: Collection[int] | None) -> Chart:
        """The map of these lines, ``None`` being all; raises ``NoMapError``."""
        key = (loaded.digest, None if lines is None else frozenset(lines))
        if key not in self._kept:
            if sum(not one.done() for one in self._kept.values()) >= _WAITING:
                raise NoMapError("too many maps are being drawn; try again in a while")
            loop = asyncio.get_running_loop()
            self._kept[key] = loop.run_in_executor(self._drawing, self._make, loaded, key[1])
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        try:
            # whoever goes away does not take the map from those who wait for it too
            return await asyncio.shield(self._kept[key])
        except TooLargeError as error:
            raise NoMapError(str(error)) from error

    def _make(self, loaded: LoadedNetwork, lines: frozenset[int] | None) -> Chart:
        return _chart(loaded, lines, self._drawn_by_hand(loaded.network.name))

    def _drawn_by_hand(self, name: str) -> _Map:
        """What the file beside the network says; nothing where there is none, or no sound one."""
        if self._folder is None:
            return _Map()
        file = self._folder / f"{name}.map"
        try:
            return _Map.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return _Map()
        except (OSError, ValidationError) as error:
            log.warning("%s is not read: %s", file, error)
            return _Map()


def _chart(loaded: LoadedNetwork, lines: frozenset[int] | None, by_hand: _Map) -> Chart:
    whole = loaded.network
    chosen = range(len(whole.lines)) if lines is None else sorted(lines)
    network, stations = _part(whole, chosen)
    places = {
        stations[station]: place
        for name, place in (by_hand.positions or {}).items()
        if (station := whole.station(name)) in stations
    }
    named = coloured((line.name for line in whole.lines), by_hand.colours)
    # one colour for light and dark pages: it stands out from both
    tones = {name: on_paper(on_paper(colour, _LIGHT), _DARK) for name, colour in named.items()}
    layout = lay_out(network, places if len(places) == len(stations) else None)
    plan = make_plan(
        network,
        layout.positions,
        _STYLE,
        text_extent,
        colours=tones,
        ways=layout.ways,
        unit=_UNIT,
        tries=1 if lines is None else _TRIES,
    )
    return Chart(
        plan,
        {line: place for place, line in enumerate(chosen)},
        stations,
        {line: tones[whole.lines[line].name] for line in chosen},
    )


def _part(whole: Network, lines: Collection[int]) -> tuple[Network, dict[int, int]]:
    """The network of some lines alone, and where its stations stand in it."""
    kept = sorted({stop for line in lines for stop in whole.lines[line].stations})
    stations = {station: place for place, station in enumerate(kept)}
    parts = [
        Line(
            one.name,
            [tuple(stations[stop] for stop in run) for run in one.runs],
            one.ring,
        )
        for one in (whole.lines[line] for line in lines)
    ]
    names = [whole.station_names[station] for station in kept]
    part = Network(whole.name, parts, names, whole.station_index, whole.line_index, whole.spellings)
    return part, stations


_NARROW = frozenset("iljtfrI.,:;'|!()[]- ")
_WIDE = frozenset("mwMW@%—…")


def text_extent(text: str, size: float, bold: bool) -> Extent:
    """About the room that a text takes in the letters that a browser shows."""
    width = 0.0
    for sign in text:
        if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
            continue  # stands above or below a letter, or is not seen
        if unicodedata.east_asian_width(sign) in "WF":
            width += 1.0
        elif sign in _NARROW:
            width += 0.32
        elif sign in _WIDE:
            width += 0.88
        elif sign.isupper():
            width += 0.68
        else:
            width += 0.56
    return Extent.usual(width * size * (1.07 if bold else 1.0), size)


def bounds(points: Collection[Point]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of some points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
