"""Questions on a network with their gold: as many as there are, none twice, the same for a seed.

How many of each task a city gets, and how many planning questions of 0, 1 and 2 or more
transfers, is in the proportions of ReasonMap and ReasonMap-Plus; yes and no, and the letters of the
right options, come in equal shares. So do the counts of lines at a station, as far as there are
stations with them, and none comes more often than the next one: whoever always answers the same is
right half of the time at most. Only what has one right answer is asked: no stops are counted
between two stations that are differently far apart on two lines, or the two ways round a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import NamedTuple

from reward_server.core.transit.model import FormName, TaskName
from reward_server.core.transit.network import Network

from . import wording
from .routes import Route, reference_routes

#: Questions of each task in ReasonMap (planning) and ReasonMap-Plus, over 30 cities.
PUBLISHED_COUNTS: Mapping[TaskName, int] = {
    "TorF1": 1039,
    "TorF2": 929,
    "Counting1": 1050,
    "Counting2": 970,
    "Counting3": 30,
    "planning": 1008,
}
#: What an average city of theirs has.
QUESTIONS_PER_CITY = round(sum(PUBLISHED_COUNTS.values()) / 30)
#: Planning questions of a city by transfers, 0, 1 and 2 or more: the quota of ReasonMap.
TRANSFER_QUOTA = (20, 15, 5)
#: Of four planning questions two are short and one has each of the forms with via stops.
FORMS: tuple[FormName, ...] = ("short", "via_count", "short", "via_stops")
_OPTIONS = 4


class Question(NamedTuple):
    """A question with its gold, in the published columns' terms."""

    task: TaskName
    text: str
    station_1: str
    station_2: str
    """Empty where the question names only one station, or none."""
    answer: int = -1
    """TorF 1/0, Counting1 0-3 for A-D, Counting2 and 3 the count, planning -1."""
    options: tuple[str, ...] | None = None
    """The texts of A to D, Counting1 only."""
    form: FormName | None = None
    transfers: int = 0
    routes: tuple[Route, ...] = ()
    """Reference routes, planning only; the first is the shortest."""


def ask(
    network: Network,
    count: int = QUESTIONS_PER_CITY,
    seed: int = 0,
    tasks: Sequence[TaskName] = tuple(PUBLISHED_COUNTS),
    forms: Sequence[FormName] = FORMS,
) -> list[Question]:
    """Up to ``count`` questions of these tasks on a network, ordered by task.

    Fewer where the network has not so much to ask: one line alone has no two stations that are
    not on one line, and so neither kind of yes-or-no question; and where few stations have more
    than one line, as few questions are asked how many lines there are.
    """
    shares = _shares(count, tasks)
    questions: list[Question] = []
    for task, share in shares.items():
        # draws of its own for each task: asking for one more leaves the others as they are
        rng = Random(f"{seed} {network.name} {task}")  # noqa: S311 - nothing here is a secret
        questions += _ASK[task](network, share, rng, forms)
    return questions


def _shares(count: int, tasks: Sequence[TaskName]) -> dict[TaskName, int]:
    """How many questions each task gets: one of Counting3, the others in published proportions."""
    shares = dict.fromkeys(tasks, 0)
    if "Counting3" in shares and count:
        shares["Counting3"] = 1
        count -= 1
    others = [task for task in tasks if task != "Counting3"]
    apportioned = _apportion(count, [PUBLISHED_COUNTS[task] for task in others])
    shares.update(zip(others, apportioned, strict=True))
    return shares


def _apportion(count: int, weights: Sequence[int]) -> list[int]:
    """``count`` in whole parts as near to the weights as can be (largest remainders)."""
    if not weights:
        return []
    total = sum(weights)
    parts = [count * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(count * weights[i] % total), i))
    for index in order[: count - sum(parts)]:
        parts[index] += 1
    return parts


# -- yes or no


