"""Which reward a run is trained on: the fingerprint that was given, or the first that was seen."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import FingerprintMismatchError


@dataclass
class Pin:
    """The fingerprint that every reply must have; goes with the client wherever it is sent."""

    given: str | None
    """By the caller."""
    first: bool = True
    """Whether to hold to the first that is seen where none is given."""
    seen: str | None = None
    """The last that was seen."""

    @property
    def expected(self) -> str | None:
        """The fingerprint to ask for; ``None`` where any will do."""
        return self.given or (self.seen if self.first else None)

    def check(self, fingerprint: str, where: str) -> None:
        """Raises ``FingerprintMismatchError`` where a reply has another fingerprint."""
        if self.expected not in {None, fingerprint}:
            raise self.mismatch(where, f"it is {fingerprint!r} there", fingerprint)
        self.seen = fingerprint

    def mismatch(self, where: str, words: str, found: str | None) -> FingerprintMismatchError:
        """The error that stops a run; ``found``: the other fingerprint, where it is known."""
        expected = self.expected or ""
        since = "was asked for" if self.given else "is what this client got so far"
        return FingerprintMismatchError(
            f"the reward has changed: fingerprint {expected!r} {since}; {where} says: {words}",
            expected,
            found,
        )
