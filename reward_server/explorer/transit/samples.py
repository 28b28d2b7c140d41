"""Completions to try on a question: right, wrong in several ways, no answer at all.

By what they are; none where the question's gold is not sound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reward_server.core.transit.network import Network

from ..inputs import Fields
from .journeys import Leg, asked_route
from .questions import LETTERS


def routes(network: Network, fields: Fields) -> dict[str, str]:
    """Routes, in the asked form."""
    route = asked_route(network, fields)
    return _routes(network, route, fields.get("question_form") or "short") if route else {}


def yes_no(_: Network, fields: Fields) -> dict[str, str]:
    """Boxes with yes or no."""
    answer = _count(fields)
    if answer is None:
        return {}
    return _boxes("yes", "no") if answer else _boxes("no", "yes")


def letters(_: Network, fields: Fields) -> dict[str, str]:
    """Boxes with a letter."""
    answer = _count(fields)
    return {} if answer is None else _boxes(LETTERS[answer % 4], LETTERS[(answer + 1) % 4])


def counts(_: Network, fields: Fields) -> dict[str, str]:
    """Boxes with a number."""
    answer = _count(fields)
    return {} if answer is None else _boxes(str(answer), str(answer + 1))


def _count(fields: Fields) -> int | None:
    """The answer that the fields give, where it is one."""
    answer = fields.get("answer", "").strip()
    return int(answer) if answer.isascii() and answer.isdecimal() and len(answer) < 20 else None


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


def _boxes(right: str, wrong: str) -> dict[str, str]:
    return {
        "right": f"\\boxed{{{right}}}",
        "thinking first": f"<think>\nI count on the map.\n</think>\n\\boxed{{{right}}}",
        "wrong": f"\\boxed{{{wrong}}}",
        "no box": f"The answer is {right}.",
        "two boxes": f"\\boxed{{{right}}} or \\boxed{{{wrong}}}",
        "prose only": "That is hard to tell from this map.",
        "empty": "",
    }
