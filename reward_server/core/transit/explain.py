"""A breakdown in words, for verbosity ``full``: nothing here is asked while scoring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..model import Breakdown, ParseFailure, Question, Ride, RouteClaim, Segment, ValueClaim
from ..profiles import Profile
from ..tasks import TASKS
from .gold import RouteGold, route_gold
from .locate import locate_route
from .network import Network
from .released.parse import ReleasedSegment

_FAILURES = {
    "empty": "there is no text to read an answer from",
    "no_answer": "no answer could be read",
    "contradiction": "two different answers stand side by side",
    "very_long": "the route has more segments than are read",
}
_LETTERS = "ABCD"


def segments(
    breakdown: Breakdown, question: Question, network: Network | None, profile: Profile
) -> list[dict[str, Any]] | None:
    """The segments of a planning answer as read and as found in the network; else ``None``.

    Each has ``line``, ``departure``, ``arrival`` (as spelled), ``via_count``, ``via_stops``
    (null where missing) and ``found``: the network's names for the three, null where
    there is none; under profile ``released``, which compares text, ``found`` is null.
    """
    claim = breakdown.claim
    if question.task != "planning" or isinstance(claim, ParseFailure) or network is None:
        return None
    if not isinstance(claim, RouteClaim):
        read: Sequence[ReleasedSegment] = claim
        return [_spelled(Segment(s.line, s.departure, s.arrival)) | {"found": None} for s in read]
    gold = route_gold(question, network, profile)
    rides = locate_route(claim, gold).rides
    return [
        _spelled(segment) | {"found": _found(ride, network)}
        for segment, ride in zip(claim.segments, rides, strict=True)
    ]


def _spelled(segment: Segment) -> dict[str, Any]:
    return segment._asdict()


def _found(ride: Ride, network: Network) -> dict[str, str | None]:
    names = network.station_names
    return {
        "line": network.lines[ride.line].name if ride.line >= 0 else None,
        "departure": names[ride.departure] if ride.departure >= 0 else None,
        "arrival": names[ride.arrival] if ride.arrival >= 0 else None,
    }


def explain(
    breakdown: Breakdown, question: Question, network: Network | None, profile: Profile
) -> str:
    """A sentence or two on why a completion earned what it did."""
    claim = breakdown.claim
    if isinstance(claim, ParseFailure):
        return f"Wrong: {_FAILURES[claim.kind]}."
    verdict = "Right" if breakdown.correct else "Wrong"
    if isinstance(claim, RouteClaim) and network is not None:
        gold = route_gold(question, network, profile)
        said = _ride_in_words(claim, gold) if breakdown.correct else _fault_in_words(claim, gold)
    elif isinstance(claim, ValueClaim):
        said = f"the answer read is {_value(question, claim.value)}"
        if not breakdown.correct and question.answer is not None:
            said += f", expected {_value(question, question.answer)}"
    elif question.task == "planning":
        said = f"{len(claim)} segments read"
    else:
        said = f"the answer read is {claim!r:.80}"
    task = TASKS[profile.base][question.task]
    form = (
        ""
        if not task.has_format
        else f"; the asked format is {'' if breakdown.format else 'not '}kept"
    )
    return f"{verdict}: {said}{form}."


def _value(question: Question, value: int) -> str:
    if question.task == "Counting1":
        return _LETTERS[value]
    if question.task.startswith("TorF"):
        return "yes" if value else "no"
    return str(value)


def _ride_in_words(claim: RouteClaim, gold: RouteGold) -> str:
    """How many rides a right route takes."""
    names = gold.network.station_names
    count = len(claim.segments)
    rides = "1 ride" if count == 1 else f"{count} rides"
    least = "as few as possible" if count == gold.need else f"{gold.need} would do"
    return f"{rides} from {names[gold.origin]} to {names[gold.destination]}, {least}"


def _fault_in_words(claim: RouteClaim, gold: RouteGold) -> str:
    """The first thing that is wrong with a route."""
    network = gold.network
    names = network.station_names
    here: int = gold.origin
    visited = {here}
    for number, (segment, ride) in enumerate(
        zip(claim.segments, locate_route(claim, gold).rides, strict=True), 1
    ):
        for field, spelled, index in (
            ("line", segment.line, ride.line),
            ("departure", segment.departure, ride.departure),
            ("arrival", segment.arrival, ride.arrival),
        ):
            if index < 0:
                return f"segment {number}: its {field} {spelled!r:.80} is not in the network"
        line = network.lines[ride.line]
        for stop in (ride.departure, ride.arrival):
            if stop not in line.stations:
                return f"segment {number}: {names[stop]} is not on {line.name}"
        if ride.departure != here:
            return f"segment {number} departs from {names[ride.departure]}, expected {names[here]}"
        if ride.arrival in visited:
            return f"segment {number} comes back to {names[ride.arrival]}"
        here = ride.arrival
        visited.add(here)
    return f"the route ends at {names[here]}, expected {names[gold.destination]}"
