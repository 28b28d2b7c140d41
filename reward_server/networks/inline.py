"""Networks that come in a request, bounded in size and built once for all requests."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..core.transit.build import build
from ..core.transit.model import NetworkError
from ..core.transit.network import Network
from .network_set import content_digest
from .overlay import MANY_LINES, MANY_NAMES, Name, NetworkOverlay

#: Stations of all lines together: what keeps building below a second.
MANY_STOPS = 10_000
#: Memory for the networks that are kept, and what one's remembered slips may grow to in it.
MEMO_BYTES = 256 * 2**20
SLIPS_BYTES = 2 * 2**20


class InlineNetwork(BaseModel):
    """A city in a request: line -> its stations in order, annotated or not, and an overlay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: Annotated[
        # that there are two is checked by core, which says of which line
        dict[
            Name,
            Annotated[list[Name], Field(max_length=MANY_NAMES, json_schema_extra={"minItems": 2})],
        ],
        Field(min_length=1, max_length=MANY_LINES),
    ]
    overlay: NetworkOverlay = NetworkOverlay()

    @model_validator(mode="after")
    def _not_too_many_stops(self) -> Self:
        stops = sum(map(len, self.lines.values()))
        if stops > MANY_STOPS:
            raise ValueError(f"expected at most {MANY_STOPS} stations on all lines, got {stops}")
        return self


def build_inline(name: str, inline: InlineNetwork) -> Network:
    """The network of a request, from the memo where the same content came before under this name.

    Raises core's ``NetworkError``, which names network, line and station.
    """
    overlay = inline.overlay.to_core()
    key = (name, content_digest(inline.lines, overlay))
    network = _memo.get(key)
    if network is None:
        try:
            network = build(name, inline.lines, overlay)
        except NetworkError as error:
            raise NetworkError(f"network {name!r}: {error}") from error
        _memo.put(key, network)
    return network


class NetworkMemo:
    """The networks asked for last, as many as fit into ``capacity`` bytes; safe among threads."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._used = 0
        self._kept: OrderedDict[tuple[str, str], tuple[Network, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: tuple[str, str]) -> Network | None:
        """The network kept under a key, which is now the one asked for last."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: tuple[str, str], network: Network) -> None:
        """Keep a network, and let those go that were not asked for the longest."""
        size = _bytes_of(network)
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = (network, size)
            self._used += size
            while self._used > self._capacity:
                _, (_, freed) = self._kept.popitem(last=False)
                self._used -= freed


def _bytes_of(network: Network) -> int:
    """About what a network may come to hold: slips, table of rides, names, runs (measured)."""
    stations = len(network.station_names)
    stops = sum(len(run) for line in network.lines for run in line.runs)
    rides = 8 * stations * len(network.lines)
    return SLIPS_BYTES + rides + 1900 * stations + 250 * stops


_memo = NetworkMemo(MEMO_BYTES)
