"""The specification of the reward as it runs here: constants, tables and docstrings, no copy."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, get_args

from reward_server.core.evaluate import evaluate
from reward_server.core.model import Breakdown, FailureKind, ParseFailure
from reward_server.core.tasks import TASKS, Profile, Task
from reward_server.core.transit.build import build
from reward_server.core.transit.explain import explain
from reward_server.core.transit.model import Question, TaskName
from reward_server.core.transit.network import Network
from reward_server.scorer import Scorer
from reward_server.wire.results import Components

from .questions import ASKED
from .rules import formula, rules

_TOY = {"Line 1": ["Alba", "Brook", "Cedar"], "Line 2": ["Cedar", "Dale", "Elm"]}
_RIGHT = (
    "Route Name: Line 1\nDeparture Stop: Alba\nArrival Stop: Cedar\n--\n"
    "Route Name: Line 2\nDeparture Stop: Cedar\nArrival Stop: Elm"
)
_EXAMPLES = {
    "the right route": _RIGHT,
    "the right route in a sentence around it": f"Here it is:\n{_RIGHT}\nHave a good trip!",
    "it stops one station short": _RIGHT.replace("Elm", "Dale"),
    "a wrong second line": _RIGHT.replace("Line 2", "Line 1"),
    "only the first ride": _RIGHT.partition("\n--\n")[0],
    "no answer": "Take the train and change once.",
}


class Step(NamedTuple):
    """A step of a task's way: its function and what that says of itself."""

    name: str
    function: str
    says: str


class TaskPage(NamedTuple):
    """A task under a profile."""

    name: str
    asks: str
    terms: tuple[tuple[str, str], ...]
    has_format: bool
    looks_at_network: bool
    steps: tuple[Step, ...]


class ProfilePage(NamedTuple):
    """A profile: its constants with what they mean, and its tasks."""

    name: str
    base: str
    fingerprint: str
    formula: str
    weights: tuple[tuple[str, float, str], ...]
    detail: tuple[tuple[str, float, str], ...]
    tasks: tuple[TaskPage, ...]
    examples: tuple[tuple[str, str, Breakdown], ...]


@cache
def profile_page(scorer: Scorer) -> ProfilePage:
    """All there is to say of one profile of the service."""
    profile = scorer.profile
    return ProfilePage(
        profile.name,
        profile.base,
        scorer.fingerprint,
        formula(profile),
        _constants(profile.weights),
        _constants(profile.detail),
        tuple(_task(name, task, profile) for name, task in TASKS[profile.base].items()),
        _examples(profile),
    )


def failures(profile: Profile) -> dict[str, str]:
    """Why no answer could be read, in words."""
    found = {}
    for kind in get_args(FailureKind):
        nothing = Breakdown(0.0, False, 1.0, 0.0, 0.0, 0.0, {}, frozenset(), ParseFailure(kind))
        words = explain(nothing, Question("TorF1"), None, profile)
        found[kind] = words.removeprefix("Wrong: ").removesuffix(".")
    return found


def components() -> list[str]:
    """The names of the components."""
    return list(Components.__annotations__)


def _task(name: TaskName, task: Task[Any, Any, Any], profile: Profile) -> TaskPage:
    sentences = rules(profile)
    steps: dict[str, Callable[..., Any]] = {
        "gold": task.gold,
        "parse": task.parse,
        "locate": task.locate,
        "score": task.score,
    }
    return TaskPage(
        name,
        ASKED[name].format(station_1="station_1", station_2="station_2"),
        tuple((term, sentences[term]) for term in task.terms),
        task.has_format,
        task.looks_at_network,
        tuple(
            Step(step, _place(function), said)
            for step, function in steps.items()
            if (said := _says(function))
        ),
    )


def _place(function: Callable[..., Any]) -> str:
    module = function.__module__.removeprefix("reward_server.")
    return f"{module}.{function.__name__}"


def _says(function: Callable[..., Any]) -> str:
    """The first paragraph of a function's docstring, as plain text; empty where it has none."""
    source = _source(function)
    assert isinstance(source, ast.FunctionDef)  # noqa: S101 - the source of a function
    paragraph = (ast.get_docstring(source) or "").partition("\n\n")[0]
    return " ".join(paragraph.split()).replace("``", "")


def _constants(constants: Any) -> tuple[tuple[str, float, str], ...]:  # noqa: ANN401 - a dataclass
    says = attribute_docs(type(constants))
    return tuple(
        (name, getattr(constants, name), says.get(name, ""))
        for name in type(constants).__dataclass_fields__
    )


def _source(named: Any) -> ast.stmt:  # noqa: ANN401 - a function or a class
    """The definition of a function or a class of the package, read from its file.

    Compiled, neither has its docstring, nor does ``inspect`` find its source.
    """
    module = files("reward_server").joinpath(*named.__module__.split(".")[1:])
    tree = _parsed(f"{module}.py")
    return next(node for node in tree.body if getattr(node, "name", None) == named.__name__)


@cache
def _parsed(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))


def attribute_docs(kind: type) -> dict[str, str]:
    """Attribute -> the docstring that stands below it in the class."""
    body = _source(kind)
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class
    found = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[before.target.id] = " ".join(str(after.value.value).split()).replace("``", "")
    return found


@cache
def _toy() -> Network:
    return build("toy", _TOY)


def _examples(profile: Profile) -> tuple[tuple[str, str, Breakdown], ...]:
    """Some completions to one question, scored now."""
    question = Question("planning", "Alba", "Elm", difficulty_city="easy")
    return tuple(
        (name, completion, evaluate(completion, question, _toy(), profile))
        for name, completion in _EXAMPLES.items()
    )
