"""Lists of station names in an answer."""

from __future__ import annotations

import re

# remark = "(" any but brackets ")"; it may hold commas
_REMARK = re.compile(r"[(（][^()（）]*[)）]")
_SEPARATOR = re.compile(r"[,，、;；|]|->|→|=>")
_EDGES = " \t\r\n*_`\"'“”‘’[]【】(){}-—–."
_NONE = frozenset({"", "none", "无", "0"})


def split_names(text: str) -> tuple[str, ...]:
    """The names in a list; empty where it says that there are none."""
    text = _REMARK.sub("", text).strip(_EDGES)
    if text.lower() in _NONE:
        return ()
    names = [name.strip(_EDGES) for name in _SEPARATOR.split(text)]
    return tuple([name for name in names if name])


# list = "Stops" ":" "[" names ( "]" | end of line )
_LABEL_START = "sS*_ \t"
_STOPS = re.compile(r"tops[*_\s]*[:：][*_\s]*\[([^\]\n]*)\]?", re.IGNORECASE)
#: Places where "stops" stands that are looked at, from the last one back.
_TRIED = 8


def find_stops(text: str) -> tuple[tuple[str, ...], str] | None:
    """The names in the last ``Stops: [...]``, and the text without it; ``None`` without one."""
    end = len(text)
    for _ in range(_TRIED):
        end = max(text.rfind("tops", 0, end), text.rfind("TOPS", 0, end))
        if end < 0:
            return None
        found = _STOPS.match(text, end)
        if found:
            before = text[:end].rstrip(_LABEL_START)
            return split_names(found[1]), f"{before}\n{text[found.end() :]}"
    return None
