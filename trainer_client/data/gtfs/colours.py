"""Colours of lines: the feed's, where they can be read and told apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from reward_server.drawing.colours import APART, FROM_PAPER, coloured, difference, mixed, palette

from .report import Change

if TYPE_CHECKING:
    from .routes import Line


def readable(given: str) -> str:
    """A colour of the feed as ``#rrggbb``; empty where it is none, or as good as white."""
    colour = "#" + given.strip().removeprefix("#").lower()
    if not re.fullmatch("#[0-9a-f]{6}", colour) or difference(colour, "#ffffff") < FROM_PAPER:
        return ""
    return colour


def colours_of(lines: Sequence[Line], changes: list[Change]) -> dict[str, str]:
    """The feed's colours; a line whose colour a busier one has gets a shade of it, if it can."""
    kept: dict[str, str] = {}
    for line in sorted(lines, key=lambda line: -line.shape.runs):
        if line.colour and not _is_near(line.colour, kept.values()):
            kept[line.name] = line.colour
    for line in lines:
        if line.colour and line.name not in kept:
            shades = [
                shade
                for step in range(1, 7)
                for ink in ("#ffffff", "#000000")
                if difference(shade := mixed(line.colour, ink, step / 10), "#ffffff") > FROM_PAPER
            ]
            kept[line.name] = palette(1, shades, tuple(kept.values()))[0]
            changes.append(
                Change(
                    "coloured",
                    line.name,
                    f"{kept[line.name]}, as another line's colour is too near to {line.colour}",
                )
            )
    whole = coloured((line.name for line in lines), kept)
    for line in lines:
        if not line.colour:
            given = ", ".join(sorted({route.colour for route in line.routes} - {""})) or "none"
            changes.append(
                Change("coloured", line.name, f"{whole[line.name]}, as the feed's is {given}")
            )
    return whole


def _is_near(colour: str, others: Collection[str]) -> bool:
    return any(difference(colour, other) < APART for other in others)
