"""Numbers as text, as the papers print them; a dash where there is none."""

from __future__ import annotations

from .estimates import Estimate


def percent(value: float | None) -> str:
    """A share in per cent."""
    return "-" if value is None else f"{100 * value:.2f}"


def points(value: float | None) -> str:
    """A map score."""
    return "-" if value is None else f"{value:.2f}"


def amount(value: float | None) -> str:
    """A count or a sum of weights, in full."""
    return "-" if value is None else f"{value:.12g}"


def share(estimate: Estimate) -> str:
    """An accuracy in per cent, and of how many questions."""
    return f"{percent(estimate.value)} ({estimate.questions})" if estimate.questions else "-"
