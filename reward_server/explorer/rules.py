"""The rules of each set in words, with the constants of a profile in them."""

from __future__ import annotations

from collections.abc import Mapping

from reward_server.core.profiles import BaseName
from reward_server.core.tasks import Profile

#: Term -> its rule; what stands in braces are constants of the profile, so that a changed one
#: changes the sentence.
_RULES: Mapping[BaseName, Mapping[str, str]] = {
    "robust": {
        "origin": "{origin:g} where the first departure is station_1",
        "destination": (
            "{destination:g} where the last arrival is station_2 and no stop is visited twice"
        ),
        "lines": (
            "{lines:g}, or {lines_direct:g} where one ride is enough, times the share of the ride "
            "that holds without a break from its two ends"
        ),
        "transfers": "{transfers:g} times the share of transfers that are sound; none on one ride",
        "progress": (
            "{progress:g} times the share of the rides to the goal that the sound beginning of "
            "the route has made"
        ),
        "surplus": "−{surplus:g} for each segment more than the question needs",
        "via": (
            "up to {detail_max:g} for how well via counts or lists fit; where they are asked for, "
            "{via_share:.0%} of detail is this and {rest_share:.0%} the other terms"
        ),
        "near_miss": "{detail_max:g} for the true count, falling to 0 as it is missed by more",
        "stops": "{detail_max:g} times the F1 of the list of stops against the true one",
    },
    "paper": {
        "endpoints": "{endpoints:g} where the first departure or the last arrival is right",
        "first_line": "{first_line:g} where the line of the first segment holds station_1",
        "joints": "{joint:g} for each segment on its line that ends where the next one starts",
        "surplus": "−{surplus:g} for each segment more than the question's transfers + 1",
    },
    "released": {
        "endpoints": "{endpoints:g} where both ends are right; else detail is 0",
        "lines": (
            "for each segment {line_direct:g} where a line holds both stations of a question "
            "without transfers; {line_exists:g} where a line exists, in questions with transfers"
        ),
        "joints": "{joint:g} for each segment on its line that ends where the next one starts",
        "surplus": (
            "−{surplus:g} for each segment beyond the question's transfers: the last right one is "
            "always taken for one too many"
        ),
    },
}


def rules(profile: Profile) -> dict[str, str]:
    """Term -> its rule under a profile, in a sentence."""
    constants = {
        **profile.constants()["weights"],
        **profile.constants()["detail"],
        "rest_share": 1.0 - getattr(profile.detail, "via_share", 0.0),
    }
    return {term: rule.format(**constants) for term, rule in _RULES[profile.base].items()}


def formula(profile: Profile) -> str:
    """How the parts make up the reward."""
    w = profile.weights
    return f"R = W · (format + correctness + {w.alpha:g} · detail)"
