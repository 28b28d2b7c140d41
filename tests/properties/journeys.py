"""Questions on a city and answers to them: right ones, in every form, and broken ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple, cast, get_args

from reward_server.core.evaluate import evaluate
from reward_server.core.model import Breakdown, DifficultyName, FormName, Question
from reward_server.core.profiles import ROBUST

from .cities import City

FORMS: tuple[FormName, ...] = get_args(FormName)
HARDNESS: tuple[DifficultyName, ...] = get_args(DifficultyName)
#: Names that no city has.
STRANGERS = ("Nowhere Plaza", "Line 99", "xx Station", "某某站", "Line x")


class Segment(NamedTuple):
    """A segment of an answer; ``via``: its stops as a list, ``count``: as a count."""

    line: str
    departure: str
    arrival: str
    via: tuple[str, ...] | None = ()
    count: int | None = 0


Route = tuple[Segment, ...]


class Asked(NamedTuple):
    """A planning question in its city; ``need``: fewest rides."""

    city: City
    question: Question
    need: int

    def reward(self, completion: str) -> Breakdown:
        return evaluate(completion, self.question, self.city.network, ROBUST)

    @property
    def origin(self) -> str:
        return cast("str", self.question.station_1)

    @property
    def destination(self) -> str:
        return cast("str", self.question.station_2)

    def text(self, route: Route) -> str:
        """The route in exactly the asked form."""
        return as_asked(route, self.question.question_form)

    def item(self, completion: str) -> dict[str, Any]:
        """The item of ``POST /score`` that asks the same."""
        return {
            "network": self.city.network.name,
            "completion": completion,
            **{key: value for key, value in self.question._asdict().items() if value is not None},
        }


def ask(city: City, rng: Random, form: FormName | None = None) -> Asked | None:
    """A planning question; ``None`` where the two stations drawn have no way between them."""
    origin, destination = rng.sample(city.stations(), 2)
    need = city.rides_to(destination).get(origin)
    if need is None:
        return None
    transfers = rng.choice([None, need - 1, need - 1, need + rng.randrange(3)])
    question = Question(
        "planning",
        origin,
        destination,
        difficulty_city=rng.choice(HARDNESS),
        question_transfer_count=transfers,
        question_form=form or rng.choice(FORMS),
    )
    return Asked(city, question, need)


def right_routes(asked: Asked, rng: Random, most: int = 8) -> list[Route]:
    """Routes of fewest rides, each by any of the ways round: all of them, or ``most`` by chance."""
    city, goal = asked.city, asked.destination
    rides = city.rides_to(goal)
    routes: dict[Route, None] = {}
    for _ in range(2 * most):
        here, route = asked.origin, []
        while here != goal:
            steps = [
                (line, stop)
                for line, stops in city.stops.items()
                if here in stops
                for stop in stops
                if rides.get(stop) == rides[here] - 1
            ]
            line, stop = rng.choice(steps)
            route.append(ride(city, line, here, stop, rng))
            here = stop
        routes[tuple(route)] = None
        if len(routes) == most:
            break
    return list(routes)


def ride(city: City, line: str, departure: str, arrival: str, rng: Random) -> Segment:
    """A segment with its true via stops, or with none where there is no such ride."""
    via = rng.choice(city.ways(line, departure, arrival) or [()])
    return Segment(line, departure, arrival, via, len(via))


def is_right(route: Sequence[Segment], asked: Asked) -> bool:
    """Whether a route in the city's own spellings can be ridden and leads where it should."""
    stops = [asked.origin, *(segment.arrival for segment in route)]
    return (
        [segment.departure for segment in route] == stops[:-1]
        and stops[-1] == asked.destination
        and len(set(stops)) == len(stops)
        and all({s.departure, s.arrival} <= set(asked.city.stops.get(s.line, ())) for s in route)
    )


# -- how a route is written


def as_asked(route: Route, form: FormName) -> str:
    """A route in exactly the asked form."""
    return "\n--\n".join("\n".join(fields(segment, form)) for segment in route)


