"""What lazy and gaming answers earn beside honest and right ones, for each task and form.

Reward / W, mean over the cities. Planning questions are drawn as in the dataset, 20 : 15 : 5 by
0, 1, 2 or more transfers in each city (what a city does not have is left out); yes and no are
even, and so are the letters and the counts that a city has.

A *blind* answer needs only the question and names learned by heart; a *guess* also knows the
lines of one station; an *honest* one has one thing wrong; a *model* is right in 8 of 10; a
*right* one is right, though not always quite as asked. Where a question has no place for an
answer (a wrong transfer in a direct route), that question does not count for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from itertools import islice, pairwise
from random import Random
from statistics import fmean
from typing import NamedTuple

from reward_server.core.group import group_statistics
from reward_server.core.tasks import Profile
from reward_server.core.transit.model import FormName, Question
from reward_server.core.transit.network import Network
from reward_server.profiles import PAPER, RELEASED, ROBUST
from tests.bench.common import arguments, cities_in_words, load_cities, print_table, seeded
from tests.scoring import evaluate, make_question

PROFILES = (RELEASED, PAPER, ROBUST)
FORMS: tuple[FormName, ...] = ("short", "via_count", "via_stops")
#: The dataset's shares of planning questions, 20 : 15 : 5, by transfers: 0, 1, 2 or more.
QUOTA = (4, 3, 1)
#: Pairs of stations that are drawn, at the most, for a question of the wanted kind.
DRAWS = 100
#: Completions of one prompt, as in the paper.
GROUP = 8

BLIND, GUESS, HONEST, MODEL, RIGHT = "blind", "guess", "honest", "model", "right"


class Case(NamedTuple):
    """A question, and what the answers are made from; ``route`` is an optimal one."""

    network: Network
    question: Question
    prompt: str
    a: int = -1
    b: int = -1
    route: Sequence[Leg] = ()


class Leg(NamedTuple):
    """A segment by its indices in the network."""

    line: int
    departure: int
    arrival: int


Write = Callable[[Case, Random], str | None]


class Policy(NamedTuple):
    """A way to answer; ``expected``: what robust_rules says that it earns under ``robust``."""

    name: str
    kind: str
    write: Write
    expected: float | None = None


def main() -> None:
    quick = arguments(__doc__).quick
    networks = list(load_cities().values())
    print(f"{cities_in_words({n.name: n for n in networks})}; reward / W, mean over the cities\n")
    times = 1 if quick else 10
    for form in FORMS:
        cases = {n.name: planning_cases(n, form, times) for n in networks}
        show(f"planning, {form}", earn(cases, planning_policies(form)))
    for task, (draw, policies) in BOXED.items():
        cases = {n.name: boxed_cases(n, task, draw, 12 * times) for n in networks}
        show(task, earn(cases, policies))
    show_zero_variance(networks, times)


# ------------------------------------------------------------------------------- what they earn


class Earned(NamedTuple):
    """Means over the cities; ``rewards`` are reward / W by profile, the others under ``robust``."""

    policy: Policy
    rewards: tuple[float, ...]
    right: float
    when_wrong: float | None


def earn(cases: dict[str, list[Case]], policies: Sequence[Policy]) -> list[Earned]:
    """What each policy earns, the best first."""
    table = [earned for policy in policies if (earned := earn_one(cases, policy))]
    return sorted(table, key=lambda earned: -earned.rewards[-1])


def earn_one(cases: dict[str, list[Case]], policy: Policy) -> Earned | None:
    cities: list[tuple[float, ...]] = []
    rights: list[float] = []
    wrongs: list[float] = []
    for city, of_city in cases.items():
        rng = seeded(f"{city} {policy.name}")
        outcomes = []
        for case in of_city:
            completion = policy.write(case, rng)
            if completion is not None:
                breakdowns = [
                    evaluate(completion, case.question, case.network, p) for p in PROFILES
                ]
                rewards = tuple(b.reward / b.weight for b in breakdowns)
                outcomes.append((rewards, breakdowns[-1].correct))
        if outcomes:
            cities.append(tuple(map(fmean, zip(*(r for r, _ in outcomes), strict=True))))
            rights.append(fmean(correct for _, correct in outcomes))
            wrongs += [rewards[-1] for rewards, correct in outcomes if not correct]
    if not cities:
        return None
    means = tuple(map(fmean, zip(*cities, strict=True)))
    return Earned(policy, means, fmean(rights), fmean(wrongs) if wrongs else None)


def show(title: str, table: Sequence[Earned]) -> None:
    rows = []
    for policy, rewards, right, when_wrong in table:
        expected = "" if policy.expected is None else f"{policy.expected:.1f}"
        wrong = "" if when_wrong is None else f"{when_wrong:.2f}"
        amounts = [f"{reward:.2f}" for reward in rewards]
        rows.append([policy.name, policy.kind, *amounts, expected, f"{right:.0%}", wrong])
    heads = [title, "kind", *(p.name for p in PROFILES), "expected", "right", "when wrong"]
    print_table(heads, rows, words=2)
    print(f"{title}: {verdict(table)}\n\n")


def verdict(table: Sequence[Earned]) -> str:
    """The best policy of each kind beside a model and the right answer, under ``robust``."""
    best: dict[str, Earned] = {}
    for earned in table:
        best.setdefault(earned.policy.kind, earned)
    said = [
        f"{kind} {best[kind].rewards[-1]:.1f} ({best[kind].policy.name})"
        for kind in (MODEL, BLIND, GUESS)
        if kind in best
    ]
    return f"right {best[RIGHT].rewards[-1]:.1f}; best {'; best '.join(said)}"


# ------------------------------------------------------------------------------------- planning


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


_TEMPLATE = "Route Name: Line x\nDeparture Stop: xx Station\nArrival Stop: xx Station"
TEMPLATES: dict[FormName, str] = {
    "short": _TEMPLATE,
    "via_count": _TEMPLATE + "\nNumber of Via Stops: x",
    "via_stops": _TEMPLATE + "\nVia Stops: xx Station, xx Station",
}


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


Via = Callable[[Case, Leg], Sequence[int]]
"""The stations that an answer says lie between; where counts are asked, how many."""


def none_between(_: Case, __: Leg) -> Sequence[int]:
    return ()


def true_via(case: Case, leg: Leg) -> Sequence[int]:
    """What does lie between, by the shorter way; nothing where the line does not go there."""
    ways = case.network.lines[leg.line].between(leg.departure, leg.arrival)
    return min(ways, key=len, default=())


def one_too_many(case: Case, leg: Leg) -> Sequence[int]:
    """The true ones and one that is elsewhere."""
    via = true_via(case, leg)
    others = set(range(len(case.network.station_names))).difference(via, leg[1:])
    return (*via, min(others)) if others else via


def last_left_out(case: Case, leg: Leg) -> Sequence[int]:
    return true_via(case, leg)[:-1]


def every_station(case: Case, _: Leg) -> Sequence[int]:
    return range(len(case.network.station_names))


def whole_line(case: Case, leg: Leg) -> Sequence[int]:
    return case.network.lines[leg.line].runs[0]


def as_many_as_usual(case: Case, leg: Leg) -> Sequence[int]:
    """As many as lie between two stations of a line of this city on average: the line's first."""
    return whole_line(case, leg)[: usual_count(case.network)]


