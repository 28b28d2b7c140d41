"""The lines of planning answers: the labels in one, and what one without labels is to a run.

    heading   = [ ordinal ] ( "segment" | "leg" | ... ) [ number ] [ ":" text ] | number
    aside     = label ":" text | changing text | remark | bullet | fence
    label     = one to four words, none of which says that another answer follows
    changing  = [ "then" ] ( "transfer" | "change" ( "at" | "to" | "for" ) | "换乘" ) ...

Each pattern looks at a character a bounded number of times.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

#: The five fields in order: line, departure, arrival, via count, via stops.
LINE: Final = 0
DEPARTURE: Final = 1
ARRIVAL: Final = 2
VIA_COUNT: Final = 3
VIA_STOPS: Final = 4
FIELDS: Final = 5

# label = words; a group for each field, in their order; Chinese ones not behind another sign
_LABEL: Final = re.compile(
    r"(?:(route[\s_-]*name|(?<![\u4e00-\u9fff])(?:线路名?称?|路线名称?))"
    r"|(departure[\s_-]*(?:stop|station)|(?<![\u4e00-\u9fff])(?:出发|起点|起始|上车)(?:车站|站点|站))"
    r"|(arrival[\s_-]*(?:stop|station)|(?<![\u4e00-\u9fff])(?:到达|终点|目的|下车)(?:车站|站点|站))"
    r"|(number[\s_-]+of[\s_-]+via[\s_-]+(?:stop|station)s?"
    r"|(?<![\u4e00-\u9fff])(?:途经|途径|经停|经过)(?:车?站点?)?(?:数量?|数目|个数))"
    r"|(via[\s_-]*(?:stop|station)s?|(?<![\u4e00-\u9fff])(?:途经|途径|经停|经过)(?:车站|站点|站)))\Z",
    re.IGNORECASE,
)
#: What markdown or JSON puts between a label and its colon.
LABEL_DECORATION: Final = " \t*_`\"'"
#: What a label ends with: quick to check.
_LABEL_ENDS: Final = (
    *("name", "stop", "stops", "station", "stations"),
    *("站", "点", "称", "名", "线路", "数", "量", "目"),
)
#: The labels of the template: most often, and quicker to find than by the pattern.
_USUAL_LABELS: Final = (
    (LINE, "Route Name"),
    (DEPARTURE, "Departure Stop"),
    (ARRIVAL, "Arrival Stop"),
    (VIA_COUNT, "Number of Via Stops"),
    (VIA_STOPS, "Via Stops"),
)
#: No label with its decoration is longer.
_LABEL_REACH: Final = 40
#: What stands before a colon is remembered up to this length: it is mostly a label.
LONGEST_HEAD: Final = 60
_REMEMBERED: Final = 1024
DECORATION: Final = " \t*_`\"'[](){}<>.,;|>-—–―─━═#~=•+"

# heading = [ word ] number [ remark ], e.g. "2.", "### 2", "Line 2 (Red):"
_NUMBER_HEADING: Final = re.compile(
    r"\W*+(?:(?:route|line|travel)\s+)?(?:no\.?|#)?\s*\d{1,3}\W*+(?:[(（][^()（）]*+[)）]\W*+)?",
    re.IGNORECASE,
)
# heading = part number | ordinal part | "第" number "段", with text behind a colon or a dash
_HEADING: Final = re.compile(
    r"\W*+(?:(?:the|route|line|travel|your)\s++)?(?:"
    r"(?:segment|section|step|leg|part|stage|ride|route|trip|train)\s*+(?:no\.?|number|#)?\s*+"
    r"(?:\d{1,3}|[ivx]{1,4}|[a-h]|one|two|three|four|five|six|seven|eight|nine|ten)(?![a-z\d])"
    r"|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final|next|\d{1,2}"
    r"(?:st|nd|rd|th))\s++(?:segment|section|step|leg|part|stage|ride|trip|train|line)(?![a-z])"
    r"|第\s*+[\d一二三四五六七八九十]{1,3}\s*+(?:段|程|步|条?线路?|部分)"
    r"|步骤\s*+[\d一二三四五六七八九十]{1,3}"
    r")(?:\W*+\Z|[*_\s]*+(?:[(（][^()（）]*+[)）][*_\s]*+)?(?:\W?\Z|[:：]|[-–—]\s).*+)",
    re.IGNORECASE,
)
# bullet = ( "-" | "*" | "•" | "+" | number "." ) space text
_BULLET: Final = re.compile(r"(?:[-*•·+–]|\d{1,3}[.)、])\s+(?=\S)")
_LONGEST_HEADING: Final = 160
# changing = [ "then" ] ( "transfer" | "change" ( "at" | "to" | ... ) | "换乘" ) ...
_CHANGING: Final = re.compile(
    r"\W*+(?:(?:and|then|next|now|here|please)\W++){0,2}(?:transfer|interchang(?:e|ing)(?![a-z])"
    r"|chang(?:e|ing)\s++(?:at|to|for|here|trains?|lines?|onto|into)(?![a-z])"
    r"|switch(?:ing)?\s++(?:at|to|lines?|trains?)(?![a-z])"
    r"|(?:然后|再|接着|请)?\s*+(?:在.{1,20}?)?(?:换乘|转乘|换车))",
    re.IGNORECASE,
)
# label of an aside = one to four words
_OTHER_LABEL: Final = re.compile(r"\W*+([^\W\d_][^:.!?。！？,，;；]{0,39}+):\W*+\w")
_MOST_WORDS: Final = 4
#: Words of a line that is no aside whatever its form: what follows is another answer, or prose.
_ENDING: Final = frozenset(
    "answer answers option options alternative alternatives alternatively alternate correction "
    "corrected note notes wait hmm actually final finally revised revision update updated edit or "
    "instead another better solution solutions attempt retry oops sorry so but however therefore "
    "thus hence because since let let's i i'm we you my is are was should would could check verify "
    "summary conclusion overall best optimal shortest correct original mistake error here's here "
    "this that these those there it".split()
)
_ENDING_SIGNS: Final = tuple("答案 选项 方案 更正 注 等等 另 或 总结 因此 所以".split())
#: What may stand between labels: nothing; dashes and the like; a heading; an aside, which changes
#: nothing; a bullet, which may be an item of a list; prose, which ends the run.
BLANK: Final = 0
DASHES: Final = 1
HEADING: Final = 2
ASIDE: Final = 3
ITEM: Final = 4
PROSE: Final = 5


def first_line(text: str, table: int) -> int:
    """Where the first line begins that may have a label: what is before it need not be read.

    ``table``: where the first sign stands that parts cells, -1 for nowhere.
    """
    end = len(text) if table < 0 else table
    colon = text.find(":", 0, end)
    while colon >= 0:
        before = text[max(colon - _LABEL_REACH, 0) : colon].rstrip(LABEL_DECORATION)
        if before.lower().endswith(_LABEL_ENDS):
            return text.rfind("\n", 0, colon) + 1
        colon = text.find(":", colon + 1, end)
    return text.rfind("\n", 0, end) + 1 if table >= 0 else len(text)


@lru_cache(_REMEMBERED)
def label_of(head: str) -> tuple[int, int]:
    """The field that stands before a colon, -1 for none, and what stands before that."""
    for field, start, _ in labels_in(f"{head}:"):
        return field, kind_of(head[:start].strip())
    return -1, BLANK


@lru_cache(_REMEMBERED)
def cell_field(cell: str) -> int:
    """The field that a cell of a table is the label of, -1 for none."""
    label = _LABEL.match(cell) if len(cell) <= _LABEL_REACH else None
    return int(label.lastindex or 0) - 1 if label else -1


def labels_in(text: str) -> list[tuple[int, int, int]]:
    """The labels in a text: of each its field, where it begins, and where its value begins."""
    labels: list[tuple[int, int, int]] = []
    start = 0
    colon = text.find(":")
    while colon >= 0:
        start = max(start, colon - _LABEL_REACH)
        before = text[start:colon].rstrip(LABEL_DECORATION)
        for field, usual in _USUAL_LABELS:
            if before.endswith(usual):
                labels.append((field, start + len(before) - len(usual), colon + 1))
                break
        else:
            _add_unusual(before, start, colon + 1, labels)
        start = colon + 1
        colon = text.find(":", start)
    return labels


def _add_unusual(before: str, start: int, value: int, labels: list[tuple[int, int, int]]) -> None:
    """Add the label that a text ends with, where it does with one that is spelled otherwise."""
    if before.lower().endswith(_LABEL_ENDS) and (label := _LABEL.search(before)):
        labels.append((int(label.lastindex or 0) - 1, start + label.start(), value))


def kind_of(text: str) -> int:
    """What a text without labels is to a run."""
    if not text.strip(DECORATION):
        return DASHES if text else BLANK
    if len(text) <= _LONGEST_HEADING and (
        _NUMBER_HEADING.fullmatch(text) or _HEADING.fullmatch(text)
    ):
        return HEADING
    bare = text.strip("*_ ")
    if text.startswith("```") or (bare[0] in "([（【" and bare[-1] in ")]）】"):
        return ASIDE
    bullet = _BULLET.match(text)
    said = text[bullet.end() :] if bullet else text
    if _CHANGING.match(said):
        return ASIDE
    label = _OTHER_LABEL.match(said)
    if label is None:
        return ITEM if bullet else PROSE
    words = label[1].lower().split(None, _MOST_WORDS)
    short = len(words) <= _MOST_WORDS or bullet is not None
    return ASIDE if short and not _ends_run(words) else PROSE


def _ends_run(words: list[str]) -> bool:
    """Whether a label says that another answer follows, or is the beginning of prose."""
    for word in words:
        if word.strip("*_,.!?()#") in _ENDING or word.startswith(_ENDING_SIGNS):
            return True
    return False
