"""One spelling of station and line names.

``fold_station`` and ``fold_line`` bring a name to the key under which a network knows it:
compatibility forms, case, accents, punctuation, bracketed remarks and the words that every
name may carry ("Station", "Line", the suffix of a Chinese name) are gone. Folding is
applied to a fixpoint, so folding a folded name changes nothing, and never to the empty
string: what would leave nothing is kept.
"""

from __future__ import annotations

import re
import unicodedata

#: No name is longer; what is longer is prose, and is not looked up.
LONGEST_NAME = 200

# remark = "(" any but brackets ")" ; square brackets are tried second, as they also hold names
_REMARKS = (re.compile(r"\([^()]*\)"), re.compile(r"\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕"))
_REMARK_OPENS = re.compile(r"[(\[【〔]")
# what all normal forms and case folding leave alone, but for capitals
_SIMPLE = re.compile("[0-9A-Za-z \u4e00-\u9fff-]*")
# signs that stand inside a word without dividing it
_SILENT = re.compile("['’‘`´*,\"“”]")
# token = digits | letters of any script
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
# the notes that ReasonMap's files add to a station's name
_ANNOTATION = re.compile(
    r"\s*[(（]\s*(?:Transfer Station|Branch-starting Station|换乘站|支线起始站)\s*[)）]"
)
_COMBINING = re.compile("[\u0300-\u036f]")
# letters whose stroke or ligature no normal form takes apart
_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)

_STATION_WORDS = frozenset({"station", "metro"})
_LINE_WORDS = _STATION_WORDS | {"line", "route"}
_DIRECTIONS = frozenset(
    "north south east west northern southern eastern western n s e w ne nw se sw upper lower "
    "inner outer nord sud sued est ouest ost norte sul sur leste este oeste noord zuid oost "
    "nordre sondre ostre vestre ovre nedre".split()
)
_COMPASS = ("north", "south", "east", "west")
# ideographs, kana, hangul: one sign there is a syllable or a word, so a near miss is another name
_SYLLABIC = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


def normalise(text: str) -> str:
    """``text`` in compatibility form, without case, accents and quotes; other signs stay."""
    if text.isascii():
        return _SILENT.sub("", text.lower())
    if _SIMPLE.fullmatch(text):
        return text.lower()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = _COMBINING.sub("", text).translate(_STROKES)
    return _SILENT.sub("", unicodedata.normalize("NFKC", text).casefold())


def strip_annotations(name: str) -> str:
    """A station's name without the notes of ReasonMap's files, such as " (Transfer Station)"."""
    return _ANNOTATION.sub("", name).strip()


def is_name(name: str) -> bool:
    """Whether there is a letter or digit to know a name by, and not too many."""
    return len(name) <= LONGEST_NAME and _TOKEN.search(strip_annotations(name)) is not None


def join_tokens(tokens: list[str]) -> str:
    """The tokens run together; a space stays between two numbers, so "1 1" is not "11"."""
    key = tokens[0]
    for token in tokens[1:]:
        key += " " + token if key[-1].isdigit() and token[0].isdigit() else token
    return key


def plain(name: str) -> str:
    """The key of a name with its remarks and common words kept."""
    tokens = _TOKEN.findall(normalise(name))
    return join_tokens(tokens) if tokens else name.strip()


def _fold_once(name: str, words: frozenset[str], *, line: bool, remarks: bool) -> str:
    text = normalise(name)
    if not remarks and _REMARK_OPENS.search(text):
        for remark in _REMARKS:
            # from the inside out, where one stands in another
            while (without := remark.sub(" ", text)) != text and _TOKEN.search(without):
                text = without
    tokens = _TOKEN.findall(text)
    if not tokens:
        return name.strip()
    if not text.isascii():
        tokens = _without_suffixes(tokens, line=line) or tokens
    return join_tokens([token for token in tokens if token not in words] or tokens)


def _without_suffixes(tokens: list[str], *, line: bool) -> list[str]:
    """The tokens without 站 at the end; of a line also without 地铁, 号线 and 线 at the end."""
    *before, last = tokens
    last = last.rstrip("站")
    if line:
        before = [token.replace("地铁", "").replace("号线", "") for token in before]
        last = last.replace("地铁", "").replace("号线", "").removesuffix("线")
    return [token for token in (*before, last) if token]


def _fold(name: str, words: frozenset[str], *, line: bool = False, remarks: bool = False) -> str:
    while (key := _fold_once(name, words, line=line, remarks=remarks)) != name:
        if key.isascii() and key.isalpha():
            break  # one word: all that can be folded away is gone
        name = key
    return key


def fold_station(name: str) -> str:
    """The key of a station's name."""
    return _fold(name, _STATION_WORDS)


def fold_station_with_remarks(name: str) -> str:
    """The key of a station's name, its bracketed remarks kept."""
    return _fold(name, _STATION_WORDS, remarks=True)


def fold_line(name: str) -> str:
    """The key of a line's name: "Line 1", "route 1", "Line 1 (Red)" and "1号线" are all "1"."""
    return _fold(name, _LINE_WORDS, line=True)


def fold_line_with_remarks(name: str) -> str:
    """The key of a line's name, its bracketed remarks kept."""
    return _fold(name, _LINE_WORDS, line=True, remarks=True)


#: From the loosest to the strictest: names that are one under a fold may be told apart by the next.
STATION_FOLDS = (fold_station, fold_station_with_remarks, plain)
LINE_FOLDS = (fold_line, fold_line_with_remarks, plain)


def may_be_misspelt(key: str) -> bool:
    """Whether a near miss of this key may be a slip: letters of an alphabet, and enough of them."""
    return len(key) > 3 and not _SYLLABIC.search(key)


def is_placeholder(name: str) -> bool:
    """Whether a name is one of the prompt's placeholders, "Line x" or "xx Station"."""
    return len(name) <= LONGEST_NAME and fold_line(name) in ("x", "xx")


def distinguishing_marks(name: str) -> tuple[str, ...]:
    """The digits and direction words of a name: two names that differ here are two places."""
    text = normalise(name)
    tokens = _TOKEN.findall(text)
    joined = "".join(tokens)
    marks = [t for t in tokens if t in _DIRECTIONS or t.isdigit()]
    marks += [w for w in _COMPASS if w in joined]
    return tuple(marks)
