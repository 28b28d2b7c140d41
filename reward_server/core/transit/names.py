"""One spelling of station and line names: the readings that every network is built on.

A name is looked for by readings in turn (``name_index``). The first two stand here. *As spelled*,
a name keeps its letters and digits, accents and all. *Folded*, accents, bracketed remarks and the
words that every name may carry ("Station", "Line", the suffix of a Chinese name) are gone too. What
else people write around a name stands in ``readings``.

Folding is applied to a fixpoint, so folding a folded name changes nothing, and never to the empty
string: what would leave nothing is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

#: No name is longer, as it stands or in compatibility form; what is longer is prose.
LONGEST_NAME: Final = 200

#: The characters of which compatibility forms make most by far: so many each.
_LIGATURES: Final = {"\ufdfa": 18, "\ufdfb": 8}

# remark = "(" any but brackets ")" ; square brackets are tried second, as they also hold names
_REMARKS: Final = (re.compile(r"\([^()]*\)"), re.compile(r"\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕"))
#: Brackets in brackets are taken off to this depth.
_NESTED: Final = 4
_REMARK_OPENS: Final = re.compile(r"[(\[【〔]")
# what all normal forms and case folding leave alone, but for capitals
_SIMPLE: Final = re.compile("[0-9A-Za-z \u4e00-\u9fff-]*")
# signs that stand inside a word without dividing it: quotes, and what nobody sees (soft hyphens,
# joiners, marks of direction, variation selectors, the Arabic stroke that stretches a word)
_SILENT: Final = re.compile(
    "['’‘`´*,\"“”\u00ad\u034f\u0640\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)


def _ranges(codes: Iterable[int]) -> Iterator[str]:
    """Ascending code points as the ranges of a pattern's character class."""
    first = last = -1
    for code in (*codes, -1):
        if code != last + 1:
            if first >= 0:
                yield f"{chr(first)}-{chr(last)}"
            first = code
        last = code


#: What is written over, under or around a letter, for a pattern's character class.
MARKS: Final = "".join(
    _ranges(
        code
        for code in range(0x300, 0x1F000)
        if unicodedata.category(chr(code))[0] == "M" and not 0x20D0 <= code <= 0x20FF
    )
)
# token = digits | letters of any script with their marks
_TOKEN: Final = re.compile(rf"\d+|[^\W\d_]++(?:[{MARKS}]++[^\W\d_]*+)*+")
# accent = mark over a letter of Latin, Greek or Cyrillic | Arabic harakat | Hebrew point; all other
# marks, such as the vowels of the Indian scripts and Thai tones, are letters
_ALPHABETS: Final = (
    "a-z\u00df-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab6f"
    "\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f\u1c80-\u1c8f\ua640-\ua69f"
)
_ACCENT: Final = re.compile(
    f"(?<=[{_ALPHABETS}])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u2de0-\u2dff\ufe20-\ufe2f]++"
    "|[\u064b-\u065f\u0670]|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"
)
# letters whose stroke or ligature no normal form takes apart
_STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
# the notes that ReasonMap's files add to a station's name
_ANNOTATION: Final = re.compile(
    r"(?<!\s)\s*+[(（]\s*+(?:Transfer Station|Branch-starting Station|换乘站|支线起始站)\s*+[)）]"
)

STATION_WORDS: Final = frozenset({"station", "metro"})
LINE_WORDS: Final = STATION_WORDS | {"line", "route"}


