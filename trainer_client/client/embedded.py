"""Scores in this process, by the code of the service: the same results to the bit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import orjson
from pydantic import ValidationError

from reward_server.metadata import metadata
from reward_server.networks.inline import INLINE, build_inline
from reward_server.scorer import LONGEST_COMPLETION, Scorer
from reward_server.wire.groups import statistics
from reward_server.wire.items import ITEMS
from reward_server.wire.problems import Problem, problems
from reward_server.wire.replies import Limits
from reward_server.wire.results import Result, Verbosity

from .chunks import groups_of
from .pin import Pin
from .problems import check_items, malformed
from .results import Batch, Item, unanswered

#: Items that are scored before others get their turn in the thread, and the clock is looked at.
_CHUNK_ITEMS = 64


class Embedded:
    """What a service with these networks and this profile would answer, without one.

    Raises what ``Scorer`` raises, and ``MalformedRequestError`` for a city that is none.
    """

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
        try:
            cities = INLINE.validate_json(orjson.dumps(dict(inline)))
            self._inline = {name: build_inline(name, city) for name, city in cities.items()}
        except ValidationError as error:
            found = [Problem(f"networks.{path}", message) for path, message in problems(error)]
            raise malformed(found) from error
        except ValueError as error:  # the city makes no network
            raise malformed([Problem("networks", str(error))]) from error
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
        for start in range(0, len(valid), _CHUNK_ITEMS):
            if time.monotonic() >= deadline:
                message = f"not scored within {self._deadline_s:g} s"
                results += (
                    unanswered(item, "deadline", message, self._verbosity) for item in items[start:]
                )
                break
            chunk = valid[start : start + _CHUNK_ITEMS]
            results += self._scorer.score_valid(chunk, self._verbosity, self._inline)
            await asyncio.sleep(0)
        profile, fingerprint = self._scorer.profile.name, self._scorer.fingerprint
        return Batch(results, statistics(groups_of(items), results), fingerprint, profile)

    async def metadata(self) -> dict[str, Any]:
        """What ``GET /metadata`` of such a service would say; of limits, that on a completion."""
        name = self._scorer.profile.name
        limits = cast("Limits", {"completion_characters": LONGEST_COMPLETION})
        return cast("dict[str, Any]", metadata({name: self._scorer}, name, limits))

    async def close(self) -> None:
        """Nothing is open."""
