"""Choices made from bytes, so that a fuzzer that knows only bytes can steer them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

#: Characters of the longest text that is drawn: as many as a completion may have.
LONGEST = 262_144
_RARE = 250


class Draws:
    """Choices from ``data``; once it is used up each is the first one possible."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def used_up(self) -> bool:
        return self._at >= len(self._data)

    def number(self, below: int) -> int:
        """0 to ``below`` - 1."""
        size = 1 if below <= 256 else 3
        drawn = int.from_bytes(self.raw(size), "big")
        return drawn % below

    def one_in(self, many: int) -> bool:
        return self.number(many) == many - 1

    def pick(self, of: Sequence[T]) -> T:
        return of[self.number(len(of))]

    def raw(self, size: int) -> bytes:
        """The next bytes as they are."""
        drawn = self._data[self._at : self._at + size]
        self._at += size
        return drawn

    def text(self, atoms: Sequence[str]) -> str:
        """Atoms, characters of any kind, and now and then much of one of them."""
        parts: list[str] = []
        while not self.used_up:
            match self.number(256):
                case kind if kind < 200:
                    parts.append(self.pick(atoms))
                case kind if kind < 235:
                    parts.append(self.character())
                case kind if kind < _RARE:
                    parts.append(self.raw(self.number(24)).decode("utf-8", "surrogateescape"))
                case kind if kind < 254:
                    parts.append(self.pick(atoms) * self.number(40))
                case 254 if parts:
                    parts = ["".join(parts) * self.number(4)]
                case _:
                    atom = self.pick(atoms) or " "
                    # few are long: most of a run would else be spent on them
                    size = self.number(LONGEST) >> self.number(8)
                    parts.append(atom * (size // len(atom)))
        return "".join(parts)[:LONGEST]

    def character(self) -> str:
        """Any code point: of the planes that texts use, a surrogate, a control character."""
        match self.number(8):
            case 0:
                return chr(self.number(0x20))
            case 1:
                return chr(0xD800 + self.number(0x800))
            case 2:
                return chr(0x2000 + self.number(0x300))
            case 3:
                return chr(self.number(0x110000))
            case 4:
                return chr(0x4E00 + self.number(0x5200))
            case _:
                return chr(self.number(0x300))

    def spoiled(self, text: str, atoms: Sequence[str]) -> str:
        """``text`` with something put in, taken out or put twice at a few places."""
        for _ in range(self.number(6)):
            start = self.number(len(text) + 1)
            end = start + self.number(12)
            match self.number(6):
                case 0 | 1:
                    text = text[:start] + self.pick(atoms) + text[start:]
                case 2:
                    text = text[:start] + text[end:]
                case 3:
                    text = text[:start] + self.character() + text[end:]
                case 4:
                    text = text[:end] + text[start:]
                case _:
                    text = text[:start]
        return text
