"""Readers of single values: the inside of a box, or a short reply -> what it says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, final

from .latex import without_shape
from .model import Record

#: A value is short; what is longer is prose and is not read.
LONGEST_VALUE: Final = 200


@final
class Reading(Record):
    """``value`` as the dataset codes it; ``alone``: nothing but punctuation stands beside it."""

    _fields = ("value", "alone")
    __slots__ = _fields

    def __init__(self, value: int, alone: bool) -> None:
        self.value: Final = value
        self.alone: Final = alone


# markdown around a value
_MARKUP: Final = re.compile(r"\*\*|__|`")
# signs that take no room
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
# "~" is a blank, but in front of a number it says "about"
_TILDE: Final = re.compile(r"~(?!\s*\d)")
_PUNCTUATION: Final = " \t\r\n.,;:!()[]。，！；：（）"
_EDGES: Final = " \t\r\n{}*_\"'“”‘’"
_BRACKETS: Final = {"[": "]", "(": ")", "【": "】", "（": "）"}


def unwrap(text: str) -> str:
    """A value without LaTeX, markdown and brackets around it; empty where too long to be one."""
    if len(text) > LONGEST_VALUE:
        return ""
    if (bare := text.strip()).isalnum():
        return bare
    bare = _MARKUP.sub(" ", without_shape(text))
    if not bare.isascii():
        bare = _INVISIBLE.sub("", bare)
    bare = _TILDE.sub(" ", bare).strip(_EDGES)
    # one pair that is around all of it
    if bare and bare[-1] == _BRACKETS.get(bare[0]) and bare.count(bare[0]) == 1:
        bare = bare[1:-1].strip(_EDGES)
    return bare


# marker = [ "the" ] [ "final" | "correct" ] "answer" ( "is" | ":" | "=" ) ...
_MARKER: Final = re.compile(
    r"(?:(?:the\s++)?(?:(?:final|correct)\s++)?answer|答案)\s*+(?:is|are|应该是|应为|是|为)?\s*+[:：=]?\s*+",
    re.IGNORECASE,
)


def without_marker(text: str) -> str:
    """A value without the marker in front of it, such as "Answer:"."""
    if "nswer" not in text and "答案" not in text:
        return text
    marker = _MARKER.match(text)
    return text[marker.end() :] if marker else text


# verdict = "yes" | "true" | "是" | "对" | "no" | "false" | "否" | "错" | "不是" | "不对"
_VERDICT: Final = re.compile(
    r"(?P<yes>(?:yes|true)(?![a-z])|是(?!否|不是)的?|对(?!不对|错)的?|正确)"
    r"|(?P<no>(?:no|false)(?![a-z])|否|不是|不对|不正确|错误|错(?!对)的?)"
)
# what takes back a verdict that it follows
_NOT_YES: Final = re.compile(r"\b(?:no|false|not)\b|n't|否|不|错")
_NOT_NO: Final = re.compile(r"\byes\b|\A\W*(?:or|and|或)?\W*(?:true\b|是|对)")


def read_yes_no(text: str) -> Reading | None:
    """1 for yes, 0 for no, where the text begins with either and does not take it back."""
    text = unicodedata.normalize("NFKC", text).lower()
    verdict = _VERDICT.match(text)
    if verdict is None:
        return None
    said, rest = verdict.lastgroup == "yes", text[verdict.end() :]
    if (_NOT_YES if said else _NOT_NO).search(rest):
        return None
    return Reading(int(said), not rest.strip(_PUNCTUATION))


# choice = [ "option" ] [ "(" ] letter ( ")" | "." | ":" | "," | dash | blank digit | end )
_CHOICE: Final = re.compile(
    r"(?:(?:option|choice|letter|选项|选)\s*)?[(\[]?\s*([A-D])\s*"
    r"(?:[)\].:,、：，。）]|\s[-–—]\s|[-–—]\s?(?=\d)|(?<=\s)(?=\d)|$)",
    re.IGNORECASE,
)
# behind its text: "14 (B)"
_CHOICE_BEHIND: Final = re.compile(r"[(\[]\s?([A-D])\s?[)\]]\W{0,3}$")
_LETTERS: Final = {letter: index % 4 for index, letter in enumerate("ABCDabcd")}
_LONE_LETTER: Final = re.compile(r"(?<![A-Za-z])(?:[A-D](?![A-Za-z])|[a-d](?=[).]))")


def read_letter(text: str, options: tuple[str, ...] | None = None) -> Reading | None:
    """0-3 for an A-D in front of its text or in brackets behind it, or for the text of one option.

    No second letter may stand beside it.
    """
    if len(text) == 1 and text in _LETTERS:
        return Reading(_LETTERS[text], alone=True)
    text = unicodedata.normalize("NFKC", text)
    choice = _CHOICE.match(text) or _CHOICE_BEHIND.search(text)
    if choice:
        beside = f"{text[: choice.start(1)]}\n{text[choice.end() :]}"
        if _LONE_LETTER.search(beside):
            return None
        return Reading(_LETTERS[choice[1]], not beside.strip(_PUNCTUATION))
    if options:
        said = _option_key(text)
        fitting = [index for index, key in enumerate(_option_keys(options)) if key == said]
        if len(fitting) == 1:
            return Reading(fitting[0], alone=False)
    return None


# asked for each box of a completion; remembered for the item, and mostly for its group
@lru_cache(maxsize=16)
def _option_keys(options: tuple[str, ...]) -> list[int | str]:
    return [_option_key(option) for option in options]


def _option_key(text: str) -> int | str:
    number = read_integer(text) if len(text) <= LONGEST_VALUE else None
    return number.value if number else " ".join(text.casefold().split())


# number = [ sign ] digits [ "." digits ], not behind a letter, digit or point
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9_.])([-+−]?)(\d+)(?:\.(\d+))?")
_DIGIT: Final = re.compile(r"\d")
# what makes a number the name of a line, or a bound, or denies it, or counts hundreds
_NAMED: Final = re.compile(r"(?:line|route|no\.|#)\s*$", re.IGNORECASE)
_HEDGE: Final = re.compile(
    r"\b(?:not|no|nor|or|than|least|most|over|under|above|below|up to|between|maybe|perhaps"
    r"|possibly|probably|about|around|approx|approximately|roughly|almost|nearly|circa|ca|some"
    r"|minimum|maximum|half|percent|hundreds?|thousands?|millions?|billions?|trillions?|dozens?"
    r"|[km]|bn|mn|plus|minus|times)\b|n't|^(?:st|nd|rd|th)\b"
    r"|[<>≤≥≦≧≠≈≃≅∼~±∓+×÷√^%∞\\]|或|不|超过|至少|至多|最多|以上|以下|大约|大概|约|左右|将近|几|多"
    r"|[百千万亿打半]|第\s*$|^\s*号",
    re.IGNORECASE | re.MULTILINE,
)
# remark = "(" any but brackets ")" end, or ":" and what was counted, but no ratio
_REMARK: Final = re.compile(r"[(（\[]([^()（）\[\]]*+)[)）\]]\W?\Z|[:：](?!\s*+\d)([\s\S]*+)\Z")
# a remark that takes the number back
_DOUBT: Final = re.compile(
    r"\W*+(?:or|maybe|perhaps|possibly|about|around|approx|roughly|at\s++(?:least|most)|up\s++to|more"
    r"|less|fewer|not\s++sure|unsure|hundreds?|thousands?|millions?|或|大约|约|至少|至多|不确定)",
    re.IGNORECASE,
)
_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER_WORDS: Final = {word: value for value, word in enumerate(_SMALL)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
# words = tens [ [ "-" | blank ] one to nine ] | zero to nineteen
_IN_WORDS: Final = re.compile(
    rf"\b(?:({'|'.join(_TENS)})(?:[-\u2010\u2011\s]\s?({'|'.join(_SMALL[1:10])})(?![a-z]))?"
    rf"|({'|'.join(sorted(_SMALL, key=len, reverse=True))}))(?![a-z])"
)
_NAMED_WORD: Final = re.compile(r"(?:line|route)\s+\Z")
_CHINESE_DIGITS: Final = "零一二三四五六七八九"
_CHINESE_NUMBERS: Final = (
    {digit: value for value, digit in enumerate(_CHINESE_DIGITS)}
    | {
        f"{tens}十{ones}": 10 * (_CHINESE_DIGITS.find(tens) if tens else 1)
        + (_CHINESE_DIGITS.find(ones) if ones else 0)
        for tens in ("", *_CHINESE_DIGITS[2:])
        for ones in ("", *_CHINESE_DIGITS[1:])
    }
    | {"一十": 10, "〇": 0, "两": 2}
)
_CHINESE_AROUND: Final = re.compile(
    r"\A(?:一共|总共|共|有)*|(?:个|条|座|站|车站|线路|线|地铁线)*\Z"
)


def read_integer(text: str) -> Reading | None:
    """The one integer in the text: in digits of any script, or a number word up to ninety-nine.

    Units around it, a remark in brackets or behind a colon, and a fraction of zeros are allowed; a
    second number, a comparison, an approximation, hundreds and thousands, a percentage or the
    number of a line ("Line 3") is no count.
    """
    if text.isdecimal():
        return Reading(int(text), alone=True)
    remark = _REMARK.search(text)
    if remark is None or not remark.start():
        return _read_integer(text)
    before, in_brackets, behind = text[: remark.start()], remark[1], remark[2]
    reading = _read_integer(before)
    said = behind if in_brackets is None else in_brackets
    if reading is not None:
        return None if _takes_back(said, reading.value) else _not_alone(reading)
    # "Total: three"; what is refused in front of a colon is not read behind it
    if in_brackets is not None or _DIGIT.search(before) or _numbers_in_words(before):
        return None
    return _not_alone(_read_integer(behind))


def _takes_back(remark: str, value: int) -> bool:
    """Whether a remark doubts the number that it stands beside, or is another."""
    if _DOUBT.match(remark):
        return True
    other = _read_integer(remark)
    return other is not None and other.alone and other.value != value


def _read_integer(text: str) -> Reading | None:
    """The one integer in a text without a remark."""
    number = _NUMBER.search(text)
    if number is None:
        return _read_number_word(text)
    before, after = text[: number.start()], text[number.end() :]
    sign, digits, fraction = number.groups()
    beside = f"{before}\n{after}"
    if _NAMED.search(before) or _HEDGE.search(beside) or _DIGIT.search(beside):
        return None
    value = -int(digits) if sign and sign != "+" else int(digits)
    if int(fraction or 0) or any(said != value for _, said in _numbers_in_words(beside)):
        return None
    return Reading(value, not beside.strip(_PUNCTUATION))


def _not_alone(reading: Reading | None) -> Reading | None:
    return Reading(reading.value, alone=False) if reading else None


def _numbers_in_words(text: str) -> list[tuple[int, int]]:
    """The numbers in a text that are written out, each behind where it begins."""
    if not text or text.isspace():
        return []
    return [
        (
            words.start(),
            _NUMBER_WORDS[words[1]] + (_NUMBER_WORDS[words[2]] if words[2] else 0)
            if words[1]
            else _NUMBER_WORDS[words[3]],
        )
        for words in _IN_WORDS.finditer(text.lower())
    ]


def _read_number_word(text: str) -> Reading | None:
    """The one number word in a text without a number in digits."""
    bare = text.strip(_PUNCTUATION).lower()
    if bare in _NUMBER_WORDS:
        return Reading(_NUMBER_WORDS[bare], alone=True)
    chinese = _CHINESE_NUMBERS.get(_CHINESE_AROUND.sub("", bare))
    if chinese is not None:
        return Reading(chinese, bare in _CHINESE_NUMBERS)
    words = _numbers_in_words(bare)
    if len(words) != 1 or _DIGIT.search(bare) or _HEDGE.search(bare):
        return None
    start, value = words[0]
    if _NAMED_WORD.search(bare, 0, start):
        return None
    return Reading(value, alone=not _IN_WORDS.sub("", bare))


# Words of a short reply that say nothing of its value; of a count also what is counted.
_FILLERS: Final = frozenset(
    "so thus therefore hence it it's this that they is are i think the final correct answer option "
    "choice".split()
)
_WORD_EDGES: Final = ".,;:=!?()[]*_\"'“”‘’。，！；：（）"
_COUNTED: Final = frozenset(
    "there in total lines line stations station stops stop routes route metro subway via "
    "intermediate transfer units unit x =".split()
)
# number = [ "x=" ] digits
_NUMBER_ALONE: Final = re.compile(r"\A(?:x=)?\d+")
_SHORT_REPLY: Final = 5
# sentence = value "," any but an end of a sentence [ end of a sentence ]
_SENTENCE: Final = re.compile(r"([^,，.!?。！？\n]{1,40})[,，][^.!?。！？\n]*+[.!?。！？]?\s*+")
_LETTER: Final = re.compile("[a-z\u00df-\u04ff]")
_Read = Callable[[str], Reading | None]


def read_verdict_reply(text: str, read: _Read) -> Reading | None:
    """The yes or no of a reply without a box; ``read``: reads what a box would hold.

    Each of at most five words is a value or says nothing of it, and all values are the same.
    """
    said = _telling_words(text)
    values: set[int] = set()
    for word in said:
        reading = read(word.strip(_WORD_EDGES))
        if reading is None or not reading.alone:
            return _read_sentence(text, read)
        values.add(reading.value)
    return Reading(values.pop(), alone=False) if len(values) == 1 else _read_sentence(text, read)


def read_count_reply(text: str, read: _Read) -> Reading | None:
    """The count of a reply without a box; what is counted may be named, also in a remark."""
    whole = read(text)
    if whole is None:
        return None
    remark = None if "\n" in text else _REMARK.search(text)
    said = _telling_words(text[: remark.start()] if remark and remark.start() else text)
    # what is left beside numbers may be a unit in a script without blanks: "3条"
    named = [_NUMBER_ALONE.sub("", word).strip(_WORD_EDGES).lower() for word in said]
    left = [word for word in named if word not in _COUNTED]
    if said and not _LETTER.search(_IN_WORDS.sub("", " ".join(left))):
        return whole
    return _read_sentence(text, read)


def read_letter_reply(text: str, read: _Read) -> Reading | None:
    """The letter of a reply without a box, a capital; the text of its option may be beside it."""
    said = _telling_words(text)
    if said and not _is_small_letter(said[0]) and (reading := read(" ".join(said))):
        return reading
    return _read_sentence(text, read)


def _telling_words(text: str) -> list[str]:
    """The words of a short reply that are no fillers; none where it is longer."""
    words = text.split(None, _SHORT_REPLY)
    if len(words) > _SHORT_REPLY:
        return []
    return [word for word in words if word.strip(_WORD_EDGES).lower() not in _FILLERS]


def _read_sentence(text: str, read: _Read) -> Reading | None:
    """What one sentence says that begins with a value and a comma, and does not take it back."""
    sentence = _SENTENCE.fullmatch(text) if len(text) <= LONGEST_VALUE else None
    if sentence is None or _is_small_letter(sentence[1]):
        return None
    said = read(sentence[1])
    return read(text) if said and said.alone else None


def _is_small_letter(word: str) -> bool:
    """Whether a word is a single small letter, such as the article."""
    bare = word.strip(_WORD_EDGES)
    return len(bare) == 1 and bare.isascii() and bare.islower()
