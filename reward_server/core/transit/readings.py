"""What people write around a name, beyond what folding takes off: readings 3 to 6 of a name.

In turn, each on top of the one before: *kinds* ("Tube Station", "TTC Line 2"), *numbers* ("Line
Two", 二号线, "14th"), *spellings* ("St", "Street"). They are the same for a network's names and for
those of an answer. Two more are for an answer's names alone: *directions* ("Line 2 towards Elm")
and *parts* ("西单站 Xidan", "Elm Line (Line 2)").

Every word that is looked for stands in a table here. All words are in the normal form of ``names``,
without accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, final

from ..number_words import CHINESE, ENGLISH, TENS
from .names import (
    LINE_WORDS,
    LONGEST_NAME,
    MARKS,
    STATION_WORDS,
    join_tokens,
    normalise,
    tokens_of,
    without_remarks,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# --- kinds: what a name is the name of

#: At either end of a station's name; and one that is a part of the name where it stands behind it.
_STATION_KINDS: Final = STATION_WORDS | _words(
    "subway underground tube mrt lrt stop estacao estacion stazione bahnhof"
)
_IN_FRONT_OF_A_STATION: Final = _STATION_KINDS | {"gare"}
_STATION_SUFFIXES: Final = ("地铁站", "地鐵站", "站", "駅", "驿", "驛", "역")
#: At either end of a line's name, or behind the city or the operator.
_LINE_KINDS: Final = LINE_WORDS | _words(
    "subway underground tube mrt lrt train tram linea linha ligne linie linje линия"
)
_IN_FRONT_OF_A_LINE: Final = _LINE_KINDS | {"the"}
# kind = one of these, wherever it stands | 线 at the end of a word
_LINE_SIGN: Final = re.compile(
    r"号[线線]|號線|호선|지하철|地铁|地鐵|地下鉄|轨道交通|軌道交通|メトロ|[线線](?!\w)"
)

# --- words that make another line of the line whose name they stand in front of

_COLOURS: Final = _words(
    "red orange yellow green blue purple violet pink brown black white grey gray silver gold teal "
    "turquoise cyan magenta maroon azul amarela amarillo verde vermelha vermelho rojo laranja roxa "
    "rouge bleu bleue vert verte jaune rose rossa rosso blu gialla giallo rot blau grun gelb "
    "红色 蓝色 绿色 黄色 紫色 橙色 粉色 棕色"
)
_SHADES: Final = _words("light dark pale deep bright royal navy sky lime baby hot")
_COMPASS_WORDS: Final = _words(
    "north south east west northern southern eastern western northeast northwest southeast "
    "southwest n s e w ne nw se sw upper lower inner outer central nord sud sued est ouest ost "
    "norte sul sur leste este oeste noord zuid oost nordre sondre ostre vestre ovre nedre"
)
_OTHER_LINES: Final = _words(
    "not no non former formerly ex old new bus brt ferry night express rapid local limited shuttle "
    "branch spur replacement future planned proposed closed wrong another other alternative "
    "公交 公交车 巴士 快速公交 버스 バス"
)
_NO_CITY: Final = _words("to towards toward from via and or for near except without")
_TELLING: Final = _COLOURS | _SHADES | _COMPASS_WORDS | _OTHER_LINES | _NO_CITY
#: Letters for a kind of line, in front of its number, and the words that they are short for.
_KIND_LETTERS: Final = {"m": "", "t": "tram", "l": ""}
#: A city and its operator have no more words.
_LONGEST_IN_FRONT: Final = 5

# --- numbers

# ordinal = digits "st" | "nd" | "rd" | "th", as English has them
_ORDINAL: Final = re.compile(r"(?:(?<=1)st|(?<=2)nd|(?<=3)rd|(?<=\d)th)\b")
_ROMAN: Final = _words("ii iii iv vi vii viii ix xi xii xiii xiv xv")

# --- spellings

_AND: Final = re.compile(r"&amp;|&")
#: A saint in front of his name.
_SAINTS: Final = _words("st ste sta san sant santa santo sao saint")
# saint, further on = start of a part, one of these | "S." in front of a letter
_SAINT: Final = re.compile(
    rf"(?:(?<=[/(\[–—])|(?<=[^\W\d]-))(?:{'|'.join(_SAINTS)})(?:\.[ -]?|[ -])(?=[^\W\d])"
    r"|(?:^|(?<=[/(\[–— ]))s\. ?(?=[^\W\d])"
)
_SANT: Final = re.compile(r"\bsant['’‘`´]\s?", re.IGNORECASE)
#: Of one kind of place each: short for, or as others spell it.
_SPELLINGS: Final = {
    short: word
    for word, others in {
        "street": "st",
        "streets": "sts",
        "avenue": "av ave avenida",
        "square": "sq",
        "parkway": "pkwy pky",
        "boulevard": "blvd bd",
        "road": "rd",
        "center": "ctr centre",
        "circle": "cir",
        "place": "pl",
        "park": "pk",
        "heights": "hts",
        "lane": "ln",
        "junction": "jct jctn",
        "highway": "hwy",
        "mount": "mt",
        "fort": "ft",
        "university": "univ",
    }.items()
    for short in others.split()
}

# --- directions: what may stand behind a line's name

# direction = blank, word for it, blank, where to | 往 where to
_TOWARDS: Final = re.compile(
    r"\s(?:bound for|towards?|to|for|direction(?: of)?|in (?:the )?direction of)\s|\s?(?:开往|往)"
)
_CHINESE_DIRECTION: Final = "方向"
# way = compass word [ "bound" ], or the way round
_WAY: Final = re.compile(
    r"[\s,-](?:(?:north|south|east|west){1,2}(?:ern|wards?|[ -]?bound)?|inbound|outbound"
    r"|(?:anti|counter)?-?clockwise)[\s.]*$"
)

# --- parts

_DASH: Final = re.compile(r"\s[-‐‑]\s|\s?[–—―/|／｜]\s?")
_BRACKET: Final = re.compile(r"[()（）\[\]【】]")
_LATIN: Final = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_LATIN_LETTER: Final = re.compile(f"[{_LATIN}]")
_OTHER: Final = rf"[^\W\d_{_LATIN}]"
_AFTER_OTHER: Final = rf"(?:(?<={_OTHER})|(?<=[{MARKS}]))"
# change of script = Latin letter, other letter | other, Latin | number, blank, other
_SCRIPT_CHANGE: Final = re.compile(
    rf"(?<=[{_LATIN}])(?=\s{{0,2}}{_OTHER})|{_AFTER_OTHER}(?=\s{{0,2}}[{_LATIN}])"
    rf"|(?<=\d)(?=\s{{1,2}}\d{{0,3}}{_OTHER})"
)
_MANY_PARTS: Final = 4

# --- what tells two names apart though they are much alike

_COMPASS: Final = ("north", "south", "east", "west")
_DIRECTIONS: Final = _COMPASS_WORDS - {"central"}
_OTHER_PLACES: Final = _DIRECTIONS | _SHADES | _OTHER_LINES
# letters of an alphabet in which a slip changes one letter of many: Latin, Greek, Cyrillic
_ALPHABETIC: Final = re.compile(
    "[0-9a-z \u00df-\u02af\u1e00-\u1eff\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f]+"
)


# ideographs, kana, hangul: one sign there is a syllable or a word
_SYLLABLE: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


class Keys(NamedTuple):
    """The keys of a name by the readings that stand here, in turn."""

    kinds: str
    numbers: str
    spellings: str


def station_keys(name: str, accents: bool = False, remarks: bool = False) -> Keys:
    """The keys of a station's name; ``accents``, ``remarks``: these are kept."""
    text = _text(name, accents, remarks)
    kinds = _station_words(text)
    numbered = _ORDINAL.sub("", text)
    numbers = _numbers(_station_words(numbered), chinese=False)
    spelled = _spelled(name, numbered, accents, remarks)
    words = _numbers(_station_words(spelled), chinese=False)
    return Keys(join_tokens(kinds), join_tokens(numbers), join_tokens(_spell(words)))


