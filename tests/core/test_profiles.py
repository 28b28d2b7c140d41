"""Profiles: their constants, and what makes none."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest

from reward_server.core.model import DifficultyName
from reward_server.core.tasks import Profile, ProfileError, derive
from reward_server.profiles import PAPER, PROFILES, RELEASED, ROBUST

LEVELS: tuple[DifficultyName, ...] = get_args(DifficultyName)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_three_profiles_have_the_papers_weights(profile: Profile) -> None:
    weights = profile.weights
    assert [weights.gamma(level) for level in LEVELS] == [1.0, 1.2, 1.5]
    assert (weights.alpha, weights.correctness) == (0.5, 10.0)
    assert profile.constants()["planning"]["beta"] == 0.5
    assert weights.format == (0.0 if profile is RELEASED else 1.0)
    assert profile.name == profile.base


def test_robust_pays_ten_points_of_detail_for_a_perfect_route() -> None:
    detail = ROBUST.constants()["planning"]
    ends = detail["origin"] + detail["destination"] + detail["progress"]
    assert ends + detail["lines_direct"] == 10.0
    assert ends + detail["lines"] + detail["transfers"] == 10.0


@pytest.mark.parametrize("profile", [ROBUST, PAPER, RELEASED])
def test_a_derived_profile_has_its_changes_and_the_rest_of_its_base(profile: Profile) -> None:
    derived = derive(profile, "other", {"weights": {"gamma_hard": 2}, "planning": {"surplus": 4}})
    assert (derived.name, derived.base) == ("other", profile.base)
    assert derived.weights.gamma("hard") == 2.0
    constants, before = derived.constants(), profile.constants()
    assert constants["weights"] == before["weights"] | {"gamma_hard": 2.0}
    assert constants["planning"] == before["planning"] | {"surplus": 4.0}
    assert profile.constants() == before


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    # 1 + 0.9 * 10 = 10: a wrong answer could have what a right one has
    "alpha too large": ({"weights": {"alpha": 0.9}}, "must stay below correctness = 10"),
    "detail too large": ({"planning": {"detail_max": 18}}, "= 10 must stay below"),
    "format too large": ({"weights": {"format": 5}}, "= 10 must stay below"),
    "correctness too small": ({"weights": {"correctness": 6}}, "= 6 must stay below"),
    "nothing at all": (
        {"weights": {"format": 0, "correctness": 0, "alpha": 0}},
        "= 0 must stay below",
    ),
    "not a number": (
        {"weights": {"alpha": math.nan}},
        "weights.alpha: expected a number from 0 to 1e+06, got nan",
    ),
    "infinite": (
        {"planning": {"surplus": math.inf}},
        "planning.surplus: expected a number from 0 to 1e+06, got inf",
    ),
    "negative": ({"planning": {"surplus": -5}}, "planning.surplus: expected a number from 0"),
    # a wrong answer with good via counts could have more than detail_max
    "a share above the whole": (
        {"planning": {"via_share": 2}},
        "planning.via_share: expected 0 to 1",
    ),
    "no weight for a city": ({"weights": {"gamma_easy": 0}}, "gamma must be above 0"),
    "an unknown weight": ({"weights": {"alhpa": 0.5}}, "unknown constant weights.alhpa"),
    "a constant of other rules": (
        {"planning": {"first_line": 4}},
        "unknown constant planning.first_line; [planning] of 'robust' has origin, destination,",
    ),
    "a constant of another table": (
        {"weights": {"beta": 1}},
        "gamma_easy, gamma_middle, gamma_hard; beta stands in [planning]",
    ),
    "an unknown table": (
        {"wieghts": {"alpha": 0.5}},
        "tables [weights], [counting], [planning], got 'wieg",
    ),
    "no table": (
        {"weights": 3},
        "expected tables [weights], [counting], [planning], got 'weights'",
    ),
    "too large for a float": ({"weights": {"alpha": 10**400}}, "weights.alpha: expected a number"),
    "a text": ({"weights": {"alpha": "0.5"}}, "weights.alpha: expected a number, got '0.5'"),
    "a truth value": ({"weights": {"alpha": True}}, "weights.alpha: expected a number, got True"),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_constants_that_make_no_profile_are_refused_by_name(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProfileError) as raised:
        derive(ROBUST, "other", changes)
    assert message in str(raised.value)


def test_just_below_is_a_profile() -> None:
    assert derive(ROBUST, "other", {"weights": {"alpha": 0.899}}).weights.alpha == 0.899
