"""Names that a person keeps apart: which of them a rule on names would make one.

A city's names are looked up as they are, in what people write around a name (*dresses*), with
slips of one letter, and with words that make another name of it (*disguises*). A dress or a slip
may mean its own name or none, a disguise none; what means anything else is a join. So are two
names that a network takes for one. What happens to be the spelling of another name means that one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from rapidfuzz.distance import OSA

from reward_server.core.budget import Budget
from reward_server.core.transit.build import build
from reward_server.core.transit.name_index import Lookups, NameIndex
from reward_server.core.transit.names import (
    as_spelled,
    fold_line,
    fold_station,
    strip_annotations,
)
from reward_server.core.transit.network import Network

Lines = Mapping[str, Sequence[str]]


class Join(NamedTuple):
    """A text that means a name which it should not mean; or two names that are one."""

    text: str
    of: str
    means: str


class Joins(NamedTuple):
    """What was looked up: how many texts, how many meant their own name, and the joins."""

    tried: Counter[str]
    own: Counter[str]
    joins: list[Join]


_SPELLED = {
    " St": " Street", " Street": " St", " Av": " Avenue", " Sq": " Square", " Rd": " Road",
    " Ctr": " Center", " & ": " and ", " and ": " & ", "St ": "Saint ", "St. ": "Saint ",
    "São ": "S. ", "S. ": "San ", "Santa ": "S. ",
}  # fmt: skip


def _bare(name: str) -> str:
    """A name without the marks over its letters, whatever its script."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _respelled(name: str) -> str:
    for word, other in _SPELLED.items():
        respelled = re.sub(rf"{re.escape(word)}(?![a-z])", other, name)
        if respelled != name:
            return respelled
    return name


STATION_DRESSES: tuple[str, ...] = (
    "{}", "{} Station", "{} Subway Station", "{} Stop", "{} MRT", "Gare {}", "Estação {}", "{}站",
    "{}地铁站", "{}역", "{}駅", "{} (Transfer)", "{} / Nowhere", "Nowhere ({})", "{} Nowhere 无处",
)  # fmt: skip
STATION_DISGUISES: tuple[str, ...] = (
    "{} 9", "{} / Gate 99", "{} - North", "{}क", "{}ก", "{} / B", "{} Ж",
)  # fmt: skip
#: Of names in the same letters; in others they might be the name once more.
_LATIN_DISGUISES = ("{} Nowhere", "Old {} Road")
LINE_DRESSES: tuple[str, ...] = (
    "{}", "Line {}", "{} Line", "Linea {}", "Metro {}", "Nowhere Metro {}", "{} train",
    "Nowhere Metro Line {}", "{}号线", "无处地铁{}号线", "{}호선", "{} eastbound", "{} to Nowhere",
    "{} (Nowhere)", "Nowhere ({})", "{} - Nowhere",
)  # fmt: skip
LINE_DISGUISES: tuple[str, ...] = (
    "North {}", "Light {}", "Old {}", "Not {}", "Bus {}", "Bus Line {}", "{}9", "9{}", "{} B9",
    "{} to Line 99", "{}/Line 99", "{} - Line 99", "Line 99 ({})", "Night {}", "South {} Line",
)  # fmt: skip


def joins_in(lines: Lines, network: Network, slips: int = 3) -> Joins:
    """All joins among a city's stations and lines; ``slips``: so many letters of each name."""
    stations = list(dict.fromkeys(strip_annotations(s) for of in lines.values() for s in of))
    result = Joins(Counter(), Counter(), [])
    _look_up(network.station_index, stations, STATION_DRESSES, STATION_DISGUISES, slips, result)
    _look_up(network.line_index, list(lines), LINE_DRESSES, LINE_DISGUISES, 0, result)
    return result


def _look_up(
    index: NameIndex,
    names: Sequence[str],
    dresses: Sequence[str],
    disguises: Sequence[str],
    slips: int,
    result: Joins,
) -> None:
    meant = {name: index.find(name, Lookups(Budget())) for name in names}
    fold = fold_station if dresses is STATION_DRESSES else fold_line
    spelled = {
        key for name in names for key in (as_spelled(name), fold(name), fold(name, remarks=True))
    }
    shown = {station: name for name, station in reversed(meant.items())}
    for name, own in meant.items():
        texts = [(dress.format(name), "dress", own) for dress in dresses]
        texts += [
            (change(name), "dress", own) for change in (str.upper, str.lower, _bare, _respelled)
        ]
        texts += [(disguise.format(name), "disguise", -1) for disguise in disguises]
        if "(" in name or "（" in name:  # behind a bracket, what is added is a part
            texts = [each for each in texts if "क" not in each[0] and "ก" not in each[0]]
        if name.isascii():
            texts += [(disguise.format(name), "disguise", -1) for disguise in _LATIN_DISGUISES]
        texts += [(slip, "slip", own) for slip in _slips(name, slips)]
        for text, kind, may_mean in texts:
            if text != name and not spelled.isdisjoint((as_spelled(text), fold(text))):
                continue
            found = index.find(text, Lookups(Budget()))
            result.tried[kind] += 1
            result.own[kind] += found == own
            if kind == "slip" and found >= 0 and OSA.distance(fold(text), fold(shown[found])) <= 1:
                continue  # as near to that one
            if found >= 0 and found != may_mean:
                result.joins.append(Join(text, name, shown[found]))