def _ask_same_line(
    network: Network, count: int, rng: Random, _: Sequence[FormName]
) -> list[Question]:
    def together() -> tuple[int, int]:
        one, other = rng.sample(sorted(rng.choice(network.lines).stations), 2)
        return one, other

    def any_two() -> tuple[int, int]:
        one, other = rng.sample(range(len(network.station_names)), 2)
        return one, other

    def share_a_line(pair: tuple[int, int]) -> bool:
        return not set(network.lines_at[pair[0]]).isdisjoint(network.lines_at[pair[1]])

    yes = _distinct(together, share_a_line, frozenset, count)
    no = _distinct(any_two, lambda pair: not share_a_line(pair), frozenset, count)
    names = network.station_names
    return [
        Question(
            "TorF1",
            wording.same_line(names[one], names[other]),
            names[one],
            names[other],
            answer,
        )
        for answer, (one, other) in _evenly(yes, no, count, rng)
    ]


def _ask_on_line(
    network: Network, count: int, rng: Random, _: Sequence[FormName]
) -> list[Question]:
    def there() -> tuple[int, int]:
        line = rng.randrange(len(network.lines))
        return rng.choice(sorted(network.lines[line].stations)), line

    def anywhere() -> tuple[int, int]:
        return rng.randrange(len(network.station_names)), rng.randrange(len(network.lines))

    def is_there(pair: tuple[int, int]) -> bool:
        return pair[1] in network.lines_at[pair[0]]

    yes = _distinct(there, is_there, tuple, count)
    no = _distinct(anywhere, lambda pair: not is_there(pair), tuple, count)
    names, lines = network.station_names, network.lines
    return [
        Question(
            "TorF2", wording.on_line(names[station], lines[line].name), names[station], "", answer
        )
        for answer, (station, line) in _evenly(yes, no, count, rng)
    ]


def _distinct(
    draw: Callable[[], tuple[int, int]],
    fits: Callable[[tuple[int, int]], bool],
    key: Callable[[tuple[int, int]], object],
    count: int,
) -> Iterator[tuple[int, int]]:
    """Drawn pairs that fit, each once, up to half of ``count``, while there seem to be any."""
    seen: set[object] = set()
    for _ in range(100 * count):
        pair = draw()
        if fits(pair) and key(pair) not in seen:
            seen.add(key(pair))
            yield pair
            if len(seen) > count // 2:
                return


