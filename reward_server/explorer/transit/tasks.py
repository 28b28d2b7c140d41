"""The tasks on a map: how each is asked, filled in, answered and shown. One table, a row each."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, get_args

from reward_server.core.model import DifficultyName
from reward_server.core.tasks import Profile, Task
from reward_server.core.transit.network import Network
from reward_server.wire.transit import TransitFields

from ..inputs import Fields, Input, inputs_of
from . import questions, samples, scenes
from .examples import ROUTE_EXAMPLES, Examples
from .scenes import Scene

#: The names of the lists that inputs suggest texts from.
NETWORKS: Final = "networks"
STATIONS: Final = "stations"
LINES: Final = "lines"


class Wording(NamedTuple):
    """How a field is asked for in the words of a task; see ``Input``."""

    label: str
    choices: tuple[tuple[Any, str], ...] = ()
    suggests: str = ""
    placeholder: str = ""
    renews: bool = False


class MapTask(NamedTuple):
    """What the page shows of a task on a map, beside its score.

    ``asks``: its question; fields stand in braces. ``inputs``: the fields that it asks for.
    ``question``: a random one on a network, with its gold. ``samples``: completions to try on a
    question, by what they are. ``scene``: what the map shows before there is an answer.
    ``examples``: completions that the specification scores.
    """

    asks: str
    inputs: Mapping[str, Wording]
    question: Callable[[Network, random.Random], dict[str, str]]
    samples: Callable[[Network, Fields], dict[str, str]]
    scene: Callable[[Network, Fields], Scene]
    examples: Examples | None = None


_NETWORK = Wording("Network", suggests=NETWORKS, renews=True)
_FROM, _TO = Wording("From", suggests=STATIONS), Wording("To", suggests=STATIONS)
_STATION = Wording("Station", suggests=STATIONS)
_OTHER_STATION = Wording("Other station", suggests=STATIONS)
_YES_NO = Wording("Right answer", choices=((1, "yes"), (0, "no")))
_LETTER = Wording("Right answer", choices=tuple(enumerate(questions.LETTERS)))
_COUNT = Wording("Right answer")
_DIFFICULTY = Wording("Map difficulty", tuple((name, name) for name in get_args(DifficultyName)))

#: The first one that a profile has is what the page opens with.
MAP_TASKS: Final[Mapping[str, MapTask]] = {
    "planning": MapTask(
        "How do I get from {station_1} to {station_2}?",
        {
            "network": _NETWORK,
            "station_1": _FROM,
            "station_2": _TO,
            "difficulty_city": _DIFFICULTY,
            "question_form": Wording("Asked form"),
            "question_transfer_count": Wording("Transfers", placeholder="fewest"),
        },
        question=questions.journey,
        samples=samples.routes,
        scene=scenes.journey,
        examples=ROUTE_EXAMPLES,
    ),
    "TorF1": MapTask(
        "Is {station_1} on the same line as {station_2}?",
        {
            "network": _NETWORK,
            "station_1": _STATION,
            "station_2": _OTHER_STATION,
            "answer": _YES_NO,
            "difficulty_city": _DIFFICULTY,
        },
        question=questions.same_line,
        samples=samples.yes_no,
        scene=scenes.two_stations,
    ),
    "TorF2": MapTask(
        "Is {station_1} on the line {station_2}?",
        {
            "network": _NETWORK,
            "station_1": _STATION,
            "station_2": Wording("Line", suggests=LINES),
            "answer": _YES_NO,
            "difficulty_city": _DIFFICULTY,
        },
        question=questions.on_line,
        samples=samples.yes_no,
        scene=scenes.station_and_line,
    ),
    "Counting1": MapTask(
        "How many stops are there between {station_1} and {station_2}?",
        {
            "network": _NETWORK,
            "station_1": _STATION,
            "station_2": _OTHER_STATION,
            "options": Wording("Options"),
            "answer": _LETTER,
            "difficulty_city": _DIFFICULTY,
        },
        question=questions.stops_between,
        samples=samples.letters,
        scene=scenes.two_stations,
    ),
    "Counting2": MapTask(
        "How many lines pass through {station_1}?",
        {
            "network": _NETWORK,
            "station_1": _STATION,
            "answer": _COUNT,
            "difficulty_city": _DIFFICULTY,
        },
        question=questions.lines_at,
        samples=samples.counts,
        scene=scenes.station,
    ),
    "Counting3": MapTask(
        "How many lines are there in total?",
        {"network": _NETWORK, "answer": _COUNT, "difficulty_city": _DIFFICULTY},
        question=questions.all_lines,
        samples=samples.counts,
        scene=scenes.whole_map,
    ),
}


def map_task(name: str, task: Task[Any, Any]) -> MapTask | None:
    """What the page shows of a task on a map; ``None`` for one that is not asked on any."""
    return MAP_TASKS.get(name) if task.fields is TransitFields else None


def first_task(profile: Profile) -> str:
    """The task that the page opens with under a profile: one on a map, where it has any."""
    on_maps = (name for name in MAP_TASKS if name in profile.tasks)
    return next(on_maps, next(iter(profile.tasks)))


def task_inputs(name: str, task: Task[Any, Any]) -> tuple[Input, ...]:
    """The inputs for the fields of a task's items: in its own words, where it is on a map."""
    plain = inputs_of(task.fields)
    shown = map_task(name, task)
    if shown is None:
        return plain
    of_field = {each.name: each for each in plain}
    return tuple(_worded(of_field[name], wording) for name, wording in shown.inputs.items())


def _worded(plain: Input, wording: Wording) -> Input:
    choices = wording.choices or plain.choices
    return plain._replace(
        kind="choice" if choices else plain.kind,
        blank="refused" if choices else plain.blank,
        label=wording.label,
        hint="",
        placeholder=wording.placeholder,
        choices=choices,
        suggests=wording.suggests,
        renews=wording.renews,
    )