def fields(segment: Segment, form: FormName, names: Callable[[str], str] = str) -> list[str]:
    """The lines of a segment in a form; no via line where the segment has none."""
    written = [
        f"Route Name: {names(segment.line)}",
        f"Departure Stop: {names(segment.departure)}",
        f"Arrival Stop: {names(segment.arrival)}",
    ]
    if form == "via_count" and segment.count is not None:
        written.append(f"Number of Via Stops: {segment.count}")
    if form == "via_stops" and segment.via is not None:
        written.append(f"Via Stops: {', '.join(map(names, segment.via))}")
    return written


SEPARATORS = ("\n--\n", "\n-\n", "\n---\n", "\n\n", "\n", "\n\n--\n\n", "\n(change here)\n", "\n* * *\n")
HEADINGS = ("{}.\n", "### Segment {}\n", "**Step {}:**\n", "第{}段\n", "{})\n")
LABELS: tuple[Callable[[str, str], str], ...] = (
    lambda label, value: f"**{label}:** {value}",
    lambda label, value: f"**{label}**: {value}",
    lambda label, value: f"- {label}: {value}",
    lambda label, value: f"* {label}: **{value}**",
    lambda label, value: f"{label.lower()}: {value}",
    lambda label, value: f"{label.upper()} : {value}",
    lambda label, value: f"{label}：{value}",
    lambda label, value: f"> {label}:{value}",
)
NAMES: tuple[Callable[[str], str], ...] = (
    str.lower,
    str.upper,
    lambda name: f"[{name}]",
    lambda name: f'"{name}"',
    lambda name: f"**{name}**",
    lambda name: f" {name}\t",
    lambda name: name.replace(" ", "  "),
)


def as_tolerated(route: Route, form: FormName, rng: Random) -> str:
    """A route in the asked form's fields, decorated in ways that change nothing of its meaning."""
    names = rng.choice([str, *NAMES])
    label = rng.choice([None, *LABELS])
    blocks = []
    for segment in route:
        block = fields(segment, form, names)
        if label:
            block = [label(*(part.strip() for part in line.split(":", 1))) for line in block]
        blocks.append("\n".join(block))
    if rng.randrange(3) == 0:
        heading = rng.choice(HEADINGS)
        return "\n".join(heading.format(i) + block for i, block in enumerate(blocks, 1))
    return rng.choice(SEPARATORS).join(blocks)


# -- what may be wrong with a route


class Error(NamedTuple):
    """One error: what it does to the segment that began as number ``at`` of the right route."""

    kind: str
    at: int
    apply: Callable[[list[tuple[int, Segment]], int], None]


Draft = list[tuple[int, Segment]]
"""Segments with the numbers they had in the right route; those put in have numbers below 0."""


def spoil(route: Route, errors: Sequence[Error]) -> Route:
    """The route with these errors; one whose segment is gone does nothing."""
    draft: Draft = list(enumerate(route))
    for error in errors:
        for place, (number, _) in enumerate(draft):
            if number == error.at:
                error.apply(draft, place)
                break
    return tuple(segment for _, segment in draft)


def _change(**changes: Any) -> Callable[[Draft, int], None]:  # noqa: ANN401 -- fields of Segment
    def apply(draft: Draft, place: int) -> None:
        number, segment = draft[place]
        draft[place] = (number, segment._replace(**changes))

    return apply


def _put_in(segments: Sequence[Segment], shift: int) -> Callable[[Draft, int], None]:
    def apply(draft: Draft, place: int) -> None:
        draft[place + shift : place + shift] = [(-1, segment) for segment in segments]

    return apply


def _remove(draft: Draft, place: int) -> None:
    del draft[place]


def _repeat(draft: Draft, place: int) -> None:
    draft.insert(place, (-1, draft[place][1]))


def _turn(draft: Draft, place: int) -> None:
    number, segment = draft[place]
    turned = segment._replace(departure=segment.arrival, arrival=segment.departure)
    draft[place] = (number, turned)


