"""Scores a batch, and looks meanwhile whether anybody still waits for it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from reward_server.core.budget import StoppedError
from reward_server.core.tasks import Networks
from reward_server.scorer import Outcome, Scorer
from reward_server.wire.items import Item, ItemsError
from reward_server.wire.results import Failure

from .errors import BatchTooLargeError, malformed
from .limits import Ticket


def check_count(count: int, most: int) -> None:
    """Raises ``BatchTooLargeError`` for more than ``most`` items."""
    if count > most:
        raise BatchTooLargeError(f"items: expected at most {most}, got {count}; split the batch")


def read_items(scorer: Scorer, items: object) -> list[Item]:
    """The items of a body as the scorer's profile has them. Raises ``MalformedError``."""
    try:
        return scorer.items.read(items)
    except ItemsError as error:
        raise malformed(error.problems) from error


def score_items(
    scorer: Scorer,
    items: Sequence[Item],
    ticket: Ticket,
    networks: Networks | None = None,
    deadline_ms: int | None = None,
) -> list[Outcome]:
    """What comes of each item, in order; those that ``deadline_ms`` leaves no time for say so.

    Milliseconds count from the request's arrival. ``networks``: as ``Scorer.networks_with`` gives
    them. Raises what ``Ticket.check`` raises.
    """
    deadline = math.inf if deadline_ms is None else ticket.arrived + deadline_ms / 1000

    def look() -> None:
        ticket.check()
        if time.monotonic() >= deadline:
            raise _TooLateError

    outcomes: list[Outcome] = []
    try:
        look()
        outcomes.extend(scorer.outcomes(items, networks, look))
    except _TooLateError:
        message = f"not scored within deadline_ms, {deadline_ms} ms; send it again"
        late = Failure("deadline", message, retryable=True)
        outcomes += [late] * (len(items) - len(outcomes))
    return outcomes


class _TooLateError(StoppedError):
    """The time that the caller waits is over."""
