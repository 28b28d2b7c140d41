"""A reward as the sum of its parts: each component and term with what it adds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from reward_server.core.tasks import Profile
from reward_server.wire.results import Result

from .rules import rules


class Bar(NamedTuple):
    """A part of a reward. ``value``: what it adds to it; ``most``: what it could add, if known."""

    name: str
    says: str
    points: float
    times: str
    value: float
    most: float | None


def bars(result: Result, profile: Profile, need: int | None = None) -> list[Bar]:
    """The parts of a reward, in order; their values add up to it. Empty for an item in error.

    ``need``: the fewest rides of the question, planning only.
    """
    components, weight = result["components"], result["weight"]
    if components is None or weight is None:
        return []
    weights = profile.weights
    found: list[Bar] = []
    for name, most in (("format", weights.format), ("correctness", weights.correctness)):
        points = components["format"] if name == "format" else components["correctness"]
        if points is not None:
            times = f"× {weight:g}"
            says = COMPONENTS[name]
            found.append(Bar(name, says, points, times, weight * points, weight * most))
    if components["detail"] is None:
        return found
    terms = {
        name: value for name, value in (result.get("terms") or {}).items() if value is not None
    }
    share = profile.detail.via_share if "via" in terms else 0.0
    sentences, most_of = rules(profile), _most(profile, need)
    for name, points in terms.items():
        part = share if name == "via" else 1.0 - share
        factor = weight * weights.alpha * part
        times = f"× {weights.alpha:g} × {weight:g}" + (f" × {part:g}" if share else "")
        top = most_of.get(name)
        full = None if top is None else factor * top
        found.append(Bar(name, sentences[name], points, times, factor * points, full))
    total = weight * weights.alpha * components["detail"]
    rest = total - math.fsum(bar.value for bar in found if bar.name in terms)
    if abs(rest) > 1e-9:
        found.append(
            Bar("cut off", "so that detail keeps within its bounds", rest / weight, "", rest, None)
        )
    return found


COMPONENTS: Mapping[str, str] = {
    "format": "the answer keeps the asked template",
    "correctness": "the answer is right",
}


def _most(profile: Profile, need: int | None) -> dict[str, float]:
    """The most points that a term can give, where that is a constant of the profile."""
    constants = profile.constants()["detail"]
    top = profile.weights.detail_max
    most = {name: value for name, value in constants.items() if name != "surplus"}
    if profile.base == "robust":
        most |= {"via": top, "near_miss": top, "stops": top}
        if need == 1:
            most |= {"lines": constants["lines_direct"], "transfers": 0.0}
    return most
