"""One city -> its files, and its questions as rows of ReasonMap-Train: what a process does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from reward_server.core.transit.model import FormName, TaskName

from .city import City
from .difficulty import difficulty_of, transfer_station_count
from .draw import STYLES, StyleName, draw
from .questions import FORMS, PUBLISHED_COUNTS, QUESTIONS_PER_CITY, Question, ask


@dataclass(frozen=True)
class Wanted:
    """What is made of each city. ``maps``: a folder of ``<country>/<city>.png`` to take instead."""

    per_city: int = QUESTIONS_PER_CITY
    seed: int = 0
    tasks: tuple[TaskName, ...] = tuple(PUBLISHED_COUNTS)
    forms: tuple[FormName, ...] = FORMS
    styles: tuple[StyleName, ...] = STYLES
    size: int | None = None
    """Pixels of a map's longer side; without it as many as its letters need to be read."""
    maps: Path | None = None
    fonts: tuple[Path, ...] = ()
    """Files with letters that the packages' fonts do not have."""


class Made(NamedTuple):
    """A city that is done, with its questions as rows and the reference routes of its pairs."""

    name: str
    rows: list[dict[str, Any]]
    routes: list[dict[str, Any]]


def held_out(count: int, share: float, seed: int) -> frozenset[int]:
    """Which of so many cities are for testing: ``share`` of them, at least one of two or more."""
    size = round(share * count)
    if share > 0 and count > 1:
        size = min(max(size, 1), count - 1)
    rng = Random(f"{seed} held out")  # noqa: S311 - nothing here is a secret
    return frozenset(rng.sample(range(count), size))


def make(city: City, folder: Path, wanted: Wanted) -> Made:
    """Draw a city, write its files, and ask about it."""
    city.write(folder / "stations")
    image = folder / "maps" / f"{city.name}.png"
    image.parent.mkdir(parents=True, exist_ok=True)
    if wanted.maps is None:
        rng = Random(f"{wanted.seed} {city.name} map")  # noqa: S311 - nothing here is a secret
        style = rng.choice(wanted.styles)
        drawing = draw(city, style, wanted.size, rng.randrange(2**31), wanted.fonts)
        image.write_bytes(drawing.png)
        image.with_suffix(".svg").write_text(drawing.svg, encoding="utf-8")
    else:
        shutil.copyfile(wanted.maps / f"{city.name}.png", image)
    network = city.loaded.network
    questions = ask(network, wanted.per_city, wanted.seed, wanted.tasks, wanted.forms)
    country, _, name = city.name.partition("/")
    of_city = {
        "country": country,
        "city": name,
        "figure": f"./maps/{city.name}.png",
        "difficulty_city": city.difficulty,
        "city_line_count": len(network.lines),
        "city_transfer_count": transfer_station_count(network),
        "json": f"./stations/{city.name}.json",
    }
    rows = [{**of_city, **_columns(question)} for question in questions]
    return Made(city.name, rows, [_routes(city, one) for one in questions if one.routes])


def _columns(question: Question) -> dict[str, Any]:
    return {
        "station_1": question.station_1,
        "station_2": question.station_2,
        "question": question.text,
        "answer": question.answer,
        "type": question.task,
        "question_transfer_count": question.transfers,
    }


def _routes(city: City, question: Question) -> dict[str, Any]:
    return {
        "network": city.name,
        "station_1": question.station_1,
        "station_2": question.station_2,
        "routes": question.routes,
    }


def cities_in(folder: Path, names: Sequence[str]) -> Iterator[City]:
    """The cities of a folder of networks; those without a ``.map`` are as hard as is counted."""
    for name in names:
        city = City.read(folder, name)
        if not (folder / f"{name}.map").exists():
            city = replace(city, difficulty=difficulty_of(city.loaded.network))
        yield city
