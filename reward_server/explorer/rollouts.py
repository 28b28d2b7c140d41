"""A file of rollouts by group, with the advantages that GRPO makes of their rewards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import orjson
from pydantic import ValidationError

from reward_server.api.errors import BatchTooLargeError
from reward_server.api.limits import Ticket
from reward_server.api.work import score_items
from reward_server.benchmark.rollouts import ROLLOUT
from reward_server.core.group import GroupStatistics, group_statistics
from reward_server.scorer import Scorer
from reward_server.wire.items import Item
from reward_server.wire.problems import problems
from reward_server.wire.results import Result

#: Groups on a page of the list.
GROUPS_SHOWN = 40
_FAULTS_SHOWN = 8
_GIST = 160
_ITEM_FIELDS = tuple(Item.__annotations__)


@dataclass(frozen=True, slots=True)
class Rollout:
    """One line of the file. ``centred`` = reward - mean; ``scaled`` = that by the group's std."""

    line: int
    item: Item
    result: Result
    stored: float | None
    centred: float | None
    scaled: float | None

    @property
    def gist(self) -> str:
        """The completion on one line, cut off where it is long."""
        text = " ".join(self.item["completion"][: 4 * _GIST].split())
        return text if len(text) <= _GIST else f"{text[:_GIST]}…"

    @property
    def json(self) -> str:
        """The fields of the item that are there."""
        kept = {name: self.item[name] for name in _ITEM_FIELDS if self.item[name] is not None}  # type: ignore[literal-required]
        return orjson.dumps(kept).decode()


@dataclass(frozen=True, slots=True)
class RolloutGroup:
    """The rollouts of one prompt; those without a group's name are alone."""

    label: str
    statistics: GroupStatistics
    rollouts: tuple[Rollout, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a file's groups, with what is to say of all of it."""

    rollouts: int
    groups: int
    zero_variance: int
    in_error: int
    faults: tuple[str, ...]
    faulty: int
    page: int
    pages: int
    shown: tuple[RolloutGroup, ...]


def list_rollouts(body: bytes, scorer: Scorer, ticket: Ticket, most: int, page: int) -> Listing:
    """The groups of a file of JSON lines, in the order of their first lines; ``page`` from 1.

    A line that is no rollout is told of and left out. Raises ``BatchTooLargeError`` beyond
    ``most`` lines, and what ``Ticket.check`` raises.
    """
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    if len(lines) > most:
        raise BatchTooLargeError(f"expected at most {most} rollouts, got {len(lines)}")
    items: list[Item] = []
    numbers: list[int] = []
    stored: list[float | None] = []
    faults: list[str] = []
    for number, line in lines:
        try:
            rollout = ROLLOUT.validate_json(line)
        except ValidationError as error:
            faults.append(f"line {number}: {'; '.join(map(str, problems(error)))}")
            continue
        fields = {name: rollout[name] for name in _ITEM_FIELDS}  # type: ignore[literal-required]
        items.append(cast("Item", fields))
        numbers.append(number)
        stored.append(rollout.get("reward"))
    results = score_items(scorer, items, "full", ticket)
    groups: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        label = item["group"]
        groups.setdefault(f"line {numbers[place]}" if label is None else label, []).append(place)
    statistics = {
        label: group_statistics(
            [reward for place in places if (reward := results[place]["reward"]) is not None]
        )
        for label, places in groups.items()
    }
    pages = max(1, -(-len(groups) // GROUPS_SHOWN))
    page = min(max(page, 1), pages)
    start = (page - 1) * GROUPS_SHOWN
    shown = []
    for label in list(groups)[start : start + GROUPS_SHOWN]:
        of_group = statistics[label]
        shown.append(
            RolloutGroup(
                label,
                of_group,
                tuple(
                    _rollout(numbers[place], items[place], results[place], stored[place], of_group)
                    for place in groups[label]
                ),
            )
        )
    return Listing(
        len(items),
        len(groups),
        sum(one.size > 1 and one.zero_variance is True for one in statistics.values()),
        sum(result["status"] == "error" for result in results),
        tuple(faults[:_FAULTS_SHOWN]),
        len(faults),
        page,
        pages,
        tuple(shown),
    )


def _rollout(
    line: int, item: Item, result: Result, stored: float | None, group: GroupStatistics
) -> Rollout:
    reward = result["reward"]
    centred = scaled = None
    if reward is not None and group.mean is not None:
        centred = reward - group.mean
        scaled = centred / group.std if group.std else 0.0
    return Rollout(line, item, result, stored, centred, scaled)
