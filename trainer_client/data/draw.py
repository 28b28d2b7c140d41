"""A city -> its schematic map, as PNG and SVG from one geometry."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from reward_server.drawing.layout import lay_out
from reward_server.drawing.plan import Plan, make_plan
from reward_server.drawing.styles import STYLES as LOOKS
from reward_server.drawing.styles import Style
from reward_server.drawing.svg import svg
from trainer_client.client.errors import MissingExtraError

from .city import City, Position
from .fonts import Fonts, fonts_with

StyleName = Literal["classic", "light", "dark"]
STYLES: tuple[StyleName, ...] = get_args(StyleName)


#: From one station to the next, in pixels, of a map that needs no more room; and of many stations,
#: which always do.
_UNIT = 24.0
_MANY = 120
_UNIT_OF_MANY = 34.0


@dataclass(frozen=True)
class Drawing:
    """A map: the same picture twice."""

    png: bytes
    svg: str
    width: int
    """In pixels of the PNG, as ``height``."""
    height: int


def draw(
    city: City,
    style: StyleName = "classic",
    size: int | None = None,
    seed: int = 0,
    fonts: Sequence[Path] = (),
) -> Drawing:
    """The map of a city; the same for the same arguments.

    ``size``: pixels of its longer side; without it the map is as large as its letters need to be
    read, 14 pixels high. ``seed``: of one of the style's variations; 0 is the style itself.
    ``fonts``: files with the letters that the fonts of ``reward-server[data]`` do not have.

    Raises ``MissingExtraError`` without the libraries of ``reward-server[data]``, and
    ``MissingLettersError``, which names them, where no font has some of the city's letters.
    """
    check_letters(city, fonts)
    plan = plan_of(city, style, seed, fonts)
    at_hand = fonts_with(tuple(fonts))
    text = svg(plan, at_hand.compose)
    longer: Literal["width", "height"] = "width" if plan.width >= plan.height else "height"
    png = _png(text, longer, size, at_hand)
    # the size that a PNG says it has stands in its header
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    return Drawing(png, text, width, height)


def check_letters(city: City, fonts: Sequence[Path] = ()) -> None:
    """Raise ``MissingLettersError`` where no font has a letter of a city's names."""
    network = city.loaded.network
    lines = (line.name for line in network.lines)
    texts = (*network.station_names, *lines, title_of(city.name))
    fonts_with(tuple(fonts)).check(texts, city.name)


def look_of(style: StyleName, seed: int = 0) -> Style:
    """A style, and with a seed other than 0 one of its many variations."""
    look = LOOKS[style]
    if seed == 0:
        return look
    chance = random.Random(f"{style}/{seed}")  # noqa: S311 -- no secret
    line = look.line * chance.uniform(0.8, 1.25)
    return replace(
        look,
        line=round(line, 1),
        gap=round(look.gap * chance.uniform(0.7, 1.5), 1),
        radius=round(look.radius * chance.uniform(0.5, 1.6)),
        stops=chance.choice(("dot", "ring") if line > 5 else ("bar", "ring")),
        marker=round(max(look.marker, line * 0.85) * chance.uniform(0.95, 1.2), 1),
        letters=round(look.letters * chance.uniform(0.93, 1.12), 1),
        bold_interchanges=chance.random() < 0.6,
    )


def plan_of(
    city: City, style: StyleName = "classic", seed: int = 0, fonts: Sequence[Path] = ()
) -> Plan:
    """Everything on the map of a city and where it is, in pixels; ``Plan`` says what."""
    network = city.loaded.network
    ways = None
    spots: Sequence[Position]
    if city.positions is None:
        spots, ways = lay_out(network)
    else:
        spots = [city.positions[name] for name in network.station_names]
        if city.surveyed:
            spots, ways = lay_out(network, dict(enumerate(spots)))
    return make_plan(
        network,
        spots,
        look_of(style, seed),
        fonts_with(tuple(fonts)).extent,
        colours=city.colours,
        ways=ways,
        title=title_of(city.name),
        unit=_UNIT if len(spots) < _MANY else _UNIT_OF_MANY,
    )


def title_of(name: str) -> str:
    """What a map of ``country/city`` is headed with."""
    return name.rpartition("/")[2].replace("_", " ").title() + " Metro"


def _png(text: str, longer: Literal["width", "height"], size: int | None, fonts: Fonts) -> bytes:
    try:
        import resvg_py  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise MissingExtraError("drawing maps needs pip install 'reward-server[data]'") from error
    return resvg_py.svg_to_bytes(
        svg_string=text,
        width=size if longer == "width" else None,
        height=size if longer == "height" else None,
        skip_system_fonts=True,
        font_files=fonts.files(text),
    )
