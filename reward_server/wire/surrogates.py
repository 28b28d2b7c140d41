r"""Halves of surrogate pairs, as ``"\ud83d"`` in a JSON text that was cut inside an emoji.

No Unicode text has one alone, and orjson refuses all of a body for it. What was cut in one
completion is its own matter: there it becomes U+FFFD, the sign for what could not be read, which
is no letter of any name or value, and its neighbours stay as they are.
"""

from __future__ import annotations

import re
from typing import Final

_INSTEAD: Final = b"\\ufffd"
#: More of them are no accident; the body is left as it is, and refused.
_MOST: Final = 10_000
# whole = { any but "\" | "\" any but "u" | "\u" code of no half | "\u" high half "\u" low half }
_WHOLE: Final = re.compile(
    rb"(?:[^\\]++|\\[^u]|\\u(?:[^dD]...|[dD][^89a-fA-F]..|[dD][89abAB]..\\u[dD][c-fC-F]..))*+",
    re.DOTALL,
)
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F][\da-fA-F]{2}")


def without_halves(body: bytes) -> bytes:
    """JSON with U+FFFD in place of each escaped half; the same object where it has none.

    Each byte is looked at once.
    """
    parts: list[bytes] = []
    start = 0
    while len(parts) < 2 * _MOST:
        whole = _WHOLE.match(body, start)
        end = whole.end() if whole else start
        if _HALF.match(body, end) is None:
            return b"".join([*parts, body[start:]]) if parts else body
        parts += (body[start:end], _INSTEAD)
        start = end + len(_INSTEAD)
    return body
