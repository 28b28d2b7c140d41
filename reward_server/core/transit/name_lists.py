"""Lists of station names in an answer."""

from __future__ import annotations

import re
from typing import Final

# remark = "(" any but brackets ")"; it may hold commas
_REMARK: Final = re.compile(r"[(（][^()（）]*[)）]")
_SEPARATORS: Final = ("，", "、", ";", "；", "|", "→", "->", "=>")
_EDGES: Final = " \t\r\n*_`\"'“”‘’[]【】(){}-—–."
_NONE: Final = frozenset({"", "none", "无", "0"})


def split_names(text: str) -> tuple[str, ...]:
    """The names in a list; empty where it says that there are none."""
    if "(" in text or "（" in text:
        text = _REMARK.sub("", text)
    text = text.strip(_EDGES)
    if text.lower() in _NONE:
        return ()
    for separator in _SEPARATORS:
        text = text.replace(separator, ",")
    names = [name.strip(_EDGES) for name in text.split(",")]
    return tuple([name for name in names if name])


# list = "Stops" ":" "[" names "]"; this is what stands before its bracket
_STOPS: Final = re.compile(r"[*_]*stops[*_\s]*[:：][*_\s]*\Z", re.IGNORECASE)
#: No label with its decoration is longer.
_LABEL_REACH: Final = 32
#: So many brackets are looked at, from the last one back.
_TRIED: Final = 8


def find_stops(text: str) -> tuple[tuple[str, ...], str] | None:
    """The names in the last ``Stops: [...]``, and the text without it; ``None`` without one."""
    opening = len(text)
    for _ in range(_TRIED):
        opening = text.rfind("[", 0, opening)
        if opening < 0:
            return None
        label = _STOPS.search(text, max(opening - _LABEL_REACH, 0), opening)
        if label and (closing := text.find("]", opening)) >= 0:
            names = split_names(text[opening + 1 : closing])
            return names, f"{text[: label.start()]}\n{text[closing + 1 :]}"
    return None
