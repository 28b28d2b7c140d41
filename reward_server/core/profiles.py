"""Profiles: named sets of scoring rules (``base``) and their constants.

The rules themselves stand in ``tasks.py``; how many points anything gives stands here alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

#: No constant is larger, so that no reward ever overflows.
_MOST = 1e6

BaseName = Literal["released", "paper", "robust"]


class ProfileError(ValueError):
    """Constants that make no profile; the message names the constant."""


@dataclass(frozen=True, slots=True)
class Weights:
    """R = W * (format + correctness + alpha * detail), W = gamma (+ beta) (paper, section 3)."""

    alpha: float = 0.5
    format: float = 1.0
    correctness: float = 10.0
    gamma_easy: float = 1.0
    gamma_middle: float = 1.2
    gamma_hard: float = 1.5
    beta: float = 0.5
    """Added for planning with at least one transfer in the question."""
    detail_max: float = 10.0
    """Detail is cut off here."""


@dataclass(frozen=True, slots=True)
class ReleasedDetail:
    """Points of the released code's detail for planning."""

    endpoints: float = 2.0
    surplus: float = 5.0
    line_direct: float = 4.0
    line_exists: float = 3.0
    joint: float = 1.0


@dataclass(frozen=True, slots=True)
class PaperDetail:
    """Points of the paper's Algorithm 1 (appendix B.1)."""

    endpoints: float = 2.0
    surplus: float = 5.0
    first_line: float = 4.0
    joint: float = 1.0


@dataclass(frozen=True, slots=True)
class RobustDetail:
    """Points of the robust detail: what each term gives at the most."""

    origin: float = 1.0
    destination: float = 1.0
    lines: float = 4.0
    lines_direct: float = 6.0
    """In place of ``lines`` where one ride is enough."""
    transfers: float = 2.0
    progress: float = 2.0
    surplus: float = 5.0
    """Taken off for each segment too many."""
    via_share: float = 0.5
    """The share of detail that via counts or lists make up where they are asked for, 0 to 1."""

    def __post_init__(self) -> None:
        if self.via_share > 1:
            raise ProfileError(f"detail.via_share: expected 0 to 1, got {self.via_share!r}")


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of rules and constants. Raises ``ProfileError`` for constants that make none."""

    name: str
    base: BaseName
    weights: Weights
    detail: Any
    """The constants of the rules: ``RobustDetail`` under ``robust``, and so on."""
    version: str = "1.0.0"
    gamma: Mapping[str, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part, constants in (("weights", self.weights), ("detail", self.detail)):
            for name, value in asdict(constants).items():
                if not 0 <= value <= _MOST:
                    raise ProfileError(
                        f"profile {self.name!r}: {part}.{name}: expected a number from 0 to "
                        f"{_MOST:g}, got {value!r}"
                    )
        w = self.weights
        if min(w.gamma_easy, w.gamma_middle, w.gamma_hard) <= 0:
            raise ProfileError(f"profile {self.name!r}: gamma must be above 0")
        wrong = w.format + w.alpha * w.detail_max
        if wrong >= w.correctness:
            raise ProfileError(
                f"profile {self.name!r}: format + alpha * detail_max = {wrong:g} must stay below "
                f"correctness = {w.correctness:g}, or a wrong answer could beat a right one"
            )
        gamma = {"easy": w.gamma_easy, "middle": w.gamma_middle, "hard": w.gamma_hard}
        object.__setattr__(self, "gamma", gamma)

    def constants(self) -> dict[str, dict[str, float]]:
        """All constants, ``{"weights": {...}, "detail": {...}}``."""
        return {"weights": asdict(self.weights), "detail": asdict(self.detail)}


def derive(base: Profile, name: str, changes: Mapping[str, Any]) -> Profile:
    """``base`` under a new name with some constants changed (the content of a profile file).

    ``changes`` has the form of ``Profile.constants``. Raises ``ProfileError``.
    """
    changed = {}
    for part, values in changes.items():
        if part not in ("weights", "detail") or not isinstance(values, Mapping):
            raise ProfileError(
                f"profile {name!r}: expected tables [weights] and [detail], got {part!r}"
            )
        known = getattr(base, part)
        names = [constant.name for constant in fields(known)]
        for constant, value in values.items():
            if constant not in names:
                raise ProfileError(
                    f"profile {name!r}: unknown constant {part}.{constant}; a profile on "
                    f"{base.base!r} has {', '.join(names)}"
                )
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number:
                raise ProfileError(
                    f"profile {name!r}: {part}.{constant}: expected a number, got {value!r}"
                )
        changed[part] = replace(known, **{key: _float(value) for key, value in values.items()})
    return replace(base, name=name, **changed)


def _float(value: Any) -> float:  # noqa: ANN401 - compiled, a float takes no integer that is too large
    """``value``; where it is too large to become a float, infinity, which is refused next."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


RELEASED = Profile("released", "released", Weights(format=0.0), ReleasedDetail())
PAPER = Profile("paper", "paper", Weights(), PaperDetail())
ROBUST = Profile("robust", "robust", Weights(), RobustDetail())

PROFILES: Mapping[str, Profile] = {p.name: p for p in (ROBUST, PAPER, RELEASED)}
