"""A file of rollouts by group, with the advantages that GRPO makes of their rewards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import orjson

from reward_server.api.batch import score_items
from reward_server.api.errors import BatchTooLargeError
from reward_server.api.limits import Ticket
from reward_server.benchmark.rollouts import Rollout, rollouts_of
from reward_server.core.group import GroupStatistics, group_statistics
from reward_server.core.model import Breakdown
from reward_server.logs import log_items
from reward_server.scorer import Outcome, Scorer
from reward_server.wire.items import Item, ItemsError
from reward_server.wire.messages import shown
from reward_server.wire.results import Result

from .form import as_fields
from .transit.tasks import task_inputs

#: Groups on a page of the list.
GROUPS_SHOWN = 40
_FAULTS_SHOWN = 8
_GIST = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file that is a rollout. ``stored``: the reward that stands in it."""

    number: int
    item: Item
    stored: float | None


@dataclass(frozen=True, slots=True)
class ShownRollout:
    """A line that is shown. ``centred`` = reward - mean; ``scaled`` = that by the group's std.

    ``fields``: those of the page's form that describe the item, as JSON.
    """

    line: Line
    result: Result
    fields: str
    centred: float | None
    scaled: float | None

    @property
    def gist(self) -> str:
        """The completion on one line, cut off where it is long."""
        text = " ".join(shown(self.line.item["completion"])[: 4 * _GIST].split())
        return text if len(text) <= _GIST else f"{text[:_GIST]}…"


@dataclass(frozen=True, slots=True)
class RolloutGroup:
    """The rollouts of one prompt; those without a group's name are alone."""

    label: str
    statistics: GroupStatistics
    rollouts: tuple[ShownRollout, ...]


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
    lines, faults = _read(body, scorer, most)
    items = [line.item for line in lines]
    outcomes = score_items(scorer, items, ticket)
    log_items(items, outcomes)
    places = _groups(lines)
    statistics = {
        label: group_statistics(
            [
                outcome.reward
                for place in of_group
                if isinstance(outcome := outcomes[place], Breakdown)
            ]
        )
        for label, of_group in places.items()
    }
    pages = max(1, -(-len(places) // GROUPS_SHOWN))
    page = min(max(page, 1), pages)
    start = (page - 1) * GROUPS_SHOWN
    shown = list(places)[start : start + GROUPS_SHOWN]
    return Listing(
        len(items),
        len(places),
        sum(each.size > 1 and each.zero_variance is True for each in statistics.values()),
        sum(not isinstance(outcome, Breakdown) for outcome in outcomes),
        tuple(faults[:_FAULTS_SHOWN]),
        len(faults),
        page,
        pages,
        tuple(
            RolloutGroup(
                label,
                statistics[label],
                _rollouts(
                    scorer,
                    [lines[place] for place in places[label]],
                    [outcomes[place] for place in places[label]],
                    statistics[label],
                ),
            )
            for label in shown
        ),
    )


def _groups(lines: Sequence[Line]) -> dict[str, list[int]]:
    """Label -> the places of its lines."""
    groups: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        label = line.item["group"]
        groups.setdefault(f"line {line.number}" if label is None else label, []).append(place)
    return groups


def _rollouts(
    scorer: Scorer,
    lines: Sequence[Line],
    outcomes: Sequence[Outcome],
    group: GroupStatistics,
) -> tuple[ShownRollout, ...]:
    results = scorer.results([line.item for line in lines], outcomes, "components")
    rollouts = []
    for line, result in zip(lines, results, strict=True):
        name = line.item["task"]
        fields = as_fields(line.item, task_inputs(name, scorer.profile.tasks[name]))
        reward, centred, scaled = result["reward"], None, None
        if reward is not None and group.mean is not None:
            centred = reward - group.mean
            scaled = centred / group.std if group.std else 0.0
        rollouts.append(ShownRollout(line, result, orjson.dumps(fields).decode(), centred, scaled))
    return tuple(rollouts)


def _read(body: bytes, scorer: Scorer, most: int) -> tuple[list[Line], list[str]]:
    """The lines that are rollouts, and what is wrong with the others."""
    numbered = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    if len(numbered) > most:
        raise BatchTooLargeError(f"expected at most {most} rollouts, got {len(numbered)}")
    lines: list[Line] = []
    faults: list[str] = []
    rollouts = rollouts_of(scorer.profile)
    for number, text in numbered:
        try:
            item = rollouts.read_json(text)
        except ItemsError as error:
            faults.append(f"line {number}: {error}")
        else:
            stored = cast("Rollout", item).get("reward")
            lines.append(Line(number, item, stored))
    return lines, faults