@cache
def usual_count(network: Network) -> int:
    """Via stops between two stations of a line: their mean."""
    counts = [
        abs(i - j) - 1 for line in network.lines for i in range(len(line.runs[0])) for j in range(i)
    ]
    return round(fmean(counts))


def written(case: Case, legs: Sequence[Leg], via: Via = none_between) -> str:
    """The legs as the question's form asks for them."""
    network = case.network
    names = network.station_names
    segments = []
    for leg in legs:
        fields = [
            f"Route Name: {network.lines[leg.line].name}",
            f"Departure Stop: {names[leg.departure]}",
            f"Arrival Stop: {names[leg.arrival]}",
        ]
        between = via(case, leg)
        if case.question["question_form"] == "via_count":
            fields.append(f"Number of Via Stops: {len(between)}")
        elif case.question["question_form"] == "via_stops":
            fields.append(f"Via Stops: {', '.join(names[s] for s in between) or 'none'}")
        segments.append("\n".join(fields))
    return "\n--\n".join(segments)


def any_line(case: Case, rng: Random) -> int:
    return rng.randrange(len(case.network.lines))


def line_at(case: Case, station: int, rng: Random) -> int:
    return rng.choice(case.network.lines_at[station])


def longest_line(network: Network) -> int:
    return max(range(len(network.lines)), key=lambda line: len(network.lines[line].stations))


