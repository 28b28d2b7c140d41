"""What the right answer is: a question in its network -> gold. Bad gold is an error, raised."""

from __future__ import annotations

from typing import Final, TypeVar, final

from ..model import FormName, GoldError, Question, Record
from ..profiles import Profile
from .name_index import AMBIGUOUS
from .network import Network
from .released.names import clean

T = TypeVar("T")


@final
class RouteGold(Record):
    """Gold of a planning question. ``need``: fewest rides; ``transfers``: the question's."""

    _fields = ("weight", "origin", "destination", "need", "transfers", "form", "network")
    __slots__ = _fields

    def __init__(
        self,
        weight: float,
        origin: int,
        destination: int,
        need: int,
        transfers: int,
        form: FormName,
        network: Network,
    ) -> None:
        self.weight: Final = weight
        self.origin: Final = origin
        self.destination: Final = destination
        self.need: Final = need
        self.transfers: Final = transfers
        self.form: Final = form
        self.network: Final = network


@final
class ReleasedRouteGold(Record):
    """Gold of a planning question as the released code compares it: names, cleaned once."""

    _fields = ("weight", "station_1", "station_2", "transfers", "network")
    __slots__ = _fields

    def __init__(
        self, weight: float, station_1: str, station_2: str, transfers: int, network: Network
    ) -> None:
        self.weight: Final = weight
        self.station_1: Final = station_1
        self.station_2: Final = station_2
        self.transfers: Final = transfers
        self.network: Final = network


@final
class ValueGold(Record):
    """Gold of a boxed question whose network is never looked at."""

    _fields = ("weight", "value")
    __slots__ = _fields

    def __init__(self, weight: float, value: int) -> None:
        self.weight: Final = weight
        self.value: Final = value


@final
class ChoiceGold(Record):
    """Gold of a Counting1 question whose list of stops is looked up in its network."""

    _fields = ("weight", "value", "station_1", "station_2", "network")
    __slots__ = _fields

    def __init__(
        self, weight: float, value: int, station_1: int, station_2: int, network: Network
    ) -> None:
        self.weight: Final = weight
        self.value: Final = value
        self.station_1: Final = station_1
        self.station_2: Final = station_2
        self.network: Final = network


def route_gold(question: Question, network: Network | None, profile: Profile) -> RouteGold:
    """Gold for rules that ride the network; raises ``GoldError``."""
    network = _given(network, "network", question)
    origin = _station(question.station_1, "station_1", question, network)
    destination = _station(question.station_2, "station_2", question, network)
    if origin == destination:
        raise GoldError(
            "bad_gold",
            f"station_1 {question.station_1!r} and station_2 {question.station_2!r} are one "
            f"station of network {network.name!r}; expected two",
        )
    need = network.rides(origin, destination)
    if not need:
        raise GoldError(
            "bad_gold",
            f"network {network.name!r} has no way from station_1 {question.station_1!r} to "
            f"station_2 {question.station_2!r}",
        )
    transfers = question.question_transfer_count
    if transfers is None:
        transfers = need - 1
    return RouteGold(
        _planning_weight(transfers, question, profile),
        origin,
        destination,
        need,
        transfers,
        question.question_form,
        network,
    )


def released_route_gold(
    question: Question, network: Network | None, profile: Profile
) -> ReleasedRouteGold:
    """Gold for the released code, which never asks whether there is a way; raises ``GoldError``."""
    network = _given(network, "network", question)
    transfers = question.question_transfer_count
    if transfers is None:
        transfers = route_gold(question, network, profile).transfers
    return ReleasedRouteGold(
        _planning_weight(transfers, question, profile),
        _released_station(question.station_1, "station_1", question, network),
        _released_station(question.station_2, "station_2", question, network),
        transfers,
        network,
    )


def value_gold(question: Question, _: Network | None, profile: Profile) -> ValueGold:
    """Gold of a boxed question; raises ``GoldError``."""
    return ValueGold(profile.gamma[question.difficulty_city], _answer(question))


def choice_gold(question: Question, network: Network | None, profile: Profile) -> ChoiceGold:
    """Gold of a Counting1 question whose list of stops is scored; raises ``GoldError``."""
    value = _answer(question)
    network = _given(network, "network", question)
    return ChoiceGold(
        profile.gamma[question.difficulty_city],
        value,
        _station(question.station_1, "station_1", question, network),
        _station(question.station_2, "station_2", question, network),
        network,
    )


#: The golds that a task's answer may have; without a bound above where there is none.
_ANSWERS = {
    "TorF1": (1, "1 for yes or 0 for no"),
    "TorF2": (1, "1 for yes or 0 for no"),
    "Counting1": (3, "0 to 3 for A to D"),
    "Counting2": (None, "a count of at least 0"),
    "Counting3": (None, "a count of at least 0"),
}


def _answer(question: Question) -> int:
    answer = _given(question.answer, "answer", question)
    most, expected = _ANSWERS[question.task]
    if answer < 0 or (most is not None and answer > most):
        raise GoldError("bad_gold", f"answer of {question.task}: expected {expected}, got {answer}")
    return answer


def _planning_weight(transfers: int, question: Question, profile: Profile) -> float:
    if transfers < 0:
        raise GoldError(
            "bad_gold", f"question_transfer_count: expected at least 0, got {transfers}"
        )
    gamma = profile.gamma[question.difficulty_city]
    return gamma + profile.weights.beta if transfers else gamma


def _given(value: T | None, column: str, question: Question) -> T:
    if value is None:
        raise GoldError("missing_gold", f"{question.task} needs {column}, got none")
    return value


def _station(name: str | None, column: str, question: Question, network: Network) -> int:
    index = network.station(_given(name, column, question))
    if index < 0:
        how = "fits several stations" if index == AMBIGUOUS else "is not a station"
        raise GoldError(
            "unknown_station", f"{column} {name!r:.220} {how} of network {network.name!r}"
        )
    return index


def _released_station(name: str | None, column: str, question: Question, network: Network) -> str:
    name = _given(name, column, question)
    known = network.released.once.get(name)
    if known is None:
        _station(name, column, question, network)
        return clean(name)
    return known
