"""Questions on one network, scored as the service scores them: what tests of the core share."""

from __future__ import annotations

from typing import Any

from reward_server.core import evaluate as core
from reward_server.core.budget import Budget
from reward_server.core.model import Breakdown, DifficultyName
from reward_server.core.tasks import Explanation, Profile
from reward_server.core.transit.model import FormName, Question, TaskName
from reward_server.core.transit.network import Network

#: The columns of a question, as ``make_question`` takes them.
COLUMNS = (
    "task",
    "station_1",
    "station_2",
    "answer",
    "difficulty_city",
    "question_transfer_count",
    "question_form",
    "options",
)


def make_question(
    task: TaskName,
    station_1: str | None = None,
    station_2: str | None = None,
    answer: int | None = None,
    difficulty_city: DifficultyName = "easy",
    question_transfer_count: int | None = None,
    question_form: FormName = "short",
    options: tuple[str, ...] | None = None,
) -> Question:
    """A question with every column of the dataset; its network is given when it is scored."""
    return {
        "task": task,
        "network": None,
        "station_1": station_1,
        "station_2": station_2,
        "answer": answer,
        "options": options,
        "difficulty_city": difficulty_city,
        "question_transfer_count": question_transfer_count,
        "question_form": question_form,
    }


def evaluate(
    completion: str, asked: Question, network: Network | None, profile: Profile
) -> Breakdown:
    """The breakdown of a completion on ``network``, where there is one."""
    return core.evaluate(completion, on(asked, network), profile, networks(network), Budget())


def gold_of(asked: Question, network: Network | None, profile: Profile) -> Any:  # noqa: ANN401 - of any task
    """The gold of a question under a profile."""
    return profile.tasks[asked["task"]].gold(on(asked, network), networks(network))


def weight_of(asked: Question, network: Network | None, profile: Profile) -> float:
    """W of a question under a profile."""
    task = profile.tasks[asked["task"]]
    gold = gold_of(asked, network, profile)
    weight: float = task.weight(gold, profile.weights, task.constants)
    return weight


def explain(
    completion: str, asked: Question, network: Network | None, profile: Profile
) -> Explanation:
    """A completion's breakdown in words."""
    breakdown = evaluate(completion, asked, network, profile)
    return profile.tasks[asked["task"]].explain(breakdown)


def form_of(asked: Question) -> FormName:
    """What a planning question asks of a segment."""
    return asked["question_form"] or "short"


def on(asked: Question, network: Network | None) -> Question:
    """A question that names ``network``."""
    return {**asked, "network": None if network is None else network.name}


def networks(network: Network | None) -> dict[str, Network]:
    """All networks there are."""
    return {} if network is None else {network.name: network}