def busiest_station(network: Network) -> int:
    return max(range(len(network.station_names)), key=lambda s: len(network.lines_at[s]))


# Each makes one completion.


def constant_segment(case: Case, _: Random) -> str:
    first, second = case.network.lines[0].runs[0][:2]
    return written(case, [Leg(0, first, second)])


def on_first_line(case: Case, _: Random) -> str:
    return written(case, [Leg(0, case.a, case.b)])


def on_longest_line(case: Case, _: Random) -> str:
    return written(case, [Leg(longest_line(case.network), case.a, case.b)])


def on_any_line(case: Case, rng: Random) -> str:
    return written(case, [Leg(any_line(case, rng), case.a, case.b)])


def on_no_line(case: Case, _: Random) -> str:
    return written(case, [Leg(0, case.a, case.b)]).replace(
        f"Route Name: {case.network.lines[0].name}", "Route Name: Line 99"
    )


def backwards_on_any_line(case: Case, rng: Random) -> str:
    return written(case, [Leg(any_line(case, rng), case.b, case.a)])


def on_all_lines(case: Case, _: Random) -> str:
    return written(case, [Leg(line, case.a, case.b) for line in range(len(case.network.lines))])


def two_answers(case: Case, rng: Random) -> str:
    return f"{on_any_line(case, rng)}\nOr maybe this one is the better route.\n" + on_any_line(
        case, rng
    )


def all_lines_as_answers(case: Case, _: Random) -> str:
    lines = range(len(case.network.lines))
    return "\nOr it is this one.\n".join(written(case, [Leg(n, case.a, case.b)]) for n in lines)


def in_pieces(case: Case, rng: Random) -> str:
    line = any_line(case, rng)
    between = [s for s in case.network.lines[line].runs[0][:7] if s not in (case.a, case.b)]
    stops = [case.a, *between, case.b]
    return written(case, [Leg(line, *ends) for ends in pairwise(stops)])


def many_times(case: Case, rng: Random) -> str:
    return written(case, [Leg(any_line(case, rng), case.a, case.b)] * 64)


def by_busiest_station(case: Case, rng: Random) -> str | None:
    hub = busiest_station(case.network)
    if hub in (case.a, case.b):
        return None
    one, two = any_line(case, rng), any_line(case, rng)
    return written(case, [Leg(one, case.a, hub), Leg(two, hub, case.b)])


def lines_by_busiest_station(case: Case, rng: Random) -> str | None:
    hub = busiest_station(case.network)
    if hub in (case.a, case.b):
        return None
    one, two = line_at(case, case.a, rng), line_at(case, case.b, rng)
    return written(case, [Leg(one, case.a, hub), Leg(two, hub, case.b)])


def usual_via_on_any_line(case: Case, rng: Random) -> str:
    return written(case, [Leg(any_line(case, rng), case.a, case.b)], as_many_as_usual)


def every_station_as_via(case: Case, rng: Random) -> str:
    return written(case, [Leg(any_line(case, rng), case.a, case.b)], every_station)


def in_words(case: Case, rng: Random) -> str:
    line = case.network.lines[any_line(case, rng)].name
    return f"Take {line} from {case.question['station_1']} to {case.question['station_2']}."


def to_next_stop(case: Case, rng: Random) -> str:
    line, stop = neighbour(case, case.a, line_at(case, case.a, rng))
    return written(case, [Leg(line, case.a, stop)])


def neighbour(case: Case, station: int, line: int) -> tuple[int, int]:
    """A line through a station and the station beside it there."""
    run = next(run for run in case.network.lines[line].runs if station in run)
    at = run.index(station)
    return line, run[at + 1] if at + 1 < len(run) else run[at - 1]


def to_end_of_line(case: Case, rng: Random) -> str | None:
    line = line_at(case, case.a, rng)
    run = case.network.lines[line].runs[0]
    end = run[-1] if run[0] == case.a else run[0]
    return written(case, [Leg(line, case.a, end)])


