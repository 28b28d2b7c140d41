"""The right answers of a city, found without the code that asks: graphs of its files, and networkx.

A line is a graph of stations side by side, so how many stops are between two of them is what its
simple paths say; a city is a graph of lines and stations, so rides are what its shortest paths say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx


class Witness:
    """A city as its files have it: ``<city>.json`` and, where there is one, its overlay."""

    def __init__(self, folder: Path, name: str) -> None:
        file = folder / f"{name}.json"
        self.lines: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
        overlay_file = file.with_suffix(".overlay.json")
        overlay: Mapping[str, Any] = (
            json.loads(overlay_file.read_text(encoding="utf-8")) if overlay_file.exists() else {}
        )
        self.tracks = {
            line: _track(
                stations,
                line in overlay.get("loops", []),
                overlay.get("branches", {}).get(line, []),
            )
            for line, stations in self.lines.items()
        }
        self._city: nx.Graph[tuple[str, str]] = nx.Graph()
        for line, stations in self.lines.items():
            self._city.add_edges_from((("line", line), ("station", stop)) for stop in stations)

    def lines_at(self, station: str) -> list[str]:
        return [line for line, stations in self.lines.items() if station in stations]

    def lines_of_both(self, one: str, other: str) -> list[str]:
        return [line for line in self.lines_at(one) if other in self.lines[line]]

    def ways(self, line: str, one: str, other: str) -> list[list[str]]:
        """The stops strictly between, of each way along the line."""
        paths = nx.all_simple_paths(self.tracks[line], one, other)
        return [path[1:-1] for path in paths]

    def ways_of_all_lines(self, one: str, other: str) -> list[list[str]]:
        return [
            way for line in self.lines_of_both(one, other) for way in self.ways(line, one, other)
        ]

    def rides(self, one: str, other: str) -> int:
        """Fewest rides; an error of networkx where there is no way."""
        return len(nx.shortest_path(self._city, ("station", one), ("station", other))) // 2


def _track(stations: list[str], loop: bool, branches: list[Any]) -> nx.Graph[str]:
    track: nx.Graph[str] = nx.Graph()
    main = list(stations)
    for branch in branches:
        start = main.index(branch["stations"][0])
        del main[start : start + len(branch["stations"])]
        track.add_edges_from(pairwise([branch["junction"], *branch["stations"]]))
    track.add_edges_from(pairwise(main))
    if loop:
        track.add_edge(main[-1], main[0])
    return track


# -- what is written as an answer


def perfect(row: Mapping[str, Any], witness: Witness) -> Iterator[str]:
    """Perfect answers, from nothing but the gold and the city: of a route each reference."""
    match row["task"]:
        case "TorF1" | "TorF2":
            yield f"\\boxed{{{'yes' if row['answer'] else 'no'}}}"
        case "Counting1":
            (way, *_) = witness.ways_of_all_lines(row["station_1"], row["station_2"])
            yield f"Stops: [{', '.join(way)}]\n\\boxed{{{'ABCD'[row['answer']]}}}"
        case "planning":
            for route in row["routes"]:
                yield as_asked(route, row["question_form"])
        case _:
            yield f"\\boxed{{{row['answer']}}}"


def wrong(row: Mapping[str, Any]) -> Iterator[str]:
    """Answers that are wrong: the other value, each other letter, a route that stops short ..."""
    match row["task"]:
        case "TorF1" | "TorF2":
            yield f"\\boxed{{{'no' if row['answer'] else 'yes'}}}"
        case "Counting1":
            yield from (
                f"\\boxed{{{letter}}}" for i, letter in enumerate("ABCD") if i != row["answer"]
            )
        case "planning":
            route, form = row["routes"][0], row["question_form"]
            if len(route) > 1:
                yield as_asked(route[:-1], form)
                yield as_asked(route[1:], form)
            back = [
                {
                    **leg,
                    "departure_stop": leg["arrival_stop"],
                    "arrival_stop": leg["departure_stop"],
                }
                for leg in reversed(route)
            ]
            yield as_asked(back, form)
            first = route[0]
            yield as_asked([{**first, "route_name": "Line 999"}, *route[1:]], form)
        case _:
            yield f"\\boxed{{{row['answer'] + 1}}}"
            yield f"\\boxed{{{row['answer'] - 1}}}"


def as_asked(route: Sequence[Mapping[str, Any]], form: str) -> str:
    """A route in the asked form."""
    return "\n--\n".join(
        f"Route Name: {leg['route_name']}\n"
        f"Departure Stop: {leg['departure_stop']}\n"
        f"Arrival Stop: {leg['arrival_stop']}"
        + (f"\nNumber of Via Stops: {leg['num_via_stops']}" if form == "via_count" else "")
        + (f"\nVia Stops: {', '.join(leg['via_stops'])}" if form == "via_stops" else "")
        for leg in route
    )


# -- whether a question's gold is so


def faults(row: Mapping[str, Any], witness: Witness) -> Iterator[str]:
    """What the city's files say against a row."""
    one, text = row["station_1"], row["prompt"][-1]["content"]
    if one and one not in text:
        yield f"{one} is not named"
    if row["task"] == "Counting1":
        yield from _choice_faults(row, witness)
    elif row["task"] == "planning":
        yield from _planning_faults(row, witness)
    else:
        truth = _truth(row, witness)
        if row["answer"] != truth:
            yield f"{text}: {row['answer']}, not {truth}"


