"""What the page shows of a question on a map: random questions, the map, and the routes on it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

from reward_server.core.budget import Budget, TooMuchWorkError
from reward_server.core.model import Breakdown, GoldError
from reward_server.core.tasks import Networks
from reward_server.core.transit.gold import RouteGold, route_gold
from reward_server.core.transit.locate import locate_route
from reward_server.core.transit.model import LocatedRoute, Question, RouteClaim, Segment
from reward_server.core.transit.network import Network
from reward_server.core.transit.released.parse import ReleasedSegment
from reward_server.networks.load import BUNDLED_DIFFICULTY
from reward_server.networks.network_set import LoadedNetwork
from reward_server.scorer import Outcome
from reward_server.wire.items import Item

from ..inputs import Fields
from .figure import figure
from .journeys import Row, rows
from .maps import MANY_STATIONS, Charts, NoMapError
from .scenes import Scene, lines_of, with_answer
from .tasks import LINES, NETWORKS, STATIONS, MapTask

#: What the page opens with: an answer whose route differs from the true one.
_FIRST_SAMPLE = "wrong line"
_FIRST_SEED = 4
#: What stays as it is where another question is asked.
_KEPT = ("network", "difficulty_city", "question_form")
_RANDOM = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class MapView:
    """A map with a question on it, and an answered route where one was read.

    ``network``: ``None`` where it is not loaded. ``chart_lines``: the lines on the map, ``None``
    being all. ``partial``: whether lines can be left out.
    """

    network: LoadedNetwork | None
    scene: Scene = field(default_factory=Scene)
    rows: Sequence[Row] = ()
    chart_lines: frozenset[int] | None = None
    partial: bool = False


class Drawing(NamedTuple):
    """A map as SVG, empty where there is none, and why; ``colours``: line -> colour."""

    svg: str
    problem: str
    colours: Mapping[str, str]


def name_lists(networks: Networks, name: str) -> dict[str, Sequence[str]]:
    """The texts that inputs suggest: the networks, and the stations and lines of one."""
    network = networks.get(name)
    return {
        NETWORKS: list(networks),
        STATIONS: sorted(network.station_names) if network is not None else [],
        LINES: [line.name for line in network.lines] if network is not None else [],
    }


def random_question(shown: MapTask, network: Network, fields: Fields) -> dict[str, str]:
    """The fields of another question, with a right answer."""
    return _asked(shown, network, fields, _RANDOM, "right")


def first_question(shown: MapTask, network: Network) -> dict[str, str]:
    """The fields of the question that the page opens with, and of a wrong answer to it."""
    chance = random.Random(_FIRST_SEED)  # noqa: S311 - the same one on every run
    return _asked(shown, network, {"network": network.name}, chance, _FIRST_SAMPLE)


def _asked(
    shown: MapTask, network: Network, fields: Fields, chance: random.Random, sample: str
) -> dict[str, str]:
    question = {name: fields[name] for name in _KEPT if fields.get(name)}
    question |= shown.question(network, chance)
    if network.name in BUNDLED_DIFFICULTY:
        question["difficulty_city"] = BUNDLED_DIFFICULTY[network.name]
    return {**question, "completion": shown.samples(network, question).get(sample, "")}


def map_view(
    shown: MapTask,
    network: LoadedNetwork | None,
    fields: Fields,
    item: Item | None,
    outcome: Outcome | None,
) -> MapView:
    """What there is to see of a question and what came of its answer; ``item``: where it is one."""
    if network is None:
        return MapView(None)
    city = network.network
    scene = shown.scene(city, fields)
    told = _answered(item, outcome, city) if item is not None and scene.asks_route else []
    scene = with_answer(scene, told)
    involved = lines_of(scene, city)
    few = len(city.station_names) <= MANY_STATIONS
    partial = 0 < len(involved) < len(city.lines)
    alone = fields.get("map") == "lines" or (fields.get("map") != "all" and not few)
    return MapView(
        network,
        replace(scene, caption=_caption(shown, scene, city, fields)),
        told,
        involved if alone and partial else None,
        partial,
    )


def _answered(item: Item, outcome: Outcome | None, network: Network) -> list[Row]:
    """What there is to say of the answered route; nothing where none was read."""
    if not isinstance(outcome, Breakdown):
        return []
    if isinstance(outcome.located, LocatedRoute) and isinstance(outcome.gold, RouteGold):
        return rows(outcome.located, outcome.gold)
    read = outcome.claim if isinstance(outcome.claim, list) else []
    segments = tuple(
        Segment(each.line, each.departure, each.arrival)
        for each in read
        if isinstance(each, ReleasedSegment)
    )
    return _located_now(segments, item, network) if segments else []


def _located_now(segments: tuple[Segment, ...], item: Item, network: Network) -> list[Row]:
    """What there is to say of segments whose names the released code compared as text alone."""
    budget = Budget()
    budget.renew(len(item["completion"]))
    try:
        gold = route_gold(cast("Question", item), {network.name: network})
        return rows(locate_route(RouteClaim(segments, keeps_format=False), gold, budget), gold)
    except (GoldError, TooMuchWorkError):
        return []


def _caption(shown: MapTask, scene: Scene, network: Network, fields: Fields) -> str:
    """What the map shows, for who does not see it."""
    names = network.station_names
    words = f"Map of {network.name}. {sentence(shown, fields)}"
    if scene.asks_route and scene.true:
        rides = "; ".join(
            f"{network.lines[leg.line].name} from {names[leg.departure]} to {names[leg.arrival]}"
            for leg in scene.true
        )
        words += f" True route: {rides}."
    if scene.answered or scene.jumps:
        words += " Each segment of the answer is told below the map."
    return words


def sentence(shown: MapTask, fields: Fields) -> str:
    """The question in words."""
    stations = {name: fields.get(name) or "…" for name in ("station_1", "station_2")}
    return shown.asks.format(**stations)


async def draw(view: MapView, charts: Charts) -> Drawing:
    """The map of a view, drawn by ``charts``."""
    if view.network is None:
        return Drawing("", "the network is not loaded here", {})
    try:
        chart = await charts.chart(view.network, view.chart_lines)
    except NoMapError as error:
        return Drawing("", str(error), {})
    lines = view.network.network.lines
    colours = {lines[line].name: colour for line, colour in chart.colours.items()}
    return Drawing(figure(chart, view.scene), "", colours)
