"""Names of stations or lines, however an answer spells them -> indices.

A name is looked for by readings in turn, and the first by which it fits decides:

1. as it is spelled                5. spellings of its words
2. folded (``names``)              6. parts, each by 1 to 5
3. without kinds and directions    7. (aliases stand among the names, behind them)
4. numbers in digits               8. the nearest name, which leaves a signal

A reading is a function from a name to a key, and a table from the keys of all names to what they
mean. What fits two names by a reading fits none: no later one joins what an earlier one tells
apart. The tables from the third on (``readings``) are made when a name first comes to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final, Literal, NamedTuple, final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from ..budget import NAME_STEPS, Budget
from . import names as text
from . import readings
from .model import NetworkError

UNKNOWN = -1
AMBIGUOUS = -2
#: What the look-ups of one completion may take beyond folding; later unknown names are just
#: unknown.
EFFORT_STEPS: Final = 150_000
#: What the readings from the third on take for each character of a name ...
READING_STEPS: Final = 128
#: ... and to compare it with one name of the network.
COMPARE_STEPS: Final = 2
#: A slip is at least this similar to the name it means (rapidfuzz ratio, 0-100) ...
CLOSE = 92.0
#: ... or but for one letter the same, of so many or more ...
ONE_SLIP_LETTERS: Final = 6
#: ... and by so much less similar to any other.
CLEARLY = 5.0
#: No slip is less similar than this.
NEAR: Final = 100 * (1 - 1 / ONE_SLIP_LETTERS)
_REMEMBERED = 4096
_WORD_LETTERS: Final = 64

#: Accents, remarks: what a key keeps, from the strictest form of a reading to its loosest but one.
_STRICTER: Final = ((True, True), (False, True), (True, False))

KeyOf = Callable[[str, bool, bool], str]
KeysOf = Callable[[str, bool, bool], readings.Keys]
Names = Sequence[tuple[str, int]]


class Lookups:
    """What the look-ups of one completion have in common: their signals and their budget.

    ``effort_left``: steps for names that folding does not find.
    """

    __slots__ = ("budget", "effort_left", "signals")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.signals: set[str] = set()
        self.effort_left = EFFORT_STEPS


class _Found(NamedTuple):
    """What a name means, whether it took more than folding, and the signals that it leaves."""

    meant: int
    effort: bool
    signals: tuple[str, ...]


@final
class _Table:
    """The keys of all names by one reading -> what they mean.

    ``key_of``: the key of a name, its accents kept or not, and its remarks. What several names
    share is theirs by the stricter forms of the reading, where these tell them apart.
    """

    __slots__ = ("_alike", "_key_of", "meant")

    def __init__(self, key_of: KeyOf, names: Names, keys: Sequence[str]) -> None:
        self._key_of = key_of
        self.meant: dict[str, int] = {}
        self._alike: dict[str, list[tuple[str, int]]] = {}
        for (_, index), key in zip(names, keys, strict=True):
            if self.meant.setdefault(key, index) != index:
                self._alike[key] = []
        if self._alike:
            for entry, key in zip(names, keys, strict=True):
                if key in self._alike:
                    self.meant[key] = AMBIGUOUS
                    self._alike[key].append(entry)
            # "2 Red" for "Line 2 (Red)" beside "Line 2 (Blue)"
            told: dict[str, int] = {}
            for name, index in chain.from_iterable(self._alike.values()):
                if told.setdefault(key := key_of(name, False, True), index) != index:
                    told[key] = AMBIGUOUS
            self.meant = told | self.meant

    def add_alias(self, key: str, index: int) -> None:
        """Let a key mean ``index`` where it is not a name's already."""
        self.meant.setdefault(key, index)

    def find(self, name: str, key: str) -> int:
        """The index that a name with this key fits, ``UNKNOWN`` or ``AMBIGUOUS``."""
        index = self.meant.get(key, UNKNOWN)
        if index != AMBIGUOUS:
            return index
        for accents, remarks in _STRICTER:
            stricter = self._key_of(name, accents, remarks)
            fits = {
                index
                for other, index in self._alike.get(key, ())
                if self._key_of(other, accents, remarks) == stricter
            }
            if fits:
                return fits.pop() if len(fits) == 1 else AMBIGUOUS
        return AMBIGUOUS


