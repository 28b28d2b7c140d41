"""Records that every task shares: verdict -> breakdown, and what can be wrong with an answer.

Everything here is immutable and knows nothing of HTTP, files or time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, NamedTuple, Self, final

DifficultyName = Literal["easy", "middle", "hard"]
#: Why no answer could be read: nothing there, no answer in what is there, answers side by side
#: that contradict each other, or more segments than are read.
FailureKind = Literal["empty", "no_answer", "contradiction", "very_long"]
#: The same in words.
FAILURES: Mapping[FailureKind, str] = {
    "empty": "there is no text to read an answer from",
    "no_answer": "no answer could be read",
    "contradiction": "two different answers stand side by side",
    "very_long": "the route has more segments than are read",
}
GoldErrorKind = Literal["unknown_station", "bad_gold", "missing_gold", "unknown_network"]

NO_SIGNALS: Final[frozenset[str]] = frozenset()


class GoldError(Exception):
    """The caller's gold data cannot be scored against; never the completion's fault.

    ``kind`` is the kind of the item's error; the message says what was expected and where.
    """

    def __init__(self, kind: GoldErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Record:
    """What one stage hands to the next: fields with names, and equal where they all are.

    Of all kinds of records these are the quickest to make and to read, interpreted and compiled.
    What else they can is named as in ``NamedTuple``; ``Final`` keeps them as they were made.
    """

    # not only ``__slots__``: of those nothing is left in a compiled class
    _fields: ClassVar[tuple[str, ...]] = ()
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._asdict() == other._asdict()

    def __hash__(self) -> int:
        return hash(tuple(self._asdict().values()))

    def __repr__(self) -> str:
        fields = ", ".join([f"{name}={value!r}" for name, value in self._asdict().items()])
        return f"{type(self).__name__}({fields})"

    def _asdict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._fields}

    def _replace(self, **changes: Any) -> Self:  # noqa: ANN401 -- of any field
        kind: Any = type(self)
        replaced: Self = kind(**(self._asdict() | changes))
        return replaced


@final
class ParseFailure(Record):
    """No answer could be read from the completion. A value: a bad completion is data."""

    _fields = ("kind", "signals")
    __slots__ = _fields

    def __init__(self, kind: FailureKind, signals: frozenset[str] = NO_SIGNALS) -> None:
        self.kind: Final = kind
        self.signals: Final = signals


@final
class Verdict(Record):
    """What a task says of a completion, before weights; ``None``: no such component.

    ``detail``: points, ``terms``: its named parts before it is cut off. ``claim``: the answer that
    was read, or the ``ParseFailure``. ``located``: the claim as the gold's network knows it, where
    a task looks at one.
    """

    _fields = ("correct", "keeps_format", "detail", "terms", "signals", "claim", "located")
    __slots__ = _fields

    def __init__(
        self,
        correct: bool,
        keeps_format: bool | None,
        detail: float | None,
        terms: Mapping[str, float],
        signals: frozenset[str],
        claim: object,
        located: object = None,
    ) -> None:
        self.correct: Final = correct
        self.keeps_format: Final = keeps_format
        self.detail: Final = detail
        self.terms: Final = terms
        self.signals: Final = signals
        self.claim: Final = claim
        self.located: Final = located


class Breakdown(NamedTuple):
    """All that a profile says of one completion; ``reward`` is the only number to train on.

    ``reward`` = ``weight`` * (``format`` + ``correctness`` + alpha * ``detail``); a component
    that profile or task do not have is ``None``.
    """

    reward: float
    correct: bool
    weight: float
    format: float | None
    correctness: float
    detail: float | None
    terms: Mapping[str, float]
    """The named parts of ``detail``, in points before it is cut off."""
    signals: frozenset[str]
    claim: Any
    """The answer that was read, or the ``ParseFailure``."""
    located: Any
    """The claim as the gold's network knows it; ``None`` where the task looks at none."""
    gold: Any
    """What the completion was scored against."""
