"""Names of stations or lines, however an answer spells them -> indices.

What folds to a known name is that name. What does not is compared with all names, a bounded
number of times a completion, and what was found is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from ..budget import COMPARE_STEPS, NAME_STEPS, Budget
from . import names as text
from .model import NetworkError

UNKNOWN = -1
AMBIGUOUS = -2
#: Names looked up by similarity in one completion; later unknown names are just unknown.
FUZZY_LOOKUPS = 16
#: A slip is at least this similar to the name it means (rapidfuzz ratio, 0-100) ...
CLOSE = 92.0
#: ... and by so much less similar to any other.
CLEARLY = 5.0
_REMEMBERED = 4096


class Lookups:
    """What the look-ups of one completion have in common: their signals and their budget.

    ``fuzzy_left``: names that may still be compared with all others.
    """

    __slots__ = ("budget", "fuzzy_left", "signals")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.signals: set[str] = set()
        self.fuzzy_left = FUZZY_LOOKUPS


class _Found(NamedTuple):
    """What a name means, and whether it had to be compared with all names."""

    meant: int
    compared: bool
    signals: tuple[str, ...]


_TO_BE_COMPARED = _Found(UNKNOWN, compared=True, signals=())
_WORD = 64


class NameIndex:
    """Names of one kind (stations, or lines) -> indices.

    ``names``: spellings with what they mean. ``folds``: from the loosest to the strictest; names
    that are one under a fold are told apart by the next. Raises ``NetworkError`` where two
    names differ under none, or an alias is wrong.
    """

    def __init__(
        self,
        kind: str,
        folds: Sequence[Callable[[str], str]],
        names: Iterable[tuple[str, int]],
        aliases: Mapping[str, str],
    ) -> None:
        self.exact: dict[str, int] = {}
        """Spellings -> what they mean, beyond doubt: the shortcut of the hot path.

        The usual ones, and the first others that answers came with.
        """
        self._kind = kind
        self._fold = folds[0]
        self._tiers: list[tuple[Callable[[str], str], dict[str, int]]] = []
        self._spelled: dict[str, str] = {}
        left = list(names)
        for fold in folds:
            keys: dict[str, int] = {}
            for name, index in left:
                key = fold(name)
                if keys.setdefault(key, index) != index:
                    keys[key] = AMBIGUOUS
                self._spelled.setdefault(key, name)
            if AMBIGUOUS in keys.values():
                left = [(name, index) for name, index in left if keys[fold(name)] == AMBIGUOUS]
            else:
                left = []
            self._tiers.insert(0, (fold, keys))
            if not left:
                break
        else:
            raise NetworkError(
                f"{kind} {left[0][0]!r}: another {kind}'s name cannot be told from it"
            )
        self._add_aliases(aliases)
        self._keys = self._tiers[-1][1]
        self._choices = list(self._keys)
        longest = max(map(len, self._choices), default=0)
        # long names are compared in words of 64 letters, each of one with each letter of the other
        self._compare_steps = COMPARE_STEPS * (1 + (longest // _WORD) ** 2) * len(self._choices)
        self._resolve = lru_cache(maxsize=_REMEMBERED)(self._find_unless_compared)
        self._compare = lru_cache(maxsize=_REMEMBERED)(self._find_by_comparing)
        self._room = _REMEMBERED

    def _add_aliases(self, aliases: Mapping[str, str]) -> None:
        targets = {alias: self.find_exactly(meant) for alias, meant in aliases.items()}
        for alias, target in targets.items():
            if target < 0:
                raise NetworkError(
                    f"overlay: alias {alias!r}: no {self._kind} {aliases[alias]!r} in the network"
                )
            if self.find_exactly(alias) not in (UNKNOWN, AMBIGUOUS, target):
                raise NetworkError(f"overlay: alias {alias!r} is the name of another {self._kind}")
            fold, keys = self._tiers[-1]
            key = fold(alias)
            if keys.get(key) == AMBIGUOUS:
                # what fits several names goes on to fit none, but for this very spelling
                if self._tiers[0][0] is not text.plain:
                    self._tiers.insert(0, (text.plain, {}))
                self._tiers[0][1][text.plain(alias)] = target
            else:
                keys[key] = target
                self._spelled.setdefault(key, alias)

    def remember(self, spellings: Iterable[str]) -> None:
        """Look these up once and for all; what means nothing or several things is left out."""
        found = {spelling: self.find_exactly(spelling) for spelling in spellings}
        self.exact = {spelling: index for spelling, index in found.items() if index >= 0}

    def remembered(self) -> int:
        """How many names of answers it remembers."""
        resolved, compared = self._resolve.cache_info(), self._compare.cache_info()
        return _REMEMBERED - self._room + resolved.currsize + compared.currsize

    def find_exactly(self, name: str) -> int:
        """The index that a name folds to, ``UNKNOWN`` or ``AMBIGUOUS``; no similarity."""
        if len(name) > text.LONGEST_NAME:
            return UNKNOWN
        index = UNKNOWN
        for fold, keys in self._tiers:
            index = keys.get(fold(name), UNKNOWN)
            if index >= 0:
                return index
        return index

    def find(self, name: str, lookups: Lookups) -> int:
        """The index that an answer's name means, ``UNKNOWN`` or ``AMBIGUOUS``.

        Tells ``lookups`` what was odd: ``fuzzy_name``, ``ambiguous_name``, ``unknown_<kind>``,
        ``template_echo``.
        """
        lookups.budget.spend(NAME_STEPS * min(len(name), text.LONGEST_NAME))
        if lookups.fuzzy_left and len(name) <= text.LONGEST_NAME:
            found = self._resolve(name)
            if found.compared:
                lookups.fuzzy_left -= 1
                # drawn also where it is remembered: what an item gets depends on no other
                lookups.budget.spend(self._compare_steps)
                found = self._compare(name)
        else:
            found = self._found(name, self.find_exactly(name))
        lookups.signals.update(found.signals)
        return found.meant

    def _find_unless_compared(self, name: str) -> _Found:
        """What a name means, or, with ``compared``, that it has to be compared with all names."""
        index = self.find_exactly(name)
        if index >= 0 and self._room:
            self._room -= 1
            self.exact[name] = index
        if index == UNKNOWN and text.may_be_misspelt(self._fold(name)):
            return _TO_BE_COMPARED
        return self._found(name, index)

    def _find_by_comparing(self, name: str) -> _Found:
        return self._found(name, self._nearest(name, self._fold(name)), compared=True)

    def _found(self, name: str, index: int, compared: bool = False) -> _Found:
        """What was found with the signals that it leaves."""
        signals: tuple[str, ...] = ("fuzzy_name",) if compared else ()
        if index == AMBIGUOUS:
            signals = ("ambiguous_name",)
        elif index < 0:
            signals = (f"unknown_{self._kind}",)
            if text.is_placeholder(name):
                signals += ("template_echo",)
        return _Found(index, compared, signals)

    def _nearest(self, name: str, key: str) -> int:
        near = process.extract(
            key, self._choices, scorer=fuzz.ratio, score_cutoff=CLOSE - CLEARLY, limit=8
        )
        if not near or near[0][1] < CLOSE:
            return UNKNOWN
        best, score, _ = near[0]
        index = self._keys[best]
        for other, other_score, _ in near[1:]:
            if self._keys[other] != index and score - other_score < CLEARLY:
                return AMBIGUOUS
        if not text.may_be_misspelt(best):
            return UNKNOWN
        if text.distinguishing_marks(name) != text.distinguishing_marks(self._spelled[best]):
            return UNKNOWN
        return index
