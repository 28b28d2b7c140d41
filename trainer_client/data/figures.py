"""Where the map of a row is, as a file: found, or kept once for all rows that show it.

A figure is a path, a PNG in base64 (with or without ``data:image/...;base64,``), or what an Image
column stores, bytes or path. Rows of one city repeat it; here each picture is written once, and
nothing is decoded but where it has to be made smaller.
"""

from __future__ import annotations

import base64
import binascii
import math
import os
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from .published import Rows, SourceError


class Figures:
    """Figures -> files. ``folder`` holds the pictures that rows bring with them, or smaller copies.

    ``max_pixels``: width times height of what is given out; a larger picture is scaled down, once.
    """

    def __init__(self, rows: Rows, folder: Path, max_pixels: int | None = None) -> None:
        self._rows = rows
        self._folder = folder
        self._max_pixels = max_pixels
        self._known: dict[bytes, Path] = {}

    def file(self, figure: object) -> Path:
        """The picture of a row, as a file; ``SourceError`` where there is none."""
        given = figure
        if isinstance(given, Mapping):
            given = given.get("bytes") or given.get("path")
        if not given or not isinstance(given, str | bytes):
            raise SourceError(f"figure: expected a path, base64 or an image, got {figure!r:.80}")
        raw = given.encode() if isinstance(given, str) else given
        key = sha256(raw).digest()
        if key not in self._known:
            self._known[key] = self._smaller(self._find(given))
        return self._known[key]

    def _find(self, figure: str | bytes) -> Path:
        if isinstance(figure, bytes):
            return self._keep(figure)
        figure = figure.strip()
        if is_figure_path(figure):
            return self._rows.path(figure.removeprefix("file://"))
        try:
            return self._keep(
                base64.b64decode("".join(figure.rpartition(",")[2].split()), validate=True)
            )
        except binascii.Error as error:
            raise SourceError(f"figure: expected a path or base64, got {figure!r:.80}") from error

    def _keep(self, content: bytes, name: str | None = None) -> Path:
        file = self._folder / (name or _digest(content))
        if not file.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(f".{os.getpid()}")
            partial.write_bytes(content)
            partial.replace(file)
        return file

    def _smaller(self, file: Path) -> Path:
        """The picture, or a copy of as many pixels as are asked for at most."""
        if self._max_pixels is None:
            return file
        name = f"{_digest(file.read_bytes())}-{self._max_pixels}"
        if (self._folder / name).exists():
            return self._folder / name
        try:
            with Pillow.open(file) as picture:
                scale = math.sqrt(self._max_pixels / (picture.width * picture.height))
                if scale >= 1:
                    return file
                size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
                small = picture.convert("RGB").resize(size, Pillow.Resampling.LANCZOS)
        except UnidentifiedImageError as error:
            raise SourceError(f"{file}: expected an image") from error
        buffer = BytesIO()
        small.save(buffer, "PNG")
        return self._keep(buffer.getvalue(), name)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def is_figure_path(figure: str) -> bool:
    """Whether a figure's text is a path: it has a dot, which base64 never has."""
    return "." in figure
