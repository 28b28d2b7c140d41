"""Completions: a text, or the chat messages that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Discriminator, FailFast, Field, Strict, Tag
from typing_extensions import TypedDict

from .completion import last_turn
from .fields import FORM, AlsoAccepts, NotRead, Text, closed, lenient
from .problems import Problem, too_wide


@closed
class TextBlock(TypedDict):
    """A block of a message's content that holds text."""

    type: Literal["text"]
    text: Text


@lenient
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
Blocks = Annotated[list[Block], FailFast(), AfterValidator(_join_blocks)]


@closed
class Message(TypedDict):
    """A chat message as chat APIs return it; only role and content are read."""

    role: Text
    content: Annotated[str, Strict(), AlsoAccepts(Blocks)] | None
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


def too_wide_message(messages: object) -> Problem | None:
    """The problem of the first message or block with more fields than any has."""
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        if problem := too_wide(message, f"[{index}]"):
            return problem
        content = message.get("content") if isinstance(message, dict) else None
        for number, block in enumerate(content if isinstance(content, list) else ()):
            if problem := too_wide(block, f"[{index}].content[{number}]"):
                return problem
    return None


_WITH_ASSISTANT: dict[str, Any] = {
    "contains": {"properties": {"role": {"const": "assistant"}}, "required": ["role"]}
}
Messages = Annotated[
    list[Message],
    FailFast(),
    AfterValidator(assistant_text),
    Field(json_schema_extra=_WITH_ASSISTANT),
]
Completion = Annotated[str, Strict(), AlsoAccepts(Messages)]