def on_line_through_a(case: Case, rng: Random) -> str:
    return written(case, [Leg(line_at(case, case.a, rng), case.a, case.b)])


def on_line_through_b(case: Case, rng: Random) -> str:
    return written(case, [Leg(line_at(case, case.b, rng), case.a, case.b)])


def backwards_on_line_through_b(case: Case, rng: Random) -> str:
    return written(case, [Leg(line_at(case, case.b, rng), case.b, case.a)])


def through_a_whole_line_as_via(case: Case, rng: Random) -> str:
    return written(case, [Leg(line_at(case, case.a, rng), case.a, case.b)], whole_line)


def through_a_usual_via(case: Case, rng: Random) -> str:
    return written(case, [Leg(line_at(case, case.a, rng), case.a, case.b)], as_many_as_usual)


def through_a_many_times(case: Case, rng: Random) -> str:
    return written(case, [Leg(line_at(case, case.a, rng), case.a, case.b)] * 64)


def stop_by_stop_then_b(case: Case, rng: Random) -> str:
    """From a along one of its lines, a segment for each of up to eight stops, then to b."""
    line = line_at(case, case.a, rng)
    run = next(run for run in case.network.lines[line].runs if case.a in run)
    at = run.index(case.a)
    ahead = run[at : at + 9] if at + 1 < len(run) else run[max(at - 8, 0) : at + 1][::-1]
    stops = [stop for stop in ahead if stop != case.b] + [case.b]
    return written(case, [Leg(line, *ends) for ends in pairwise(stops)])


def all_lines_through_a(case: Case, _: Random) -> str:
    return written(case, [Leg(n, case.a, case.b) for n in case.network.lines_at[case.a]])


def backwards(case: Case, _: Random) -> str:
    turned = [Leg(leg.line, leg.arrival, leg.departure) for leg in reversed(case.route)]
    return written(case, turned, true_via)


def wrong_transfer(case: Case, rng: Random) -> str | None:
    """Right ends and lines, but one change of lines at a stop that the second does not serve."""
    if len(case.route) < 2:
        return None
    legs = list(case.route)
    at = rng.randrange(len(legs) - 1)
    one, two = legs[at], legs[at + 1]
    lines = case.network.lines
    used = {case.a, case.b, *(leg.arrival for leg in legs)}
    elsewhere = sorted(lines[one.line].stations - lines[two.line].stations - used)
    if not elsewhere:
        return None
    stop = rng.choice(elsewhere)
    legs[at : at + 2] = one._replace(arrival=stop), two._replace(departure=stop)
    return written(case, legs, true_via)


def wrong_last_line(case: Case, rng: Random) -> str | None:
    """Right stops throughout, but the last ride on a line that does not go there."""
    *legs, last = case.route
    lines = case.network.lines
    others = [
        n for n in case.network.lines_at[last.departure] if case.b not in lines[n].stations
    ] or [n for n, line in enumerate(lines) if case.b not in line.stations]
    if not others:
        return None
    return written(case, [*legs, last._replace(line=rng.choice(others))], true_via)


def stops_short(case: Case, _: Random) -> str | None:
    return written(case, case.route[:-1], true_via) if len(case.route) > 1 else None


def one_stop_off(case: Case, _: Random) -> str | None:
    *legs, last = case.route
    stop = neighbour(case, case.b, last.line)[1]
    if stop in {case.a, *(leg.arrival for leg in legs)}:
        return None
    return written(case, [*legs, last._replace(arrival=stop)], true_via)


def one_line_too_many(case: Case, rng: Random) -> str | None:
    """All right, and then on past the goal."""
    line, stop = neighbour(case, case.b, line_at(case, case.b, rng))
    return written(case, [*case.route, Leg(line, case.b, stop)], true_via)


def optimal(case: Case, _: Random) -> str:
    return written(case, case.route, true_via)


def optimal_after_thinking(case: Case, rng: Random) -> str:
    return f"<think>\n{on_any_line(case, rng)}\nNo, not so.\n</think>\n{optimal(case, rng)}"


