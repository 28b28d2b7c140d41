"""The built-in profiles, a file each: a literal table of tasks, with the source on top."""

from ..core.tasks import Profile
from .paper import PAPER
from .released import RELEASED
from .robust import ROBUST

PROFILES: dict[str, Profile] = {profile.name: profile for profile in (ROBUST, PAPER, RELEASED)}

__all__ = ["PAPER", "PROFILES", "RELEASED", "ROBUST"]