def _text(name: str, accents: bool, remarks: bool) -> str:
    text = normalise(name, accents)
    return text if remarks else without_remarks(text)


def _station_words(text: str) -> list[str]:
    """The words of a station's name without those for stations."""
    words = tokens_of(text) or [text.strip()]
    last = words[-1]
    if not last.isascii():
        for suffix in _STATION_SUFFIXES:
            if last.endswith(suffix) and last != suffix:
                words[-1] = last.removesuffix(suffix)
                break
    kept = [word for word in words if word not in STATION_WORDS]
    return _without_ends(kept, _IN_FRONT_OF_A_STATION, _STATION_KINDS) or kept or words


def _without_ends(words: list[str], in_front: frozenset[str], behind: frozenset[str]) -> list[str]:
    start, end = 0, len(words)
    while end > start and words[end - 1] in behind:
        end -= 1
    while start < end and words[start] in in_front:
        start += 1
    return words[start:end]


def _numbers(words: list[str], chinese: bool) -> list[str]:
    """The words with numbers in digits."""
    numbers: list[str] = []
    tens = 0
    for word in words:
        value = ENGLISH.get(word, 0)
        if not value and chinese:
            value = CHINESE.get(word, 0)
        if not value:
            # digits of any script
            numbers.append(word if word.isascii() or not word.isdecimal() else str(int(word)))
        elif tens and value < 10:
            numbers[-1] = str(tens + value)
        else:
            numbers.append(str(value))
        tens = TENS.get(word, 0)
    return numbers