def optimal_in_markdown(case: Case, rng: Random) -> str:
    plain = optimal(case, rng)
    for label in ("Route Name", "Departure Stop", "Arrival Stop", "Number of Via Stops"):
        plain = plain.replace(f"{label}:", f"- **{label}:**")
    return plain.replace("\nVia Stops:", "\n- **Via Stops:**").replace("\n--\n", "\n\n")


def optimal_cut_in_two(case: Case, rng: Random) -> str | None:
    """An optimal route with a stop in between where the train goes on."""
    *legs, last = case.route
    via = true_via(case, last)
    if not via:
        return None
    middle = rng.choice(via)
    halves = last._replace(arrival=middle), last._replace(departure=middle)
    return written(case, [*legs, *halves], true_via)


def optimal_without_via(case: Case, rng: Random) -> str:
    kept = [row for row in optimal(case, rng).split("\n") if "Via Stops:" not in row]
    return "\n".join(kept)


def optimal_with(via: Via) -> Write:
    return lambda case, _: written(case, case.route, via)


def planning_policies(form: FormName) -> list[Policy]:
    """Those of a form; robust_rules gives figures for the short one, and one for via counts."""
    short = form == "short"

    def given(figure: float) -> float | None:
        return figure if short else None

    policies = [
        Policy("empty", BLIND, lambda _, __: ""),
        Policy("the template, not filled in", BLIND, lambda _, __: TEMPLATES[form]),
        Policy("the question, repeated", BLIND, lambda case, _: case.prompt),
        Policy("one constant segment", BLIND, constant_segment, given(1.0)),
        Policy("a to b in words", BLIND, in_words),
        Policy("a to b on Line 99", BLIND, on_no_line),
        Policy("a to b on the first line", BLIND, on_first_line),
        Policy("a to b on the longest line", BLIND, on_longest_line),
        Policy("a to b on a random line", BLIND, on_any_line, given(4.2)),
        Policy("b to a on a random line", BLIND, backwards_on_any_line),
        Policy("a to b on every line, in a row", BLIND, on_all_lines),
        Policy("a to b on every line, as many answers", BLIND, all_lines_as_answers),
        Policy("a to b on two random lines, two answers", BLIND, two_answers),
        Policy("a to b in many pieces on a random line", BLIND, in_pieces),
        Policy("a to b on a random line, 64 times", BLIND, many_times),
        Policy("by the busiest station, random lines", BLIND, by_busiest_station),
        Policy("a to its next stop", GUESS, to_next_stop, given(2.8)),
        Policy("a to the end of its line", GUESS, to_end_of_line),
        Policy("a to b on a line through a", GUESS, on_line_through_a, given(9.0)),
        Policy("a to b on a line through b", GUESS, on_line_through_b),
        Policy("b to a on a line through b", GUESS, backwards_on_line_through_b),
        Policy("a to b on every line through a, in a row", GUESS, all_lines_through_a),
        Policy("a to b on a line through a, 64 times", GUESS, through_a_many_times),
        Policy("a to b stop by stop on a line through a", GUESS, stop_by_stop_then_b),
        Policy("by the busiest station, lines at both ends", GUESS, lines_by_busiest_station),
        Policy("optimal, but from b to a", HONEST, backwards),
        Policy("right lines, one wrong transfer", HONEST, wrong_transfer),
        Policy("right stops, wrong last line", HONEST, wrong_last_line),
        Policy("optimal without its last ride", HONEST, stops_short),
        Policy("optimal, but one stop off at the end", HONEST, one_stop_off),
        Policy("optimal, then one ride further", HONEST, one_line_too_many),
        Policy("optimal in 8 of 10, else one stop off", MODEL, mostly(optimal, one_stop_off)),
        Policy("optimal", RIGHT, optimal, 16.0),
        Policy("optimal, after another in the thinking", RIGHT, optimal_after_thinking),
        Policy("optimal, in markdown", RIGHT, optimal_in_markdown),
        Policy("optimal, one ride cut in two", RIGHT, optimal_cut_in_two),
    ]
    if not short:
        zero = 13.7 if form == "via_count" else None
        policies += [
            Policy("a to b on a random line, usual via", BLIND, usual_via_on_any_line),
            Policy("a to b on a random line, every station via", BLIND, every_station_as_via),
            Policy("a to b on a line through a, usual via", GUESS, through_a_usual_via),
            Policy("a to b on a line through a, all of it via", GUESS, through_a_whole_line_as_via),
            Policy("optimal, nothing between", HONEST, optimal_with(none_between), zero),
            Policy("optimal, usual via", HONEST, optimal_with(as_many_as_usual)),
            Policy("optimal, every station via", HONEST, optimal_with(every_station)),
            Policy("optimal, one via stop too many", HONEST, optimal_with(one_too_many)),
            Policy("optimal, one via stop too few", HONEST, optimal_with(last_left_out)),
            Policy("optimal, without the via field", HONEST, optimal_without_via),
        ]
    return policies


