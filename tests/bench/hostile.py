"""Bodies of ``POST /score`` that ask for more work than their bytes are worth: drawn, not honest.

Each has a name and is made in a size; ``draw`` makes any of a large space, and ``mutated`` another
one near it, for a search for the worst.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from random import Random
from typing import Any

Json = dict[str, Any]
Lines = dict[str, list[str]]

MB = 2**20
#: Bounds of the wire, as hostile networks use them to the full.
STOPS, OF_LINE, LINES, STANDS, BRANCHES = 10_000, 2000, 500, 4, 6
LONGEST_COMPLETION = 262_144
#: A letter that compatibility normal forms make eighteen of.
GROWS = "\ufdfa"


def body(items: list[Json], networks: Mapping[str, Json] | None = None, **more: object) -> bytes:
    """A body's JSON, without needless bytes."""
    content = {**({"networks": networks} if networks else {}), **more, "items": items}
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def planning(network: str, ends: tuple[str, str], completion: str, form: str = "short") -> Json:
    """An item with no more fields than it needs."""
    item: Json = {"task": "planning", "network": network, "completion": completion}
    item |= {"station_1": ends[0], "station_2": ends[1]}
    return item if form == "short" else {**item, "question_form": form}


def counting(network: str, ends: tuple[str, str], completion: str, **more: object) -> Json:
    """A choice whose list of stops is looked up."""
    item = planning(network, ends, completion)
    return {**item, "task": "Counting1", "answer": 1, **more}


def route(line: str, departure: str, arrival: str, more: str = "") -> str:
    """A segment in as few characters as are read."""
    return f"Route Name:{line}\nDeparture Stop:{departure}\nArrival Stop:{arrival}\n{more}--\n"


# -- networks


def short_names(count: int, mark: str = "") -> list[str]:
    """Names of as few letters as tell them apart."""
    return [f"{mark}{number:x}" for number in range(count)]


def plain(stops: int = 20) -> Lines:
    """A line, nothing odd about it."""
    return {"1": [f"Stop {number}" for number in range(stops)]}


def two_orders(stations: int) -> Lines:
    """All stations on lines in one order, and again in another: many transfers."""
    names = short_names(stations)
    orders = (names, names[1::2] + names[::2])
    return {
        f"{number}.{start}": order[start : start + 1000]
        for number, order in enumerate(orders)
        for start in range(0, stations, 1000)
        if len(order[start : start + 1000]) > 1
    }


def again_and_again(between: int, times: int = STANDS) -> Lines:
    """Two stations that stand as often as they may, far from each other each time."""
    line: list[str] = []
    for end, mark in (("A", "x"), ("B", "y")):
        for turn in range(times):
            line += [end, *(f"{mark}{turn}.{stop}" for stop in range(between))]
    return {"1": line}


def hubs(lines: int, stops: int) -> Lines:
    """Lines that all lead through the same two stations."""
    return {
        str(line): ["A", *(f"{line}.{stop}" for stop in range(stops)), "B"] for line in range(lines)
    }


def chained(lines: int) -> Lines:
    """Lines each of which meets only the one before and the one behind it."""
    return {str(line): [f"s{line}", f"s{line + 1}"] for line in range(lines)}


def bushy(stations: int, of_spur: int | None = None) -> Json:
    """A ring with as many branches at one station as there may be, by default as long as it."""
    main = [f"m{number}" for number in range(stations)]
    spurs = [
        [f"b{number}.{stop}" for stop in range(of_spur or stations)] for number in range(BRANCHES)
    ]
    branches = [{"junction": "m1", "stations": spur} for spur in spurs]
    lines = {"1": main + [stop for spur in spurs for stop in spur]}
    return {"lines": lines, "overlay": {"loops": ["1"], "branches": {"1": branches}}}


def alike(stations: int, length: int) -> Lines:
    """Names of one length, each of which has to be compared with what is misspelt."""
    chance = Random(length)  # noqa: S311 - nothing here is a secret
    names = ["".join(chance.choices("abcdefghijklmnop", k=length)) for _ in range(stations)]
    return {str(at): names[at : at + 1000] for at in range(0, stations, 1000)}


def lines_of(lines: Lines) -> Json:
    return {"lines": lines}


# -- the rows of a table: name -> a body of about so many bytes