def _swap_with_next(draft: Draft, place: int) -> None:
    draft[place : place + 2] = draft[place : place + 2][::-1]


def _move_joint(stop: str) -> Callable[[Draft, int], None]:
    def apply(draft: Draft, place: int) -> None:
        _change(arrival=stop)(draft, place)
        if place + 1 < len(draft):
            _change(departure=stop)(draft, place + 1)

    return apply


def _split_at(stop: str) -> Callable[[Draft, int], None]:
    def apply(draft: Draft, place: int) -> None:
        number, segment = draft[place]
        draft[place : place + 1] = [
            (number, segment._replace(arrival=stop)),
            (-1, segment._replace(departure=stop)),
        ]

    return apply


_FIELD_ERRORS = (
    "wrong line",
    "unknown line",
    "wrong departure",
    "wrong arrival",
    "wrong joint",
    "turned round",
    "swapped",
    "missing",
    "repeated",
    "surplus before",
    "surplus behind",
    "detour",
    "split",
)
_VIA_ERRORS: Mapping[FormName, tuple[str, ...]] = {
    "short": (),
    "via_count": ("no via", "via off by some"),
    "via_stops": ("no via", "via stop missing", "via stop too many", "via turned round"),
}


def kinds(form: FormName) -> tuple[str, ...]:
    """What can be wrong with an answer in this form."""
    return _FIELD_ERRORS + _VIA_ERRORS[form] * 2


def random_error(route: Route, asked: Asked, rng: Random) -> Error:
    """One error for a right route."""
    city, at = asked.city, rng.randrange(len(route))
    segment = route[at]
    line, departure, arrival, via, count = segment
    kind = rng.choice(kinds(asked.question.question_form))
    lines = [other for other in city.stops if other != line]
    nearby = [stop for stop in city.stops[line] if stop not in (departure, arrival)]
    anywhere = [*city.stations(), STRANGERS[0]]
    stop = rng.choice(nearby if nearby and rng.randrange(3) else anywhere)
    stops = list(via or ())
    match kind:
        case "wrong line" if lines:
            apply = _change(line=rng.choice(lines))
        case "wrong line" | "unknown line":
            apply, kind = _change(line="Line 99"), "unknown line"
        case "wrong departure":
            apply = _change(departure=stop)
        case "wrong arrival":
            apply = _change(arrival=stop)
        case "wrong joint":
            apply = _move_joint(stop)
        case "turned round":
            apply = _turn
        case "swapped" if at + 1 < len(route):
            apply = _swap_with_next
        case "missing" | "swapped" if len(route) > 1:
            apply, kind = _remove, "missing"
        case "repeated":
            apply = _repeat
        case "surplus before" | "detour":
            other = rng.choice([l for l, stops in city.stops.items() if departure in stops])
            away = ride(city, other, departure, rng.choice(city.stops[other]), rng)
            back = ride(city, other, away.arrival, departure, rng)
            apply = _put_in([away, back] if kind == "detour" else [back], 0)
        case "split":
            apply = _split_at(stop)
        case "no via":
            apply = _change(via=None, count=None)
        case "via off by some":
            apply = _change(count=max(0, (count or 0) + rng.choice([-2, -1, 1, 2, 5])))
        case "via stop missing" if stops:
            stops.pop(rng.randrange(len(stops)))
            apply = _change(via=tuple(stops))
        case "via stop too many" | "via stop missing":
            stops.insert(rng.randint(0, len(stops)), rng.choice(anywhere))
            apply, kind = _change(via=tuple(stops)), "via stop too many"
        case "via turned round":
            apply = _change(via=tuple(stops[::-1]))
        case _:
            at, kind = len(route) - 1, "surplus behind"
            other = rng.choice([l for l, s in city.stops.items() if asked.destination in s])
            goal = rng.choice(city.stops[other])
            apply = _put_in([ride(city, other, asked.destination, goal, rng)], 1)
    return Error(kind, at, apply)