def _spelled(name: str, text: str, accents: bool, remarks: bool) -> str:
    """The text with "&" and the many words for a saint written out."""
    if _SANT.search(name):
        text = _ORDINAL.sub("", _text(_SANT.sub("saint ", name), accents, remarks))
    return _SAINT.sub("saint ", _AND.sub(" and ", text))


def _spell(words: list[str]) -> list[str]:
    spelled = [_SPELLINGS.get(word, word) for word in words]
    if len(words) > 1 and words[0] in _SAINTS and words[1][0].isalpha():
        spelled[0] = "saint"
    return spelled


@final
class LineReadings:
    """The readings of a network's lines; they depend on what tells its lines apart.

    ``names``: the spellings of each line, its aliases among them. A word that some of the lines
    carry and others do not is a mark of their own: it is never taken off ("Tram 1" beside "Metro
    1"), and neither is a letter that any line carries in front of its number ("M1" beside "1").
    """

    def __init__(self, names: Iterable[Sequence[str]]) -> None:
        carried: list[set[str]] = []
        letters: set[str] = set()
        for spellings in names:
            words: set[str] = set()
            for spelling in spellings:
                line = _line_words(_text(spelling, accents=False, remarks=True))
                words.update(line)
                letters.update(word for word, number in pairwise(line) if number.isdigit())
            carried.append(words)
        every = set.intersection(*carried) if carried else set()
        some = set[str]().union(*carried)
        self._marks: Final = frozenset(some - every - LINE_WORDS)
        self._letters: Final = tuple(
            letter
            for letter, kind in _KIND_LETTERS.items()
            if letter not in letters and kind not in self._marks
        )
        self._colours: Final = frozenset() if some & _COLOURS else _COLOURS
        self._kinds: Final = _LINE_KINDS - self._marks
        self._in_front: Final = _IN_FRONT_OF_A_LINE - self._marks

    def keys(self, name: str, accents: bool = False, remarks: bool = False) -> Keys:
        """The keys of a line's name; ``accents``, ``remarks``: these are kept."""
        text = _text(name, accents, remarks)
        kinds = self._bare(_line_words(text))
        numbers = self._numbers(self._bare(_line_words(_ORDINAL.sub("", text))))
        spelled = self._bare(_line_words(_spelled(name, text, accents, remarks)))
        words = _spell(self._numbers(spelled))
        return Keys(join_tokens(kinds), join_tokens(numbers), join_tokens(words))

    def _bare(self, words: list[str]) -> list[str]:
        """The words of a line's name without those for lines and what stands in front of them."""
        rest = words[self._start(words) :]
        kept = [word for word in rest if word not in LINE_WORDS]
        bare = _without_ends(kept, self._in_front, self._kinds) or kept or words
        if len(bare) > 1 and bare[-1] in self._colours and bare[-2].isdigit():
            return bare[:-1]  # of lines with numbers, the colour on the map
        return bare

    def _start(self, words: list[str]) -> int:
        """Where the designation begins, behind the city or the operator."""
        start = 0
        for position, word in enumerate(words[: min(len(words) - 1, _LONGEST_IN_FRONT)], 1):
            if not word.isalpha() or len(word) < 2 or word in _TELLING or word in self._marks:
                break
            if word in ENGLISH or word in CHINESE or word in _ROMAN:
                break
            if self._is_designation(words[position:]):
                start = position
        return start

    def _is_designation(self, words: list[str]) -> bool:
        """Whether words are a line's name beyond doubt: kind and name, or number and kind."""
        named = [word for word in words if word not in self._kinds]
        if not named:
            return False
        if words[0] in self._kinds:
            return True
        return words[-1] in self._kinds and all(
            len(word) == 1
            or word.isdigit()
            or word in ENGLISH
            or word in CHINESE
            or word in _COLOURS
            for word in named
        )

    def _numbers(self, words: list[str]) -> list[str]:
        numbers = _numbers(words, chinese=True)
        if len(numbers) > 1 and numbers[0] in self._letters and numbers[1].isdigit():
            return numbers[1:]
        return numbers


