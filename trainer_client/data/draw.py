"""A city -> its schematic map, as PNG and SVG from one geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from .city import City

StyleName = Literal["classic", "light", "dark"]
STYLES: tuple[StyleName, ...] = get_args(StyleName)


@dataclass(frozen=True)
class Drawing:
    """A map: the same picture twice."""

    png: bytes
    svg: str
    width: int
    """In pixels of the PNG, as ``height``."""
    height: int


def draw(city: City, style: StyleName = "classic", size: int = 1600, seed: int = 0) -> Drawing:
    """The map of a city, ``size`` pixels on its longer side; the same for the same arguments."""
    raise NotImplementedError
