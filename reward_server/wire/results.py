"""The record of a result: in the reply of ``POST /score``, of ``score`` and of ``Scorer.score``.

Results are built as plain dictionaries; these types document them, for mypy and in
``openapi.json``, and the tests hold real results to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, NamedTuple, NotRequired, cast

from pydantic import Field
from typing_extensions import TypedDict

from ..core.model import Breakdown, GoldErrorKind
from ..core.tasks import Explanation
from .fields import closed

Verbosity = Literal["reward", "components", "full"]
ItemErrorKind = (
    GoldErrorKind
    | Literal[
        "unreadable_completion",
        "completion_too_long",
        "too_much_work",
        "deadline",
        "internal",
        "malformed",
    ]
)

#: Every signal that a result can have, and what it says of the completion.
SIGNALS: Mapping[str, str] = {
    "ambiguous_name": "a name fits several stations or lines, and so none",
    "answer_only_in_thinking": "there is an answer, but only in the thinking, where none counts",
    "empty": "there is no text",
    "fuzzy_name": "a name was matched though it is spelled a little differently",
    "repeated_stop": "the route visits a stop twice",
    "several_answers": "there is more than one answer; the last one counts",
    "surplus_segments": "the route has more segments than the question needs",
    "template_echo": "placeholders of the template were left in",
    "truncated": "the completion breaks off",
    "unknown_line": "a line is not in the network",
    "unknown_station": "a station is not in the network",
    "very_long": "there are more segments than are read",
}


@closed
class ItemError(TypedDict):
    """Why an item has no score; never the completion's fault."""

    kind: Annotated[
        ItemErrorKind,
        Field(description="`malformed` stands only in results of the command line."),
    ]
    message: str
    retryable: Annotated[bool, Field(description="Whether the same item may be scored later.")]


@closed
class Components(TypedDict):
    """The named scores of a breakdown; null where profile or task have none."""

    format: float | None
    correctness: float | None
    detail: float | None


#: The names of the components: every result has these three.
COMPONENTS: Final = tuple(Components.__annotations__)


@closed
class ComponentNumbers(TypedDict):
    """Components for trainers that take only numbers, and the same keys for every task.

    One that task or profile do not have adds nothing to the reward, and is 0 here.
    """

    format: float
    correctness: float
    detail: float


@closed
class Numbers(ComponentNumbers):
    """A breakdown for such trainers."""

    correct: Annotated[float, Field(description="1 or 0.")]
    weight: float


@closed
class FoundSegment(TypedDict):
    """The network's names for the parts of a segment; null where it has none."""

    line: str | None
    departure: str | None
    arrival: str | None


@closed
class ReadSegment(TypedDict):
    """One segment as the completion spells it; null where it has no such via field."""

    line: str
    departure: str
    arrival: str
    via_count: str | None
    via_stops: str | None
    found: Annotated[
        FoundSegment | None, Field(description="Null where the profile compares only text.")
    ]


@closed
class Result(TypedDict):
    """What one item got. Every key is there for every item of every task."""

    id: Annotated[str | None, Field(description="The item's label.")]
    status: Literal["ok", "error"]
    reward: Annotated[float | None, Field(description="Null where there is an error, never 0.")]
    correct: bool | None
    weight: float | None
    components: Annotated[Components | None, Field(description="Null with verbosity `reward`.")]
    signals: Annotated[
        list[str], Field(description="What is odd about the completion; never a verdict.")
    ]
    error: ItemError | None
    terms: NotRequired[
        Annotated[
            dict[str, float | None] | None,
            Field(
                description="Verbosity `full`: the parts of detail, in points before clipping; "
                "null for those of other tasks, and where no answer was read."
            ),
        ]
    ]
    segments: NotRequired[
        Annotated[
            list[ReadSegment] | None,
            Field(description="Verbosity `full`: the route that was read, planning only."),
        ]
    ]
    explanation: NotRequired[
        Annotated[str | None, Field(description="Verbosity `full`: the score in a sentence.")]
    ]


@closed
class Group(TypedDict):
    """What GRPO sees of the scored items of one group; null where none was scored."""

    size: Annotated[int, Field(description="Scored items; items in error do not count.")]
    mean: float | None
    std: Annotated[float | None, Field(description="Population standard deviation.")]
    zero_variance: Annotated[
        bool | None, Field(description="All rewards are equal: every advantage is 0.")
    ]


class Failure(NamedTuple):
    """Why an item has no score; see ``ItemError``."""

    kind: ItemErrorKind
    message: str
    retryable: bool = False


def scored(label: str | None, breakdown: Breakdown, verbosity: Verbosity) -> Result:
    """The result of an item with a score, without what verbosity ``full`` adds."""
    return {
        "id": label,
        "status": "ok",
        "reward": breakdown.reward,
        "correct": breakdown.correct,
        "weight": breakdown.weight,
        "components": None if verbosity == "reward" else components_of(breakdown),
        "signals": sorted(breakdown.signals) if breakdown.signals else [],
        "error": None,
    }


def components_of(breakdown: Breakdown) -> Components:
    """The components of a breakdown."""
    return {
        "format": breakdown.format,
        "correctness": breakdown.correctness,
        "detail": breakdown.detail,
    }


def numbers(correct: bool | None, weight: float | None, components: Components | None) -> Numbers:
    """What a result or a breakdown says, in numbers alone; 0 where there is none."""
    return cast(
        "Numbers",
        {
            "correct": float(correct or False),
            "weight": weight or 0.0,
            **component_numbers(components),
        },
    )


def component_numbers(components: Components | None) -> ComponentNumbers:
    """The components, 0 where there is none."""
    points: Mapping[str, Any] = components or {}
    return cast("ComponentNumbers", {name: points.get(name) or 0.0 for name in COMPONENTS})


def add_explanation(
    result: Result, breakdown: Breakdown, explanation: Explanation, terms: Sequence[str]
) -> None:
    """Add to the result of an item with a score what verbosity ``full`` asks for.

    ``terms``: those of all tasks of the profile, so that every result has the same keys.
    """
    result["terms"] = {name: breakdown.terms.get(name) for name in terms}
    result["segments"] = cast("list[ReadSegment] | None", explanation.segments)
    result["explanation"] = explanation.sentence


def failed(label: str | None, failure: Failure, verbosity: Verbosity) -> Result:
    """The result of an item without a score."""
    result: Result = {
        "id": label,
        "status": "error",
        "reward": None,
        "correct": None,
        "weight": None,
        "components": None
        if verbosity == "reward"
        else {"format": None, "correctness": None, "detail": None},
        "signals": [],
        "error": {
            "kind": failure.kind,
            "message": failure.message,
            "retryable": failure.retryable,
        },
    }
    if verbosity == "full":
        result["terms"] = result["segments"] = result["explanation"] = None
    return result