def _line_words(text: str) -> list[str]:
    """The words of a line's name, its Chinese, Japanese and Korean kinds as "line"."""
    if not text.isascii():
        text = _LINE_SIGN.sub(" line ", text)
    return tokens_of(text) or [text.strip()]


def direction_of(name: str) -> tuple[list[str], str]:
    """What is left of a line's name without the direction behind it, and where that is to.

    Left is nothing where there is no direction, else a text or two: without where it goes, and
    without its compass word.
    """
    text = normalise(name)
    towards = _TOWARDS.search(text)
    line, where = text, ""
    if towards:
        line, where = text[: towards.start()], text[towards.end() :]
    elif text.endswith(_CHINESE_DIRECTION):  # 1号线 where to 方向
        end = text.rfind("线") + 1
        line, where = text[:end], text[end:]
    lines = dict.fromkeys((line, _WAY.sub("", line)))
    return [left for left in lines if left != text and tokens_of(left)], where


def has_brackets(name: str) -> bool:
    """Whether a part of a name may stand in brackets."""
    return _BRACKET.search(name) is not None


def parts_of(name: str) -> tuple[list[str], bool]:
    """The parts of a name that holds two to four, else none; whether a dash or slash parts it."""
    text = _BRACKET.sub("\n", unicodedata.normalize("NFKC", name)[: LONGEST_NAME + 1])
    dashed = _DASH.sub("\n", text)
    parts = _SCRIPT_CHANGE.sub("\n", dashed).split("\n")
    parts = [part for part in parts if tokens_of(part)]
    return (parts if 2 <= len(parts) <= _MANY_PARTS else []), dashed != text


def may_be_misspelt(key: str) -> bool:
    """Whether a near miss of this key may be a slip: letters of an alphabet, and enough of them."""
    return len(key) > 3 and _ALPHABETIC.fullmatch(key) is not None


def distinguishing_marks(name: str) -> tuple[str, ...]:
    """What makes another place of a name that is much like it.

    Its digits and numerals, words of one letter, and words such as "North", "Old" and "Light".
    """
    tokens = tokens_of(normalise(name))
    joined = "".join(tokens)
    marks = [token for token in tokens if _is_mark(token) or token in _OTHER_PLACES]
    marks += [word for word in _COMPASS if word in joined]
    return tuple(marks)


def says_another_line(part: str) -> bool:
    """Whether a part that fits no line makes another line of it: "Old", "Bus Line", "North"."""
    words = tokens_of(normalise(part))
    return not _OTHER_LINES.isdisjoint(words) or all(
        word in _SHADES or word in _COMPASS_WORDS for word in words
    )


def in_one_script(part: str, other: str) -> bool:
    """Whether two parts of a name are both in Latin letters, or both in others."""
    return bool(_LATIN_LETTER.search(part)) == bool(_LATIN_LETTER.search(other))


def has_direction(name: str) -> bool:
    """Whether there is a direction word in a name."""
    return not _DIRECTIONS.isdisjoint(tokens_of(normalise(name)))


def numbers_and_letters(name: str) -> frozenset[str]:
    """The numbers of a name, in digits, and its words of one letter."""
    tokens = _numbers(tokens_of(_ORDINAL.sub("", normalise(name))), chinese=True)
    return frozenset(token for token in tokens if _is_mark(token))


def _is_mark(token: str) -> bool:
    return (
        token.isdigit()
        or (len(token) == 1 and not _SYLLABLE.match(token))
        or token in ENGLISH
        or token in _ROMAN
    )
