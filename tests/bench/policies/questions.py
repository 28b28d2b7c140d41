"""Questions drawn from a city: each kind in its shares, the same ones on every run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from random import Random

from reward_server.core.transit.model import FormName
from reward_server.core.transit.network import Network
from tests.bench.common import seeded
from tests.bench.policies.case import Case, Leg
from tests.scoring import make_question

#: The dataset's shares of planning questions, 20 : 15 : 5, by transfers: 0, 1, 2 or more.
QUOTA = (4, 3, 1)
#: Pairs of stations that are drawn, at the most, for a question of the wanted kind.
DRAWS = 100
_TEMPLATE = "Route Name: Line x\nDeparture Stop: xx Station\nArrival Stop: xx Station"
TEMPLATES: dict[FormName, str] = {
    "short": _TEMPLATE,
    "via_count": _TEMPLATE + "\nNumber of Via Stops: x",
    "via_stops": _TEMPLATE + "\nVia Stops: xx Station, xx Station",
}
Draw = Callable[[Network, int, Random], Case]


def planning_cases(network: Network, form: FormName, times: int) -> list[Case]:
    """Questions of one city, ``times`` its quota."""
    rng = seeded(f"{network.name} planning")
    cases = []
    for transfers, quota in enumerate(QUOTA):
        for _ in range(quota * times):
            case = planning_case(network, form, transfers, rng)
            if case is not None:
                cases.append(case)
    return cases


def planning_case(network: Network, form: FormName, transfers: int, rng: Random) -> Case | None:
    """A question whose optimal route has so many transfers, 2 standing for 2 or more."""
    for _ in range(DRAWS):
        a, b = rng.sample(range(len(network.station_names)), 2)
        rides = network.rides(a, b)
        if rides and min(rides - 1, 2) == transfers:
            name_a, name_b = network.station_names[a], network.station_names[b]
            question = make_question(
                "planning", name_a, name_b, question_transfer_count=rides - 1, question_form=form
            )
            prompt = (
                f"According to the subway map, how do I get from {name_a} to {name_b}? Provide "
                "only one optimal route. The format should be strictly followed:\n"
                + TEMPLATES[form]
            )
            return Case(network, question, prompt, a, b, optimal_route(network, a, b, rng))
    return None


def optimal_route(network: Network, a: int, b: int, rng: Random) -> list[Leg]:
    """Any route of the fewest rides."""
    legs = []
    here = a
    while here != b:
        left = network.rides(here, b)
        lines = [at for at in network.lines_at[here] if network.rides_aboard(at, b) == left]
        line = rng.choice(lines)
        nearer = [s for s in sorted(network.lines[line].stations) if network.rides(s, b) < left]
        there = b if left == 1 else rng.choice(nearer)
        legs.append(Leg(line, here, there))
        here = there
    return legs


def boxed_cases(network: Network, task: str, draw: Draw, count: int) -> list[Case]:
    """``count`` questions of one city; none where all of its answers are yes."""
    rng = seeded(f"{network.name} {task}")
    cases = [draw(network, number, rng) for number in range(count)]
    one_sided = task.startswith("TorF") and len({case.question["answer"] for case in cases}) < 2
    return [] if one_sided else cases


def draw_same_line(network: Network, number: int, rng: Random) -> Case:
    """TorF1: whether two stations are on one line; no and yes in turn, if the city has both."""
    wanted = number % 2
    for _ in range(DRAWS):
        a, b = rng.sample(range(len(network.station_names)), 2)
        if wanted:
            b = rng.choice(sorted(network.lines[line_of(network, a, rng)].stations - {a}))
        together = int(network.rides(a, b) == 1)
        if together == wanted:
            break
    names = network.station_names
    question = make_question("TorF1", names[a], names[b], together)
    return Case(network, question, f"Is it true that {names[a]} is the same line as {names[b]}?")


def line_of(network: Network, station: int, rng: Random) -> int:
    return rng.choice(network.lines_at[station])


def draw_on_line(network: Network, number: int, rng: Random) -> Case:
    """TorF2: whether a station is on a line; no and yes in turn, if the city has both."""
    a = rng.randrange(len(network.station_names))
    others = [n for n in range(len(network.lines)) if n not in network.lines_at[a]]
    yes = number % 2 or not others
    line = line_of(network, a, rng) if yes else rng.choice(others)
    name, line_name = network.station_names[a], network.lines[line].name
    question = make_question("TorF2", name, line_name, int(yes))
    return Case(network, question, f"Is it true that {name} is on the line {line_name}?")


def draw_via(network: Network, number: int, rng: Random) -> Case:
    """Counting1: how many stops lie between two stations of a line; the letters in turn."""
    line = rng.randrange(len(network.lines))
    a, b = rng.sample(sorted(network.lines[line].stations), 2)
    true = min(map(len, network.lines[line].between(a, b)))
    values = [v for v in range(true + 12) if v != true]
    texts = rng.sample(values, 3)
    answer = number % 4
    texts.insert(answer, true)
    names = network.station_names
    question = make_question(
        "Counting1", names[a], names[b], answer, options=tuple(map(str, texts))
    )
    options = "\n".join(f"{letter}) {text}" for letter, text in zip("ABCD", texts, strict=True))
    prompt = f"How many intermediate stops are there between {names[a]} and {names[b]}?\n{options}"
    return Case(network, question, prompt, a, b, [Leg(line, a, b)])


def draw_lines_at(network: Network, number: int, rng: Random) -> Case:
    """Counting2: how many lines pass through a station; the counts of the city in turn."""
    by_count: defaultdict[int, list[int]] = defaultdict(list)
    for station, lines in enumerate(network.lines_at):
        by_count[len(lines)].append(station)
    counts = sorted(by_count)
    count = counts[number % len(counts)]
    name = network.station_names[rng.choice(by_count[count])]
    question = make_question("Counting2", name, answer=count)
    return Case(network, question, f"How many lines pass through {name}?")


def draw_lines(network: Network, _: int, __: Random) -> Case:
    """Counting3: how many lines there are; one question a city."""
    question = make_question("Counting3", answer=len(network.lines))
    return Case(network, question, "How many subway lines are there in total?")
