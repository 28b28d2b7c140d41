"""How maps look: sizes in pixels at scale 1, colours as ``#rrggbb``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Stops = Literal["ring", "dot", "bar"]
"""A station of one line: a ring in the line's colour, a dot in the line, a bar across it."""


@dataclass(frozen=True, slots=True)
class Style:
    """One way to draw."""

    paper: str
    ink: str
    """Of names and of the markers' rims."""
    quiet: str
    """Of what is said beside the map."""
    line: float
    """A line's width."""
    gap: float
    """Between two lines side by side."""
    radius: float
    """Of a bend."""
    stops: Stops
    marker: float
    """Of an interchange, from its middle to its rim."""
    rim: float
    fill: str
    """Inside an interchange."""
    letters: float
    """The size of a station's name."""
    bold_interchanges: bool
    families: tuple[str, ...] = ("Source Sans Pro", "Noto Sans SC", "sans-serif")


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "classic": Style(
            paper="#ffffff",
            ink="#1d2433",
            quiet="#5c6575",
            line=7.0,
            gap=1.5,
            radius=18.0,
            stops="dot",
            marker=6.6,
            rim=2.2,
            fill="#ffffff",
            letters=14.0,
            bold_interchanges=True,
        ),
        "light": Style(
            paper="#faf8f3",
            ink="#33322e",
            quiet="#77746b",
            line=4.2,
            gap=2.0,
            radius=26.0,
            stops="bar",
            marker=5.2,
            rim=1.6,
            fill="#ffffff",
            letters=13.5,
            bold_interchanges=False,
        ),
        "dark": Style(
            paper="#141a24",
            ink="#edf1f7",
            quiet="#96a2b4",
            line=5.6,
            gap=1.8,
            radius=14.0,
            stops="ring",
            marker=6.2,
            rim=2.0,
            fill="#141a24",
            letters=14.0,
            bold_interchanges=True,
        ),
    }
)
