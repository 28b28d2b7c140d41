"""ReasonMap's map score (arXiv 2505.18675, Algorithm 2): how near an answer is to a reference.

Both are compared by cleaned names: what the network knows under any spelling is one place,
what it does not know is told by its folded name. Where this differs from the released script,
and what was decided where the paper is silent: ``benchmark/README.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ...core.budget import Budget
from ...core.model import GoldError
from ...core.transit.model import FormName, LocatedRoute
from ...core.transit.name_index import UNKNOWN, Lookups, NameIndex
from ...core.transit.names import LONGEST_NAME, fold_line, fold_station
from ...core.transit.network import Network
from .columns import ReferenceSegment

#: A station's or line's index in the network; the folded name of what is not in it.
Key = int | str

ENDS: Final = 1.0
LINE: Final = 2.0
STOP: Final = 1.0
#: For a segment's exact via count.
COUNT: Final = 4.0
#: The most that via counts, and each half of via stops, can give.
VIA_MOST: Final = 10.0
#: The most before the bonus, which is as much again.
MOST: Final[dict[FormName, float]] = {"short": 10.0, "via_count": 20.0, "via_stops": 20.0}


class Leg(NamedTuple):
    """A segment as keys, with what it says of its via stops if it does."""

    line: Key
    departure: Key
    arrival: Key
    via_count: int | None = None
    via_stops: frozenset[Key] | None = None


def map_score(
    answer: Sequence[Leg],
    references: Sequence[Sequence[Leg]],
    ends: tuple[Key, Key],
    form: FormName,
    *,
    correct: bool,
) -> float:
    """The score against the reference that fits best, with the bonus of a correct answer.

    0 to 20 for the short form, 0 to 40 for the long ones. ``references``: at least one.
    ``correct``: Algorithm 1's verdict, which asks no reference.
    """
    bonus = MOST[form] if correct else 0.0
    return max(_against(answer, reference, ends, form) for reference in references) + bonus


def _against(
    answer: Sequence[Leg], reference: Sequence[Leg], ends: tuple[Key, Key], form: FormName
) -> float:
    pairs = list(zip(answer, reference, strict=False))
    score = ENDS if answer and (answer[0].departure, answer[-1].arrival) == ends else 0.0
    for given, true in pairs:
        score += LINE * (given.line == true.line)
        score += STOP * (given.departure == true.departure)
        score += STOP * (given.arrival == true.arrival)
    if form == "via_count":
        score += min(
            sum(_count_points(given.via_count, true.via_count) for given, true in pairs), VIA_MOST
        )
    elif form == "via_stops":
        score += _stop_points(pairs)
    return min(score, MOST[form])


def _count_points(given: int | None, true: int | None) -> float:
    if given is None or true is None:
        return 0.0
    return max(0.0, COUNT - COUNT * abs(given - true) / max(given, true, 1))


def _stop_points(pairs: Sequence[tuple[Leg, Leg]]) -> float:
    """The mean of the matched via stops and of 10 times their share, over segments on one line."""
    matched = either = 0
    listed = False
    for given, true in pairs:
        if given.line == true.line and true.via_stops is not None:
            listed |= given.via_stops is not None
            stops = given.via_stops or frozenset()
            matched += len(stops & true.via_stops)
            either += len(stops | true.via_stops)
    # where there is nothing to list, an empty list is all of it
    share = matched / either if either else float(listed)
    return (VIA_MOST * share + min(matched, VIA_MOST)) / 2


def answer_legs(route: LocatedRoute) -> list[Leg]:
    """The segments of an answer as keys, as scoring located them."""
    strangers = route.strangers

    def station(index: int) -> Key:
        return index if index >= 0 else strangers[UNKNOWN - 1 - index]

    legs = []
    for segment, ride in zip(route.claim.segments, route.rides, strict=True):
        via = ride.via
        legs.append(
            Leg(
                ride.line if ride.line >= 0 else _folded(segment.line, fold_line),
                station(ride.departure),
                station(ride.arrival),
                via if isinstance(via, int) else None,
                frozenset(map(station, via)) if isinstance(via, tuple) else None,
            )
        )
    return legs


def reference_legs(
    route: Sequence[ReferenceSegment], form: FormName, network: Network
) -> list[Leg]:
    """A reference route as keys; ``GoldError`` where it lacks what the question's form asks."""
    names = _Names(network)
    legs = []
    for number, segment in enumerate(route, 1):
        stops = segment.get("via_stops")
        count = segment.get("num_via_stops")
        if count is None and stops is not None:
            count = len(stops)
        asked = {"short": True, "via_count": count, "via_stops": stops}[form]
        if asked is None:
            column = "num_via_stops" if form == "via_count" else "via_stops"
            raise GoldError("missing_gold", f"routes: segment {number} has no {column}")
        legs.append(
            Leg(
                names.line(segment["route_name"]),
                names.station(segment["departure_stop"]),
                names.station(segment["arrival_stop"]),
                count,
                None if stops is None else frozenset(map(names.station, stops)),
            )
        )
    return legs


class _Names:
    """The keys of the names of one reference in a network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._lookups = Lookups(Budget())

    def line(self, name: str) -> Key:
        return self._key(name, self._network.line_index, fold_line)

    def station(self, name: str) -> Key:
        return self._key(name, self._network.station_index, fold_station)

    def _key(self, name: str, index: NameIndex, fold: Callable[[str], str]) -> Key:
        known = index.exact.get(name)
        if known is None:
            # a reference may be as long as it likes: it is the caller's own, and no answer
            self._lookups.budget.renew(len(name))
            known = index.find(name, self._lookups)
        return known if known >= 0 else _folded(name, fold)


def _folded(name: str, fold: Callable[[str], str]) -> str:
    return fold(name) if len(name) <= LONGEST_NAME else name
