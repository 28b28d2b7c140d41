"""Scores in this process, by the code of the service: the same results to the bit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast

import orjson
from pydantic import ValidationError

from reward_server.core.budget import TooMuchWorkError
from reward_server.metadata import metadata
from reward_server.networks.inline import INLINE, build_networks
from reward_server.scorer import LONGEST_COMPLETION, Outcome, Scorer
from reward_server.wire.groups import statistics
from reward_server.wire.items import Item as CheckedItem
from reward_server.wire.items import ItemsError
from reward_server.wire.problems import Problem, problems
from reward_server.wire.replies import Limits
from reward_server.wire.results import Failure, Result

from .chunks import groups_of
from .config import Config
from .errors import MalformedRequestError
from .pin import Pin
from .problems import check_items, failures_of, malformed, renumbered
from .results import Batch, Item, unscored

#: Items that are scored before others get their turn in the thread, and the clock is looked at.
_CHUNK_ITEMS = 64


class Embedded:
    """What a service with these networks and this profile would answer, without one.

    Raises what ``Scorer`` raises, and ``MalformedRequestError`` for a city that is none.
    """

    def __init__(self, config: Config, pin: Pin) -> None:
        self._verbosity = config.verbosity
        self._keep_malformed = config.keep_malformed
        self._deadline_s = config.deadline_s
        self._scorer = Scorer(config.networks_folder, config.profile or "robust")
        try:
            cities = INLINE.validate_json(orjson.dumps(config.inline_networks))
            inline = build_networks(cities)
        except ValidationError as error:
            found = [Problem(f"networks.{path}", message) for path, message in problems(error)]
            raise malformed(found) from error
        except (ValueError, TooMuchWorkError) as error:  # the city makes no network
            raise malformed([Problem("networks", str(error))]) from error
        self._networks = self._scorer.networks_with(inline)
        pin.check(self._scorer.fingerprint, "this process")

    async def score(self, items: Sequence[Item]) -> Batch:
        """A result for each item, in order. Raises ``MalformedRequestError``."""
        try:
            groups = groups_of(items)
        except AttributeError:
            check_items(items)
            raise
        results: dict[int, Result] = {}
        places = list(range(len(items)))
        while True:
            try:
                checked = self._read([items[place] for place in places])
                break
            except MalformedRequestError as error:
                refusal = renumbered(error, places)
                if not self._keep_malformed or not refusal.indices:
                    raise refusal from error
                for place, failure in failures_of(refusal).items():
                    results[place] = unscored(items[place], failure, self._verbosity)
                places = [place for place in places if place not in results]
        outcomes = await self._evaluate(checked)
        scored = self._scorer.results(checked, outcomes, self._verbosity)
        results.update(zip(places, scored, strict=True))
        in_order = [results[place] for place in range(len(items))]
        profile, fingerprint = self._scorer.profile.name, self._scorer.fingerprint
        return Batch(in_order, statistics(groups, in_order), fingerprint, profile)

    async def metadata(self) -> dict[str, Any]:
        """What ``GET /metadata`` of such a service would say; of limits, that on a completion."""
        name = self._scorer.profile.name
        limits = cast("Limits", {"completion_characters": LONGEST_COMPLETION})
        return cast("dict[str, Any]", metadata({name: self._scorer}, name, limits))

    async def close(self) -> None:
        """Nothing is open."""

    def _read(self, items: Sequence[Item]) -> list[CheckedItem]:
        """The items, checked. Raises ``MalformedRequestError``."""
        try:
            # through bytes, as over the wire: what is refused there is refused here
            return self._scorer.items.read(orjson.loads(orjson.dumps(items)))
        except TypeError:
            check_items(items)
            raise
        except ItemsError as error:
            raise malformed(error.problems) from error

    async def _evaluate(self, items: Sequence[CheckedItem]) -> list[Outcome]:
        """What comes of each item, in order; those that the deadline leaves no time for say so."""
        deadline = time.monotonic() + self._deadline_s
        outcomes: list[Outcome] = []
        for start in range(0, len(items), _CHUNK_ITEMS):
            if time.monotonic() >= deadline:
                message = f"not scored within {self._deadline_s:g} s"
                late = Failure("deadline", message, retryable=True)
                return outcomes + [late] * (len(items) - start)
            chunk = items[start : start + _CHUNK_ITEMS]
            outcomes += self._scorer.evaluate(chunk, self._networks)
            await asyncio.sleep(0)
        return outcomes
