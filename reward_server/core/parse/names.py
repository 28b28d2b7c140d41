"""Lists of station names in an answer."""

from __future__ import annotations

import re

from .answer import last_places

# remark = "(" any but brackets ")"; it may hold commas
_REMARK = re.compile(r"[(（][^()（）]*[)）]")
_SEPARATORS = ("，", "、", ";", "；", "|", "→", "->", "=>")
_EDGES = " \t\r\n*_`\"'“”‘’[]【】(){}-—–."
_NONE = frozenset({"", "none", "无", "0"})


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


# list = "Stops" ":" "[" names "]"
_LABEL_START = "sS*_ \t"
_STOPS = re.compile(r"tops[*_\s]*[:：][*_\s]*\[([^\]]*)\]", re.IGNORECASE)


def find_stops(text: str) -> tuple[tuple[str, ...], str] | None:
    """The names in the last ``Stops: [...]``, and the text without it; ``None`` without one."""
    if "[" not in text:
        return None
    for start in last_places(text, ("tops", "TOPS")):
        found = _STOPS.match(text, start)
        if found:
            before = text[:start].rstrip(_LABEL_START)
            return split_names(found[1]), f"{before}\n{text[found.end() :]}"
    return None
