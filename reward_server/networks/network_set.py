"""Loaded networks: what they were built from, and the digests by which a caller knows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from ..core.transit.build import NO_OVERLAY, Overlay, build
from ..core.transit.network import Network

Lines = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class LoadedNetwork:
    """A network beside the lines and the overlay it was built from."""

    network: Network
    lines: Lines
    """As the source spells them, annotations and stray spaces included."""
    overlay: Overlay
    digest: str
    """``content_digest`` of lines and overlay."""
    overlay_files: tuple[Path, ...] = ()
    """The files that the overlay was read from, the one beside the city first."""


class NetworkSet(Mapping[str, Network]):
    """Networks by name, in the order of their names; ``loaded`` has their sources too."""

    def __init__(self, loaded: Iterable[LoadedNetwork]) -> None:
        by_name: dict[str, LoadedNetwork] = {}
        for one in sorted(loaded, key=lambda one: one.network.name):
            if by_name.setdefault(one.network.name, one) is not one:
                raise ValueError(f"network {one.network.name!r} stands twice")
        self.loaded: Mapping[str, LoadedNetwork] = MappingProxyType(by_name)
        self.digests: Mapping[str, str] = MappingProxyType(
            {name: one.digest for name, one in by_name.items()}
        )
        self.digest = _sha256(list(self.digests.items()))
        """Of all names and contents; the same on every machine and in whatever order they came."""

    def __getitem__(self, name: str) -> Network:
        return self.loaded[name].network

    def __iter__(self) -> Iterator[str]:
        return iter(self.loaded)

    def __len__(self) -> int:
        return len(self.loaded)


def load_network(
    name: str,
    lines: Lines,
    overlay: Overlay = NO_OVERLAY,
    overlay_files: tuple[Path, ...] = (),
) -> LoadedNetwork:
    """The network of these lines with its digest; raises core's ``NetworkError``."""
    network, digest = build(name, lines, overlay), content_digest(lines, overlay)
    return LoadedNetwork(network, lines, overlay, digest, overlay_files)


def content_digest(lines: Lines, overlay: Overlay = NO_OVERLAY) -> str:
    """SHA-256, in hex, of the lines in their order and of the overlay; the name is no part."""
    return _sha256(
        [[[line, list(stations)] for line, stations in lines.items()], overlay._asdict()]
    )


def _sha256(content: object) -> str:
    # escaped to ASCII and with sorted keys: the same bytes wherever it runs
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode("ascii")).hexdigest()
