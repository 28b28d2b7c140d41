"""Lists of station names in an answer.

list      = nothing | [ count ] "(" list ")" | item { separator item }
separator = "," | "、" | ";" | "|" | "→" | line break | " - " | "and" before the last
item      = [ "1." | "1)" counting up ] name
nothing   = "" | "-" | "0" | "none" | "N/A" | "direct" | "No … stops" | "无"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from typing import Final

# remark = "(" any but brackets ")"; it may hold separators
_REMARK: Final = re.compile(r"[(（][^()（）]*+[)）]")
_SEPARATORS: Final = ("，", "、", ";", "；", "|", "→", "⇒", "➔", "->", "=>", "\n")
_EDGES: Final = " \t\r\n*_`\"'“”‘’[]【】{}-—–.•"
#: Stands for a separator in a remark, which separates nothing.
_HIDDEN: Final = "\0"
_HIDE: Final = str.maketrans(dict.fromkeys(",，、;；|→\n", _HIDDEN))
# counted = [ digits [ "stops" ] [ ":" ] ] "("; the list goes on to the end
_COUNTED: Final = re.compile(
    r"\s*+(?:(\d{1,4})\s*+(?:(?:via\s++)?(?:stops?|stations?)|个?站)?\s*+[:：]?\s*+)?[(（\[]",
    re.IGNORECASE,
)
_DASHES: Final = re.compile(r"(\s[-–—]\s)")
_ANDS: Final = re.compile(r"(\s(?:and|&)\s)")
_CHINESE_ANDS: Final = re.compile("([和及])")
_CUT: Final = re.compile(r"\s(?:and|&)\s|[和及]")
_LEADING_AND: Final = re.compile(r"\A(?:and|&)\s++", re.IGNORECASE)
# nothing = { word | sign }
_NOTHING: Final = re.compile(
    r"(?:[\s,.;:()（），。/*\[\]–—-]++|(?:none|n\s?/?\s?a|nil|null|empty|0(?:\s++(?:stops?|stations?))?"
    r"|zero|(?:direct|non-?stop)(?:\s++(?:route|ride|line|trip|train|journey|connection|travel))?"
    r"|(?:there\s++are\s++)?no\s++(?:[a-z-]{1,20}\s++){0,3}(?:stops?|stations?|in\s++between)"
    r"|in\s++between)(?![a-z0-9])|无(?:经停站?|途经站?)?|没有|直达)*+",
    re.IGNORECASE,
)
_BEHIND_NUMBER: Final = frozenset(".)）、")
#: What says that there is nothing is short.
_LONGEST_NOTHING: Final = 60

_Fits = Callable[[str], bool]
"""Whether a text is, as it is, the name of a station."""


def says_nothing(text: str) -> bool:
    """Whether a text says that there are no via stops."""
    return len(text) <= _LONGEST_NOTHING and _NOTHING.fullmatch(text) is not None


def split_names(text: str, spelled: Container[str], fits: _Fits) -> tuple[str, ...]:
    """The names in a list; empty where it says that there are none.

    What is a name whole is never cut: one of the usual spellings, ``spelled``, and, as that takes
    longer, whatever ``fits`` where there is something to cut beside a comma.
    """
    if says_nothing(text):
        return ()
    if "(" in text or "（" in text or "[" in text:
        text = _REMARK.sub(_hide, _without_count(text))
    text = _without_numbers(text)
    for separator in _SEPARATORS:
        if separator in text:
            text = text.replace(separator, ",")
    items = text.split(",")
    names: list[str] = []
    joined = False
    for i, item in enumerate(items):
        if joined:
            joined = False
            continue
        bare = item.strip(_EDGES)
        last = i == len(items) - 1
        if last:
            bare = _LEADING_AND.sub("", bare)
        if not bare or bare in spelled:
            parts = [bare]
        elif not last and (both := f"{bare}, {items[i + 1].strip(_EDGES)}") in spelled:
            joined = True
            parts = [both]
        else:
            parts = _parts(bare, last, fits)
        names += [name for part in parts if (name := _name(part, fits))]
    return tuple(names)


def _without_count(text: str) -> str:
    """The inside of brackets that are around a list, without the count in front of them."""
    counted = _COUNTED.match(text)
    if counted is None or (counted[1] is None and text.count(text[counted.end() - 1]) > 1):
        return text
    inside = text[counted.end() :].rstrip(" \t*.")
    return inside[:-1] if inside.endswith((")", "）", "]")) else text


def _hide(remark: re.Match[str]) -> str:
    return remark[0].translate(_HIDE)


def _parts(item: str, last: bool, fits: _Fits) -> list[str]:
    """The names in an item that is none: between dashes, and, of the last, around "and"."""
    cut = _DASHES.search(item) or (last and _CUT.search(item))
    if not cut or fits(item):
        return [item]
    parts = _split(item, _DASHES, fits)
    if last:
        *parts, end = parts
        parts += _split(end, _ANDS, fits)
        chinese = _CHINESE_ANDS.split(parts[-1])[::2]
        # the signs may also be part of a name
        if len(chinese) > 1 and all(fits(part.strip(_EDGES)) for part in chinese):
            parts[-1:] = chinese
    return parts


def _split(text: str, separator: re.Pattern[str], fits: _Fits) -> list[str]:
    """The parts of a text, of which two with what is between them stay one where that fits."""
    pieces = separator.split(text)
    parts: list[str] = []
    at = 0
    while at < len(pieces):
        if at + 2 < len(pieces) and fits(both := "".join(pieces[at : at + 3])):
            parts.append(both)
            at += 4
        else:
            parts.append(pieces[at])
            at += 2
    return parts


def _name(part: str, fits: _Fits) -> str:
    """A part as a name: what is in brackets behind it is a remark unless both are the name."""
    name = part.strip(_EDGES).replace(_HIDDEN, ",")
    if ("(" in name or "（" in name) and not fits(name):
        name = _REMARK.sub("", name).strip(_EDGES + "()（）") or name
    return name


def _without_numbers(text: str) -> str:
    """A list whose items are numbered, counting up, with a comma in place of each number."""
    start = text.lstrip(" \t\n")
    if not start.startswith(("1.", "1)", "1）", "1、")):
        return text
    pieces: list[str] = []
    place = len(text) - len(start)
    number = 1
    while place >= 0:
        place += len(str(number)) + 1
        number += 1
        following = _number_place(text, str(number), place)
        pieces.append(text[place:following] if following >= 0 else text[place:])
        place = following
    # a single number in front of several names may be part of the first
    return ",".join(pieces) if len(pieces) > 1 or "," not in text else text


def _number_place(text: str, number: str, start: int) -> int:
    """Where the next number of a list stands, -1 for nowhere."""
    place = text.find(number, start)
    while place >= 0:
        end = place + len(number)
        if text[end : end + 1] in _BEHIND_NUMBER and text[place - 1] in " \t\n,，、;；":
            return place
        place = text.find(number, end)
    return -1


# list = "Stops" ":" "[" names "]"; this is what stands before its bracket
_STOPS: Final = re.compile(r"[*_]*stops[*_\s]*[:：][*_\s]*\Z", re.IGNORECASE)
#: No label with its decoration is longer.
_LABEL_REACH: Final = 32
#: So many brackets are looked at, from the last one back.
_TRIED: Final = 8


def find_stops(text: str) -> tuple[str, str] | None:
    """The inside of the last ``Stops: [...]``, and the text without it; ``None`` without one."""
    opening = len(text)
    for _ in range(_TRIED):
        opening = text.rfind("[", 0, opening)
        if opening < 0:
            return None
        label = _STOPS.search(text, max(opening - _LABEL_REACH, 0), opening)
        if label and (closing := text.find("]", opening)) >= 0:
            return text[opening + 1 : closing], f"{text[: label.start()]}\n{text[closing + 1 :]}"
    return None
