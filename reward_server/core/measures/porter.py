"""Porter's stemmer (1980) with the extensions of NLTK's default mode, which rouge-score uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

#: Word -> its stem, where the rules would give another.
_IRREGULAR: Final = {
    form: stemmed
    for stemmed, forms in {
        "sky": ("sky", "skies"),
        "die": ("dying",),
        "lie": ("lying",),
        "tie": ("tying",),
        "news": ("news",),
        "inning": ("innings", "inning"),
        "outing": ("outings", "outing"),
        "canning": ("cannings", "canning"),
        "howe": ("howe",),
        "proceed": ("proceed",),
        "exceed": ("exceed",),
        "succeed": ("succeed",),
    }.items()
    for form in forms
}


def stem(word: str) -> str:
    """The stem of a word in lower case; one of at most two letters is its own."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 2:
        return word
    for step in (_plural, _past, _y_to_i, _double_suffixes, _suffixes, _residues, _final_e):
        word = step(word)
    return _final_l(word)


def _vowels(word: str) -> list[bool]:
    """Which letters are vowels: a, e, i, o, u, and y behind a consonant."""
    flags: list[bool] = []
    before = True
    for letter in word:
        before = letter in "aeiou" or (letter == "y" and not before)
        flags.append(before)
    return flags


def _measure(word: str) -> int:
    """How often a consonant follows a vowel."""
    count, before = 0, False
    for vowel in _vowels(word):
        count += before and not vowel
        before = vowel
    return count


def _ends_double(word: str) -> bool:
    """Whether it ends with a consonant twice."""
    return len(word) >= 2 and word[-1] == word[-2] and not _vowels(word)[-1]


def _ends_cvc(word: str) -> bool:
    """Consonant, vowel, consonant other than w, x, y; or all of it is vowel, consonant."""
    flags = _vowels(word)
    if len(word) == 2:
        return flags == [True, False]
    return flags[-3:] == [False, True, False] and word[-1] not in "wxy"


Condition = Callable[[str], bool]
Rule = tuple[str, str, Condition | None]


def _apply(word: str, rules: tuple[Rule, ...]) -> str:
    """The word by the first rule whose ending it has: changed where its condition holds."""
    for ending, instead, condition in rules:
        if word.endswith(ending):
            kept = word[: len(word) - len(ending)]
            return kept + instead if condition is None or condition(kept) else word
    return word


def _plural(word: str) -> str:
    if word.endswith("ies") and len(word) == 4:
        return word[:-3] + "ie"
    return _apply(
        word, (("sses", "ss", None), ("ies", "i", None), ("ss", "ss", None), ("s", "", None))
    )


def _past(word: str) -> str:
    if word.endswith("ied"):
        return word[:-3] + ("ie" if len(word) == 4 else "i")
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        if word.endswith(ending):
            kept = word[: len(word) - len(ending)]
            return _mend(kept) if any(_vowels(kept)) else word
    return word


def _mend(kept: str) -> str:
    """What is left of a word without its -ed or -ing, made whole."""
    if kept.endswith(("at", "bl", "iz")):
        return kept + "e"
    if _ends_double(kept):
        return kept if kept[-1] in "lsz" else kept[:-1]
    return kept + "e" if _measure(kept) == 1 and _ends_cvc(kept) else kept


def _y_to_i(word: str) -> str:
    kept = word[:-1]
    if word.endswith("y") and len(kept) > 1 and not _vowels(kept)[-1]:
        return kept + "i"
    return word


def _measured(kept: str) -> bool:
    return _measure(kept) > 0


def _twice(kept: str) -> bool:
    return _measure(kept) > 1


def _logi(kept: str) -> bool:
    return _measure(kept + "l") > 0


_DOUBLE: Final[tuple[Rule, ...]] = (
    ("ational", "ate", _measured),
    ("tional", "tion", _measured),
    ("enci", "ence", _measured),
    ("anci", "ance", _measured),
    ("izer", "ize", _measured),
    ("bli", "ble", _measured),
    ("alli", "al", _measured),
    ("entli", "ent", _measured),
    ("eli", "e", _measured),
    ("ousli", "ous", _measured),
    ("ization", "ize", _measured),
    ("ation", "ate", _measured),
    ("ator", "ate", _measured),
    ("alism", "al", _measured),
    ("iveness", "ive", _measured),
    ("fulness", "ful", _measured),
    ("ousness", "ous", _measured),
    ("aliti", "al", _measured),
    ("iviti", "ive", _measured),
    ("biliti", "ble", _measured),
    ("fulli", "ful", _measured),
    ("logi", "log", _logi),
)


def _double_suffixes(word: str) -> str:
    if word.endswith("alli") and _measured(word[:-4]):
        return _double_suffixes(word[:-4] + "al")
    return _apply(word, _DOUBLE)


_SINGLE: Final[tuple[Rule, ...]] = (
    ("icate", "ic", _measured),
    ("ative", "", _measured),
    ("alize", "al", _measured),
    ("iciti", "ic", _measured),
    ("ical", "ic", _measured),
    ("ful", "", _measured),
    ("ness", "", _measured),
)


def _suffixes(word: str) -> str:
    return _apply(word, _SINGLE)


def _behind_s_or_t(kept: str) -> bool:
    return _measure(kept) > 1 and kept[-1] in "st"


_RESIDUES: Final[tuple[Rule, ...]] = (
    *((ending, "", _twice) for ending in "al ance ence er ic able ible ant ement ment ent".split()),
    ("ion", "", _behind_s_or_t),
    *((ending, "", _twice) for ending in "ou ism ate iti ous ive ize".split()),
)


def _residues(word: str) -> str:
    return _apply(word, _RESIDUES)


def _final_e(word: str) -> str:
    kept = word[:-1]
    if word.endswith("e") and (_measure(kept) > 1 or (_measure(kept) == 1 and not _ends_cvc(kept))):
        return kept
    return word


def _final_l(word: str) -> str:
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