def _truth(row: Mapping[str, Any], witness: Witness) -> int:
    one = row["station_1"]
    match row["task"]:
        case "TorF1":
            return bool(witness.lines_of_both(one, row["station_2"]))
        case "TorF2":
            asked = row["prompt"][-1]["content"]
            line = max((line for line in witness.lines if asked.endswith(f"{line}?")), key=len)
            return one in witness.lines[line]
        case "Counting2":
            return len(witness.lines_at(one))
        case _:
            return len(witness.lines)


def _choice_faults(row: Mapping[str, Any], witness: Witness) -> Iterator[str]:
    one, other, options = row["station_1"], row["station_2"], row["options"]
    counts = {str(len(way)) for way in witness.ways_of_all_lines(one, other)}
    if len(counts) != 1:
        yield f"{one} to {other}: {counts}"
    if sum(option in counts for option in options) != 1 or len(set(options)) != 4:
        yield f"options {options}: {counts}"
    if options[row["answer"]] not in counts:
        yield f"{one} to {other}: {options[row['answer']]}, not {counts}"


def _planning_faults(row: Mapping[str, Any], witness: Witness) -> Iterator[str]:
    one, other = row["station_1"], row["station_2"]
    need, given = witness.rides(one, other), row["question_transfer_count"]
    if given != need - 1:
        yield f"{one} to {other}: {given} transfers, not {need - 1}"
    if not row["routes"]:
        yield f"{one} to {other}: no route"
    for route in row["routes"]:
        yield from _route_faults(route, one, other, need, witness)


def _route_faults(
    route: Sequence[Mapping[str, Any]], one: str, other: str, need: int, witness: Witness
) -> Iterator[str]:
    stops = [one, *(leg["arrival_stop"] for leg in route)]
    if len(route) != need:
        yield f"{one} to {other}: {len(route)} rides, not {need}"
    if [leg["departure_stop"] for leg in route] != stops[:-1] or stops[-1] != other:
        yield f"{one} to {other}: broken route {stops}"
    for leg in route:
        ways = witness.ways(leg["route_name"], leg["departure_stop"], leg["arrival_stop"])
        if leg["via_stops"] not in ways or len(leg["via_stops"]) != min(map(len, ways)):
            yield f"via stops of {leg}"
        if leg["num_via_stops"] != len(leg["via_stops"]):
            yield f"count of {leg}"
