"""Readers of single values: the inside of a box, or a short reply -> what it says."""

from __future__ import annotations

import re
from typing import NamedTuple

#: A value is short; what is longer is prose and is not read.
LONGEST_VALUE = 200


class Reading(NamedTuple):
    """``value`` as the dataset codes it; ``alone``: nothing but punctuation stands beside it."""

    value: int
    alone: bool


# wrap = "\text{" inside "}" and its kin
_WRAP = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|mathrm|mathbf|mathit|mathsf|boldsymbol|mbox|"
    r"operatorname)\s*\{([^{}]*)\}"
)
# mathematics and markdown around a value
_MARKUP = re.compile(r"\$|\\[()\[\],;!]|\\ |\*\*|__|`")
_PUNCTUATION = " \t\r\n.,;:!()[]。，！；：（）"
_EDGES = " \t\r\n{}*_\"'“”‘’~"


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
_VERDICT = re.compile(
    r"(?P<yes>(?:yes|true)(?![a-z])|是(?!否)的?)|(?P<no>(?:no|false)(?![a-z])|否|不是)"
)
_BUT = re.compile(r"\W*(?:or|and|或)?\W*")


def read_yes_no(text: str) -> Reading | None:
    """1 for yes, 0 for no, where the text begins with either and does not go on to the other."""
    text = text.lower()
    verdict = _VERDICT.match(text)
    if verdict is None:
        return None
    gap = _BUT.match(text, verdict.end())
    other = _VERDICT.match(text, gap.end() if gap else verdict.end())
    if other and other.lastgroup != verdict.lastgroup:
        return None
    return Reading(int(verdict.lastgroup == "yes"), not text[verdict.end() :].strip(_PUNCTUATION))


# choice = [ "option" ] [ "(" ] letter ( ")" | "." | ":" | "," | blank digit | end )
_CHOICE = re.compile(
    r"(?:(?:option|choice)\s*)?[(\[]?\s*([A-D])\s*(?:[)\].:,、：，。]|(?<=\s)(?=\d)|$)",
    re.IGNORECASE,
)
_LETTERS = {letter: index % 4 for index, letter in enumerate("ABCDabcd")}
_LONE_LETTER = re.compile(r"(?<![A-Za-z])[A-D](?![A-Za-z])")


def read_letter(text: str, options: tuple[str, ...] | None = None) -> Reading | None:
    """0-3 for a leading A-D with no second one behind it, or for the text of one option."""
    if len(text) == 1 and text in _LETTERS:
        return Reading(_LETTERS[text], alone=True)
    choice = _CHOICE.match(text)
    if choice:
        if _LONE_LETTER.search(text, choice.end()):
            return None
        return Reading(_LETTERS[choice[1]], not text[choice.end() :].strip(_PUNCTUATION))
    if options:
        said = _option_key(text)
        fitting = [index for index, option in enumerate(options) if _option_key(option) == said]
        if len(fitting) == 1:
            return Reading(fitting[0], alone=False)
    return None


def _option_key(text: str) -> int | str:
    number = read_integer(text)
    return number.value if number else " ".join(text.casefold().split())


# number = [ sign ] digits [ "." digits ], not behind a letter, digit or point
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])([-+−]?)(\d+)(?:\.(\d+))?")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[a-z]+")
_NAMED = re.compile(r"(?:line|route|no\.|#)\s*$", re.IGNORECASE)
_NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}
_CHINESE_DIGITS = "零一二三四五六七八九"
_CHINESE_NUMBERS = (
    {digit: value for value, digit in enumerate(_CHINESE_DIGITS)}
    | {"十" + digit: 10 + value for value, digit in enumerate(_CHINESE_DIGITS) if value}
    | {"〇": 0, "两": 2, "十": 10, "二十": 20}
)
_CHINESE_UNIT = re.compile(r"(?:个|条|座|站|车站|线路|线|地铁线)*$")


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
    if _DIGIT.search(before) or _DIGIT.search(after) or "%" in after or _NAMED.search(before):
        return None
    if fraction and int(fraction):
        return None
    value = -int(digits) if sign and sign != "+" else int(digits)
    if any(said != value for said in _number_words(text)):
        return None
    return Reading(value, not (before + after).strip(_PUNCTUATION))


def _number_words(text: str) -> list[int]:
    return [_NUMBER_WORDS[word] for word in _WORD.findall(text.lower()) if word in _NUMBER_WORDS]


def _read_number_word(text: str) -> Reading | None:
    """The one number word in a text without a number in digits."""
    if _DIGIT.search(text):
        return None
    bare = text.strip(_PUNCTUATION).lower()
    chinese = _CHINESE_NUMBERS.get(_CHINESE_UNIT.sub("", bare))
    if chinese is not None:
        return Reading(chinese, bare in _CHINESE_NUMBERS)
    words = _number_words(text)
    return Reading(words[0], bare in _NUMBER_WORDS) if len(words) == 1 else None