# ---------------------------------------------------------------------------------------- boxed

Draw = Callable[[Network, int, Random], Case]


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


def says(text: str) -> Write:
    return lambda _, __: text


def repeats(case: Case, _: Random) -> str:
    return case.prompt


def gold(case: Case) -> int:
    assert case.question["answer"] is not None
    return case.question["answer"]


def letter(value: int) -> str:
    return "ABCD"[value % 4]


def yes_or_no(value: int) -> str:
    return "yes" if value % 2 else "no"


def stops_list(case: Case, stops: Sequence[int]) -> str:
    return f"Stops: [{', '.join(case.network.station_names[s] for s in stops)}]"


def with_list(via: Via, off: int) -> Write:
    """A list and the letter that stands ``off`` behind the right one."""

    def write(case: Case, _: Random) -> str:
        listed = stops_list(case, via(case, case.route[0]))
        return f"{listed}\n\\boxed{{{letter(gold(case) + off)}}}"

    return write


def always_a_with_list(via: Via) -> Write:
    return lambda case, _: f"{stops_list(case, via(case, case.route[0]))}\n\\boxed{{A}}"


def both_ends(_: Case, leg: Leg) -> Sequence[int]:
    return leg[1:]


def smallest_option(case: Case, _: Random) -> str:
    options = case.question["options"] or ()
    return f"\\boxed{{{min(options, key=int)}}}"


def mostly(right: Write, wrong: Write) -> Write:
    """Right in 8 of 10 answers, as a model that has learned most of it."""
    return lambda case, rng: (wrong if rng.random() < 0.2 else right)(case, rng)


def boxed(value: Callable[[int], object], off: int = 0) -> Write:
    """The gold, or what is ``off`` beside it."""
    return lambda case, _: f"\\boxed{{{value(gold(case) + off)}}}"


def always(values: Sequence[str]) -> list[Policy]:
    return [Policy(f"always {value}", BLIND, says(f"\\boxed{{{value}}}")) for value in values]


def hedged(one: str, two: str) -> list[Policy]:
    """Answers that would have it both ways."""
    return [
        Policy("empty", BLIND, says("")),
        Policy("an empty box", BLIND, says("\\boxed{}")),
        Policy("the question, repeated", BLIND, repeats),
        Policy("two boxes side by side", BLIND, says(f"\\boxed{{{one}}} or \\boxed{{{two}}}")),
        Policy("both in one box", BLIND, says(f"\\boxed{{{one} or {two}}}")),
        Policy(
            "two boxes, far apart",
            BLIND,
            says(f"First I thought \\boxed{{{one}}}, then I thought again: \\boxed{{{two}}}"),
        ),
        Policy("both without a box", BLIND, says(f"The answer is {one} or {two}.")),
    ]


