"""How many points anything on a map gives; the rules that give them stand in the score modules."""

from __future__ import annotations

from dataclasses import dataclass

from ..tasks import ProfileError


@dataclass(frozen=True, slots=True)
class Planning:
    """Points of the robust detail of routes: what each term gives at the most."""

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
    detail_max: float = 10.0
    """Detail is cut off here."""
    beta: float = 0.5
    """Added to W where the question has at least one transfer."""

    def __post_init__(self) -> None:
        if self.via_share > 1:
            raise ProfileError(f"planning.via_share: expected 0 to 1, got {self.via_share!r}")


@dataclass(frozen=True, slots=True)
class Counting:
    """Points of the robust detail of counts and of lists of stops."""

    detail_max: float = 10.0
    """For the true count, and for the true list."""


@dataclass(frozen=True, slots=True)
class PaperPlanning:
    """Points of RewardMap's Algorithm 1 (appendix B.1)."""

    endpoints: float = 2.0
    surplus: float = 5.0
    first_line: float = 4.0
    joint: float = 1.0
    detail_max: float = 10.0
    """Detail is cut off here."""
    beta: float = 0.5
    """Added to W where the question has at least one transfer."""


@dataclass(frozen=True, slots=True)
class ReleasedPlanning:
    """Points of the released code's detail of routes."""

    endpoints: float = 2.0
    surplus: float = 5.0
    line_direct: float = 4.0
    line_exists: float = 3.0
    joint: float = 1.0
    detail_max: float = 10.0
    """Detail is cut off here."""
    beta: float = 0.5
    """Added to W where the question has at least one transfer."""


PlanningConstants = Planning | PaperPlanning | ReleasedPlanning
