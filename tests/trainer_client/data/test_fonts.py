"""Every letter of a map is drawn in a font that has it, or the map is refused."""

from __future__ import annotations

import hashlib
import io
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from PIL import Image, ImageChops

pytest.importorskip("uharfbuzz", reason="pip install 'reward-server[data]'")

import resvg_py
import uharfbuzz

from reward_server.drawing.svg import in_family
from tests.drawing.maps import NO_FAULTS, faults
from trainer_client.client.errors import MissingExtraError
from trainer_client.data import fonts as module
from trainer_client.data.city import City
from trainer_client.data.draw import draw, plan_of
from trainer_client.data.fonts import MissingLettersError, fonts_with
from trainer_client.data.synth import synth
from trainer_client.data.synth.names import TONGUES

from .scripts import CITIES, NAMES

WORDS = [(script, text) for script, names in NAMES.items() for text in names]
X, BASELINE, SIZE = 30, 150, 80
WIDTH, HEIGHT = 1100, 260
_WHITE = '<rect width="100%" height="100%" fill="#ffffff"/>'


def picture(inside: str, *, own: bool = False) -> Image.Image:
    """What resvg makes of an SVG's inside, dark on white, in the fonts that it names.

    ``own``: in the map's own families too, which take long to load.
    """
    document = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="Source Sans Pro, Noto Sans SC">{_WHITE}{inside}</svg>'
    )
    files = fonts_with().files(document)[0 if own else 3 :]
    png = resvg_py.svg_to_bytes(svg_string=document, skip_system_fonts=True, font_files=files)
    return Image.open(io.BytesIO(png)).convert("L")


def drawn(text: str) -> Image.Image:
    """A text as a map has it, from (X, BASELINE) on."""
    pieces = fonts_with().compose(text, SIZE, False)
    texts = (
        f'<text x="{X + piece.left}" y="{BASELINE}" font-size="{SIZE}"'
        f"{in_family(piece.family)}>{piece.text}</text>"
        for piece in pieces
    )
    return picture("".join(texts), own=any(piece.family is None for piece in pieces))


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is dark."""
    return image.point(lambda v: 255 if v < 128 else 0).getbbox() or (0, 0, 0, 0)


def differing(one: Image.Image, other: Image.Image) -> int:
    """The pixels that differ clearly."""
    return ImageChops.difference(one, other).point(lambda v: 255 if v > 128 else 0).histogram()[255]


class _Path:
    """A pen that writes an SVG's path in units of HarfBuzz."""

    def __init__(self) -> None:
        self.at = (0, 0)
        self.parts: list[str] = []

    def _write(self, command: str, *points: tuple[float, float]) -> None:
        places = (f"{self.at[0] + x} {-(self.at[1] + y)}" for x, y in points)
        self.parts.append(command + " ".join(places))

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 -- a pen of fontTools
        self._write("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._write("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._write("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._write("C", *points)

    def closePath(self) -> None:  # noqa: N802
        self.parts.append("Z")


def shaped(text: str, file: Path) -> tuple[Image.Image, set[int]]:
    """A text as HarfBuzz sets it, its glyphs drawn as outlines; and the glyphs' numbers."""
    font: Any = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file))))
    font.set_variations({"wght": 400})
    buffer: Any = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    pen, right, up = _Path(), 0, 0
    for glyph, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        pen.at = (right + at.x_offset, up + at.y_offset)
        font.draw_glyph_with_pen(glyph.codepoint, pen)
        right += at.x_advance
    scale = SIZE / font.face.upem
    place = f"translate({X} {BASELINE}) scale({scale})"
    image = picture(f'<path transform="{place}" d="{"".join(pen.parts)}"/>')
    return image, {glyph.codepoint for glyph in buffer.glyph_infos}


def file_of(family: str) -> Path:
    """The file of a family that composes a text."""
    return Path(fonts_with().files(in_family(family))[3])


