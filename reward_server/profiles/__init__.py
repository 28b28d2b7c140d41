"""The built-in profiles, a file each: a literal table of tasks, with the source on top.

Those of transit are loaded with the package; published ones when they are named, so that who does
not use them pays nothing for them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ..core.tasks import Profile
from .paper import PAPER
from .released import RELEASED
from .robust import ROBUST

PROFILES: dict[str, Profile] = {profile.name: profile for profile in (ROBUST, PAPER, RELEASED)}

#: The name of a published reward -> its module.
PUBLISHED = {
    "visual-rft": "visual_rft",
    "v-triune": "v_triune",
    "spatial-ladder": "spatial_ladder",
    "q-insight": "q_insight",
    "affordance-r1": "affordance_r1",
    "curr-reft": "curr_reft",
    "vision-sr1": "vision_sr1",
    "perception-r1": "perception_r1",
    "vrag-rl": "vrag_rl",
    "vicrit": "vicrit",
    "3d-r1": "three_d_r1",
    "grpo-care": "grpo_care",
}


@cache
def _published(module: str) -> Profile:
    profile: Profile = import_module(f".{module}", __package__).PROFILE
    return profile


def built_in(name: str) -> Profile | None:
    """The built-in profile of that name; ``None`` where there is none."""
    module = PUBLISHED.get(name)
    return PROFILES.get(name) if module is None else _published(module)


def names() -> tuple[str, ...]:
    """The names of all built-in profiles."""
    return (*PROFILES, *PUBLISHED)


__all__ = ["PAPER", "PROFILES", "PUBLISHED", "RELEASED", "ROBUST", "built_in", "names"]
