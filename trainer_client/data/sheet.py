"""A contact sheet: maps side by side, each with one of its questions and the gold, as one PNG."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unicodedata import bidirectional

import resvg_py
from datasets import Dataset

from reward_server.drawing.svg import in_family

from .card import DIFFICULTIES, TASKS, answer_of
from .fonts import Fonts, fonts_with

#: Maps on a sheet, and how many side by side.
MOST_MAPS, COLUMNS = 12, 3
_WIDTH, _PICTURE, _GAP, _MARGIN = 640, 560, 24, 16
_LETTERS, _LEADING, _MOST_LINES = 17, 23, 8
_FAMILIES = "Source Sans Pro, Noto Sans SC"
_ROOM = _WIDTH - 2 * _MARGIN
# signs of the East, between which a line may be broken
_EAST = "\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
# what stays together: one of them, or other signs up to the end of the blanks behind them
_WORD = re.compile(f"[{_EAST}] *|[^ {_EAST}]* +|[^ {_EAST}]+")
_RUN = re.compile(f"[{_EAST}]+|[^{_EAST}]+")
_HEIGHT = _PICTURE + (_MOST_LINES + 2) * _LEADING + _MARGIN


class _Place(NamedTuple):
    """Where a row is, and what it asks."""

    dataset: Dataset
    row: int
    task: str


def draw_sheet(splits: Mapping[str, Dataset], seed: int = 0, fonts: Sequence[Path] = ()) -> bytes:
    """The sheet of loaded splits, PNG: up to twelve maps, evenly over the difficulties.

    The tasks take turns, so a sheet of six maps has a question of each. ``fonts``: files with
    letters that the packages' fonts do not have. Raises ``ValueError`` where there is no row, or a
    question has letters that no font has.
    """
    at_hand = fonts_with(tuple(fonts))
    places = list(_choose(splits, Random(seed)))  # noqa: S311 - nothing here is a secret
    if not places:
        raise ValueError("no rows to show")
    columns = min(COLUMNS, len(places))
    across = columns * (_WIDTH + _GAP) + _GAP
    down = -(-len(places) // columns) * (_HEIGHT + _GAP) + _GAP
    tiles = []
    for number, place in enumerate(places):
        x = _GAP + number % columns * (_WIDTH + _GAP)
        y = _GAP + number // columns * (_HEIGHT + _GAP)
        tile = _tile(place.dataset[place.row], at_hand)
        tiles.append(f'<g transform="translate({x} {y})">{tile}</g>')
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" '
        f'font-family="{_FAMILIES}" font-size="{_LETTERS}">'
        f'<rect width="100%" height="100%" fill="#e9ebee"/>{"".join(tiles)}</svg>'
    )
    files = at_hand.files(drawn)
    return resvg_py.svg_to_bytes(svg_string=drawn, skip_system_fonts=True, font_files=files)


def _choose(splits: Mapping[str, Dataset], rng: Random) -> Iterator[_Place]:
    """Rows to show, each of another map."""
    rows_of: dict[str, dict[str, list[_Place]]] = {name: {} for name in DIFFICULTIES}
    for dataset in splits.values():
        columns = (dataset[name] for name in ("difficulty_city", "network", "task"))
        for row, (difficulty, network, task) in enumerate(zip(*columns, strict=True)):
            rows_of[difficulty].setdefault(network, []).append(_Place(dataset, row, task))
    waiting = [rng.sample(sorted(networks), len(networks)) for networks in rows_of.values()]
    shown = [0] * len(waiting)
    for _ in range(MOST_MAPS):
        # of the difficulty that is shown least and has a map left
        left = [number for number, names in enumerate(waiting) if len(names) > shown[number]]
        if left:
            shown[min(left, key=lambda number: shown[number])] += 1
    cities = [
        networks[name]
        for networks, names, count in zip(rows_of.values(), waiting, shown, strict=True)
        for name in names[:count]
    ]
    for number, places in enumerate(cities):
        task = TASKS[number % len(TASKS)]
        yield rng.choice([place for place in places if place.task == task] or places)


def _tile(row: Mapping[str, Any], fonts: Fonts) -> str:
    """A map with its question below, in SVG, from the tile's corner on."""
    picture = row["image"].convert("RGB")
    picture.thumbnail((_ROOM, _PICTURE - 2 * _MARGIN))
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    content = base64.b64encode(buffer.getvalue()).decode()
    left, top = (_WIDTH - picture.width) / 2, (_PICTURE - picture.height) / 2
    head = f"{row['task']} · {row['network']} · {row['difficulty_city']}"
    question, answer = " ".join(row["prompt"][-1]["content"].split()), f"Gold: {_gold(row)}"
    fonts.check((head, question, answer), row["network"])
    asked = _wrap(question, fonts)
    if len(asked) > _MOST_LINES - 2:
        asked = [*asked[: _MOST_LINES - 3], asked[_MOST_LINES - 3] + " …"]
    gold = _wrap(answer, fonts)[:2]
    lines = [_text(_PICTURE, head, 'font-weight="600"', fonts)]
    for number, (line, attributes) in enumerate(
        [*((line, "") for line in asked), *((line, 'fill="#0a6b35"') for line in gold)], 1
    ):
        lines.append(_text(_PICTURE + number * _LEADING, line, attributes, fonts))
    return (
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="#ffffff"/>'
        f'<image x="{left}" y="{top}" width="{picture.width}" height="{picture.height}" '
        f'href="data:image/png;base64,{content}"/>{"".join(lines)}'
    )


def _text(y: float, line: str, attributes: str, fonts: Fonts) -> str:
    """A line of text: a piece for each script, or the signs of the East would set it in theirs."""
    texts, bold = [], "weight" in attributes
    if _has_from_right(line):
        line = f"\u200e{line}"  # English all the same, whichever name it begins with
    for piece in fonts.compose(line, _LETTERS, bold):
        x = _MARGIN + piece.left
        family = in_family(piece.family)
        for run in _RUN.findall(piece.text) if piece.family is None else [piece.text]:
            place = f'x="{x:.1f}" y="{y + _LEADING}" xml:space="preserve"{family}'
            texts.append(f"<text {place} {attributes}>{escape(run)}</text>")
            x += fonts.extent(run, _LETTERS, bold).width
    return "".join(texts)


def _gold(row: Mapping[str, Any]) -> str:
    """The right answer in a line."""
    if not row["routes"]:
        return answer_of(row)
    legs = [
        f"{_apart(leg['route_name'])} to {_apart(leg['arrival_stop'])}" for leg in row["routes"][0]
    ]
    return f"{_apart(row['routes'][0][0]['departure_stop'])} – {', '.join(legs)}"


def _apart(name: str) -> str:
    """A name that keeps its place in a sentence, even if it is read from right to left."""
    return f"\u2068{name}\u2069" if _has_from_right(name) else name


def _has_from_right(text: str) -> bool:
    return any(bidirectional(sign) in ("R", "AL") for sign in text)


def _wrap(text: str, fonts: Fonts) -> list[str]:
    """Lines that fit into a tile, broken at blanks, or anywhere between signs of the East."""
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and fonts.extent(lines[-1] + word.rstrip(), _LETTERS, False).width > _ROOM:
            lines.append("")
        lines[-1] += word
    return lines
