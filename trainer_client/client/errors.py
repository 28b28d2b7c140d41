"""What a client raises: only where going on would be wrong, or cannot help.

::

    RewardClientError
    ├── FingerprintMismatchError   another reward than the expected one: the run must stop
    ├── UnauthorizedError          no token, or one that is not accepted
    ├── MalformedRequestError      an item or a city is not as expected; ``index`` says which
    ├── UnknownProfileError        the service has no profile of that name
    ├── WrongServiceError          what answers is no reward service
    ├── UnreachableError           nothing answered (metadata only: ``score`` gives typed results)
    └── MissingExtraError          a library is not installed; the message names the extra

All else (a dead endpoint, a broken reply, an overloaded service) is tried again, and what is not
answered at the deadline is a result in error of kind ``deadline``.
"""

from __future__ import annotations

from collections.abc import Sequence

from reward_server.wire.problems import Problem


class RewardClientError(Exception):
    """Whatever a client raises of its own."""


class FingerprintMismatchError(RewardClientError):
    """The service gives another reward than ``expected``; ``found`` is its fingerprint, if known.

    Rewards of two fingerprints do not belong into one run: nothing of the call is given back.
    """

    def __init__(self, message: str, expected: str, found: str | None) -> None:
        super().__init__(message, expected, found)
        self.message = message
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return self.message


class UnauthorizedError(RewardClientError):
    """The service asks for a token, or does not accept the one that was sent."""


class MalformedRequestError(RewardClientError):
    """Items that are not as expected, in the service's words.

    ``index`` is the first such item's place in the caller's list, ``indices`` has all that the
    service named; ``None`` and empty where the fault is not an item's, such as a city's.
    """

    def __init__(
        self, message: str, indices: Sequence[int] = (), problems: Sequence[Problem] = ()
    ) -> None:
        super().__init__(message, tuple(indices), tuple(problems))
        self.message = message
        self.indices = tuple(indices)
        self.problems = tuple(problems)

    @property
    def index(self) -> int | None:
        """The first item at fault."""
        return self.indices[0] if self.indices else None

    def __str__(self) -> str:
        return self.message


class UnknownProfileError(RewardClientError):
    """The service has no profile of the name that the client was given."""


class WrongServiceError(RewardClientError):
    """Something answers at the address that is no reward service, or one of another version."""


class UnreachableError(RewardClientError):
    """No endpoint answered in time; the message says what became of each."""


class MissingExtraError(RewardClientError, ImportError):
    """A library that is needed here is not installed."""
