"""Fonts by the letters they have: which one sets a text, how much room it takes, what none has.

A text in the letters of a map's own families, Source Sans Pro and Noto Sans SC, is one piece and
needs no other font. Of other texts each letter goes to the first font of the list that has it.
Texts are shaped by HarfBuzz, whose port draws them too, so what is measured is what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import bidirectional, category, name, normalize

from reward_server.drawing.labels import Extent
from reward_server.drawing.svg import Piece, in_family
from trainer_client.client.errors import MissingExtraError

_EXTRA = "drawing maps needs pip install 'reward-server[data]'"
#: The packages' fonts, in the order in which they are asked, each a file or one for each weight:
#: those of the map's own families, then of one script each, then of a little of everything.
_OWN = (
    (
        "font_source_sans_pro",
        ("files/SourceSansPro-Regular.ttf", "files/SourceSansPro-Semibold.ttf"),
    ),
    ("zhplot", ("fonts/NotoSansSC-Regular.ttf",)),
)
_SCRIPTS = (
    "Armenian Devanagari Ethiopic Georgian Gujarati Gurmukhi Kannada Khmer Lao Malayalam "
    "Myanmar Oriya Sinhala Tamil Telugu Thai"
)
_FURTHER = (
    ("pylopdf_fonts_ko", ("NotoSansKR-Regular.otf",)),
    # these have Latin too: a text that is read from right to left stays in one font
    ("pylopdf_fonts_ar", ("NotoSansArabic-Variable.ttf",)),
    ("pylopdf_fonts_he", ("NotoSansHebrew-Variable.ttf",)),
    # not Noto's: resvg 0.48 draws its joined consonants apart
    (
        "fontpkg_hind_siliguri",
        ("files/HindSiliguri-Regular.ttf", "files/HindSiliguri-SemiBold.ttf"),
    ),
    *(("manimgx_fonts", (f"NotoSans{script}[wght].ttf",)) for script in _SCRIPTS.split()),
    *(("manimgx_fonts", (f"Noto{kind}[wght].ttf",)) for kind in ("Sans", "SansSymbols", "Emoji")),
)
_WEIGHTS = (400, 600)
#: How many pixels a letter is high when it is measured, and HarfBuzz's units in one of them.
_SIZE, _UNITS = 100, 64
#: What no renderer draws, whether a font has it or not, beside characters of the category Cf.
_UNSEEN = frozenset(
    map(
        chr,
        (
            0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0,
            *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
        ),
    )
)  # fmt: skip
_MOST_NAMED = 5


class MissingLettersError(ValueError):
    """No font has a letter that a map needs."""


class _Shaped(NamedTuple):
    """A text in one font, in pixels of a size of ``_SIZE``."""

    width: float
    above: float
    below: float
    whole: bool
    """Whether the font has a sign for all of it."""


class Font:
    """A font of two weights, from one variable file, from two files, or twice the same."""

    def __init__(self, *files: Path) -> None:
        self.files = files

    @cached_property
    def _faces(self) -> tuple[Any, ...]:
        harfbuzz = _harfbuzz()
        blobs = (harfbuzz.Blob.from_file_path(str(file)) for file in self.files)
        faces = tuple(harfbuzz.Face(blob) for blob in blobs)
        if not all(face.glyph_count for face in faces):
            raise ValueError(f"{self.files[0]}: expected a font, TTF or OTF")
        return faces

    @cached_property
    def _shapers(self) -> tuple[Any, Any]:
        shapers = []
        for face, weight in zip((self._faces[0], self._faces[-1]), _WEIGHTS, strict=True):
            shaper = _harfbuzz().Font(face)
            shaper.scale = (_SIZE * _UNITS,) * 2
            shaper.set_variations({"wght": weight})  # no matter where there is no such axis
            shapers.append(shaper)
        return shapers[0], shapers[1]

    @cached_property
    def family(self) -> str:
        """The name by which a renderer finds it."""
        names, face = _harfbuzz().OTNameIdPredefined, self._faces[0]
        return str(face.get_name(names.TYPOGRAPHIC_FAMILY) or face.get_name(names.FONT_FAMILY))

    @cached_property
    def _codes(self) -> frozenset[int]:
        return frozenset(self._faces[0].unicodes)

    def has(self, sign: str) -> bool:
        """Whether the font has a character, or it is none that is seen."""
        return ord(sign) in self._codes or _unseen(sign)

    def shape(self, text: str, bold: bool) -> _Shaped:
        """The text as it is drawn."""
        harfbuzz, shaper = _harfbuzz(), self._shapers[bold]
        buffer = harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        harfbuzz.shape(shaper, buffer)
        width, above, below, whole = 0, 0, 0, True
        for glyph, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            width += at.x_advance
            whole &= glyph.codepoint != 0
            ink = shaper.get_glyph_extents(glyph.codepoint)
            if ink is not None and ink.height:  # which is negative: downwards
                above = max(above, at.y_offset + ink.y_bearing)
                below = max(below, -(at.y_offset + ink.y_bearing + ink.height))
        return _Shaped(width / _UNITS, above / _UNITS, below / _UNITS, whole)


class _Run(NamedTuple):
    """A part of a text for one font; ``None``: for the map's own families."""

    font: Font | None
    text: str


