"""Microseconds per KB that each parser takes on hostile texts, worst first, and on plain ones.

A KB is 1,024 characters. Time that is linear in the text shows as the same figure at 64 KB and at
256 KB. The first table is the parser alone; the last one the whole of ``evaluate``, for texts
that also look many names up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import NamedTuple

from reward_server.core.tasks import Profile
from reward_server.core.transit.model import FormName, Question, TaskName
from reward_server.core.transit.network import Network
from reward_server.profiles import PROFILES
from tests.bench.common import arguments, load_cities, print_table, seconds
from tests.scoring import evaluate, make_question

KB = 1024
SMALL, LARGE = 64, 256
PLAIN = (2, 16)
#: How many of the worst texts are shown for each parser, and for ``evaluate``.
SHOWN = 3

SEGMENT = "Route Name: Line 1\nDeparture Stop: A Station\nArrival Stop: B Station"
#: Said once, before the rest.
OPENINGS = (
    "",
    f"{SEGMENT}\n",
    f"{SEGMENT}\nVia Stops: ",
    f"{SEGMENT}\nNumber of Via Stops: ",
    "Route Name: (",
    "\\boxed{",
    "The answer is ",
    "Stops: [",
    "<think>",
)
#: Said over and over.
UNITS = (
    "Route Name: ",
    "Route Name",
    "Route Name: 1\n",
    "Departure Stop: A\n",
    "Arrival Stop: B\n",
    f"{SEGMENT}\n--\n",
    f"{SEGMENT}\n",
    "Route Name: 1 Departure Stop: 2 Arrival Stop: 3 ",
    "Number of Via Stops: 3\n",
    "Via Stops: A, ",
    "e:",
    " :",
    "*:",
    ":",
    "：",
    "--",
    "---\n",
    "-",
    "- ",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    " \n",
    "\u3000",
    "\t",
    "1",
    "1 ",
    "1. ",
    "１",
    "A",
    "a, ",
    "，",
    "#",
    "**",
    "_",
    "`",
    "“",
    "é",
    "站",
    ".",
    ". ",
    "$",
    "~",
    "=",
    "\\",
    "\\\\",
    "\\text{",
    "\\approx",
    "oxed{",
    "\\boxed{",
    "\\boxed{1}",
    "\\boxed{1} or ",
    "{",
    "}",
    "{}",
    "(",
    ")",
    "()",
    "（",
    "[",
    "]",
    "Stops: [",
    "Stops: []",
    "tops",
    "answer",
    "answer is ",
    "answer is 1. ",
    "the answer is ",
    "The final answer is ",
    "答案",
    "<",
    "<think>",
    "</think>",
    "<think>x</think>",
    "<answer>",
    "</answer>",
    "xyzzy abcdefgh, ",
)


class Parser(NamedTuple):
    """A profile's way of reading the answers to a kind of question."""

    profile: Profile
    question: Question

    def name(self) -> str:
        task, form = self.question["task"], self.question["question_form"]
        kind = f"{task}, {form}" if task == "planning" and self.profile.base != "released" else task
        return f"{self.profile.name}: {kind}"

    def evaluate(self, network: Network, text: str) -> object:
        return evaluate(text, self.question, network, self.profile)


class Hostile(NamedTuple):
    """A text and what each KB of it takes at both sizes, microseconds."""

    parser: Parser
    opening: str
    unit: str
    small: float
    large: float


def main() -> None:
    quick = arguments(__doc__).quick
    network = max(load_cities().values(), key=lambda network: len(network.station_names))
    parsers = all_parsers(network)
    repeats = 1 if quick else 5
    for title, of in (
        ("parser alone", lambda parser: parser.parse),
        ("evaluate", lambda parser: partial(parser.evaluate, network)),
    ):
        rows = []
        for parser in parsers:
            rows += worst(parser, of(parser), OPENINGS[:: 4 if quick else 1], repeats)
        show_hostile(title, rows)
    show_plain(parsers, network, 20 if quick else 200)


