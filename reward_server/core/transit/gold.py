"""What the right answer is: a question and the networks -> gold. Bad gold is an error, raised."""

from __future__ import annotations

from typing import Final, TypeVar, final

from rapidfuzz import fuzz, process

from ..model import DifficultyName, GoldError, Record
from ..tasks import Networks, Weights
from .constants import PlanningConstants
from .model import FormName, Question
from .name_index import AMBIGUOUS
from .network import Network
from .released.names import clean

T = TypeVar("T")

_LONGEST_NAME_SHOWN = 100
_NEAR = 60.0


@final
class RouteGold(Record):
    """Gold of a planning question. ``need``: fewest rides; ``transfers``: the question's."""

    _fields = ("difficulty", "origin", "destination", "need", "transfers", "form", "network")
    __slots__ = _fields

    def __init__(
        self,
        difficulty: DifficultyName,
        origin: int,
        destination: int,
        need: int,
        transfers: int,
        form: FormName,
        network: Network,
    ) -> None:
        self.difficulty: Final = difficulty
        self.origin: Final = origin
        self.destination: Final = destination
        self.need: Final = need
        self.transfers: Final = transfers
        self.form: Final = form
        self.network: Final = network


@final
class ReleasedRouteGold(Record):
    """Gold of a planning question as the released code compares it: names, cleaned once."""

    _fields = ("difficulty", "station_1", "station_2", "transfers", "network")
    __slots__ = _fields

    def __init__(
        self,
        difficulty: DifficultyName,
        station_1: str,
        station_2: str,
        transfers: int,
        network: Network,
    ) -> None:
        self.difficulty: Final = difficulty
        self.station_1: Final = station_1
        self.station_2: Final = station_2
        self.transfers: Final = transfers
        self.network: Final = network


@final
class ValueGold(Record):
    """Gold of a boxed question whose network is never looked at.

    ``options``: the texts that a letter stands for, where the question gives them.
    """

    _fields = ("difficulty", "value", "options")
    __slots__ = _fields

    def __init__(
        self, difficulty: DifficultyName, value: int, options: tuple[str, ...] | None = None
    ) -> None:
        self.difficulty: Final = difficulty
        self.value: Final = value
        self.options: Final = options


@final
class ChoiceGold(Record):
    """Gold of a Counting1 question whose list of stops is looked up in its network."""

    _fields = ("difficulty", "value", "options", "station_1", "station_2", "network")
    __slots__ = _fields

    def __init__(
        self,
        difficulty: DifficultyName,
        value: int,
        options: tuple[str, ...] | None,
        station_1: int,
        station_2: int,
        network: Network,
    ) -> None:
        self.difficulty: Final = difficulty
        self.value: Final = value
        self.options: Final = options
        self.station_1: Final = station_1
        self.station_2: Final = station_2
        self.network: Final = network


def route_gold(question: Question, networks: Networks) -> RouteGold:
    """Gold for rules that ride the network; raises ``GoldError``."""
    network = _network(question, networks)
    origin = _station("station_1", question["station_1"], question, network)
    destination = _station("station_2", question["station_2"], question, network)
    if origin == destination:
        raise GoldError(
            "bad_gold",
            f"station_1 {question['station_1']!r} and station_2 {question['station_2']!r} are one "
            f"station of network {network.name!r}; expected two",
        )
    need = network.rides(origin, destination)
    if not need:
        raise GoldError(
            "bad_gold",
            f"network {network.name!r} has no way from station_1 {question['station_1']!r} to "
            f"station_2 {question['station_2']!r}",
        )
    transfers = question["question_transfer_count"]
    return RouteGold(
        question["difficulty_city"] or "easy",
        origin,
        destination,
        need,
        need - 1 if transfers is None else _checked(transfers),
        question["question_form"] or "short",
        network,
    )


def released_route_gold(question: Question, networks: Networks) -> ReleasedRouteGold:
    """Gold for the released code, which never asks whether there is a way; raises ``GoldError``."""
    network = _network(question, networks)
    transfers = question["question_transfer_count"]
    if transfers is None:
        transfers = route_gold(question, networks).transfers
    return ReleasedRouteGold(
        question["difficulty_city"] or "easy",
        transfers=_checked(transfers),
        station_1=_released_station("station_1", question["station_1"], question, network),
        station_2=_released_station("station_2", question["station_2"], question, network),
        network=network,
    )