class _Line(NamedTuple):
    """A text composed, in pixels of a size of ``_SIZE``."""

    pieces: tuple[Piece, ...]
    width: float
    above: float
    below: float
    missing: frozenset[str]


class Fonts:
    """A list of fonts, asked in its order."""

    def __init__(
        self, latin: Font, eastern: Font, further: Sequence[Font], *, all_there: bool
    ) -> None:
        self._own = (latin, eastern)
        self._further = tuple(further)
        self._all_there = all_there

    def extent(self, text: str, size: float, bold: bool) -> Extent:
        """The room of a text; a ``Measure``."""
        line = _compose(self, text, bold)
        usual = Extent.usual(line.width * size / _SIZE, size)
        if line.above == line.below == 0.0:
            return usual
        return Extent(
            usual.width,
            max(usual.above, line.above * size / _SIZE),
            max(usual.below, line.below * size / _SIZE),
        )

    def compose(self, text: str, size: float, bold: bool) -> tuple[Piece, ...]:
        """The pieces of a text from left to right; a ``Compose``."""
        return tuple(
            piece._replace(left=piece.left * size / _SIZE, width=piece.width * size / _SIZE)
            for piece in _compose(self, text, bold).pieces
        )

    def check(self, texts: Iterable[str], where: str) -> None:
        """Raise ``MissingLettersError``, which names the characters that no font has."""
        of: dict[str, str] = {}
        for text in texts:
            for sign in _compose(self, text, False).missing:
                of.setdefault(sign, text)
        if not of:
            return
        named = [
            f"U+{ord(sign):04X} {name(sign, 'without a name')} of {of[sign]!r}"
            for sign in sorted(of)[:_MOST_NAMED]
        ]
        if len(of) > _MOST_NAMED:
            named.append(f"and {len(of) - _MOST_NAMED} more")
        install = "" if self._all_there else "pip install 'reward-server[data]' brings fonts, or "
        raise MissingLettersError(
            f"{where}: no font has {', '.join(named)}; {install}pass one that does: --font FILE"
        )

    def files(self, drawn: str) -> list[str]:
        """The files that an SVG needs whose texts are composed of these fonts."""
        fonts = [
            *self._own,
            *(font for font in self._further if in_family(font.family) in drawn),
        ]
        return [str(file) for font in fonts for file in font.files]

    def compose_anew(self, text: str, bold: bool) -> _Line:
        """``_compose`` without its memory."""
        text = normalize("NFC", text)
        runs = self._runs(text)
        if [run.font for run in runs] == [None]:
            width, whole = self._shape_in_own(text, bold)
            missing = frozenset[str]() if whole else self._missing(text)
            return _Line((Piece(text, None, 0.0, width),), width, 0.0, 0.0, missing)
        from_right = _from_right(text)
        missing, pieces = frozenset[str](), []
        left, above, below = 0.0, 0.0, 0.0
        for font, text_and_blanks in reversed(runs) if from_right else runs:
            inner = text_and_blanks.strip()
            blanks = text_and_blanks.partition(inner)[:: -2 if from_right else 2]
            before, after = (self._shape_in_own(blank, bold)[0] for blank in blanks)
            if font is None:
                width, whole = self._shape_in_own(inner, bold)
            else:
                width, rise, drop, whole = font.shape(inner, bold)
                above, below = max(above, rise), max(below, drop)
            if not whole:
                missing |= self._missing(inner)
            # without these signs a renderer would put what stands at its ends to the right
            ordered = f"\u2067{inner}\u2069" if _from_right(inner) else inner
            family = None if font is None else font.family
            pieces.append(Piece(ordered, family, left + before, width))
            left += before + width + after
        return _Line(tuple(pieces), left, above, below, missing)

    def _runs(self, text: str) -> list[_Run]:
        """The parts of a text, in its order."""
        if all(self._own_has(sign) for sign in text):
            return [_Run(None, text)]
        if any(bidirectional(sign) in ("R", "AL") for sign in text):
            # its order is the renderer's business, and whole only in one font
            for font in self._further:
                if all(font.has(sign) for sign in text):
                    return [_Run(font, text)]
        fonts: list[Font | None] = []
        for place, sign in enumerate(text):
            near = fonts[-1:] if fonts else self._next_letter(text[place:])
            # digits, marks and blanks go with the letters beside them
            if near and category(sign)[0] != "L" and self._has(near[0], sign):
                fonts.append(near[0])
            else:
                fonts.append(self._first(sign))
        signs = zip(fonts, text, strict=True)
        return [
            _Run(font, "".join(sign for _, sign in group))
            for font, group in groupby(signs, key=lambda pair: pair[0])
        ]

    def _next_letter(self, text: str) -> list[Font | None]:
        return [self._first(sign) for sign in text if category(sign)[0] == "L"][:1]

    def _first(self, sign: str) -> Font | None:
        """The first font that has a character; the own families where none has."""
        if self._own_has(sign):
            return None
        return next((font for font in self._further if font.has(sign)), None)

    def _has(self, font: Font | None, sign: str) -> bool:
        return self._own_has(sign) if font is None else font.has(sign)

    def _own_has(self, sign: str) -> bool:
        return any(font.has(sign) for font in self._own)

    def _shape_in_own(self, text: str, bold: bool) -> tuple[float, bool]:
        """The width in the map's own families, and whether they have all of the text."""
        width, whole = 0.0, True
        latin, eastern = self._own
        for is_eastern, signs in groupby(
            text, key=lambda sign: ord(sign) > 0x2E7F or not latin.has(sign)
        ):
            shaped = (eastern if is_eastern else latin).shape("".join(signs), bold)
            width += shaped.width
            whole &= shaped.whole
        return width, whole

    def _missing(self, text: str) -> frozenset[str]:
        """The characters that stop a text from being drawn whole."""
        fonts = (*self._own, *self._further)
        nowhere = frozenset(
            sign
            for sign in text
            if not any(font.has(sign) and font.shape(sign, False).whole for font in fonts)
        )
        return nowhere or frozenset(text)


