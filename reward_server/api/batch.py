"""Builds a request's networks and scores its items while anybody waits for them."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from reward_server.core.budget import StoppedError, TooMuchWorkError
from reward_server.core.transit.model import NetworkError
from reward_server.core.transit.names import LONGEST_NAME
from reward_server.networks.inline import (
    MANY_VALUES,
    InlineNetwork,
    build_networks,
    too_many_values,
)
from reward_server.scorer import Outcome, Scorer
from reward_server.wire.items import Item, ItemsError
from reward_server.wire.problems import Problem, problems, shown
from reward_server.wire.requests import MANY_NETWORKS
from reward_server.wire.results import Failure

from .errors import BatchTooLargeError, TooMuchWorkRefusal, malformed
from .limits import Ticket


def check_count(count: int, most: int) -> None:
    """Raises ``BatchTooLargeError`` for more than ``most`` items."""
    if count > most:
        raise BatchTooLargeError(f"items: expected at most {most}, got {count}; split the batch")


def read_items(scorer: Scorer, items: object, ticket: Ticket) -> list[Item]:
    """The items of a body as the scorer's profile has them.

    Raises ``MalformedError``, or what ``Ticket.check`` raises.
    """
    try:
        return scorer.items.read(items, ticket.check)
    except ItemsError as error:
        raise malformed(error.problems) from error


def read_networks(networks: object) -> dict[str, InlineNetwork]:
    """The networks of a request, checked one by one; none for ``None``.

    Raises ``MalformedError`` for the first that is not as expected.
    """
    checked: dict[str, InlineNetwork] = {}
    if networks is None:
        return checked
    if not isinstance(networks, dict) or len(networks) > MANY_NETWORKS:
        got = f"{len(networks)} of them" if isinstance(networks, dict) else shown(networks)
        message = f"expected an object of at most {MANY_NETWORKS} networks, got {got}"
        raise malformed([Problem("networks", message)])
    for name, content in networks.items():
        path = f"networks.{name:.{LONGEST_NAME}}"
        if len(name) > LONGEST_NAME:  # each message of an item's error has it
            message = f"expected a name of at most {LONGEST_NAME} characters, got {len(name)}"
            raise malformed([Problem(path, message)])
        if too_many_values(content):
            message = f"expected at most {MANY_VALUES} names, lists and objects"
            raise malformed([Problem(path, message)])
        try:
            checked[name] = InlineNetwork.model_validate(content)
        except ValidationError as error:
            found = problems(error)
            raise malformed([Problem(_joined(path, at), text) for at, text in found]) from error
    return checked


def _joined(path: str, inner: str) -> str:
    return f"{path}{inner}" if not inner or inner.startswith("[") else f"{path}.{inner}"


def score_items(
    scorer: Scorer,
    items: Sequence[Item],
    ticket: Ticket,
    networks: Mapping[str, InlineNetwork] | None = None,
    deadline_ms: int | None = None,
) -> list[Outcome]:
    """What comes of each item, in order; those that ``deadline_ms`` leaves no time for say so.

    Milliseconds count from the request's arrival. ``networks``: those that the request brings, as
    ``read_networks`` gives them. Raises ``MalformedError`` or ``TooMuchWorkRefusal`` where one
    cannot be built, and what ``Ticket.check`` raises.
    """
    deadline = math.inf if deadline_ms is None else ticket.arrived + deadline_ms / 1000

    def look() -> None:
        ticket.check()
        if time.monotonic() >= deadline:
            raise _TooLateError

    outcomes: list[Outcome] = []
    try:
        look()
        known = scorer.networks_with(build_networks(networks, look)) if networks else None
        outcomes.extend(scorer.outcomes(items, known, look))
    except _TooLateError:
        message = f"not scored within deadline_ms, {deadline_ms} ms; send it again"
        late = Failure("deadline", message, retryable=True)
        outcomes += [late] * (len(items) - len(outcomes))
    except NetworkError as error:
        raise malformed([Problem("networks", str(error))]) from error
    except TooMuchWorkError as error:
        raise TooMuchWorkRefusal(f"networks: {error}") from error
    return outcomes


class _TooLateError(StoppedError):
    """The time that the caller waits is over."""
