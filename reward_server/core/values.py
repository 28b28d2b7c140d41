"""Readers of single values: the inside of a box, or a short reply -> what it says."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, final

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


# wrap = "\text{" inside "}" and its kin
_WRAP: Final = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|mathrm|mathbf|mathit|mathsf|boldsymbol|mbox|"
    r"operatorname)\s*\{([^{}]*)\}"
)
# mathematics and markdown around a value
_MARKUP: Final = re.compile(r"\$|\\[()\[\],;!]|\\ |\*\*|__|`")
_PUNCTUATION: Final = " \t\r\n.,;:!()[]。，！；：（）"
_EDGES: Final = " \t\r\n{}*_\"'“”‘’~"


def unwrap(text: str) -> str:
    """A value without LaTeX and markdown around it; empty where it is too long to be one."""
    if len(text) > LONGEST_VALUE:
        return ""
    if (bare := text.strip()).isalnum():
        return bare
    while "\\" in text and (inside := _WRAP.sub(r"\1", text)) != text:
        text = inside
    return _MARKUP.sub(" ", text).strip(_EDGES)


# verdict = "yes" | "true" | "是" | "no" | "false" | "否" | "不是"
_VERDICT: Final = re.compile(
    r"(?P<yes>(?:yes|true)(?![a-z])|是(?!否)的?)|(?P<no>(?:no|false)(?![a-z])|否|不是)"
)
# what takes back a verdict that it follows
_NOT_YES: Final = re.compile(r"\b(?:no|false|not)\b|n't|否|不")
_NOT_NO: Final = re.compile(r"\byes\b|\A\W*(?:or|and|或)?\W*(?:true\b|是)")


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


# choice = [ "option" ] [ "(" ] letter ( ")" | "." | ":" | "," | blank digit | end )
_CHOICE: Final = re.compile(
    r"(?:(?:option|choice)\s*)?[(\[]?\s*([A-D])\s*(?:[)\].:,、：，。）]|(?<=\s)(?=\d)|$)",
    re.IGNORECASE,
)
_LETTERS: Final = {letter: index % 4 for index, letter in enumerate("ABCDabcd")}
_LONE_LETTER: Final = re.compile(r"(?<![A-Za-z])(?:[A-D](?![A-Za-z])|[a-d](?=[).]))")


def read_letter(text: str, options: tuple[str, ...] | None = None) -> Reading | None:
    """0-3 for a leading A-D with no second one behind it, or for the text of one option."""
    if len(text) == 1 and text in _LETTERS:
        return Reading(_LETTERS[text], alone=True)
    text = unicodedata.normalize("NFKC", text)
    choice = _CHOICE.match(text)
    if choice:
        before, after = text[: choice.start(1)], text[choice.end() :]
        if _LONE_LETTER.search(after):
            return None
        return Reading(_LETTERS[choice[1]], not (before + after).strip(_PUNCTUATION))
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
_WORD: Final = re.compile(r"[a-z]+")
# what makes a number the name of a line, or a bound, or denies it
_NAMED: Final = re.compile(r"(?:line|route|no\.|#)\s*$", re.IGNORECASE)
_HEDGE: Final = re.compile(
    r"\b(?:not|no|nor|or|than|least|most|over|under|above|below|up to|between|maybe|about|around"
    r"|approximately|roughly|almost|nearly|percent)\b|n't|^(?:st|nd|rd|th)\b"
    r"|[<>≤≥≠≈~+%]|或|不|超过|至少|至多|最多|以上|以下|大约|约|第\s*$|^\s*号",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER_WORDS: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}
_NAMED_WORD: Final = re.compile(rf"(?:line|route)\s+(?:{'|'.join(_NUMBER_WORDS)})\b")
_CHINESE_DIGITS: Final = "零一二三四五六七八九"
_CHINESE_NUMBERS: Final = (
    {digit: value for value, digit in enumerate(_CHINESE_DIGITS)}
    | {"十" + digit: 10 + value for value, digit in enumerate(_CHINESE_DIGITS) if value}
    | {"〇": 0, "两": 2, "十": 10, "二十": 20}
)
_CHINESE_UNIT: Final = re.compile(r"(?:个|条|座|站|车站|线路|线|地铁线)*$")


def read_integer(text: str) -> Reading | None:
    """The one integer in the text: in digits of any script, or a number word up to twenty.

    Units around it and a fraction of zeros are allowed; a second number, a percentage or the
    number of a line ("Line 3") is no count.
    """
    if text.isdecimal():
        return Reading(int(text), alone=True)
    number = _NUMBER.search(text)
    if number is None:
        return _read_number_word(text)
    before, after = text[: number.start()], text[number.end() :]
    sign, digits, fraction = number.groups()
    beside = f"{before}\n{after}"
    if _NAMED.search(before) or _HEDGE.search(beside) or _DIGIT.search(beside):
        return None
    value = -int(digits) if sign and sign != "+" else int(digits)
    if int(fraction or 0) or any(said != value for said in _number_words(beside)):
        return None
    return Reading(value, not beside.strip(_PUNCTUATION))


def _number_words(text: str) -> list[int]:
    return [_NUMBER_WORDS[word] for word in _WORD.findall(text.lower()) if word in _NUMBER_WORDS]


def _read_number_word(text: str) -> Reading | None:
    """The one number word in a text without a number in digits."""
    bare = text.strip(_PUNCTUATION).lower()
    if bare in _NUMBER_WORDS:
        return Reading(_NUMBER_WORDS[bare], alone=True)
    chinese = _CHINESE_NUMBERS.get(_CHINESE_UNIT.sub("", bare))
    if chinese is not None:
        return Reading(chinese, bare in _CHINESE_NUMBERS)
    words = _number_words(bare)
    if len(words) != 1 or _DIGIT.search(bare) or _HEDGE.search(bare) or _NAMED_WORD.search(bare):
        return None
    return Reading(words[0], alone=False)
