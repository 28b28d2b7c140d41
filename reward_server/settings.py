"""Settings of the service: the only reader of the environment.

Each field may stand in an environment variable ``REWARD_SERVER_<FIELD>``; ``serve`` hands
its options to its workers in these.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt

from .scorer import LONGEST_COMPLETION

_PREFIX = "REWARD_SERVER_"


def _split(paths: object) -> object:
    return paths.split(os.pathsep) if isinstance(paths, str) else paths


class Settings(BaseModel):
    """What a service is started with. Raises pydantic's ``ValidationError``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    workers: PositiveInt = 1
    networks: Path | None = None
    """A folder of ``<country>/<city>.json``; ``None``: the bundled cities."""
    profile: str = "robust"
    """The default profile: a name, or the path of a TOML file."""
    profiles: Annotated[tuple[Path, ...], BeforeValidator(_split)] = ()
    """Further profiles that requests may name, from TOML files."""
    max_body_bytes: PositiveInt = 64 * 2**20
    max_items: PositiveInt = 16_384
    max_completion_characters: PositiveInt = LONGEST_COMPLETION

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings of the environment; what it does not name has its default."""
        names = {name: f"{_PREFIX}{name.upper()}" for name in cls.model_fields}
        return cls.model_validate(
            {
                name: environment[variable]
                for name, variable in names.items()
                if variable in environment
            }
        )

    def to_environment(self) -> dict[str, str]:
        """The variables from which ``from_environment`` makes these settings again."""
        values = self.model_dump(exclude_none=True, exclude={"profiles"})
        if self.profiles:
            values["profiles"] = os.pathsep.join(map(str, self.profiles))
        return {f"{_PREFIX}{name.upper()}": str(value) for name, value in values.items()}