@lru_cache(maxsize=65536)
def _compose(fonts: Fonts, text: str, bold: bool) -> _Line:
    return fonts.compose_anew(text, bold)


@lru_cache(maxsize=8)
def fonts_with(files: tuple[Path, ...] = ()) -> Fonts:
    """The fonts of ``reward-server[data]``, and after them those of further files.

    Raises ``MissingExtraError`` without the map's own families, ``OSError`` and ``ValueError``
    where a file is not there or is no font.
    """
    latin, eastern = (_packaged(package, paths) for package, paths in _OWN)
    if latin is None or eastern is None:
        raise MissingExtraError(_EXTRA)
    further = [_packaged(package, paths) for package, paths in _FURTHER]
    given = [Font(file) for file in files]
    for file, font in zip(files, given, strict=True):
        file.open("rb").close()  # the error of a file that is not there
        font.has(" ")  # and of one that is no font
    return Fonts(
        latin,
        eastern,
        [*(font for font in further if font is not None), *given],
        all_there=None not in further,
    )


def _harfbuzz() -> Any:  # noqa: ANN401 -- has no types
    try:
        import uharfbuzz  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise MissingExtraError(_EXTRA) from error
    return uharfbuzz


def _packaged(package: str, paths: Sequence[str]) -> Font | None:
    """The font of an installed package."""
    spec = find_spec(package)  # not imported: zhplot would set up matplotlib
    if spec is None or not spec.submodule_search_locations:
        return None
    files = [Path(spec.submodule_search_locations[0]) / path for path in paths]
    return Font(*files) if all(file.is_file() for file in files) else None


def _from_right(text: str) -> bool:
    """Whether a text is read from right to left: its first letter says so."""
    return next(_directions(text), "L") != "L"


def _directions(text: str) -> Iterator[str]:
    return (kind for sign in text if (kind := bidirectional(sign)) in ("L", "R", "AL"))


def _unseen(sign: str) -> bool:
    return category(sign) == "Cf" or sign in _UNSEEN or sign.isspace()
