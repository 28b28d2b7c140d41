"""Names of a feed as a map would have them: no platforms, no shouting, no city before each."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, count

from reward_server.core.transit.names import fold_station, is_name

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")
_PLATFORM_WORDS = (
    "platforms?|plat|tracks?|trk|gleise?|gl|bahnsteig|steig|bstg|voies?|quais?|binari?o?|v[ií]as?|"
    "and[eé]n(?:es)?|plataforma|cais|perron|peron|spoor|spor|spår|kolej|raide|laituri"
)
# mark = 1 | 12 | 3A | B | 1/2 | 1-2 | II
_MARK = r"(?:\d{1,3}[a-z]?|[a-z]|[ivx]{1,4})(?:\s*[-/&+]\s*(?:\d{1,3}[a-z]?|[a-z]))*"
_BOUND = r"(?:(?:north|south|east|west|in|out)[- ]?bound|[nsew]\.?b\.?)"
_TOWARDS = (
    r"(?:to|towards?|dir(?:ection|\.)?|richtung|vers|direcci[oó]n|sentido|sens|direzione|verso)"
)
# tail = separator, then "Platform 2" | "northbound (platform)" | "to the airport" | "(U)"
_TAILS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[\s,;:|/–—-]+(?:{_PLATFORM_WORDS})\.?\s*(?:no\.?\s*)?{_MARK}$",
        rf"\s*[(\[](?:{_PLATFORM_WORDS})\.?\s*(?:no\.?\s*)?{_MARK}[)\]]$",
        rf"[\s,;:|/–—-]+{_BOUND}(?:\s+(?:platform|track))?$",
        rf"\s*[(\[]{_BOUND}(?:\s+(?:platform|track))?[)\]]$",
        rf"\s*[(\[](?:stop|stand|bay)\s+{_MARK}[)\]]$",
        rf"\s+[–—-]\s+{_TOWARDS}\s+\S.*$",
        rf"\s*[(\[]{_TOWARDS}\s+[^()\[\]]*[)\]]$",
        r"\s*[(\[](?:metro|subway|tram|u-bahn|s-bahn|u|s\+u|u\+s)[)\]]$",
        r"\s*[(（](?:上行|下行|上り|下り|(?:往|开往|開往)[^()（）]+|[^()（）]+(?:方面|方向))[)）]$",
        r"\s*[(（]?\s*\d{1,2}\s*(?:番線|番のりば|号站台|站台)[)）]?$",
    )
)
#: Words that a shouted name keeps small inside.
_SMALL = frozenset(
    "a al am an and at auf bei by d da das de del della den der des di do dos du e el en et for im "
    "in l la las le les los of on op sur the to u und van vom von vor y zu zum zur".split()
)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_WORD = re.compile(r"[^\W\d_]+")
# what stays in capitals = II | JFK, but not ST
_INITIALS = re.compile(r"[IVX]+|(?!(?:ST|MT|DR|RD|SQ|PL|STR|PKWY|BLVD)$)[B-DF-HJ-NP-TV-XZ]+")
#: A part set off by comma or colon is cut where half of the names have it; a bare word, where
#: nearly all do. Fewer names than this have nothing in common but by chance.
_SET_OFF, _BARE, _FEW = 0.5, 0.9, 4


def clean(name: str) -> str:
    """A name without entities, stray spaces, invisible signs, and what tells a platform."""
    for _ in range(2):  # some are escaped twice
        name = html.unescape(name)
    name = unicodedata.normalize("NFC", _INVISIBLE.sub("", name))
    name = " ".join(name.split()).strip(" ,;|")
    for tail in _TAILS:
        shorter = tail.sub("", name).strip(" ,;|-–—")
        if is_name(shorter):
            name = shorter
    return name


def tidied(names: Iterable[str]) -> dict[str, str]:
    """Name as the feed has it -> name for the map.

    What all names begin or end with, such as the city, is cut; SHOUTED names are not. A name that
    would then be another's, or none, stays as it was.
    """
    given = list(dict.fromkeys(names))
    kept = {name: clean(name) for name in given}
    for parts, share in (
        (_head_set_off, _SET_OFF),
        (_tail_set_off, _SET_OFF),
        (_first_word, _BARE),
    ):
        for _ in range(3):  # New, York, City
            if not _cut(kept, parts, share):
                break
    return dict(zip(kept, unshouted(list(kept.values())), strict=True))


def unshouted(names: Sequence[str]) -> list[str]:
    """The names, those in capitals as words: all such where most are, else only long ones."""
    lettered = [name for name in names if _LONG_WORD.search(name)]
    most = 2 * sum(map(_is_loud, lettered)) > len(lettered)
    return [
        _in_words(name) if _is_loud(name) and (most or len(_LONG_WORD.findall(name)) > 1) else name
        for name in names
    ]


def _is_loud(name: str) -> bool:
    """Whether a name is in capitals, and more than initials."""
    return name == name.upper() != name.lower() and sum(map(str.isalpha, name)) > 3


def _in_words(name: str) -> str:
    def written(match: re.Match[str]) -> str:
        word = match[0]
        before = name[: match.start()]
        small = word.lower()
        if before.endswith(("'", "’")) and small in ("s", "t"):
            return small
        if small in _SMALL and before and not before.endswith(("(", "-", "/", ".")):
            return small
        return word if _INITIALS.fullmatch(word) else word[0] + small[1:]

    return _WORD.sub(written, name)


def _cut(
    names: dict[str, str], parts: Callable[[str], tuple[str, str] | None], share: float
) -> bool:
    """Cut from all names the part that so many have in common; whether there was one."""
    found = {name: split for name, now in names.items() if (split := parts(now))}
    shared = Counter(fold for fold, _ in found.values()).most_common(1)
    if not shared or shared[0][1] < max(_FEW, share * len(names)):
        return False
    shorter = {name: rest for name, (part, rest) in found.items() if part == shared[0][0]}
    shorter = {name: rest for name, rest in shorter.items() if is_name(rest)}
    folds: dict[str, set[str]] = {}
    for name, now in names.items():
        folds.setdefault(fold_station(shorter.get(name, now)), set()).add(fold_station(now))
    cut = {name: rest for name, rest in shorter.items() if len(folds[fold_station(rest)]) == 1}
    names.update(cut)
    return bool(cut)


def _head_set_off(name: str) -> tuple[str, str] | None:
    match = re.match(r"([^,:]+)[,:]\s+(.+)$", name)
    return (match[1].casefold(), match[2]) if match else None


def _tail_set_off(name: str) -> tuple[str, str] | None:
    match = re.match(r"(.+?)(?:,\s+([^,()]+)|\s*[(\[]([^()\[\]]+)[)\]])$", name)
    return ((match[2] or match[3]).casefold(), match[1]) if match else None


def _first_word(name: str) -> tuple[str, str] | None:
    head, space, rest = name.partition(" ")
    rest = rest.lstrip("-–— ")
    return (head.casefold(), rest) if space and rest else None


def line_name(short: str, long: str) -> str:
    """What a map calls a route: "M1" and "Blue Line" as they are, a bare "1" or "A" Line 1 or A."""
    short, long = (" ".join(html.unescape(name).split()) for name in (short, long))
    if short and is_name(short):
        return f"Line {short}" if re.fullmatch(r"\d{1,3}[a-zA-Z]?|[a-zA-Z]", short) else short
    return unshouted([long])[0]


def told_apart(
    names: Mapping[int, str], kinds: Sequence[Mapping[int, str]], fold: Callable[[str], str]
) -> dict[int, str]:
    """The names, with others for those that fold alike.

    ``kinds``: other names, the best kind first; the first is taken under which all that were alike
    have one, and differ from each other and from the rest. Where there is none, they are numbered.
    """
    alike: dict[str, list[int]] = {}
    for key, name in names.items():
        alike.setdefault(fold(name), []).append(key)
    told = dict(names)
    taken = set(alike)
    for shared, keys in ((shared, keys) for shared, keys in alike.items() if len(keys) > 1):
        numbered = (
            {key: f"{names[key]} No. {number}" for number, key in enumerate(keys, first)}
            for first in count(1)
        )
        for kind in chain(kinds, numbered):
            folds = {fold(kind[key]) for key in keys if key in kind}
            if len(folds) == len(keys) and folds.isdisjoint(taken - {shared}):
                told.update((key, kind[key]) for key in keys)
                taken |= folds
                break
    return told


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key by which Line 2 comes before Line 10."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
