"""Questions to try on a network, and completions to try on a question."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from reward_server.core.transit.model import TaskName
from reward_server.core.transit.network import Network

from .journeys import Leg, shortest, true_route

Fields = dict[str, str]
"""The fields of a question as the page has them: all text, empty where there is nothing."""

#: What a task asks, in a sentence; the fields in braces are filled in.
ASKED: Mapping[TaskName, str] = {
    "planning": "How do I get from {station_1} to {station_2}?",
    "TorF1": "Is {station_1} on the same line as {station_2}?",
    "TorF2": "Is {station_1} on the line {station_2}?",
    "Counting1": "How many stops are there between {station_1} and {station_2}?",
    "Counting2": "How many lines pass through {station_1}?",
    "Counting3": "How many lines are there in total?",
}
LETTERS = "ABCD"
#: Pairs of stations that are looked at for a question.
_TRIES = 24


def random_question(network: Network, task: TaskName, chance: random.Random) -> Fields:
    """A question with its gold: stations, answer and options; planning mostly with a transfer."""
    return _QUESTIONS[task](network, chance)


def _planning(network: Network, chance: random.Random) -> Fields:
    """Two stations: a transfer or two apart, and not too far, where there are such."""
    names = network.station_names
    best: tuple[int, int, int] | None = None
    for _ in range(_TRIES):
        one, other = chance.sample(range(len(names)), 2)
        rides = network.rides(one, other)
        if not rides:
            continue
        route = true_route(network, one, other) if rides <= 3 else []
        stops = sum(len(leg.via) + 1 for leg in route)
        rank = abs(rides - 2) + (0 if 3 <= stops <= 14 else 2)
        if best is None or rank < best[0]:
            best = (rank, one, other)
        if rank == 0:
            break
    if best is None:  # no two stations are joined: none of our networks
        return {}
    return {"station_1": names[best[1]], "station_2": names[best[2]]}


def _same_line(network: Network, chance: random.Random) -> Fields:
    one, other = chance.sample(range(len(network.station_names)), 2)
    if chance.random() < 0.5:
        one, other = chance.sample(sorted(chance.choice(network.lines).stations), 2)
    together = not set(network.lines_at[one]).isdisjoint(network.lines_at[other])
    names = network.station_names
    return {"station_1": names[one], "station_2": names[other], "answer": str(int(together))}


def _on_line(network: Network, chance: random.Random) -> Fields:
    line = chance.choice(network.lines)
    station = chance.randrange(len(network.station_names))
    if chance.random() < 0.5:
        station = chance.choice(sorted(line.stations))
    return {
        "station_1": network.station_names[station],
        "station_2": line.name,
        "answer": str(int(station in line.stations)),
    }


def _between(network: Network, chance: random.Random) -> Fields:
    line = chance.randrange(len(network.lines))
    one, other = chance.sample(sorted(network.lines[line].stations), 2)
    true = len(shortest(network, line, one, other))
    wrong = chance.sample([count for count in range(true + 9) if count != true], 3)
    options = [str(count) for count in wrong]
    place = chance.randrange(4)
    options.insert(place, str(true))
    names = network.station_names
    return {
        "station_1": names[one],
        "station_2": names[other],
        "answer": str(place),
        **{f"option_{letter}": text for letter, text in zip(LETTERS, options, strict=True)},
    }


def _lines_at(network: Network, chance: random.Random) -> Fields:
    station = chance.randrange(len(network.station_names))
    return {
        "station_1": network.station_names[station],
        "answer": str(len(network.lines_at[station])),
    }


def _all_lines(network: Network, _: random.Random) -> Fields:
    return {"answer": str(len(network.lines))}


_QUESTIONS: Mapping[TaskName, Callable[[Network, random.Random], Fields]] = {
    "planning": _planning,
    "TorF1": _same_line,
    "TorF2": _on_line,
    "Counting1": _between,
    "Counting2": _lines_at,
    "Counting3": _all_lines,
}


def samples(network: Network, task: TaskName, fields: Fields) -> dict[str, str]:
    """Completions to try, by what they are: right, wrong in several ways, no answer at all.

    Empty where the question's gold is not sound.
    """
    if task == "planning":
        one = network.station(fields.get("station_1", ""))
        other = network.station(fields.get("station_2", ""))
        route = true_route(network, one, other) if one >= 0 and other >= 0 else []
        return _routes(network, route, fields.get("question_form", "short")) if route else {}
    answer = fields.get("answer", "")
    return _boxes(task, int(answer)) if answer.isascii() and answer.isdecimal() else {}


def _routes(network: Network, route: Sequence[Leg], form: str) -> dict[str, str]:
    right = [_segment(network, leg, form) for leg in route]
    last = route[-1]
    other_line = next(
        (
            line.name
            for line in network.lines
            if last.departure not in line.stations or last.arrival not in line.stations
        ),
        "Line 99",
    )
    found = {
        "right": _written(right),
        "thinking first": f"<think>\nI follow the map.\n</think>\n{_written(right)}",
        "wrong line": _written([*right[:-1], {**right[-1], "Route Name": other_line}]),
    }
    if form != "short":
        found["wrong via"] = _written([_miscounted(segment) for segment in right])
    if last.via:
        short = last._replace(arrival=last.via[-1], via=last.via[:-1])
        found["stops short"] = _written([*right[:-1], _segment(network, short, form)])
    if len(right) > 1:
        found["no transfer"] = _written([{**right[0], "Arrival Stop": right[-1]["Arrival Stop"]}])
    found["unknown station"] = _written([{**right[0], "Arrival Stop": "Atlantis"}, *right[1:]])
    there, back = (
        right[0],
        {
            **right[0],
            "Departure Stop": right[0]["Arrival Stop"],
            "Arrival Stop": right[0]["Departure Stop"],
        },
    )
    found["in circles"] = _written([there, back, there, back, *right])
    whole = _written(right)
    found["cut off"] = whole[: whole.rindex("Arrival Stop") + len("Arr")]
    found["two answers"] = f"{_written([right[0]])}\nOr rather:\n{_written(right)}"
    found["prose only"] = "Take the train to the square, change there and ride to the end."
    found["garbage"] = "�� lorem {{ \\boxed{} <b>--</b> Route Name:"
    return found


def _segment(network: Network, leg: Leg, form: str) -> dict[str, str]:
    names = network.station_names
    segment = {
        "Route Name": network.lines[leg.line].name,
        "Departure Stop": names[leg.departure],
        "Arrival Stop": names[leg.arrival],
    }
    if form == "via_count":
        segment["Number of Via Stops"] = str(len(leg.via))
    elif form == "via_stops":
        segment["Via Stops"] = ", ".join(names[stop] for stop in leg.via) or "None"
    return segment


def _miscounted(segment: dict[str, str]) -> dict[str, str]:
    if "Number of Via Stops" in segment:
        return {**segment, "Number of Via Stops": str(int(segment["Number of Via Stops"]) + 2)}
    listed = segment["Via Stops"].split(", ")
    return {**segment, "Via Stops": ", ".join(listed[1:]) or "None"}


def _written(segments: Sequence[Mapping[str, str]]) -> str:
    return "\n--\n".join(
        "\n".join(f"{label}: {value}" for label, value in segment.items()) for segment in segments
    )


def _boxes(task: TaskName, answer: int) -> dict[str, str]:
    if task.startswith("TorF"):
        right, wrong = ("yes", "no") if answer else ("no", "yes")
    elif task == "Counting1":
        right, wrong = LETTERS[answer % 4], LETTERS[(answer + 1) % 4]
    else:
        right, wrong = str(answer), str(answer + 1)
    return {
        "right": f"\\boxed{{{right}}}",
        "thinking first": f"<think>\nI count on the map.\n</think>\n\\boxed{{{right}}}",
        "wrong": f"\\boxed{{{wrong}}}",
        "no box": f"The answer is {right}.",
        "two boxes": f"\\boxed{{{right}}} or \\boxed{{{wrong}}}",
        "prose only": "That is hard to tell from this map.",
        "empty": "",
    }
