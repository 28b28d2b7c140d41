"""What may be wrong with a route: errors that are put in, and can be mended, one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from reward_server.core.transit.model import FormName
from tests.scoring import form_of

from .journeys import STRANGERS, Asked, Route, Segment, ride

Draft = list[tuple[int, Segment]]
"""Segments with the numbers they had in the right route; those put in have numbers below 0."""
Apply = Callable[[Draft, int], None]
"""Changes the segment at a place of a draft, or what stands around it."""


class Error(NamedTuple):
    """One error: what it does to the segment that was number ``at`` of the right route.

    ``touches``: the fields that it makes wrong, as "line 0", and the gaps between segments that
    it fills, as "gap 1" for the one before segment 1. Errors that touch nothing in common
    neither undo nor overwrite each other.
    """

    kind: str
    at: int
    apply: Apply
    touches: frozenset[str]


def spoil(route: Route, errors: Sequence[Error]) -> Route:
    """The route with these errors; one whose segment is gone does nothing."""
    draft: Draft = list(enumerate(route))
    for error in errors:
        for place, (number, _) in enumerate(draft):
            if number == error.at:
                error.apply(draft, place)
                break
    return tuple(segment for _, segment in draft)


def random_error(route: Route, asked: Asked, rng: Random) -> Error:
    """One error for a right route, of a kind that it leaves room for."""
    makers = list({**_ROUTE, **_VIA[form_of(asked.question)]}.items())
    while True:
        kind, (touched, make) = rng.choice(makers)
        at = rng.randrange(len(route))
        apply = make(_Spot(route, at, asked, rng))
        if apply:
            touches = frozenset(
                f"{word.rstrip('+')} {at + word.count('+')}" for word in touched.split()
            )
            return Error(kind, at, apply, touches)


def random_errors(route: Route, asked: Asked, rng: Random, most: int) -> list[Error]:
    """One to ``most`` errors for a right route that touch nothing in common."""
    errors = [random_error(route, asked, rng)]
    for _ in range(rng.randrange(most)):
        error = random_error(route, asked, rng)
        if all(error.touches.isdisjoint(other.touches) for other in errors):
            errors.append(error)
    return errors


class _Spot(NamedTuple):
    """Where an error is to be put in."""

    route: Route
    at: int
    asked: Asked
    rng: Random

    @property
    def segment(self) -> Segment:
        return self.route[self.at]

    def stop(self) -> str:
        """Another stop: mostly of the same line, else of the city, or one that nobody knows."""
        _, departure, arrival, *_ = self.segment
        of_line = [s for s in self.stops(self.segment.line) if s not in (departure, arrival)]
        anywhere = [*self.asked.city.stations(), STRANGERS[0]]
        return self.rng.choice(of_line if of_line and self.rng.randrange(3) else anywhere)

    def stops(self, line: str) -> Sequence[str]:
        return self.asked.city.stops[line]

    def ride_from(self, departure: str) -> Segment:
        """Any ride from a station, perhaps nowhere."""
        line = self.rng.choice([o for o in self.asked.city.stops if departure in self.stops(o)])
        return ride(self.asked.city, line, departure, self.rng.choice(self.stops(line)), self.rng)


def _change(**changes: Any) -> Apply:  # noqa: ANN401 -- any fields of a segment
    def apply(draft: Draft, place: int) -> None:
        number, segment = draft[place]
        draft[place] = (number, segment._replace(**changes))

    return apply


def _put_in(segments: Sequence[Segment], shift: int = 0) -> Apply:
    def apply(draft: Draft, place: int) -> None:
        draft[place + shift : place + shift] = [(-1, segment) for segment in segments]

    return apply


def _wrong_line(spot: _Spot) -> Apply | None:
    lines = [line for line in spot.asked.city.stops if line != spot.segment.line]
    return _change(line=spot.rng.choice(lines)) if lines else None


def _wrong_joint(spot: _Spot) -> Apply:
    stop = spot.stop()

    def apply(draft: Draft, place: int) -> None:
        _change(arrival=stop)(draft, place)
        if place + 1 < len(draft):
            _change(departure=stop)(draft, place + 1)

    return apply


def _turned_round(_: _Spot) -> Apply:
    def apply(draft: Draft, place: int) -> None:
        _, segment = draft[place]
        _change(departure=segment.arrival, arrival=segment.departure)(draft, place)

    return apply


def _swapped(spot: _Spot) -> Apply | None:
    def apply(draft: Draft, place: int) -> None:
        draft[place : place + 2] = draft[place : place + 2][::-1]

    return apply if spot.at + 1 < len(spot.route) else None


def _missing(spot: _Spot) -> Apply | None:
    def apply(draft: Draft, place: int) -> None:
        del draft[place]

    return apply if len(spot.route) > 1 else None


def _repeated(_: _Spot) -> Apply:
    def apply(draft: Draft, place: int) -> None:
        draft.insert(place, (-1, draft[place][1]))

    return apply


def _split(spot: _Spot) -> Apply:
    """Split where the ride may not pass, so that a stop may be ridden past, and back to."""
    stop = spot.stop()

    def apply(draft: Draft, place: int) -> None:
        number, segment = draft[place]
        draft[place : place + 1] = [
            (number, segment._replace(arrival=stop)),
            (-1, segment._replace(departure=stop)),
        ]

    return apply


def _surplus_before(spot: _Spot) -> Apply:
    away = spot.ride_from(spot.segment.departure)
    return _put_in([away._replace(departure=away.arrival, arrival=away.departure)])


def _detour(spot: _Spot) -> Apply:
    away = spot.ride_from(spot.segment.departure)
    return _put_in([away, away._replace(departure=away.arrival, arrival=away.departure)])


def _surplus_behind(spot: _Spot) -> Apply:
    return _put_in([spot.ride_from(spot.segment.arrival)], 1)


def _number_off(spot: _Spot) -> Apply:
    return _change(number=max(0, (spot.segment.number or 0) + spot.rng.choice([-2, -1, 1, 2, 5])))


def _via_stop_missing(spot: _Spot) -> Apply | None:
    via = list(spot.segment.via or ())
    if not via:
        return None
    via.pop(spot.rng.randrange(len(via)))
    return _change(via=tuple(via))


def _via_stop_too_many(spot: _Spot) -> Apply:
    via = list(spot.segment.via or ())
    via.insert(spot.rng.randint(0, len(via)), spot.stop())
    return _change(via=tuple(via))


def _via_turned_round(spot: _Spot) -> Apply | None:
    via = spot.segment.via or ()
    return _change(via=via[::-1]) if len(via) > 1 else None


Make = Callable[[_Spot], Apply | None]

_ALL = "line departure arrival via"
#: Kind -> what it touches ("+": of the next segment) and what makes it.
_ROUTE: Mapping[str, tuple[str, Make]] = {
    "wrong line": ("line", _wrong_line),
    "unknown line": ("line", lambda _: _change(line=STRANGERS[1])),
    "wrong departure": ("departure", lambda spot: _change(departure=spot.stop())),
    "wrong arrival": ("arrival", lambda spot: _change(arrival=spot.stop())),
    "wrong joint": ("arrival departure+", _wrong_joint),
    "turned round": ("departure arrival", _turned_round),
    "swapped": (f"{_ALL} line+ departure+ arrival+ via+ gap gap+ gap++", _swapped),
    "missing": (f"{_ALL} gap gap+", _missing),
    "repeated": (f"{_ALL} gap", _repeated),
    "split": (_ALL, _split),
    "surplus before": ("gap", _surplus_before),
    "detour": ("gap", _detour),
    "surplus behind": ("gap+", _surplus_behind),
}
_VIA: Mapping[FormName, Mapping[str, tuple[str, Make]]] = {
    "short": {},
    "via_count": {
        "no via count": ("via", lambda _: _change(number=None)),
        "via count off": ("via", _number_off),
    },
    "via_stops": {
        "no via list": ("via", lambda _: _change(via=None)),
        "via stop missing": ("via", _via_stop_missing),
        "via stop too many": ("via", _via_stop_too_many),
        "via list turned round": ("via", _via_turned_round),
    },
}


def kinds() -> list[str]:
    """All kinds of errors."""
    return [kind for makers in (_ROUTE, *_VIA.values()) for kind in makers]
