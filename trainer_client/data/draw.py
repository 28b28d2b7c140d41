"""A city -> its schematic map, as PNG and SVG from one geometry."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from reward_server.drawing.layout import lay_out
from reward_server.drawing.plan import Plan, make_plan
from reward_server.drawing.styles import STYLES as LOOKS
from reward_server.drawing.styles import Style
from reward_server.drawing.svg import svg
from trainer_client.client.errors import MissingExtraError

from .city import City, Position

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

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
    city: City, style: StyleName = "classic", size: int | None = None, seed: int = 0
) -> Drawing:
    """The map of a city; the same for the same arguments.

    ``size``: pixels of its longer side; without it the map is as large as its letters need to be
    read, 14 pixels high. ``seed``: of one of the style's variations; 0 is the style itself.

    Raises ``MissingExtraError`` without the libraries of ``reward-server[data]``.
    """
    plan = plan_of(city, style, seed)
    text = svg(plan)
    png = _png(text, "width" if plan.width >= plan.height else "height", size)
    # the size that a PNG says it has stands in its header
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    return Drawing(png, text, width, height)


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


def plan_of(city: City, style: StyleName = "classic", seed: int = 0) -> Plan:
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
        measure,
        colours=city.colours,
        ways=ways,
        title=title_of(city.name),
        unit=_UNIT if len(spots) < _MANY else _UNIT_OF_MANY,
    )


def title_of(name: str) -> str:
    """What a map of ``country/city`` is headed with."""
    return name.rpartition("/")[2].replace("_", " ").title() + " Metro"


def measure(text: str, size: float, bold: bool) -> float:
    """The width of a text on a map, in pixels."""
    return _width_of_100(text, bold) * size / 100


@lru_cache(maxsize=65536)
def _width_of_100(text: str, bold: bool) -> float:
    """The width of a text in letters of 100 pixels, each sign from the font that has it."""
    latin, east = _fonts()[bold], _fonts()[2]
    width, run, font = 0.0, "", latin
    for sign in text:
        its = east if ord(sign) > 0x2E7F else latin
        if its is not font and run:
            width, run = width + font.getlength(run), ""
        font, run = its, run + sign
    return width + (font.getlength(run) if run else 0.0)


@lru_cache(maxsize=1)
def _fonts() -> tuple[FreeTypeFont, FreeTypeFont, FreeTypeFont]:
    """Letters, bold letters, and the signs of the East, 100 pixels high."""
    try:
        from PIL import ImageFont  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise MissingExtraError("drawing maps needs pip install 'reward-server[data]'") from error
    regular, bold, east = (ImageFont.truetype(str(file), 100) for file in font_files())
    return regular, bold, east


@lru_cache(maxsize=1)
def font_files() -> tuple[Path, Path, Path]:
    """The files of Source Sans Pro, its semibold, and Noto Sans SC; ``MissingExtraError``."""
    folders = {}
    for package in ("font_source_sans_pro", "zhplot"):
        spec = find_spec(package)  # not imported: zhplot would set up matplotlib
        if spec is None or not spec.submodule_search_locations:
            raise MissingExtraError("drawing maps needs pip install 'reward-server[data]'")
        folders[package] = Path(spec.submodule_search_locations[0])
    latin = folders["font_source_sans_pro"] / "files"
    return (
        latin / "SourceSansPro-Regular.ttf",
        latin / "SourceSansPro-Semibold.ttf",
        folders["zhplot"] / "fonts" / "NotoSansSC-Regular.ttf",
    )


def _png(text: str, longer: Literal["width", "height"], size: int | None) -> bytes:
    try:
        import resvg_py  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise MissingExtraError("drawing maps needs pip install 'reward-server[data]'") from error
    return resvg_py.svg_to_bytes(
        svg_string=text,
        width=size if longer == "width" else None,
        height=size if longer == "height" else None,
        skip_system_fonts=True,
        font_files=[str(file) for file in font_files()],
    )
