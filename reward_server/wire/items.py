"""The record of an item: in ``POST /score``, on a line of ``score`` and in ``Scorer.score``.

A typed dictionary, not a model class: pydantic-core checks it and fills in what is absent, so an
item is ready to be scored with no second pass in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, get_args

from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    Strict,
    Tag,
    TypeAdapter,
    with_config,
)
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypedDict

from ..core.model import DifficultyName, FormName, TaskName
from .completion import last_turn

refuse_unknown_fields = with_config(ConfigDict(extra="forbid"))
_ignore_unknown_fields = with_config(ConfigDict(extra="ignore"))


#: Marks, in the location of a validation error, the form that was tried; no field of ours.
FORM = "form:"


class Or:
    """Annotation: another form is taken as well, and is converted to the annotated type."""

    def __init__(self, other: object) -> None:
        self._other = other

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        own, other = handler(source), handler.generate_schema(self._other)
        return core_schema.union_schema(
            [(own, f"{FORM}own"), (other, f"{FORM}other")], mode="left_to_right"
        )


Text = Annotated[str, Strict()]
Integer = Annotated[int, Strict(), Field(ge=-(2**63), le=2**63 - 1)]
Label = Annotated[str, Strict(), Or(Annotated[Integer, AfterValidator(str)])]
"""A caller's own name for something; an integer is taken and comes back as a string."""
Difficulty = Annotated[
    DifficultyName, Or(Annotated[Literal["medium"], AfterValidator(lambda _: "middle")])
]


@refuse_unknown_fields
class TextBlock(TypedDict):
    """A block of a message's content that holds text."""

    type: Literal["text"]
    text: Text


@_ignore_unknown_fields
class OtherBlock(TypedDict):
    """A block of another type, such as an image: not read, so it may hold anything."""

    type: Text


def _block_form(block: object) -> str:
    is_text = isinstance(block, Mapping) and block.get("type") == "text"
    return f"{FORM}text" if is_text else f"{FORM}other"


def _join_blocks(blocks: list[Mapping[str, str]]) -> str:
    return "".join(block["text"] for block in blocks if block["type"] == "text")


Block = Annotated[
    Annotated[TextBlock, Tag(f"{FORM}text")] | Annotated[OtherBlock, Tag(f"{FORM}other")],
    Discriminator(_block_form),
]
Blocks = Annotated[list[Block], AfterValidator(_join_blocks)]
NotRead = Annotated[Any, Field(description="Taken, but not read.")]


@refuse_unknown_fields
class Message(TypedDict):
    """A chat message as chat APIs return it; only role and content are read."""

    role: Text
    content: Annotated[str, Strict(), Or(Blocks)] | None
    annotations: NotRequired[NotRead]
    audio: NotRequired[NotRead]
    function_call: NotRequired[NotRead]
    name: NotRequired[NotRead]
    reasoning: NotRequired[NotRead]
    reasoning_content: NotRequired[NotRead]
    refusal: NotRequired[NotRead]
    tool_call_id: NotRequired[NotRead]
    tool_calls: NotRequired[NotRead]


def assistant_text(messages: list[Message]) -> str:
    """The text of the assistant's last turn, without what was said before it.

    Its messages are joined by a line break, the text blocks of one message by nothing; a
    message without content counts as empty. Raises ``ValueError`` where no message is the
    assistant's.
    """
    turn = last_turn(messages)
    if not turn:
        raise ValueError("a list of messages with at least one of the role 'assistant'")
    return "\n".join([message["content"] or "" for message in turn])


_WITH_ASSISTANT: dict[str, Any] = {
    "contains": {"properties": {"role": {"const": "assistant"}}, "required": ["role"]}
}
Messages = Annotated[
    list[Message],
    AfterValidator(assistant_text),
    Field(json_schema_extra=_WITH_ASSISTANT),
]
Completion = Annotated[str, Strict(), Or(Messages)]


@refuse_unknown_fields
class Item(TypedDict):
    """One completion with its question and gold, in the dataset's columns."""

    # once validated, every key is there
    id: Annotated[
        Label | None,
        Field(
            default=None,
            description="The caller's label, given back; need not be unique: results keep the "
            "order of the items.",
        ),
    ]
    group: Annotated[
        Label | None,
        Field(default=None, description="The prompt's label; asks for statistics of its items."),
    ]
    task: Annotated[TaskName, Field(description="The kind of question.")]
    network: Annotated[
        Text | None,
        Field(
            default=None,
            description="A name of `networks` or of a loaded network, such as `china/beijing`; "
            "not needed where the task never looks at the network.",
        ),
    ]
    station_1: Annotated[
        Text | None,
        Field(
            default=None,
            description="Gold of planning, where the route starts; also needed by Counting1 where "
            "the profile looks at its network.",
        ),
    ]
    station_2: Annotated[
        Text | None,
        Field(default=None, description="Gold of planning, where the route ends; likewise."),
    ]
    answer: Annotated[
        Integer | None,
        Field(
            default=None,
            description="Gold of the boxed tasks: TorF 1 yes / 0 no; Counting1 0-3 for A-D; "
            "Counting2 and Counting3 the count.",
        ),
    ]
    options: Annotated[
        tuple[Text, Text, Text, Text] | None,
        Field(default=None, description="Counting1: the texts of A to D."),
    ]
    difficulty_city: Annotated[
        Difficulty | None, Field(default=None, description="Absent or null: easy.")
    ]
    question_transfer_count: Annotated[
        Integer | None,
        Field(
            default=None,
            description="Planning: transfers of the reference route. Absent or null: the "
            "network's fewest rides - 1.",
        ),
    ]
    question_form: Annotated[
        FormName | None,
        Field(default=None, description="Planning: the asked form. Absent or null: short."),
    ]
    completion: Annotated[
        Completion,
        Field(
            description="The text of one sample, or chat messages, of which the text of the "
            "assistant's last turn is taken."
        ),
    ]


#: The kinds of questions that items have, and the names of all their fields.
TASKS: tuple[TaskName, ...] = get_args(TaskName)
FIELDS = tuple(Item.__annotations__)

ITEM: TypeAdapter[Item] = TypeAdapter(Item)
ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Item])
