"""Networks that come in a request, bounded in size and work, and built once for all requests."""

from __future__ import annotations

import gc
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from types import FunctionType, ModuleType
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, FailFast, Field, TypeAdapter, model_validator

from ..core.budget import Budget, TooMuchWorkError
from ..core.transit.build import build
from ..core.transit.model import NetworkError
from ..core.transit.network import Network
from .network_set import content_digest
from .overlay import MANY_LINES, MANY_NAMES, Name, NetworkOverlay

#: Stations of all lines together.
MANY_STOPS = 10_000
#: Lists, objects and names of a network and its overlay: more are not even looked at.
MANY_VALUES = 50_000
#: Memory for the networks that are kept, and for those of one request.
MEMO_BYTES = 128 * 2**20
#: A network is measured again when it has remembered so many names more than at the last time.
_GROWN = 1024


class InlineNetwork(BaseModel):
    """A city in a request: line -> its stations in order, annotated or not, and an overlay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: Annotated[
        # that there are two is checked by core, which says of which line
        dict[
            Name,
            Annotated[
                list[Name],
                FailFast(),
                Field(max_length=MANY_NAMES, json_schema_extra={"minItems": 2}),
            ],
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


#: Cities by their names, as a request has them.
INLINE: TypeAdapter[dict[str, InlineNetwork]] = TypeAdapter(dict[str, InlineNetwork])


def too_many_values(content: object) -> bool:
    """Whether a network's JSON has more names, lists and objects than any can have.

    Validation would look at each, and tell of each that is none. No more are counted than that.
    """
    left = MANY_VALUES
    inner = [content]
    while inner:
        value = inner.pop()
        if isinstance(value, dict | list):
            left -= len(value)
            if left < 0:
                return True
            held = value.values() if isinstance(value, dict) else value
            inner += [further for further in held if isinstance(further, dict | list)]
    return False


def build_inline(name: str, inline: InlineNetwork) -> Network:
    """The network of a caller in this process, who may take as long as it takes.

    Raises core's ``NetworkError``, which names network, line and station.
    """
    return _build(name, inline, Budget.unbounded())


def build_networks(
    networks: Mapping[str, InlineNetwork],
    look: Callable[[], object] | None = None,
    most_bytes: int = MEMO_BYTES,
) -> dict[str, Network]:
    """The networks of a request by their names; those that came before are in the memo.

    ``look`` is called now and then. ``most_bytes``: what they may hold together. Raises core's
    ``NetworkError``, which names network, line and station; ``TooMuchWorkError``, whose message
    names the network; and what ``look`` raises.
    """
    built: dict[str, Network] = {}
    budget = Budget(look)
    left = most_bytes
    for name, inline in networks.items():
        kept = _kept_or_built(name, inline, budget)
        built[name] = kept.network
        left -= kept.size
        if left < 0:
            raise TooMuchWorkError(
                f"the networks up to {name!r} take more than {most_bytes} bytes of memory together"
            )
    return built


def _kept_or_built(name: str, inline: InlineNetwork, budget: Budget) -> Kept:
    key = (name, content_digest(inline.lines, inline.overlay.to_core()))
    kept = _memo.get(key)
    if kept is None:
        # as many characters as the network has in JSON, about
        budget.renew(len(repr((inline.lines, inline.overlay.to_core()))))
        kept = _memo.put(key, _build(name, inline, budget))
    return kept


def _build(name: str, inline: InlineNetwork, budget: Budget) -> Network:
    try:
        return build(name, inline.lines, inline.overlay.to_core(), budget)
    except NetworkError as error:
        raise NetworkError(f"network {name!r}: {error}") from error
    except TooMuchWorkError:
        raise TooMuchWorkError(
            f"network {name!r} takes more work than its size allows: expected fewer branches, or "
            "fewer stations of short names"
        ) from None


class Kept(NamedTuple):
    """A network in the memo, and the bytes it held when it had ``remembered`` so many names."""

    network: Network
    size: int
    remembered: int


class NetworkMemo:
    """The networks asked for last, as many as fit into ``capacity`` bytes; safe among threads."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._used = 0
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: tuple[str, str]) -> Kept | None:
        """The network kept under a key, which is now the one asked for last."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
            if kept.network.remembered() > kept.remembered + _GROWN:
                kept = self._keep(key, kept.network)
            return kept

    def put(self, key: tuple[str, str], network: Network) -> Kept:
        """Keep a network, and let those go that were not asked for the longest."""
        with self._lock:
            return self._kept.get(key) or self._keep(key, network)

    def _keep(self, key: tuple[str, str], network: Network) -> Kept:
        before = self._kept.pop(key, None)
        kept = self._kept[key] = Kept(network, held_bytes(network), network.remembered())
        self._used += kept.size - (before.size if before else 0)
        while self._used > self._capacity:
            _, gone = self._kept.popitem(last=False)
            self._used -= gone.size
        return kept


def held_bytes(network: Network) -> int:
    """The memory of a network: the sizes of all that can be reached from it, but for code."""
    size = 0
    met: dict[int, object] = {}
    level: list[object] = [network]
    while level:  # all that one reference more leads to, at once: there are many small things
        met.update(zip(map(id, level), level, strict=True))
        size += sum(map(sys.getsizeof, level))
        inner = gc.get_referents(*level)
        fresh = dict(zip(map(id, inner), inner, strict=True))
        level = [
            held for key, held in fresh.items() if key not in met and not isinstance(held, _CODE)
        ]
    return size


_CODE = (type, ModuleType, FunctionType)
_memo = NetworkMemo(MEMO_BYTES)
