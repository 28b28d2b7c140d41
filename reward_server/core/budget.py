"""Work counted in steps, and stopped: no text, list or network takes more than its bytes allow.

A step is about the work of looking at one character in compiled code: 10 to 50 ns. Whoever works
through something draws its steps before or while it does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

#: Steps between two calls of ``look``: well below a millisecond, of which a call is a hundredth.
LOOK_STEPS: Final = 16_384
#: What an item may draw however short it is, and for each of its characters.
LEAST_STEPS: Final = 200_000
#: What it takes to bring a name to its key, for each character.
NAME_STEPS: Final = 16
#: What it takes to look up a mark, such as a tag, however short it is.
MARK_STEPS: Final = 16
#: What it takes to read a value, such as the inside of a box, however short it is.
VALUE_STEPS: Final = 200
#: What it takes to compare one name of a list with a line's stations.
LIST_STEPS: Final = 40
#: What an item takes that has next to nothing in it.
ITEM_STEPS: Final = 100
STEPS_PER_CHARACTER: Final = 64


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

    def renew(self, characters: int) -> None:
        """Begin an item of so many characters: it has steps of its own."""
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