def yes_no_gold(question: Question, _: Networks) -> ValueGold:
    """Gold of TorF: 1 yes, 0 no; raises ``GoldError``."""
    value = _answer(question, 1, "1 for yes or 0 for no")
    return ValueGold(question["difficulty_city"] or "easy", value)


def count_gold(question: Question, _: Networks) -> ValueGold:
    """Gold of Counting2 and Counting3; raises ``GoldError``."""
    value = _answer(question, None, "a count of at least 0")
    return ValueGold(question["difficulty_city"] or "easy", value)


def letter_gold(question: Question, _: Networks) -> ValueGold:
    """Gold of Counting1 where only its letter counts; raises ``GoldError``."""
    value = _answer(question, 3, "0 to 3 for A to D")
    return ValueGold(question["difficulty_city"] or "easy", value, question["options"])


def choice_gold(question: Question, networks: Networks) -> ChoiceGold:
    """Gold of Counting1 where its list of stops is scored too; raises ``GoldError``."""
    network = _network(question, networks)
    value = _answer(question, 3, "0 to 3 for A to D")
    return ChoiceGold(
        question["difficulty_city"] or "easy",
        value,
        question["options"],
        _station("station_1", question["station_1"], question, network),
        _station("station_2", question["station_2"], question, network),
        network,
    )


def map_weight(gold: ValueGold | ChoiceGold, weights: Weights, _: object) -> float:
    """W = gamma of the map's difficulty (RewardMap, section 3)."""
    return weights.gamma(gold.difficulty)


def route_weight(
    gold: RouteGold | ReleasedRouteGold, weights: Weights, constants: PlanningConstants
) -> float:
    """W = gamma of the map's difficulty, + beta where the question has transfers."""
    gamma = weights.gamma(gold.difficulty)
    return gamma + constants.beta if gold.transfers else gamma


def _answer(question: Question, most: int | None, expected: str) -> int:
    """The gold answer, from 0 to ``most``; ``expected``: what that is, in words."""
    answer = _given(question["answer"], "answer", question)
    if answer < 0 or (most is not None and answer > most):
        raise GoldError(
            "bad_gold", f"answer of {question['task']}: expected {expected}, got {answer}"
        )
    return answer


def _checked(transfers: int) -> int:
    if transfers < 0:
        raise GoldError(
            "bad_gold", f"question_transfer_count: expected at least 0, got {transfers}"
        )
    return transfers


def _given(value: T | None, column: str, question: Question) -> T:
    if value is None:
        raise GoldError("missing_gold", f"{question['task']} needs {column}, got none")
    return value


def _network(question: Question, networks: Networks) -> Network:
    """The network that a question names."""
    name = question["network"]
    if name is None:
        raise GoldError(
            "unknown_network",
            f"network: missing; {question['task']} is scored on a network, expected the name of "
            "one",
        )
    network = networks.get(name)
    if network is not None:
        return network
    shown = name[:_LONGEST_NAME_SHOWN]
    nearest = process.extract(
        shown, networks.keys(), scorer=fuzz.ratio, limit=3, score_cutoff=_NEAR
    )
    meant = f"; nearest: {', '.join([repr(match[0]) for match in nearest])}" if nearest else ""
    raise GoldError(
        "unknown_network",
        f"network: no network {shown!r} among the {len(networks)} loaded or sent ones{meant}",
    )


def _station(column: str, name: str | None, question: Question, network: Network) -> int:
    name = _given(name, column, question)
    index = network.station(name)
    if index < 0:
        how = "fits several stations" if index == AMBIGUOUS else "is not a station"
        raise GoldError(
            "unknown_station", f"{column} {name!r:.220} {how} of network {network.name!r}"
        )
    return index


def _released_station(column: str, name: str | None, question: Question, network: Network) -> str:
    name = _given(name, column, question)
    known = network.released.once.get(name)
    if known is None:
        _station(column, name, question, network)
        return clean(name)
    return known
