"""Work counted in steps, and stopped: no text, list or network takes more than its bytes allow.

A step is about 10 ns of compiled code, and five times that of interpreted code. Whoever works
through something draws its steps before or while it does; what is remembered costs what it cost
the first time, so that no item's result depends on another item. ``tests/bench/bench_hostile.py``
holds these numbers to time, ``tests/properties/test_bounded_work.py`` to the work that is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

#: Steps between two calls of ``look``: well below a millisecond, of which a call is a hundredth.
LOOK_STEPS: Final = 16_384
#: What an item may draw however short it is, and for each of its characters. Sixteen names that no
#: network knows fit in a short answer: a MB of nothing but those takes up to 2 s, all else up to 1.
LEAST_STEPS: Final = 24_000
STEPS_PER_CHARACTER: Final = 64

#: What an item takes that has next to nothing in it.
ITEM_STEPS: Final = 100
#: What it takes to look up a mark, such as a tag, however short it is.
MARK_STEPS: Final = 16
#: What it takes to read a value, such as the inside of a box, however short it is.
VALUE_STEPS: Final = 200
#: What it takes to bring a name to its key, for each character.
NAME_STEPS: Final = 16
#: What it takes to find a way between two stations on a line, for each sequence of its trains, and
#: to look at a station on it.
WAY_STEPS: Final = 100
LINE_STEPS: Final = 3
#: What it takes to find a name of a list on a way.
LIST_STEPS: Final = 40
#: What it takes to index a name of a network, beside bringing it to its key.
STATION_STEPS: Final = 200
#: What it takes to keep a station of one of the ways through a line; mostly it is memory.
PLACE_STEPS: Final = 40

#: More than is ever drawn.
_WITHOUT_END: Final = 2**60


class TooMuchWorkError(Exception):
    """The budget is used up: what was asked for takes more work than its size allows."""


class StoppedError(Exception):
    """Raised by ``look`` where nobody waits for the work any more."""


@final
class Budget:
    """What work may still cost.

    ``look`` is called now and then while work goes on: by then other threads have had their turn,
    and it may raise ``StoppedError``.
    """

    __slots__ = ("_left", "_look", "_until_look")

    def __init__(self, look: Callable[[], object] | None = None) -> None:
        self._left = LEAST_STEPS
        self._look = look
        self._until_look = LOOK_STEPS

    @classmethod
    def unbounded(cls) -> Budget:
        """For work that no request can cause: it may take as long as it takes."""
        budget = cls()
        budget._left = _WITHOUT_END
        return budget

    def renew(self, characters: int) -> None:
        """Begin an item, or a network, of so many characters: it has steps of its own."""
        self._left = LEAST_STEPS + STEPS_PER_CHARACTER * characters

    def spend(self, steps: int) -> None:
        """Draw ``steps``. Raises ``TooMuchWorkError``, or what ``look`` raises."""
        self._left -= steps
        self._until_look -= steps
        if self._left < 0:
            raise TooMuchWorkError
        if self._until_look < 0:
            self._until_look = LOOK_STEPS
            if self._look is not None:
                self._look()