@pytest.mark.parametrize(("script", "text"), WORDS)
def test_each_letter_is_in_the_font_that_draws_it(script: str, text: str) -> None:
    fonts_with().check([text], script)
    for piece in fonts_with().compose(text, SIZE, False):
        if piece.family is not None:
            have = TTFont(file_of(piece.family)).getBestCmap()
            marks = "\u2067\u2069\u200c\u200d"  # how letters join, and which way they are read
            assert {sign for sign in piece.text if ord(sign) not in have} - set(marks) == set()


@pytest.mark.parametrize(("script", "text"), WORDS)
def test_a_piece_is_drawn_as_harfbuzz_shapes_it(script: str, text: str) -> None:
    for word in text.split():  # blanks are kerned or not
        for piece in fonts_with().compose(word, SIZE, False):
            if piece.family is None or (script in ("Arabic", "Hebrew") and "(" in word):
                continue
            letters = piece.text.strip("\u2067\u2069")
            outlines, glyphs = shaped(letters, file_of(piece.family))
            assert 0 not in glyphs  # the empty box
            assert differing(drawn(letters), outlines) < 20, letters


@pytest.mark.parametrize(("script", "text"), WORDS)
def test_a_text_takes_the_room_that_is_measured(script: str, text: str) -> None:
    extent = fonts_with().extent(text, SIZE, False)
    left, top, right, bottom = ink(drawn(text))
    assert extent.width - 0.25 * SIZE <= right - left <= extent.width + 0.1 * SIZE, script
    assert BASELINE - extent.above <= top + 1
    assert bottom - 1 <= BASELINE + extent.below


@pytest.mark.parametrize(
    ("text", "leftmost"),
    [
        ("الخط 3", "3"),
        ("المتحف (أ)", "("),  # the one that closes, turned round
        ("קו 12", "12"),
        ("النور!", "!"),
        ("מגדל A", "A"),
    ],
)
def test_what_is_read_from_the_right_ends_on_the_left(text: str, leftmost: str) -> None:
    (piece,) = fonts_with().compose(text, SIZE, False)
    family = in_family(piece.family)
    alone = picture(f'<text x="{X}" y="{BASELINE}" font-size="{SIZE}"{family}>{leftmost}</text>')
    left, _, right, _ = ink(alone)
    whole = drawn(text)
    column = (left - 1, 0, right + 1, HEIGHT)
    moved = ImageChops.offset(whole, left - ink(whole)[0], 0)  # past its own margin
    assert differing(alone.crop(column), moved.crop(column)) < 40


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Line 3 (हवाई अड्डा)", ["Line 3 (", "हवाई अड्डा)"]),
        ("किताब Park", ["किताब", "Park"]),
        ("สถานี 5", ["สถานี", "5"]),
        ("2호선", ["2호선"]),
        ("종로3가", ["종로3가"]),
        ("서울 中央", ["서울", "中央"]),
        ("قصر ก", ["ก", "\u2067قصر\u2069"]),
        ("Park قصر ก", ["Park", "\u2067قصر\u2069", "ก"]),
        ("한글".encode().decode(), ["한글"]),
        ("한글", ["한글"]),  # letters that are still apart
        ("✈ Park", ["✈", "Park"]),
    ],
)
def test_a_text_of_several_scripts_is_set_in_pieces(text: str, order: list[str]) -> None:
    pieces = fonts_with().compose(text, SIZE, False)
    assert [piece.text for piece in pieces] == order
    ends = [piece.left + piece.width for piece in pieces]
    assert all(piece.left >= end for piece, end in zip(pieces[1:], ends, strict=False))


@pytest.mark.parametrize("name", CITIES)
def test_on_a_map_nothing_lies_over_a_name_in_any_script(name: str) -> None:
    city = City(f"x/{name}", CITIES[name])
    for style in ("classic", "dark"):
        plan = plan_of(city, style)
        assert plan.crowded == ()
        assert faults(plan) == NO_FAULTS


