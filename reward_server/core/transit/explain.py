"""A breakdown in words, for verbosity ``full``: nothing here is asked while scoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model import FAILURES, Breakdown, ParseFailure
from ..tasks import Explanation
from .faults import Fault, faults
from .gold import RouteGold
from .model import LocatedRoute, Ride, Segment
from .network import Network


def explain_route(breakdown: Breakdown) -> Explanation:
    """Why a route earned what it did, and its segments."""
    if isinstance(breakdown.claim, ParseFailure):
        return Explanation(_failed(breakdown.claim))
    route: LocatedRoute = breakdown.located
    gold: RouteGold = breakdown.gold
    if breakdown.correct:
        said = _ride_in_words(len(route.rides), gold)
    else:
        # the paper asks less of a route, so what it finds wrong has a fault here too
        fault = faults(route.rides, gold)[0]
        said = fault_in_words(fault, route, gold.network)
        if fault.kind == "wrong_end":
            said = f"the route {said}"
        else:
            said = f"segment {fault.segment + 1}{'' if fault.kind in _VERBS else ':'} {said}"
    segments = [
        segment._asdict() | {"found": _names_in_network(ride, gold.network)}
        for segment, ride in zip(route.claim.segments, route.rides, strict=True)
    ]
    return Explanation(_sentence(breakdown, said), segments)


def explain_released_route(breakdown: Breakdown) -> Explanation:
    """How many segments the released code saw, and these; it compares names as text alone."""
    if isinstance(breakdown.claim, ParseFailure):
        return Explanation(_failed(breakdown.claim))
    segments = [
        Segment(read.line, read.departure, read.arrival)._asdict() | {"found": None}
        for read in breakdown.claim
    ]
    return Explanation(_sentence(breakdown, f"{len(segments)} segments read"), segments)


def explain_yes_no(breakdown: Breakdown) -> Explanation:
    """The yes or no that was read, and the right one."""
    return _explain_value(breakdown, lambda value: "yes" if value else "no")


def explain_letter(breakdown: Breakdown) -> Explanation:
    """The letter that was read, and the right one."""
    return _explain_value(breakdown, lambda value: "ABCD"[value])


def explain_count(breakdown: Breakdown) -> Explanation:
    """The count that was read, and the right one."""
    return _explain_value(breakdown, str)


def explain_text(breakdown: Breakdown) -> Explanation:
    """The text that was read, as the released code compares it."""
    return Explanation(_sentence(breakdown, f"the answer read is {breakdown.claim!r:.80}"))


def _explain_value(breakdown: Breakdown, words: Callable[[int], str]) -> Explanation:
    if isinstance(breakdown.claim, ParseFailure):
        return Explanation(_failed(breakdown.claim))
    said = f"the answer read is {words(breakdown.claim.value)}"
    if not breakdown.correct:
        said += f", expected {words(breakdown.gold.value)}"
    return Explanation(_sentence(breakdown, said))


def _sentence(breakdown: Breakdown, said: str) -> str:
    verdict = "Right" if breakdown.correct else "Wrong"
    form = ""
    if breakdown.format is not None:
        form = f"; the asked format is {'' if breakdown.format else 'not '}kept"
    return f"{verdict}: {said}{form}."


def _failed(failure: ParseFailure) -> str:
    return f"Wrong: {FAILURES[failure.kind]}."


def _names_in_network(ride: Ride, network: Network) -> dict[str, Any]:
    names = network.station_names
    return {
        "line": network.lines[ride.line].name if ride.line >= 0 else None,
        "departure": names[ride.departure] if ride.departure >= 0 else None,
        "arrival": names[ride.arrival] if ride.arrival >= 0 else None,
    }


def _ride_in_words(count: int, gold: RouteGold) -> str:
    """How many rides a right route takes."""
    names = gold.network.station_names
    rides = "1 ride" if count == 1 else f"{count} rides"
    least = "as few as possible" if count == gold.need else f"{gold.need} would do"
    return f"{rides} from {names[gold.origin]} to {names[gold.destination]}, {least}"


#: Faults whose words go on from "segment 2".
_VERBS = ("not_joined", "comes_back")


def fault_in_words(fault: Fault, route: LocatedRoute, network: Network) -> str:
    """A fault in words, such as "departs from Elm, expected Oak"."""
    names = network.station_names
    segment, ride = route.claim.segments[fault.segment], route.rides[fault.segment]
    ridden = network.lines[ride.line].name if ride.line >= 0 else ""
    stop, expected = names[fault.stop], names[fault.expected]
    return {
        "unknown_line": f"its line {segment.line!r:.80} is not in the network",
        "unknown_departure": f"its departure {segment.departure!r:.80} is not in the network",
        "unknown_arrival": f"its arrival {segment.arrival!r:.80} is not in the network",
        "not_on_line": f"{stop} is not on {ridden}",
        "not_joined": f"departs from {stop}, expected {expected}",
        "comes_back": f"comes back to {stop}",
        "wrong_end": f"ends at {stop}, expected {expected}",
    }[fault.kind]