_ALWAYS_YES = Policy("always yes", BLIND, says("\\boxed{yes}"), 6.0)
_YES_NO = [
    _ALWAYS_YES,
    *always(["no", "1", "0", "maybe"]),
    *hedged("yes", "no"),
    Policy("right in 8 of 10", MODEL, mostly(boxed(yes_or_no), boxed(yes_or_no, 1))),
    Policy("right", RIGHT, boxed(yes_or_no), 11.0),
    Policy("right, without a box", RIGHT, lambda case, _: f"{yes_or_no(gold(case))}."),
]
_CHOICE = [
    *always(["A", "B", "C", "D", "3"]),
    *hedged("A", "B"),
    Policy("the smallest option", BLIND, smallest_option),
    Policy("always A, both ends as stops", BLIND, always_a_with_list(both_ends)),
    Policy("always A, no stops", BLIND, always_a_with_list(none_between)),
    Policy("always A, every station as a stop", BLIND, always_a_with_list(every_station)),
    Policy("always A, the whole line as stops", GUESS, always_a_with_list(whole_line)),
    Policy("right stops, wrong letter", HONEST, with_list(true_via, 1)),
    Policy("one stop left out, wrong letter", HONEST, with_list(last_left_out, 1)),
    Policy("one stop too many, right letter", HONEST, with_list(one_too_many, 0)),
    Policy("right letter, no list", HONEST, boxed(letter)),
    Policy("right letter in 8 of 10, no list", MODEL, mostly(boxed(letter), boxed(letter, 1))),
    Policy("right letter, right stops", RIGHT, with_list(true_via, 0), 16.0),
]
_COUNT = [
    *always(["0", "1", "2", "3", "6", "1000000"]),
    *hedged("1", "2"),
    Policy("one too many", HONEST, boxed(str, 1)),
    Policy("one too few", HONEST, boxed(str, -1)),
    Policy("right in 8 of 10, else one too many", MODEL, mostly(boxed(str), boxed(str, 1))),
    Policy("right", RIGHT, boxed(str), 16.0),
    Policy("right, in words", RIGHT, lambda case, _: f"The answer is {gold(case)} lines."),
]
BOXED: dict[str, tuple[Draw, list[Policy]]] = {
    "TorF1": (draw_same_line, _YES_NO),
    "TorF2": (draw_on_line, _YES_NO),
    "Counting1": (draw_via, _CHOICE),
    "Counting2": (draw_lines_at, _COUNT),
    "Counting3": (draw_lines, _COUNT),
}


# ------------------------------------------------------------------------- groups without a lesson


def show_zero_variance(networks: Sequence[Network], prompts: int) -> None:
    """How many groups of wrong answers teach nothing, for all their rewards are equal."""
    print(
        f"Groups of {GROUP} tries that are all wrong and all have the right ends: the share whose"
        "\nrewards are all equal, so that GRPO learns nothing from them. A try at a direct question"
        "\nrides any line; at one with a transfer a line of a's to any stop of it, then any line."
        "\n(How the tries behind the expected figures were made is not written down.)\n"
    )
    expected = {RELEASED.name: ("100%", "100%"), ROBUST.name: ("52%", "6%")}
    rows = []
    for transfers, title in enumerate(("direct", "one transfer")):
        groups = wrong_groups(networks, transfers, prompts)
        for profile in PROFILES:
            share = fmean(has_no_variance(*group, profile) for group in groups)
            figure = expected.get(profile.name, ("", ""))[transfers]
            rows.append([title, profile.name, str(len(groups)), f"{share:.0%}", figure])
    print_table(["question", "profile", "groups", "equal", "expected"], rows, words=2)


def has_no_variance(case: Case, completions: Sequence[str], profile: Profile) -> bool:
    rewards = [evaluate(text, case.question, case.network, profile).reward for text in completions]
    return bool(group_statistics(rewards).zero_variance)


def wrong_groups(
    networks: Sequence[Network], transfers: int, prompts: int
) -> list[tuple[Case, list[str]]]:
    """Questions with ``GROUP`` wrong answers each; a city gives up to ``prompts`` of them."""
    groups = []
    for network in networks:
        rng = seeded(f"{network.name} {transfers} groups")
        for _ in range(prompts):
            case = planning_case(network, "short", transfers, rng)
            if case is None:
                break
            tries = (wrong_try(case, transfers, rng) for _ in range(20 * GROUP))
            wrong = list(islice(filter(None, tries), GROUP))
            if len(wrong) == GROUP:
                groups.append((case, wrong))
    return groups


def wrong_try(case: Case, transfers: int, rng: Random) -> str | None:
    """A route from a to b with so many transfers; ``None`` where it happens to be right."""
    any_ride = Leg(any_line(case, rng), case.a, case.b)
    legs = [any_ride]
    if transfers:
        line = line_at(case, case.a, rng)
        stop = rng.choice(sorted(case.network.lines[line].stations))
        legs = [Leg(line, case.a, stop), any_ride._replace(departure=stop)]
    text = written(case, legs)
    right = evaluate(text, case.question, case.network, ROBUST).correct
    return None if right else text


if __name__ == "__main__":
    main()