class NameIndex:
    """Names of one kind (stations, or lines) -> indices.

    ``names``: spellings with what they mean. Raises ``NetworkError`` where two names cannot be
    told apart, or an alias is wrong.
    """

    def __init__(
        self,
        kind: Literal["station", "line"],
        names: Iterable[tuple[str, int]],
        aliases: Mapping[str, str],
    ) -> None:
        self.exact: dict[str, int] = {}
        """Spellings -> what they mean, beyond doubt: the shortcut of the hot path.

        The usual ones, and the first others that answers came with.
        """
        self._kind: Final = kind
        self._fold: Final[KeyOf] = text.fold_station if kind == "station" else text.fold_line
        self._names: Final = list(dict.fromkeys(names))
        self._aliases: Final[list[tuple[str, int]]] = []
        self._spelled: Final[dict[str, int]] = {}
        folds = [self._fold(name, False, False) for name, _ in self._names]
        self._folded: Final = _Table(self._fold, self._names, folds)
        for (name, index), fold in zip(self._names, folds, strict=True):
            key = text.as_spelled(name)
            if self._spelled.setdefault(key, index) != index:
                self._spelled[key] = AMBIGUOUS
                if self._folded.find(name, fold) == AMBIGUOUS:
                    raise NetworkError(
                        f"{kind} {name!r}: another {kind}'s name cannot be told from it"
                    )
        self._add_aliases(aliases)
        self._loose: _Loose | None = None
        # long names are compared in words of 64 letters, each of one with each letter of the other
        longest = max([len(name) for name, _ in self._names], default=0)
        self._compare_steps: Final = (
            COMPARE_STEPS * (1 + (longest // _WORD_LETTERS) ** 2) * len(self._names)
        )
        self._resolve = lru_cache(maxsize=_REMEMBERED)(self._find_by_any_means)
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
            # what folds to several names goes on to fit none, but for this very spelling
            self._folded.add_alias(self._fold(alias, False, False), target)
            self._spelled[text.as_spelled(alias)] = target
            self._aliases.append((alias, target))

    def remember(self, spellings: Mapping[str, int]) -> None:
        """Take ``spellings`` with what they mean as the usual ones."""
        self.exact = dict(spellings)

    def remembered(self) -> int:
        """How many names of answers it remembers."""
        return _REMEMBERED - self._room + self._resolve.cache_info().currsize

    def find_exactly(self, name: str) -> int:
        """The index that a name is spelled or folds to, ``UNKNOWN`` or ``AMBIGUOUS``."""
        return UNKNOWN if text.is_too_long(name) else self._find_by_fold(name)

    def _find_by_fold(self, name: str) -> int:
        key = text.as_spelled(name)
        index = self._spelled.get(key, UNKNOWN)
        if index >= 0:
            return index
        # where only signs tell two names apart, as in "Park (North)" and "Park North", folding may
        folded = self._folded.find(name, self._fold(name, False, False))
        return index if folded == UNKNOWN else folded

    def find(self, name: str, lookups: Lookups) -> int:
        """The index that an answer's name means, ``UNKNOWN`` or ``AMBIGUOUS``.

        Tells ``lookups`` what was odd: ``fuzzy_name``, ``ambiguous_name``, ``unknown_<kind>``,
        ``template_echo``.
        """
        length = min(len(name), text.LONGEST_NAME)
        lookups.budget.spend(NAME_STEPS * length)
        effort = READING_STEPS * length + self._compare_steps
        if lookups.effort_left >= effort and len(name) <= text.LONGEST_NAME:
            found = self._resolve(name)
            if found.effort:
                lookups.effort_left -= effort
                lookups.budget.spend(effort)
        else:
            found = self._found(name, self.find_exactly(name))
        lookups.signals.update(found.signals)
        return found.meant

    def _find_by_any_means(self, name: str) -> _Found:
        if text.is_too_long(name):
            return self._found(name, UNKNOWN)
        index = self._find_by_fold(name)
        remark = self._kind == "line" and readings.has_brackets(name)
        if index != UNKNOWN and not remark:
            if index >= 0 and self._room:
                self._room -= 1
                self.exact[name] = index
            return self._found(name, index)
        if self._loose is None:
            self._loose = _Loose(self._kind, self._names, self._aliases)
        loose = self._loose
        if index == UNKNOWN:
            index = loose.find(name)
        if remark and index >= 0 and self._is_contradicted(name, index, loose):
            return self._found(name, UNKNOWN, effort=True)
        if index == UNKNOWN and self._kind == "line":
            index = self._without_direction(name, loose)
        if index == UNKNOWN:
            index = self._find_parts(name, loose)
        if index != UNKNOWN:
            return self._found(name, index, effort=True)
        index = loose.nearest(name)
        signals = ("fuzzy_name",) if index >= 0 else ()
        return self._found(name, index, effort=True, signals=signals)

    def _is_contradicted(self, name: str, line: int, loose: _Loose) -> bool:
        """Whether a remark in a line's name is the name of another line."""
        if self._spelled.get(text.as_spelled(name)) == line:
            return False
        parts, _ = readings.parts_of(name)
        return any(self._fit(part, loose) not in (UNKNOWN, AMBIGUOUS, line) for part in parts)

    def _fit(self, name: str, loose: _Loose) -> int:
        """The index that a name fits by the first five readings."""
        index = self._find_by_fold(name)
        return loose.find(name) if index == UNKNOWN else index

    def _without_direction(self, name: str, loose: _Loose) -> int:
        """The index of a line's name with a direction behind it."""
        lines, where = readings.direction_of(name)
        index = UNKNOWN
        for line in lines:
            if index == UNKNOWN:
                index = self._fit(line, loose)
        if index >= 0 and where:
            other = self._fit(where, loose)
            if other not in (UNKNOWN, index) or readings.numbers_and_letters(where):
                return UNKNOWN
        return index

    def _find_parts(self, name: str, loose: _Loose) -> int:
        """The index that one part of a name fits, where no other part says something else."""
        parts, dashed = readings.parts_of(name)
        fits = [self._fit(part, loose) for part in parts]
        indices = set(fits) - {UNKNOWN}
        if len(indices) != 1:
            return UNKNOWN
        (index,) = indices
        if index == AMBIGUOUS:
            return AMBIGUOUS
        fitting = parts[fits.index(index)]
        told = readings.numbers_and_letters(fitting)
        others = [part for part, fit in zip(parts, fits, strict=True) if fit == UNKNOWN]
        for part in others:
            if not readings.numbers_and_letters(part) <= told:
                return UNKNOWN
            if self._kind == "line":
                if readings.says_another_line(part):
                    return UNKNOWN
            elif readings.has_direction(part) or loose.is_of_another(part, fitting, index, dashed):
                return UNKNOWN
        # "Elm/Ock" is Elm only where it is no slip for "Elm/Oak"
        return index if loose.nearest(name) in (UNKNOWN, index) else UNKNOWN

    def _found(
        self, name: str, index: int, effort: bool = False, signals: tuple[str, ...] = ()
    ) -> _Found:
        """What was found with the signals that it leaves."""
        if index == AMBIGUOUS:
            signals = ("ambiguous_name",)
        elif index < 0:
            signals = (f"unknown_{self._kind}",)
            if text.is_placeholder(name):
                signals += ("template_echo",)
        return _Found(index, effort, signals)


@final
class _Loose:
    """What it takes to look for a name by more than its fold: tables, and the names to compare."""

    __slots__ = ("_choices", "_folds", "_keys_of", "_spelled", "_tables")

    def __init__(self, kind: str, names: Names, aliases: Names) -> None:
        self._keys_of: KeysOf = readings.station_keys
        if kind == "line":
            spellings: dict[int, list[str]] = {}
            for name, index in (*names, *aliases):
                spellings.setdefault(index, []).append(name)
            self._keys_of = readings.LineReadings(spellings.values()).keys
        keys = [self._keys_of(name, False, False) for name, _ in names]
        self._tables = [
            _Table(self._reading(number), names, [of_name[number] for of_name in keys])
            for number in range(len(readings.Keys._fields))
        ]
        self._spelled = {
            of_name.kinds: name for of_name, (name, _) in zip(keys, names, strict=True)
        }
        for alias, index in aliases:
            for table, key in zip(self._tables, self._keys_of(alias, False, False), strict=True):
                table.add_alias(key, index)
            self._spelled.setdefault(self._keys_of(alias, False, False).kinds, alias)
        self._choices = list(self._spelled)
        self._folds = [(text.fold_station(name, False, True), index) for name, index in names]

    def _reading(self, number: int) -> KeyOf:
        keys_of = self._keys_of
        return lambda name, accents, remarks: keys_of(name, accents, remarks)[number]

    def find(self, name: str) -> int:
        """The index that a name fits by the third to the fifth reading."""
        for table, key in zip(self._tables, self._keys_of(name, False, False), strict=True):
            index = table.find(name, key)
            if index != UNKNOWN:
                return index
        return UNKNOWN

    def is_of_another(self, part: str, fitting: str, station: int, dashed: bool) -> bool:
        """Whether a part that fits no station says that another one than ``station`` is meant.

        Behind a dash or slash it does where it stands in another station's name; in the letters of
        the part that fits, where that part stands in another's.
        """
        told = [text.fold_station(part, False, True)] if dashed else []
        if readings.in_one_script(part, fitting):
            told.append(text.fold_station(fitting, False, True))
        return any(
            key in other and index != station for key in told for other, index in self._folds
        )

    def nearest(self, name: str) -> int:
        """The index of the name that a slip has most likely made this one of."""
        key = self._keys_of(name, False, False).kinds
        if not readings.may_be_misspelt(key):
            return UNKNOWN
        near = process.extract(
            key, self._choices, scorer=fuzz.ratio, score_cutoff=NEAR - CLEARLY, limit=8
        )
        slips = [match for match in near if is_slip(key, match[0], match[1])]
        if not slips:
            return UNKNOWN
        best, score, _ = slips[0]
        meant = self._tables[0].meant
        index = meant[best]
        for other, other_score, _ in near:
            if meant[other] != index and score - other_score < CLEARLY:
                return AMBIGUOUS
        if readings.distinguishing_marks(name) != readings.distinguishing_marks(
            self._spelled[best]
        ):
            return UNKNOWN
        return index


def is_slip(key: str, other: str, similarity: float) -> bool:
    """Whether a key may be a slip for another's: much alike, or but for one letter the same.

    That is one letter wrong, missing or too many, or two neighbours that changed places.
    """
    if not readings.may_be_misspelt(other):
        return False
    if similarity >= CLOSE:
        return True
    letters = sum([letter.isalpha() for letter in other])
    return letters >= ONE_SLIP_LETTERS and OSA.distance(key, other, score_cutoff=1) <= 1
