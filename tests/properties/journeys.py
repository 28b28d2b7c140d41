"""Questions on a city, right routes that answer them, and ways to write a route."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple, cast, get_args

from reward_server.core.model import Breakdown, DifficultyName
from reward_server.core.transit.model import FormName, Question
from reward_server.profiles import ROBUST
from tests.scoring import evaluate, form_of, make_question

from .cities import City

FORMS: tuple[FormName, ...] = get_args(FormName)
HARDNESS: tuple[DifficultyName, ...] = get_args(DifficultyName)
#: Names that no city has.
STRANGERS = ("Nowhere Plaza", "Line 99", "xx Station", "某某站", "Line x")


class Segment(NamedTuple):
    """A segment of an answer; ``via``: its via stops, ``number``: how many."""

    line: str
    departure: str
    arrival: str
    via: tuple[str, ...] | None = ()
    number: int | None = 0


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
        return cast("str", self.question["station_1"])

    @property
    def destination(self) -> str:
        return cast("str", self.question["station_2"])

    def text(self, route: Route) -> str:
        """The route in exactly the asked form."""
        return as_asked(route, form_of(self.question))

    def item(self, completion: str) -> dict[str, Any]:
        """The item of ``POST /score`` that asks the same."""
        return {
            **{key: value for key, value in self.question.items() if value is not None},
            "network": self.city.network.name,
            "completion": completion,
        }


def ask(city: City, rng: Random, form: FormName | None = None) -> Asked | None:
    """A planning question; ``None`` where the two stations drawn have no way between them."""
    origin, destination = rng.sample(city.stations(), 2)
    need = city.rides_to(destination).get(origin)
    if need is None:
        return None
    transfers = rng.choice([None, need - 1, need - 1, need + rng.randrange(3)])
    question = make_question(
        "planning",
        origin,
        destination,
        difficulty_city=rng.choice(HARDNESS),
        question_transfer_count=transfers,
        question_form=rng.choice(FORMS) if form is None else form,
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


def said_once(route: Route, asked: Asked) -> Route:
    """A route that says the same again and again, said once; any other as it is."""
    written = [asked.text((segment,)) for segment in route]
    for block in range(1, len(route)):
        if len(route) % block == 0 and written == written[:block] * (len(route) // block):
            return route[:block]
    return route


def is_right(route: Sequence[Segment], asked: Asked) -> bool:
    """Whether a route in the city's own spellings can be ridden and leads where it should.

    One that says the same again and again says it once.
    """
    route = said_once(tuple(route), asked)
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


def _as_it_is(name: str) -> str:
    return name


def fields(segment: Segment, form: FormName, names: Callable[[str], str] = _as_it_is) -> list[str]:
    """The lines of a segment in a form; no via line where the segment has none."""
    written = [
        f"Route Name: {names(segment.line)}",
        f"Departure Stop: {names(segment.departure)}",
        f"Arrival Stop: {names(segment.arrival)}",
    ]
    if form == "via_count" and segment.number is not None:
        written.append(f"Number of Via Stops: {segment.number}")
    if form == "via_stops" and segment.via is not None:
        written.append(f"Via Stops: {', '.join(map(names, segment.via))}")
    return written


SEPARATORS = (
    "\n--\n",
    "\n-\n",
    "\n---\n",
    "\n\n",
    "\n",
    "\n\n--\n\n",
    "\n(change here)\n",
    "\n* * *\n",
    "\nTransfer here.\n",
    "\n--\nTravel Time: 5 min\n--\n",
    "\n换乘\n",
)
HEADINGS = (
    *("{}.\n", "### Segment {}\n", "**Step {}:**\n", "第{}段\n", "{})\n"),
    *("Leg {}: by train\n", "Part {} – on we go\n"),
)
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
    names = rng.choice([_as_it_is, *NAMES])
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
