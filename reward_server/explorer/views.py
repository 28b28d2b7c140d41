"""A filled-in form -> everything that the page shows of it, but for the map's drawing."""

from __future__ import annotations

import json
import random
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reward_server.api.state import State
from reward_server.core.transit.model import TaskName
from reward_server.core.transit.network import Network
from reward_server.networks.load import BUNDLED_DIFFICULTY
from reward_server.scorer import Scorer
from reward_server.wire.results import SIGNALS, FoundSegment, ReadSegment, Result

from .bars import Bar, bars
from .figure import Scene
from .form import ASKED_FIELDS, TASK_NAMES, as_item, checked
from .journeys import Leg, Verdict, shortest, true_route, verdicts
from .maps import MANY_STATIONS
from .questions import ASKED, Fields, random_question, samples

#: What the page opens with: an answer whose route differs from the true one.
_FIRST_SAMPLE = "wrong line"
_FIRST_SEED = 4
_RANDOM = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Row:
    """A segment of an answer with its verdict and its line's place in the network."""

    segment: ReadSegment
    verdict: Verdict


@dataclass(slots=True)
class Workbench:
    """What the page shows: the form, what is wrong with it, and the score."""

    fields: Fields
    asked: tuple[str, ...]
    sentence: str
    samples: dict[str, str]
    stations: Sequence[str]
    lines: Sequence[str]
    problems: dict[str, str] = field(default_factory=dict)
    result: Result | None = None
    results: dict[str, Result] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    true: list[Leg] = field(default_factory=list)
    signals: list[tuple[str, str]] = field(default_factory=list)
    scene: Scene | None = None
    chart_lines: frozenset[int] | None = None
    partial: bool = False
    """Whether the chart leaves lines out that it could show."""
    item: dict[str, Any] = field(default_factory=dict)


def opening(service: State, network: str = "") -> Fields:
    """The fields that the page opens with: a question on the first network, and an answer."""
    name = network if network in service.networks.loaded else next(iter(service.networks), "")
    fields = {"network": name, "task": "planning", "profile": service.default_profile}
    if name:
        loaded = service.networks[name]
        fields["difficulty_city"] = BUNDLED_DIFFICULTY.get(name, "easy")
        fields |= random_question(loaded, "planning", random.Random(_FIRST_SEED))  # noqa: S311
        found = samples(loaded, "planning", {"question_form": "short", **fields})
        fields["completion"] = found.get(_FIRST_SAMPLE, "")
    return fields


def workbench(service: State, fields: Fields) -> Workbench:
    """The page's content for these fields, after what they ask to ``do``."""
    network = service.networks.get(fields["network"])
    task: TaskName = fields["task"] if fields["task"] in TASK_NAMES else "planning"
    fields = {**fields, "task": task}
    if fields["profile"] not in service.scorers:
        fields["profile"] = service.default_profile
    action, _, argument = fields["do"].partition(":")
    if network is not None and action == "random":
        kept = ("network", "task", "profile", "difficulty_city", "question_form", "map")
        blank = {name: "" for name in fields if name not in kept}
        fields = {**fields, **blank, **random_question(network, task, _RANDOM)}
        fields["difficulty_city"] = BUNDLED_DIFFICULTY.get(
            fields["network"], fields["difficulty_city"]
        )
        argument = "right"
    found = samples(network, task, fields) if network is not None else {}
    if action in ("random", "sample"):
        fields["completion"] = found.get(argument, fields["completion"])
    if action == "map":
        fields["map"] = argument
    bench = Workbench(
        fields,
        ASKED_FIELDS[task],
        ASKED[task].format(
            station_1=fields["station_1"] or "…", station_2=fields["station_2"] or "…"
        ),
        found,
        sorted(network.station_names) if network is not None else [],
        [line.name for line in network.lines] if network is not None else [],
    )
    bench.item = as_item(fields)
    item, bench.problems = checked(bench.item)
    if item is not None:
        bench.results = {
            name: scorer.score_valid([item], "full")[0] for name, scorer in service.scorers.items()
        }
        _tell(bench, service.scorers[fields["profile"]], network)
    if network is not None:
        _set_the_scene(bench, network)
    return bench


def _tell(bench: Workbench, scorer: Scorer, network: Network | None) -> None:
    """Add what the chosen profile says."""
    bench.result = result = bench.results[scorer.profile.name]
    bench.signals = [(name, SIGNALS.get(name, "")) for name in result["signals"]]
    origin = destination = -1
    if network is not None and bench.fields["task"] == "planning":
        origin, destination = _ends(bench.fields, network)
    need = None
    if network is not None and origin >= 0 and destination >= 0:
        need = network.rides(origin, destination)
    bench.bars = bars(result, scorer.profile, need)
    if network is None or not need:
        return
    bench.true = true_route(network, origin, destination)
    read = _located(result, bench.results, network)
    bench.rows = [
        Row(segment, verdict)
        for segment, verdict in zip(read, verdicts(read, network, origin, destination), strict=True)
    ]


