"""Scores in this process, by the code of the service: the same results to the bit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import orjson
from pydantic import TypeAdapter, ValidationError

from reward_server.core.transit.model import NetworkError
from reward_server.core.transit.network import Network
from reward_server.networks.inline import InlineNetwork, build_inline
from reward_server.scorer import Scorer
from reward_server.wire.items import ITEMS
from reward_server.wire.problems import Problem, problems
from reward_server.wire.results import Result, Verbosity

from .chunks import groups_of
from .pin import Pin
from .problems import check_items, malformed
from .results import Batch, Item, statistics, unanswered

#: Items between two looks at the clock and at who else waits for the thread.
_CHUNK = 64
_INLINE: TypeAdapter[dict[str, InlineNetwork]] = TypeAdapter(dict[str, InlineNetwork])


class Embedded:
    """What a service with these networks and this profile would answer, without one."""

    def __init__(
        self,
        networks: Mapping[str, object] | str | Path | None,
        profile: str | None,
        verbosity: Verbosity,
        deadline_s: float,
        pin: Pin,
    ) -> None:
        inline = networks if isinstance(networks, Mapping) else {}
        folder = None if isinstance(networks, Mapping) else networks
        self._scorer = Scorer(folder, profile or "robust")
        self._inline = _build(inline)
        self._verbosity = verbosity
        self._deadline_s = deadline_s
        pin.check(self._scorer.fingerprint, "this process")

    async def score(self, items: Sequence[Item]) -> Batch:
        """A result for each item, in order. Raises ``MalformedRequestError``."""
        deadline = time.monotonic() + self._deadline_s
        try:
            # through bytes, as over the wire: what is refused there is refused here
            valid = ITEMS.validate_json(orjson.dumps(items))
        except TypeError:
            check_items(items)
            raise
        except ValidationError as error:
            found = [Problem(f"items{path}", message) for path, message in problems(error)]
            raise malformed(found) from error
        results: list[Result] = []
        for start in range(0, len(valid), _CHUNK):
            if time.monotonic() >= deadline:
                message = f"not scored within {self._deadline_s:g} s"
                results += (
                    unanswered(item, "deadline", message, self._verbosity) for item in items[start:]
                )
                break
            chunk = valid[start : start + _CHUNK]
            results += self._scorer.score_valid(chunk, self._verbosity, self._inline)
            await asyncio.sleep(0)
        profile, fingerprint = self._scorer.profile.name, self._scorer.fingerprint
        return Batch(results, statistics(groups_of(items), results), fingerprint, profile)

    async def metadata(self) -> dict[str, Any]:
        """What ``GET /metadata`` of such a service would say."""
        # imported here, as it brings the whole web framework
        from reward_server.api.auth import Tokens  # noqa: PLC0415
        from reward_server.api.limits import Gate  # noqa: PLC0415
        from reward_server.api.metadata import metadata  # noqa: PLC0415
        from reward_server.api.state import State  # noqa: PLC0415
        from reward_server.settings import Settings  # noqa: PLC0415

        settings, name = Settings(), self._scorer.profile.name
        scorers = {name: self._scorer}
        state = State(settings, self._scorer.networks, scorers, name, Gate(settings), Tokens())
        return cast("dict[str, Any]", metadata(state))

    async def close(self) -> None:
        """Nothing is open."""


def _build(inline: Mapping[str, object]) -> dict[str, Network]:
    """Raises ``MalformedRequestError`` where a city is not as expected."""
    try:
        cities = _INLINE.validate_json(orjson.dumps(dict(inline)))
        return {name: build_inline(name, city) for name, city in cities.items()}
    except ValidationError as error:
        found = [Problem(f"networks.{path}", message) for path, message in problems(error)]
        raise malformed(found) from error
    except NetworkError as error:
        raise malformed([Problem("networks", str(error))]) from error
