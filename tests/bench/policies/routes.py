"""Answers to planning questions, each function one completion of a way to answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from reward_server.core.transit.network import Network
from tests.bench.policies.case import Case, Leg, Write
from tests.bench.policies.via import (
    Via,
    as_many_as_usual,
    every_station,
    none_between,
    true_via,
    whole_line,
)


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
