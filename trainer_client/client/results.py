"""What a client gives back: the service's own records, and those of items it did not answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reward_server.wire.groups import GroupStatistics
from reward_server.wire.results import Failure, Result, Verbosity, failed

Item = Mapping[str, object]
"""The wire's item: its task, the gold of that, a completion; ``id`` and ``group`` may be absent."""


@dataclass(frozen=True)
class Batch:
    """The results of a call, in the order of its items, and what GRPO will see of its groups."""

    results: list[Result]
    groups: dict[str, GroupStatistics]
    """Label -> statistics of the rewards of the call's items of that group, in order."""
    fingerprint: str
    """Empty where nothing was answered."""
    profile: str
    """Empty where nothing was answered."""


def label_of(given: object) -> str | None:
    """An id or a group as it comes back: the wire takes integers, and gives strings."""
    return None if given is None else str(given)


def unscored(item: Item, failure: Failure, verbosity: Verbosity) -> Result:
    """The result of an item that no service scored."""
    return failed(label_of(item.get("id")), failure, verbosity)