def normalise(text: str, accents: bool = False) -> str:
    """``text`` in compatibility form, without case, quotes and, if not asked for, accents.

    Other signs stay. What compatibility forms make longer than any name is cut off.
    """
    if text.isascii():
        return _SILENT.sub("", text.lower())
    if _SIMPLE.fullmatch(text):
        return text.lower()
    if _grows_too_long(text):
        text = text[: LONGEST_NAME // max(_LIGATURES.values()) + 1]
    text = unicodedata.normalize("NFKC", text)[: LONGEST_NAME + 1].casefold()
    if not accents:
        text = _ACCENT.sub("", unicodedata.normalize("NFKD", text)).translate(_STROKES)
    text = unicodedata.normalize("NFKC", text).casefold()
    return _SILENT.sub("", text)[: LONGEST_NAME + 1]


def strip_annotations(name: str) -> str:
    """A station's name without the notes of ReasonMap's files, such as " (Transfer Station)"."""
    return _ANNOTATION.sub("", name).strip()


def is_name(name: str) -> bool:
    """Whether there is a letter or digit to know a name by, and not too many."""
    return not is_too_long(name) and _TOKEN.search(strip_annotations(name)) is not None


def is_too_long(name: str) -> bool:
    """Whether a name is longer than any, as it stands or in compatibility form."""
    if len(name) > LONGEST_NAME:
        return True
    if name.isascii() or _SIMPLE.fullmatch(name):
        return False
    return _grows_too_long(name) or len(unicodedata.normalize("NFKC", name)) > LONGEST_NAME


def _grows_too_long(text: str) -> bool:
    """Whether ligatures alone make a text too long, so that it need not be normalised to see."""
    grown = [text.count(ligature) * (length - 1) for ligature, length in _LIGATURES.items()]
    return len(text) + sum(grown) > LONGEST_NAME


def tokens_of(text: str) -> list[str]:
    """The words and numbers of a text in normal form."""
    tokens: list[str] = _TOKEN.findall(text)
    return tokens


def join_tokens(tokens: list[str]) -> str:
    """The tokens run together; a space stays between two numbers, so "1 1" is not "11"."""
    key = tokens[0]
    for token in tokens[1:]:
        key += " " + token if key[-1].isdigit() and token[0].isdigit() else token
    return key


def without_remarks(text: str) -> str:
    """A text without what stands in brackets, unless nothing else is there."""
    if _REMARK_OPENS.search(text):
        for remark in _REMARKS:
            for _ in range(_NESTED):  # from the inside out, where one stands in another
                without = remark.sub(" ", text)
                if without == text or not _TOKEN.search(without):
                    break
                text = without
    return text


def as_spelled(name: str) -> str:
    """The key of a name as it is spelled: its letters, digits, accents and remarks."""
    tokens = _TOKEN.findall(normalise(name, accents=True))
    return join_tokens(tokens) if tokens else name.strip()


def _fold_once(name: str, line: bool, accents: bool, remarks: bool) -> str:
    text = normalise(name, accents)
    if not remarks:
        text = without_remarks(text)
    tokens = _TOKEN.findall(text)
    if not tokens:
        return name.strip()
    if not text.isascii():
        tokens = _without_suffixes(tokens, line) or tokens
    words = LINE_WORDS if line else STATION_WORDS
    return join_tokens([token for token in tokens if token not in words] or tokens)


def _without_suffixes(tokens: list[str], line: bool) -> list[str]:
    """The tokens without 站 at the end; of a line also without 地铁, 号线 and 线 at the end."""
    *before, last = tokens
    last = last.rstrip("站")
    if line:
        before = [token.replace("地铁", "").replace("号线", "") for token in before]
        last = last.replace("地铁", "").replace("号线", "").removesuffix("线")
    return [token for token in (*before, last) if token]


def _fold(name: str, line: bool, accents: bool, remarks: bool) -> str:
    while (key := _fold_once(name, line, accents, remarks)) != name:
        if key.isascii() and key.isalpha():
            break  # one word: all that can be folded away is gone
        name = key
    return key


def fold_station(name: str, accents: bool = False, remarks: bool = False) -> str:
    """The key of a station's name; ``accents``, ``remarks``: these are kept."""
    return _fold(name, False, accents, remarks)


def fold_line(name: str, accents: bool = False, remarks: bool = False) -> str:
    """The key of a line's name: "Line 1", "route 1", "Line 1 (Red)" and "1号线" are all "1".

    ``accents``, ``remarks``: these are kept.
    """
    return _fold(name, True, accents, remarks)


def identity(name: str) -> str:
    """What two spellings of one station share: their fold with its accents."""
    return fold_station(name, accents=True)


def is_placeholder(name: str) -> bool:
    """Whether a name is one of the prompt's placeholders, "Line x" or "xx Station"."""
    return not is_too_long(name) and fold_line(name) in ("x", "xx")