def errors(size: int) -> bytes:
    return b'{"items":[' + b",".join([b"0"] * (size // 2)) + b"]}"


def unknown_fields(size: int) -> bytes:
    fields = ",".join(f'"f{number}":0' for number in range(size // 11))
    return f'{{"items":[{{"task":"TorF1","completion":"",{fields}}}]}}'.encode()


def wrong_messages(size: int) -> bytes:
    return b'{"items":[{"task":"TorF1","completion":[%b]}]}' % b",".join([b"{}"] * (size // 3))


def empty_objects(size: int) -> bytes:
    return b'{"items":[{"task":"TorF1","completion":"","f":[%b]}]}' % b",".join(
        [b"{}"] * (size // 3)
    )


def wrong_stations(size: int) -> bytes:
    zeros = ",".join(["0"] * min(size // 130, OF_LINE))
    networks = ",".join(f'"{number}":{{"lines":{{"1":[{zeros}]}}}}' for number in range(64))
    return f'{{"networks":{{{networks}}},"items":[]}}'.encode()


def transfers(size: int) -> bytes:
    stations = min(size // 14, STOPS // 2)
    count = max(1, size // (14 * stations))
    return body(
        [], {str(number): lines_of(two_orders(stations - number)) for number in range(count)}
    )


def repeats(size: int) -> bytes:
    network = {"t": lines_of(again_and_again(200))}
    item = counting("t", ("A", "B"), "\\boxed{B} Stops: [x0.1,y1.2]")
    return body([item] * (size // 110), network)


def repeats_planned(size: int) -> bytes:
    network = {"t": lines_of(again_and_again(200))}
    item = planning("t", ("A", "B"), route("1", "A", "B", "Number of Via Stops:3\n"), "via_count")
    return body([item] * (size // 190), network)


def branches(size: int) -> bytes:
    network = {"t": bushy(60)}
    item = planning("t", ("m0", "m9"), route("1", "m0", "m9", "Via Stops:m2,m3\n"), "via_stops")
    return body([item] * (size // 200), network)


def many_bushes(size: int) -> bytes:
    one = len(json.dumps(bushy(100)))
    return body(
        [], {str(number): bushy(100 - number) for number in range(min(size // one + 1, 64))}
    )


def via_lists(size: int) -> bytes:
    network = {"t": lines_of(again_and_again(50))}
    end = LONGEST_COMPLETION - 100
    text = f"Route Name:1\nDeparture Stop:A\nArrival Stop:B\nVia Stops:{'x0.1,' * (end // 5)}"
    return body([planning("t", ("A", "B"), text, "via_stops")] * max(1, size // len(text)), network)


def long_options(size: int) -> bytes:
    options = ["foo", *(letter * (size // 6) for letter in "bcd")]
    text = "\\boxed{foo}or" * (min(size // 2, LONGEST_COMPLETION - 20) // 13) + "\\boxed{foo}"
    return body([counting("t", ("A", "B"), text, options=options)], {"t": lines_of(hubs(1, 1))})


def headings(size: int) -> bytes:
    unit = "Route Name:x\n!" + " " * 77 + "x\n"
    return of_units(unit, size)


def of_units(unit: str, size: int, form: str = "short") -> bytes:
    text = (unit * (LONGEST_COMPLETION // len(unit) + 1))[: min(LONGEST_COMPLETION, size)]
    item = planning("t", ("Stop 0", "Stop 9"), text, form)
    return body([item] * max(1, size // len(text)), {"t": lines_of(plain())})


def growing_names(size: int) -> bytes:
    return of_names([f"{GROWS * 190}{number}" for number in range(size // 600)])


def nested_names(size: int) -> bytes:
    marks = ["[" * 90, "]" * 90]
    return of_names([f"é{marks[0]}{number}{marks[1]}" for number in range(size // 200)])


def of_names(names: list[str]) -> bytes:
    """Routes of as many segments as are read, no name twice."""
    texts = [
        "".join([route("1", *names[at : at + 2]) for at in range(start, start + 128, 2)])
        for start in range(0, len(names) - 128, 128)
    ]
    items = [planning("t", ("Stop 0", "Stop 9"), text) for text in texts]
    return body(items, {"t": lines_of(plain())})


def slips(size: int) -> bytes:
    """Names that have to be compared with all others, no two the same."""
    network = {"t": lines_of(alike(2000, 20))}
    names = alike(size // 90, 20)
    texts = [
        route("0", first, second)
        for of_line in names.values()
        for first, second in zip(of_line[::2], of_line[1::2], strict=False)
    ]
    ends = tuple(network["t"]["lines"]["0"][:2])
    return body([planning("t", ends, text) for text in texts], network)


def short_items(size: int) -> bytes:
    """Items as short as can be, on lines through which many ways lead."""
    network = {"t": lines_of(hubs(LINES, 18))}
    item = counting("t", ("A", "B"), "\\boxed{B} Stops:[1.1]")
    return body([item] * max(1, (size - 90_000) // 100), network)


def far_ends(size: int) -> bytes:
    """Ends of a chain of lines: no route has more rides."""
    network = {"t": lines_of(chained(LINES))}
    items = [
        planning("t", (f"s{n % 40}", f"s{LINES - n % 50}"), "") for n in range(max(1, size // 85))
    ]
    return body(items, network)


def full_replies(size: int) -> bytes:
    """Names that the reply spells out and the completion does not."""
    long = ["x" * 190 + f"{number:05}" for number in range(3)]
    aliases = {"stations": {"a": long[1], "b": long[2]}, "lines": {"c": long[0]}}
    network = {"lines": {long[0]: long[1:]}, "overlay": {"aliases": aliases}}
    item = planning("t", ("a", "b"), route("c", "a", "b") * 64)
    return body([item] * (size // 3800), {"t": network}, verbosity="full")


def unknown_networks(size: int) -> bytes:
    """Names of networks that are not there, for which the nearest are looked for."""
    chance = Random(64)  # noqa: S311 - nothing here is a secret
    names = ["".join(chance.choices("abcdefghij ", k=100)) for _ in range(64)]
    networks = {name: lines_of({"1": ["A", "B"]}) for name in names}
    items = [planning(names[n % 64][::-1] + str(n), ("A", "B"), "") for n in range(size // 190)]
    return body(items, networks)


ROWS: Mapping[str, Callable[[int], bytes]] = {
    "items that are none": errors,
    "fields that none has": unknown_fields,
    "messages that are none": wrong_messages,
    "objects that hold nothing": empty_objects,
    "stations that are none": wrong_stations,
    "stations on two orders of lines": transfers,
    "stations that stand again and again": repeats,
    "the same, counted": repeats_planned,
    "ways through six branches": branches,
    "networks of six branches": many_bushes,
    "via lists on such a line": via_lists,
    "long options, many boxes": long_options,
    "all but headings": headings,
    "names that grow": growing_names,
    "names in brackets in brackets": nested_names,
    "misspelt names": slips,
    "short items on 500 lines": short_items,
    "ends of a chain of 500 lines": far_ends,
    "long names in full replies": full_replies,
    "networks that are not there": unknown_networks,
}


# -- and any others


#: What completions are made of.
UNITS = (
    *(
        route("1", "A", "B"),
        route("1", "Stop 0", "Stop 9"),
        route("0", "§", "x§"),
        route("§", "A", "B"),
    ),
    *(
        "Route Name:1\nDeparture Stop:A\nArrival Stop:B\nVia Stops:",
        "x§,",
        "a§bcd§efgh",
        "x0.1,y1.2,",
    ),
    *("\\boxed{§}or", "é§", f"{GROWS}§"),
    *("Route Name:", "Departure Stop:", "Arrival Stop:", "Via Stops:", "Number of Via Stops:"),
    *(
        "\n",
        "--\n",
        ":",
        "：",
        " ",
        "\t",
        "\u3000",
        "- ",
        "1. ",
        "!",
        "#",
        "**",
        "(",
        ")",
        "[",
        "]",
    ),
    *("{", "}", "\\boxed{", "\\boxed{1}", "\\text{", "}or", ",", "，", "->", "<think>", "</think>"),
    *(
        "<answer>",
        "</answer>",
        "answer is ",
        "答案",
        "Stops: [",
        "line ",
        "route ",
        "segment ",
        "第",
    ),
    *(
        "1",
        "a",
        "é",
        "站",
        "地铁",
        "号线",
        GROWS,
        "Ⅷ",
        "A",
        "B",
        "x0.1",
        "Stop 1",
        "Stop 9",
        "m1",
        "yes",
    ),
    *("no ", "not ", "one ", "twenty ", "个", "\\approx", "=", "$", "\\", "<|im_end|>", "``", "'"),
)
NETWORKS: Mapping[str, Callable[[], Json]] = {
    "plain": lambda: lines_of(plain()),
    "again": lambda: lines_of(again_and_again(60)),
    "ring": lambda: {**lines_of(again_and_again(60)), "overlay": {"loops": ["1"]}},
    "bushy": lambda: bushy(25),
    "hubs": lambda: lines_of(hubs(100, 20)),
    "chain": lambda: lines_of(chained(LINES)),
    "alike": lambda: lines_of(alike(1000, 20)),
    "alike and long": lambda: lines_of(alike(300, 190)),
    "alike and short": lambda: lines_of(alike(2000, 4)),
}
TASKS = ("planning", "via_count", "via_stops", "TorF1", "Counting1", "Counting2")
PROFILES = ("robust", "paper", "released")


@dataclass(frozen=True)
class Draw:
    """A body, by its items. ``parts``: units of the completion, and how often each stands."""

    profile: str
    task: str
    network: str
    parts: tuple[tuple[str, int], ...]
    length: int
    """Characters of a completion; its parts stand in it again and again."""
    varied: bool
    """Whether no two completions are the same."""
    options: bool

    def body(self, size: int) -> bytes:
        """As many of its items as make a body of about ``size`` bytes."""
        unit = "".join(part * times for part, times in self.parts) or "a"
        network = NETWORKS[self.network]()
        first, *_, last = next(iter(network["lines"].values()))
        sent = body([], {"t": network})
        items: list[Json] = []
        left = size - len(sent)
        while left > 0 and len(items) < 16_000:
            mark = f"{len(items):x}" if self.varied else ""
            varied = f"{mark}{unit}"
            text = (varied * (self.length // len(varied) + 1))[: self.length]
            if "§" in text:
                text = _numbered(text, len(items) if self.varied else 0)[: self.length]
            item = planning("t", (first, last), text)
            if self.task in ("via_count", "via_stops"):
                item["question_form"] = self.task
            elif self.task != "planning":
                item |= {"task": self.task, "answer": 1}
            if self.options:
                item["options"] = ["foo", "b" * 200, "c" * 200, "d" * 200]
            items.append(item)
            left -= len(body([item])) - 11
        return body(items, {"t": network}, profile=self.profile)


def _numbered(text: str, first: int) -> str:
    """A text with a number in place of each sign that stands for one."""
    parts = text.split("§")
    marks = (f"{first * 7919 + number:x}" for number in range(len(parts)))
    return "".join(chain.from_iterable(zip(parts, marks, strict=True)))


def draw(chance: Random) -> Draw:
    """Any body."""
    parts = tuple(_part(chance) for _ in range(chance.randint(1, 8)))
    return Draw(
        chance.choice(PROFILES),
        chance.choice(TASKS),
        chance.choice(list(NETWORKS)),
        parts,
        _length(chance),
        chance.random() < 0.5,
        chance.random() < 0.1,
    )


def mutated(one: Draw, chance: Random) -> Draw:
    """A body that differs in one thing."""
    other = draw(chance)
    field = chance.choice(
        ["profile", "task", "network", "length", "varied", "options"] + 6 * ["parts"]
    )
    if field != "parts":
        return replace(one, **{field: getattr(other, field)})
    parts = list(one.parts)
    at = chance.randrange(len(parts) + 1)
    if at < len(parts) and chance.random() < 0.6:
        parts[at] = (parts[at][0], _times(chance)) if chance.random() < 0.5 else _part(chance)
    elif at < len(parts) and len(parts) > 1 and chance.random() < 0.5:
        del parts[at]
    else:
        parts.insert(at, _part(chance))
    return replace(one, parts=tuple(parts[:12]))


def _part(chance: Random) -> tuple[str, int]:
    return chance.choice(UNITS), _times(chance)


def _times(chance: Random) -> int:
    return chance.choice((1, 1, 1, 2, 5, 20, 40, 77, 95, 199))


def _length(chance: Random) -> int:
    return chance.choice((0, 20, 60, 100, 200, 400, 1000, 4000, 65_536, LONGEST_COMPLETION))
