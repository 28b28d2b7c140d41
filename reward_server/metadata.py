"""What is scored here, and how: what ``GET /metadata`` says, also where there is no service."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from typing import Literal

from .core import evaluate
from .fingerprint import library_versions
from .scorer import Scorer
from .wire.replies import Limits, Metadata, ProfileInfo
from .wire.results import COMPONENTS


def metadata(scorers: Mapping[str, Scorer], default_profile: str, limits: Limits) -> Metadata:
    """Tasks, components, terms, profiles, networks, limits and versions.

    ``scorers``: by their profiles' names, all on the same networks.
    """
    tasks = [task for scorer in scorers.values() for task in scorer.profile.tasks]
    return {
        "tasks": list(dict.fromkeys(tasks)),
        "components": list(COMPONENTS),
        "terms": {name: list(scorer.profile.terms()) for name, scorer in scorers.items()},
        "default_profile": default_profile,
        "profiles": list(map(profile_info, scorers.values())),
        "networks": dict(scorers[default_profile].networks.digests),
        "limits": limits,
        "versions": {
            "reward_server": version("reward-server"),
            "core": core_form(),
            "python": platform.python_version(),
            **library_versions(),
        },
    }


def profile_info(scorer: Scorer) -> ProfileInfo:
    """What is to be said of a scorer's profile."""
    profile = scorer.profile
    return {
        "name": profile.name,
        "base": profile.base,
        "version": profile.version,
        "fingerprint": scorer.fingerprint,
        "constants": profile.constants(),
        "paper": profile.paper,
        "source": profile.source,
        "layout": profile.layout,
        "formula": profile.formula,
        "left_out": profile.left_out,
    }


def core_form() -> Literal["compiled", "interpreted"]:
    """How the core runs: as the wheel has it, or from its sources; scores are the same."""
    compiled = evaluate.__file__.endswith(tuple(EXTENSION_SUFFIXES))
    return "compiled" if compiled else "interpreted"
