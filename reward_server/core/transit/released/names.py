"""How the authors' released code spells names: profile ``released`` only, bug for bug.

Source: ``reasonmap_utils.clean_string`` of fscdc/RewardMap at 15428ac. The function is not
idempotent (D12), and names from an answer pass it twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..names import LONGEST_NAME

_ANNOTATIONS = (
    " (Transfer Station)",
    " (Branch-starting Station)",
    "（换乘站）",
    "（支线起始站）",
)
# remark = opening bracket, any but closing brackets, closing bracket
_REMARK = re.compile(r"[(（][^)）]*[)）]")


def clean(name: str) -> str:
    """``C(name)``: the authors' spelling of a station's name."""
    for gone in ("Metro", "metro", ",", "*", "\n", "'"):
        name = name.replace(gone, "")
    if "Univ" in name:
        name = name.replace("Univ.", "University").replace("Univ", "University")
    if "Tech" in name:
        name = name.replace("Tech.", "Technology").replace("Tech", "Technology")
    name = name.replace("road", "lu").replace("Road", "lu")
    name = name.replace("Station", "").replace("station", "")
    name = name.replace("Asian Games Village", "yayuncun")
    name = _without_remarks(name.removesuffix("站"))
    return "".join(name.replace("-", "").split()).lower()


def clean_again(name: str) -> str:
    """``C(x)`` -> ``C(C(x))``: what may stand in a cleaned name is all that is looked for."""
    name = name.replace("metro", "").replace("road", "lu").replace("station", "")
    return _without_remarks(name.removesuffix("站"))


def _without_remarks(name: str) -> str:
    # an opening bracket behind the last closing one stays; not to try it keeps the time linear
    end = max(name.rfind(")"), name.rfind("）")) + 1
    return _REMARK.sub("", name[:end]) + name[end:] if end else name


#: So many names of answers are remembered with what they become.
_REMEMBERED = 4096


class ReleasedNames:
    """A network's names as the authors' code compares them.

    ``lines``: line, exactly as the file spells it -> its cleaned stations. ``once``: the usual
    spellings, cleaned once, as a question's are.
    """

    __slots__ = ("_room", "_twice", "lines", "once")

    def __init__(self, lines: Mapping[str, Sequence[str]]) -> None:
        self.lines: dict[str, frozenset[str]] = {}
        self.once: dict[str, str] = {}
        for line, stations in lines.items():
            spellings = [strip_annotations(station) for station in stations]
            self.lines[line] = frozenset(map(clean, spellings))
            spellings += [spelling.removesuffix(" Station") for spelling in spellings]
            self.once.update((spelling, clean(spelling)) for spelling in spellings)
        self._twice = {spelling: clean_again(cleaned) for spelling, cleaned in self.once.items()}
        self._room = _REMEMBERED

    def remembered(self) -> int:
        """How many names it knows, and how many of answers it remembers."""
        return len(self._twice)

    def twice(self, name: str) -> str:
        """``C(C(name))``: the spelling of an answer's station."""
        cleaned = self._twice.get(name)
        if cleaned is None:
            cleaned = clean_again(clean(name))
            if len(name) <= LONGEST_NAME and self._room:
                self._room -= 1
                self._twice[name] = cleaned
        return cleaned


def strip_annotations(name: str) -> str:
    """A station's name without the four exact annotations that the authors remove."""
    for annotation in _ANNOTATIONS:
        name = name.replace(annotation, "")
    return name