def _located(result: Result, results: Mapping[str, Result], network: Network) -> list[ReadSegment]:
    """The segments that were read; where a profile only compares text, located for the map.

    As another profile locates them where it reads the same, else by their exact names.
    """
    own = result.get("segments") or []
    if not own or own[0]["found"] is not None:
        return own
    spelled = [(one["line"], one["departure"], one["arrival"]) for one in own]
    for other in results.values():
        theirs = other.get("segments") or []
        alike = spelled == [(one["line"], one["departure"], one["arrival"]) for one in theirs]
        if alike and theirs[0]["found"] is not None:
            return theirs
    return [{**segment, "found": _named(segment, network)} for segment in own]


def _named(segment: ReadSegment, network: Network) -> FoundSegment:
    """The network's names for a segment that is spelled as the network has it."""
    line = network.line_index.find_exactly(segment["line"])
    ends = [network.station(segment["departure"]), network.station(segment["arrival"])]
    departure, arrival = (network.station_names[stop] if stop >= 0 else None for stop in ends)
    return {
        "line": network.lines[line].name if line >= 0 else None,
        "departure": departure,
        "arrival": arrival,
    }


def _ends(fields: Fields, network: Network) -> tuple[int, int]:
    return network.station(fields["station_1"].strip()), network.station(
        fields["station_2"].strip()
    )


def _set_the_scene(bench: Workbench, network: Network) -> None:
    """Choose what the map shows of the question, and which lines are on it."""
    fields = bench.fields
    one, other = _ends(fields, network)
    marks = [
        (station, letter)
        for station, letter, name in ((one, "A", "station_1"), (other, "B", "station_2"))
        if station >= 0 and name in bench.asked
    ]
    true, lines = list(bench.true), set()
    if fields["task"] in ("TorF1", "Counting1") and one >= 0 and other >= 0 and one != other:
        common = [line for line in network.lines_at[one] if line in network.lines_at[other]]
        if common:
            ways = [(line, shortest(network, line, one, other)) for line in common]
            line, via = min(ways, key=lambda way: len(way[1]))
            true = [Leg(line, one, other, via)]
        else:
            lines |= {*network.lines_at[one], *network.lines_at[other]}
    if fields["task"] == "TorF2":
        named = network.line_index.exact.get(fields["station_2"].strip(), -1)
        lines |= {named} if named >= 0 else set()
    if fields["task"] in ("TorF2", "Counting2") and one >= 0:
        lines |= set(network.lines_at[one])
    answered = [(row.verdict.leg, row.verdict.sound) for row in bench.rows if row.verdict.leg]
    jumps = [
        (row.verdict.ends[0], row.verdict.ends[1])
        for row in bench.rows
        if row.verdict.leg is None
        and row.verdict.ends[0] is not None
        and row.verdict.ends[1] is not None
    ]
    involved = {leg.line for leg in true} | {leg.line for leg, _ in answered} | lines
    for stop in (*(stop for stop, _ in marks), *(stop for jump in jumps for stop in jump)):
        # a stop that no line of the map holds brings one that does
        if involved and not involved.intersection(network.lines_at[stop]):
            involved.add(network.lines_at[stop][0])
    bench.scene = Scene(
        caption=_caption(bench, network),
        marks=marks,
        true=true,
        answered=answered,
        jumps=jumps,
        lines=frozenset(lines),
    )
    few = len(network.station_names) <= MANY_STATIONS
    bench.partial = bool(involved) and len(involved) < len(network.lines)
    alone = fields["map"] == "lines" or (fields["map"] != "all" and not few)
    bench.chart_lines = frozenset(involved) if alone and bench.partial else None


def _caption(bench: Workbench, network: Network) -> str:
    """What the map shows, for who does not see it."""
    names = network.station_names
    words = f"Map of {network.name}. {bench.sentence}"
    if bench.true:
        rides = "; ".join(
            f"{network.lines[leg.line].name} from {names[leg.departure]} to {names[leg.arrival]}"
            for leg in bench.true
        )
        words += f" True route: {rides}."
    if bench.rows:
        words += " Each segment of the answer is told below the map."
    return words


def snippets(bench: Workbench, url: str, tokens: bool) -> dict[str, str]:
    """The request of the page as commands that make it: curl and Python."""
    body = {
        "profile": bench.fields["profile"],
        "verbosity": "full",
        "items": [bench.item],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    bearer = ' \\\n  -H "Authorization: Bearer $TOKEN"' if tokens else ""
    curl = (
        f"curl -s {shlex.quote(f'{url}/score')} -H 'Content-Type: application/json'{bearer} \\\n"
        f"  -d {shlex.quote(text)}"
    )
    headers = '"Content-Type": "application/json"'
    if tokens:
        headers += ', "Authorization": f"Bearer {os.environ[\'TOKEN\']}"'
    python = (
        "import json\n"
        + ("import os\n" if tokens else "")
        + "from urllib.request import Request, urlopen\n\n"
        f"body = json.loads({json.dumps(body)!r})\n"
        f"request = Request({f'{url}/score'!r}, json.dumps(body).encode(), {{{headers}}})\n"
        "print(json.load(urlopen(request)))"
    )
    return {"curl": curl, "Python": python}
