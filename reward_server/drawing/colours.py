"""Colours of lines that people tell apart, on paper of any colour.

The difference of two colours is CIEDE2000 (Sharma, Wu and Dalal, 2005): 1 can just be seen, and
from about 10 on two lines are plainly of two colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

from ..core.transit.names import normalise

#: Two lines of a map differ by at least this much, as long as there are colours left.
APART = 14.0
#: And each from the paper it is printed on.
FROM_PAPER = 24.0

#: What transport companies like to print, strong first.
_LIKED = (
    "#e4002b #0057b8 #00843d #ff8200 #8031a7 #00a3e0 #8c5a2b #f5b800 #e0457b #5b6770 "
    "#6cc24a #00857c #9e1b45 #a294d6 #1b2a6b #c4b000 #f59bb4 #4f7942 #b5532a #7cc7c1"
).split()

#: What lines are named after; as ``normalise`` spells it.
_NAMED = {
    word: colour
    for colour, words in {
        "#e4002b": "red rouge rojo roja vermelha vermelho rot rossa merah",
        "#0057b8": "blue bleu azul blau blu",
        "#00843d": "green vert verde grun hijau",
        "#ff8200": "orange laranja naranja arancione",
        "#f5b800": "yellow jaune amarela amarelo amarilla gelb gialla",
        "#8031a7": "purple violet violeta violett roxa",
        "#e0457b": "pink rose rosa",
        "#8c5a2b": "brown brun marron braun",
        "#98a2a8": "silver grey gray prata argent",
        "#b8973a": "gold golden",
        "#00a3e0": "cyan",
        "#00857c": "teal turquoise",
    }.items()
    for word in words.split()
}

Lab = tuple[float, float, float]


@lru_cache(maxsize=4096)
def lab(colour: str) -> Lab:
    """A colour ``#rrggbb`` in CIELAB (D65); ``ValueError`` where it is none."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"expected a colour as #rrggbb, got {colour!r:.40}")
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return (116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz))


@lru_cache(maxsize=65536)
def difference(one: str, other: str) -> float:
    """How different two colours look: CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = lab(one), lab(other)
    mean = ((hypot(a1, b1) + hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - sqrt(mean / (mean + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + dh / 2) % 360
    dl, dc = l2 - l1, c2 - c1
    dh = 2 * sqrt(c1 * c2) * sin(radians(dh / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * cos(radians(hue - 30))
        + 0.24 * cos(radians(2 * hue))
        + 0.32 * cos(radians(3 * hue + 6))
        - 0.20 * cos(radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    mean = chroma**7
    rotation = -2 * sqrt(mean / (mean + 25**7)) * sin(radians(60 * exp(-(((hue - 275) / 25) ** 2))))
    return sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh))


def nearest_two(colours: Iterable[str]) -> float:
    """The smallest difference between any two of the colours; infinity where there are not two."""
    listed = list(colours)
    return min(
        (difference(one, other) for i, one in enumerate(listed) for other in listed[:i]),
        default=float("inf"),
    )


def palette(count: int, liked: Sequence[str] = _LIKED, taken: Sequence[str] = ()) -> list[str]:
    """``count`` colours for lines, told apart from each other and from those ``taken``.

    The first of ``liked`` that differ enough, then whatever differs most from all before.
    """
    chosen: list[str] = []
    for colour in liked:
        if len(chosen) < count and all(
            difference(colour, other) >= APART for other in (*taken, *chosen)
        ):
            chosen.append(colour)
    while len(chosen) < count:
        kept = (*taken, *chosen)
        chosen.append(
            max(_grid(), key=lambda colour: min((difference(colour, k) for k in kept), default=0.0))
        )
    return chosen


@lru_cache(maxsize=1)
def _grid() -> tuple[str, ...]:
    """Colours all over the cube, but for those too near to white or black to be a line."""
    steps = [round(255 * i / 7) for i in range(8)]
    every = (f"#{r:02x}{g:02x}{b:02x}" for r, g, b in product(steps, repeat=3))
    return tuple(colour for colour in every if 33 < lab(colour)[0] < 82)


def coloured(lines: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """A colour for each line: the one given, the one it is named after, or else one that differs.

    A name's colour is passed over where another line has it, or one that is too near to it.
    """
    listed = list(lines)
    found = {line: given[line] for line in listed if line in given}
    for line in listed:
        words = re.findall(r"[^\W\d_]+", normalise(line))
        named = next((_NAMED[word] for word in words if word in _NAMED), None)
        if line in found or named is None:
            continue
        if all(difference(named, other) >= APART for other in found.values()):
            found[line] = named
    missing = [line for line in listed if line not in found]
    others = palette(len(missing), taken=tuple(found.values()))
    return {**found, **dict(zip(missing, others, strict=True))}


def on_paper(colour: str, paper: str) -> str:
    """The colour, made lighter or darker until it stands out from the paper."""
    return printed([colour], paper)[0]


def printed(colours: Sequence[str], paper: str) -> list[str]:
    """The colours, those too near to the paper made lighter or darker until they stand out.

    Of the tones that do, one that differs enough from all other lines; else the one that does most.
    """
    ink = "#ffffff" if lab(paper)[0] < 50 else "#000000"
    result = list(colours)
    for number, colour in enumerate(colours):
        if difference(colour, paper) >= FROM_PAPER:
            continue
        others = result[:number] + result[number + 1 :]
        tones = [mixed(colour, ink, step / 20) for step in range(1, 17)]
        tones = [tone for tone in tones if difference(tone, paper) >= FROM_PAPER]
        apart = [min((difference(tone, o) for o in others), default=APART) for tone in tones]
        enough = next((i for i, far in enumerate(apart) if far >= APART), apart.index(max(apart)))
        result[number] = tones[enough]
    return result


def ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on a colour."""
    return "#1a1a1a" if lab(colour)[0] > 68 else "#ffffff"


def mixed(one: str, other: str, share: float) -> str:
    """A colour with so large a share of another in it."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
