"""Numbers in words, up to ninety-nine: English cardinals and ordinals, Chinese numerals."""

from __future__ import annotations

from typing import Final

_SMALL: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_SMALL_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()

#: twenty, thirty, ...: what a word for one to nine may follow.
TENS: Final = {word: 10 * value for value, word in enumerate(_TENS, 2)}
#: One word -> its value; "twenty-one" is two words.
ENGLISH: Final = (
    {word: value for value, word in enumerate(_SMALL, 1)}
    | {word: value for value, word in enumerate(_SMALL_ORDINALS, 1)}
    | TENS
    | {f"{word[:-1]}ieth": value for word, value in TENS.items()}
)

_CHINESE_DIGITS: Final = "一二三四五六七八九"
#: 一 to 九十九 -> its value.
CHINESE: Final = {digit: value for value, digit in enumerate(_CHINESE_DIGITS, 1)} | {
    f"{tens}十{ones}": 10 * (_CHINESE_DIGITS.find(tens) + 1 if tens else 1)
    + (_CHINESE_DIGITS.find(ones) + 1 if ones else 0)
    for tens in ("", *_CHINESE_DIGITS)
    for ones in ("", *_CHINESE_DIGITS)
}
