"""What a client was given; goes with it into other processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reward_server.wire.results import Verbosity


@dataclass(frozen=True)
class Config:
    """The arguments of ``RewardClient``, checked."""

    urls: tuple[str, ...]
    """Empty: in this process."""
    profile: str | None
    token: str | None
    networks: Mapping[str, object] | str | Path | None
    verbosity: Verbosity
    keep_malformed: bool
    deadline_s: float
    connect_timeout_s: float
    chunk_items: int
    concurrency: int
    coalesce_items: int
    coalesce_s: float
    compress: bool | None

    @property
    def networks_folder(self) -> str | Path | None:
        """The folder of cities; ``None`` where there is none."""
        return None if isinstance(self.networks, Mapping) else self.networks

    @property
    def inline_networks(self) -> dict[str, object]:
        """The cities that were given themselves, by their names."""
        return dict(self.networks) if isinstance(self.networks, Mapping) else {}