#: SHA-256 of the SVG of three cities in the map's own letters, as the version before other scripts
#: drew them. Who changes the layout, or how texts are measured, writes the new ones here.
BEFORE = {
    "wexmoor": "a5672afe96804f184a1ad35086107835e8f721f2dca75abe41159d01f59b3fa1",
    "qinghe": "5ff0c860c39285e6cfef11f3f3fa6600516ec17003df5ec74d6ebff1b9a1e4b2",
    "hanazono": "0434bcfb3faf4ad25ee75baf7b3001e70dbe4cf713fee68e8ac7cc1d2b641d54",
}


def test_maps_in_the_map_s_own_letters_are_what_they_were() -> None:
    cities = {city.name.partition("/")[0]: city for city in synth(30, "easy", seed=3)}
    for country, digest in BEFORE.items():
        drawing = draw(cities[country], "classic", 600)
        assert hashlib.sha256(drawing.svg.encode()).hexdigest() == digest, country
        assert len(fonts_with().files(drawing.svg)) == 3


def test_the_fonts_have_every_letter_of_every_tongue() -> None:
    for tongue in TONGUES:
        words = (*tongue.heads, *tongue.tails, *tongue.before, *tongue.after, *tongue.lines)
        fonts_with().check(words, tongue.country)
        for word in words:
            assert [piece.family for piece in fonts_with().compose(word, 10, False)] == [None]


def city_of(*stations: str) -> City:
    return City("x/somewhere", {"Line 1": ("Mill", *stations)})


@pytest.mark.parametrize(
    ("station", "said"),
    [
        ("Mill \U00012000", "U+12000 CUNEIFORM SIGN A of 'Mill \U00012000'"),
        ("Oak \ue000", "U+E000 without a name of 'Oak \\ue000'"),
        ("ᐃᓄᒃ", "U+1403 CANADIAN SYLLABICS I"),
        ("བོད", "U+0F56 TIBETAN LETTER BA"),
        ("قصر \U00012000", "U+12000 CUNEIFORM SIGN A"),
        ("कमल \u1cf7", "U+1CF7 VEDIC SIGN ATIKRAMA"),
    ],
)
def test_letters_that_no_font_has_refuse_the_map_and_are_named(station: str, said: str) -> None:
    with pytest.raises(MissingLettersError) as error:
        draw(city_of(station))
    assert str(error.value).startswith("x/somewhere: no font has ")
    assert said in str(error.value)
    assert str(error.value).endswith("; pass one that does: --font FILE")


def test_many_missing_letters_are_counted() -> None:
    with pytest.raises(MissingLettersError, match="and 15 more"):
        draw(city_of("".join(map(chr, range(0x12000, 0x12014)))))


def test_a_font_that_is_given_has_the_letters_that_others_lack() -> None:
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "mpl-data/fonts/ttf/DejaVuSans.ttf"
    drawing = draw(city_of("ᐃᓄᒃ"), fonts=[file])
    assert "DejaVu Sans" in drawing.svg
    assert str(file) in fonts_with((file,)).files(drawing.svg)


def test_a_file_that_is_no_font_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.ttf"):
        fonts_with((tmp_path / "none.ttf",))
    (tmp_path / "text.ttf").write_text("no font", encoding="utf-8")
    with pytest.raises(ValueError, match=r"text\.ttf: expected a font"):
        fonts_with((tmp_path / "text.ttf",))


@pytest.mark.parametrize("lacking", ["zhplot", "font_source_sans_pro", "pylopdf_fonts_ko"])
def test_without_a_package_of_fonts_the_extra_is_named(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(name: str) -> ModuleSpec | None:
        return None if name == lacking else find_spec(name)

    monkeypatch.setattr(module, "find_spec", found)
    fonts_with.cache_clear()
    try:
        with pytest.raises(
            (MissingExtraError, MissingLettersError),
            match=r"pip install 'reward-server\[data\]'",
        ):
            draw(city_of("돌다리"))
    finally:
        fonts_with.cache_clear()