def _slips(name: str, many: int) -> Iterator[str]:
    """A name with a letter missing, and with two that changed places, here and there."""
    places = range(len(name) - 1)
    for place in places[:: max(len(places) // many, 1)] if many else ():
        yield name[:place] + name[place + 1 :]
        yield name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def taken_for_one(lines: Lines, network: Network) -> list[Join]:
    """Names that a network takes for one; all names of ``lines`` are different."""
    joins = []
    for index, names in (
        (network.station_index, list(dict.fromkeys(s for of in lines.values() for s in of))),
        (network.line_index, list(lines)),
    ):
        first: dict[int, str] = {}
        for name in names:
            meant = index.find(name, Lookups(Budget()))
            if first.setdefault(meant, name) != name:
                joins.append(Join(name, name, first[meant]))
    return joins


# --- cities in other scripts, whose names differ in one sign from each other

_PAIRS: dict[str, tuple[str, str, str]] = {
    # first syllables, their vowels or marks, ends
    "Hindi": ("क म ल द", " ा ि ी ु ू े ो", "ल र गढ़"),
    "Tamil": ("க ம ல ப", " ா ி ீ ு ூ ெ ை", "ல் டை ரி"),
    "Thai": ("กา มา ลา สี", " ่ ้ ๊ ๋", "น ง ม"),
    "Korean": ("서 수 소 강", " 울 동 남", " 역 대"),
    "Arabic": ("كت مح عل سل", " َ ُ ِ ّ ا و ي", "ب د م"),
    "Hebrew": ("של גנ רמ בר", " ַ ָ ִ ו י", "ם ת ה"),
    "Greek": ("Νομ Καλ Παρ Θησ", "ος ός η ή α ά", " Άνω Κάτω"),
    "Cyrillic": ("Зелен Озер Лугов Кра", "ая ое ый ый-ий ё е", " ский скии"),
    "Georgian": ("თბი რუს ვაკ დიდ", "ა ე ი ო უ", "ლი ვი რი"),
    "Vietnamese": ("L M Đ D", "ang áng àng ạng ãng ảng ăng âng", " Hạ Hà Thượng"),
    "Japanese": ("か が は ば", " き ぎ ん", "た だ ま 駅"),
    "Bengali": ("ক ম ল দ", " া ি ী ু ে", "ল র ন"),
    "Streets": (
        "1 11 21 5 Elm St_Elm S._Elm", "_St _Av _Rd _Sq _Ctr", " _North _South -Oak_Circle",
    ),
}  # fmt: skip

_LINE_NAMES: dict[str, str] = {
    "Hindi": "लाल लाइन|लीला लाइन|नील लाइन|नीला लाइन",
    "Tamil": "சிவப்பு|சிவப்பி|நீல|நீலம்",
    "Thai": "สายสีลม|สายสีส้ม|สาย 1|สาย 2",
    "Korean": "1호선|2호선|11호선|12호선|신분당선|신분당",
    "Arabic": "الخط 1|الخط 2|الخط الأول|الخط الثاني",
    "Hebrew": "הקו האדום|הקו הירוק|קו 1|קו 2",
    "Greek": "Γραμμή 1|Γραμμή 2|Γραμμή Α|Γραμμή Β",
    "Cyrillic": "Линия 1|Линия 2|Кольцевая|Большая кольцевая",
    "Georgian": "ხაზი 1|ხაზი 2|წითელი|წითლი",
    "Vietnamese": "Tuyến 1|Tuyến 2|Tuyến 2A|Tuyến Láng|Tuyến Lăng",
    "Japanese": "銀座線|東西線|東線|西線|1号線|2号線|11号線",
    "Bengali": "লাইন ১|লাইন ২|নীল|নীলা",
    "Streets": (
        "Line 1|Line 2|Line 11|Line 12|M1|M3|T1|Tram 1|Tram 5|Blue Line|Light Blue Line|Red Line|"
        "Eastern Line|South Eastern Line|Line A|Line D|Line 2 East|Line 2 West"
    ),
}


def other_scripts() -> dict[str, dict[str, list[str]]]:
    """Invented cities, by script: line -> stations, all of them different."""
    cities = {}
    for script, parts in _PAIRS.items():
        firsts, middles, ends = (
            [part.replace("_", " ") for part in words.split(" ")] for words in parts
        )
        made = product(firsts, dict.fromkeys(middles), dict.fromkeys(ends))
        stations = list(dict.fromkeys("".join(name).strip() for name in made))
        lines = _LINE_NAMES[script].split("|")
        share = len(stations) // len(lines) + 1
        cuts = [stations[at * share : (at + 1) * share + 1] for at in range(len(lines))]
        cities[script] = {line: cut for line, cut in zip(lines, cuts, strict=True) if len(cut) > 1}
    return cities


def built(lines: Lines) -> Network:
    """The network of a city."""
    return build("city", lines)