def _evenly(
    yes: Iterator[tuple[int, int]], no: Iterator[tuple[int, int]], count: int, rng: Random
) -> Iterator[tuple[int, tuple[int, int]]]:
    """As many of the one as of the other, in turn; an odd last one is either."""
    turns = 0
    for is_so, is_not in islice(zip(yes, no, strict=False), count // 2):
        yield 1, is_so
        yield 0, is_not
        turns += 2
    if turns == count - 1:
        answer = rng.randrange(2)
        for odd in islice(yes if answer else no, 1):
            yield answer, odd


# -- counting


def _ask_stops_between(
    network: Network, count: int, rng: Random, _: Sequence[FormName]
) -> list[Question]:
    names = network.station_names
    letters = [number % _OPTIONS for number in range(count)]
    rng.shuffle(letters)
    longest = max(len(line.stations) for line in network.lines)
    questions = []
    for right, (one, other, stops) in zip(letters, _stops_apart(network, count, rng), strict=False):
        options = [str(option) for option in _options(stops, right, longest, rng)]
        questions.append(
            Question(
                "Counting1",
                wording.stops_between(names[one], names[other], options),
                names[one],
                names[other],
                right,
                tuple(options),
            )
        )
    return questions


def _stops_apart(network: Network, count: int, rng: Random) -> Iterator[tuple[int, int, int]]:
    """Pairs of stations of one line with the stops between them, where that is one number."""
    seen: set[frozenset[int]] = set()
    for _ in range(100 * count):
        one, other = rng.sample(sorted(rng.choice(network.lines).stations), 2)
        pair = frozenset((one, other))
        if pair in seen:
            continue
        seen.add(pair)
        counts = stops_between(network, one, other)
        if len(counts) == 1:
            yield one, other, counts.pop()


def stops_between(network: Network, one: int, other: int) -> set[int]:
    """How many stops are between two stations: of each line that has both, of each way round.

    Empty where nobody can say: on a line that passes a station twice.
    """
    lines = [network.lines[line] for line in network.lines_at[one]]
    lines = [line for line in lines if other in line.stations]
    if any(len(set(run)) < len(run) for line in lines for run in line.runs):
        return set()
    return {len(way) for line in lines for way in line.between(one, other)}


def _options(right: int, letter: int, longest: int, rng: Random) -> list[int]:
    """Four numbers, the right one at its letter; one wrong one is near, the others anywhere."""
    most = max(longest, right + 2, _OPTIONS)
    near = rng.choice([n for n in range(right - 2, right + 3) if n >= 0 and n != right])
    others = rng.sample([n for n in range(most + 1) if n not in (right, near)], _OPTIONS - 2)
    wrong = [near, *others]
    rng.shuffle(wrong)
    wrong.insert(letter, right)
    return wrong


def _ask_lines_at(
    network: Network, count: int, rng: Random, _: Sequence[FormName]
) -> list[Question]:
    by_count: dict[int, list[int]] = {}
    for station, lines in enumerate(network.lines_at):
        by_count.setdefault(len(lines), []).append(station)
    for stations in by_count.values():
        rng.shuffle(stations)
    # most stations have one line: asked about all of them, "1" would be right nearly always
    turns = sorted(map(len, by_count.values()))[-2] if len(by_count) > 1 else 0
    drawn = (
        (stations[turn], lines_there)
        for turn in range(turns)
        for lines_there, stations in sorted(by_count.items())
        if turn < len(stations)
    )
    names = network.station_names
    return [
        Question("Counting2", wording.lines_at(names[station]), names[station], "", lines_there)
        for station, lines_there in islice(drawn, count)
    ]


def _ask_lines_in_total(
    network: Network, count: int, _: Random, __: Sequence[FormName]
) -> list[Question]:
    if not count:
        return []
    return [Question("Counting3", wording.lines_in_total(), "", "", len(network.lines))]


# -- planning


def _ask_routes(
    network: Network, count: int, rng: Random, forms: Sequence[FormName]
) -> list[Question]:
    names = network.station_names
    questions = []
    for number, (origin, destination) in enumerate(_journeys(network, count, rng)):
        form = forms[number % len(forms)]
        one, other = names[origin], names[destination]
        questions.append(
            Question(
                "planning",
                wording.route(one, other, form),
                one,
                other,
                form=form,
                transfers=network.rides(origin, destination) - 1,
                routes=tuple(reference_routes(network, origin, destination)),
            )
        )
    return questions


def _journeys(network: Network, count: int, rng: Random) -> list[tuple[int, int]]:
    """Pairs of stations by the quota of transfers; what there is too little of, others replace."""
    most = len(TRANSFER_QUOTA) - 1
    found: list[list[tuple[int, int]]] = []
    wanted = _apportion(count, TRANSFER_QUOTA)
    for transfers in range(most, -1, -1):
        pairs = _pairs(network, transfers, transfers == most, rng)
        found.append(list(islice(pairs, wanted[transfers])))
        missing = wanted[transfers] - len(found[-1])
        if transfers:
            wanted[transfers - 1] += missing
    journeys = [pair for pairs in found for pair in pairs]
    rng.shuffle(journeys)
    return journeys


def _pairs(
    network: Network, transfers: int, or_more: bool, rng: Random
) -> Iterator[tuple[int, int]]:
    """Pairs of stations with so many transfers between them, each once, evenly over the origins."""
    stations = range(len(network.station_names))
    seen: set[tuple[int, int]] = set()
    origins = list(stations)
    while origins:
        rng.shuffle(origins)
        left = []
        for origin in origins:
            ends = [
                end
                for end in stations
                if (origin, end) not in seen
                and (
                    (rides := network.rides(origin, end)) == transfers + 1
                    or (or_more and rides > transfers + 1)
                )
            ]
            if ends:
                left.append(origin)
                pair = origin, rng.choice(ends)
                seen.add(pair)
                yield pair
        origins = left


_ASK: Mapping[TaskName, Callable[[Network, int, Random, Sequence[FormName]], list[Question]]] = {
    "TorF1": _ask_same_line,
    "TorF2": _ask_on_line,
    "Counting1": _ask_stops_between,
    "Counting2": _ask_lines_at,
    "Counting3": _ask_lines_in_total,
    "planning": _ask_routes,
}
