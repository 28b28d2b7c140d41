"""Completions: a text, or the chat messages that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, BeforeValidator, Discriminator, FailFast, Field, Strict, Tag
from typing_extensions import TypedDict

from .completion import last_turn
from .fields import FORM, MANY_FIELDS, AlsoAccepts, NotRead, Text, closed, lenient


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


def _not_too_wide(messages: object) -> object:
    """The messages as they are. Raises ``ValueError`` for one with more fields than any has.

    Each of its fields would be told of, and of those of a block.
    """
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict):
            content = message.get("content")
            blocks = content if isinstance(content, list) else ()
            for part in (message, *blocks):
                if isinstance(part, dict) and len(part) > MANY_FIELDS:
                    raise ValueError(f"messages and blocks of at most {MANY_FIELDS} fields")
    return messages


_WITH_ASSISTANT: dict[str, Any] = {
    "contains": {"properties": {"role": {"const": "assistant"}}, "required": ["role"]}
}
Messages = Annotated[
    list[Message],
    FailFast(),
    BeforeValidator(_not_too_wide),
    AfterValidator(assistant_text),
    Field(json_schema_extra=_WITH_ASSISTANT),
]
Completion = Annotated[str, Strict(), AlsoAccepts(Messages)]