def all_parsers(network: Network) -> list[Parser]:
    """A question for each kind of parsing; profile ``paper`` reads as ``robust`` does."""
    first, last = network.lines[0].runs[0][0], network.lines[0].runs[0][-1]
    names = network.station_names[first], network.station_names[last]
    kinds: list[tuple[str, TaskName, FormName]] = [
        ("robust", "planning", "short"),
        ("robust", "planning", "via_count"),
        ("robust", "planning", "via_stops"),
        ("robust", "TorF1", "short"),
        ("robust", "Counting1", "short"),
        ("robust", "Counting2", "short"),
        ("released", "planning", "short"),
        ("released", "Counting2", "short"),
    ]
    return [
        Parser(PROFILES[profile], make_question(task, *names, answer=1, question_form=form))
        for profile, task, form in kinds
    ]


def hostile_text(opening: str, unit: str, kilobytes: int) -> str:
    size = kilobytes * KB
    return (opening + unit * (size // len(unit) + 1))[:size]


Read = Callable[[str], object]


def per_kilobyte(read: Read, text: str, repeats: int) -> float:
    return min(seconds(partial(read, text)) for _ in range(repeats)) * 1e6 / (len(text) / KB)


def worst(parser: Parser, read: Read, openings: tuple[str, ...], repeats: int) -> list[Hostile]:
    """The texts that take a parser longest: found in one reading each, then measured again."""
    tried = [
        (per_kilobyte(read, hostile_text(opening, unit, SMALL), 1), opening, unit)
        for opening, unit in product(openings, UNITS)
    ]
    found = []
    for _, opening, unit in sorted(tried, reverse=True)[: 4 * SHOWN]:
        small = per_kilobyte(read, hostile_text(opening, unit, SMALL), repeats)
        large = per_kilobyte(read, hostile_text(opening, unit, LARGE), repeats)
        found.append(Hostile(parser, opening, unit, small, large))
    return sorted(found, key=lambda hostile: -hostile.large)[:SHOWN]


def show_hostile(title: str, rows: list[Hostile]) -> None:
    print(f"Hostile texts, {title}: microseconds per KB, worst first\n")
    rows.sort(key=lambda hostile: -hostile.large)
    cells = [
        [
            hostile.parser.name(),
            f"{_gist(hostile.opening)} + {_gist(hostile.unit)} ...",
            f"{hostile.small:.1f}",
            f"{hostile.large:.1f}",
            f"{hostile.large / hostile.small:.2f}",
        ]
        for hostile in rows
    ]
    heads = ["parser", "text", f"{SMALL} KB", f"{LARGE} KB", "ratio"]
    print_table(heads, cells, words=2)


def _gist(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:18]}..{text[-18:]}")


def show_plain(parsers: list[Parser], network: Network, repeats: int) -> None:
    print("Evaluate, a plain chain of thought before the answer: us per completion (per KB)\n")
    rows = []
    for parser in parsers:
        row = [parser.name()]
        for size in PLAIN:
            for tagged in (True, False):
                text = plain_text(parser, network, size, tagged)
                taken = per_kilobyte(partial(parser.evaluate, network), text, repeats)
                row.append(f"{taken * len(text) / KB:.0f} ({taken:.1f})")
        rows.append(row)
    heads = [f"{size} KB, {what}" for size in PLAIN for what in ("<think>", "no tags")]
    print_table(["parser", *heads], rows)


def plain_text(parser: Parser, network: Network, kilobytes: int, tagged: bool) -> str:
    """What a model thinks aloud, and then its answer in the asked form."""
    line, (a, b) = (
        network.lines[0].name,
        (parser.question["station_1"], parser.question["station_2"]),
    )
    thought = (
        f"First I look for {a} on the map. It seems to be on {line}, near the left edge.\n"
        f"Then I look for {b}: it is further along, so a train of {line} goes there directly.\n"
        "Wait, is that the right colour? The legend says: yes. Let me check the stops again.\n\n"
    )
    answer = f"Route Name: {line}\nDeparture Stop: {a}\nArrival Stop: {b}"
    answer += {
        "short": "",
        "via_count": "\nNumber of Via Stops: 12",
        "via_stops": f"\nVia Stops: {', '.join(network.station_names[:12])}",
    }[parser.question["question_form"] or "short"]
    if parser.question["task"] != "planning":
        value = "yes" if parser.question["task"] == "TorF1" else "B"
        answer = f"\\boxed{{{'1' if parser.question['task'] == 'Counting2' else value}}}"
    room = kilobytes * KB - len(answer) - len("<think></think>\n")
    thinking = (thought * (room // len(thought) + 1))[:room]
    return f"<think>{thinking}</think>\n{answer}" if tagged else f"{thinking}\n{answer}"


if __name__ == "__main__":
    main()
