"""Maps of cities as PNG and SVG."""

from __future__ import annotations

import io

import pytest
import resvg_py
from PIL import Image

from reward_server.core.model import DifficultyName
from tests.drawing.maps import NO_FAULTS, faults
from trainer_client.data.city import City
from trainer_client.data.draw import (
    STYLES,
    StyleName,
    draw,
    look_of,
    plan_of,
)
from trainer_client.data.fonts import fonts_with
from trainer_client.data.synth import synth

CASES: list[tuple[DifficultyName, StyleName, int]] = [
    ("easy", "classic", 0),
    ("easy", "dark", 7),
    ("middle", "light", 0),
    ("middle", "classic", 8),
    ("hard", "dark", 0),
]


@pytest.mark.parametrize(("difficulty", "style", "seed"), CASES)
def test_no_name_lies_over_a_name_a_line_or_a_marker(
    difficulty: DifficultyName, style: StyleName, seed: int
) -> None:
    for city in synth(1 if difficulty == "hard" else 3, difficulty, seed=21):
        plan = plan_of(city, style, seed)
        assert plan.crowded == ()
        assert faults(plan) == NO_FAULTS


@pytest.fixture(scope="module")
def city() -> City:
    return next(synth(1, "easy", seed=5))


def test_the_same_arguments_give_the_same_bytes(city: City) -> None:
    assert draw(city, "light", 700, 3) == draw(city, "light", 700, 3)
    assert draw(city, "light", 700, 3).png != draw(city, "light", 700, 4).png


@pytest.mark.parametrize("style", STYLES)
def test_the_png_has_the_size_asked_for_and_shows_every_line(city: City, style: StyleName) -> None:
    drawing = draw(city, style, 640)
    image = Image.open(io.BytesIO(drawing.png)).convert("RGB")
    assert image.size == (drawing.width, drawing.height)
    assert max(image.size) == 640
    colours = {pixel for _, pixel in image.getcolors(1 << 24) or []}
    plan = plan_of(city, style)
    for colour in plan.colours:
        rgb = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert rgb in colours, colour


@pytest.mark.parametrize(
    "text",
    ["Ravenbrook Park", "Święta Öster", "Проспект Щукино", "Άγιος Μυλάδα", "青松大道", "桜ヶ丘"],
)
def test_a_text_is_as_wide_as_it_is_measured(text: str) -> None:
    document = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="100"><text x="10" y="70" '
        "font-size='50' "
        f'font-family="Source Sans Pro, Noto Sans SC">{text}</text></svg>'
    )
    files = fonts_with().files(document)
    png = resvg_py.svg_to_bytes(
        svg_string=document, background="#ffffff", skip_system_fonts=True, font_files=files
    )
    ink = Image.open(io.BytesIO(png)).convert("L").point(lambda v: 255 if v < 128 else 0)
    left, _, right, _ = ink.getbbox() or (0, 0, 0, 0)
    assert right - left == pytest.approx(fonts_with().extent(text, 50, False).width, rel=0.04)


def test_a_city_without_positions_is_laid_out_first(city: City) -> None:
    bare = City(city.name, city.lines, city.overlay, city.colours)
    plan = plan_of(bare)
    assert len(plan.markers) == len(city.loaded.network.station_names)
    assert faults(plan).labels_over_labels == 0


def test_a_style_has_variations_and_seed_0_is_itself() -> None:
    assert len({look_of("classic", seed) for seed in range(6)}) == 6
    assert look_of("classic", 0).line == 7
