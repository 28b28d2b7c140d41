"""Completions: a text, or the chat messages that hold it, of whatever API they are.

    message = { "role": ..., "content": text | block | [ block ... ] }
    block   = text | { "type": "text" | "output_text" | ..., "text": text }

Fields and blocks that are not known are left alone. Where the assistant's words stand in none that
is known, its text is not empty but unreadable: an error of the item, for a reward of 0 would be one
for an answer that nobody has read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Final, NamedTuple

from pydantic import AfterValidator, FailFast, Field, GetCoreSchemaHandler, Strict
from pydantic_core import CoreSchema

from .fields import AlsoAccepts

#: Who the model is: OpenAI, Anthropic and most others; Gemini; LangChain.
_ASSISTANT: Final = frozenset(("assistant", "model", "ai"))
#: Where a message may have its text.
_CONTENT: Final = ("content", "parts", "text")
#: What a message may have in place of a text: it says nothing, and that is data.
_INSTEAD: Final = ("tool_calls", "function_call", "refusal", "audio")
#: Blocks that are no answer, and have none in them.
_SILENT: Final = frozenset(
    "thinking redacted_thinking reasoning reasoning_text summary_text refusal tool_use tool_call "
    "tool_result function_call function_call_output server_tool_use web_search_tool_result "
    "web_search_call image image_url input_image audio audio_url input_audio output_audio video "
    "video_url file input_file document".split()
)


class Unreadable(NamedTuple):
    """In place of a completion's text: why nobody can tell what it says."""

    message: str


def shown(completion: str | Unreadable) -> str:
    """A completion for people to see: its text, or why there is none, in brackets."""
    return completion if isinstance(completion, str) else f"[{completion.message}]"


def text_of(messages: Sequence[Mapping[str, Any]]) -> str | Unreadable:
    """The text of the assistant's last turn, without what was said before it.

    Its messages are joined by a line break, the text blocks of one message by nothing; a
    message that has nothing to say, such as a tool's call, counts as empty.
    """
    turn: list[str] = []
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        role = message.get("role")
        if role is None and not any(name in message for name in _CONTENT):
            continue  # an item of another kind, such as reasoning or a call
        if role is None or role in _ASSISTANT:
            text = _text_of_message(message)
            if isinstance(text, Unreadable):
                return Unreadable(f"completion[{index}]{text.message}")
            turn.append(text)
        elif turn:
            break
    if not turn:
        return Unreadable("completion: expected a message of the role 'assistant'")
    return "\n".join(reversed(turn))


def _text_of_message(message: Mapping[str, Any]) -> str | Unreadable:
    for name in _CONTENT:
        content = message.get(name)
        if content is not None:
            break
    else:
        if any(name in message for name in (*_CONTENT, *_INSTEAD)):
            return ""
        fields = ", ".join([f"{field!r:.40}" for field in islice(message, 8)])
        return Unreadable(f": expected content, got an object with {fields or 'no field'}")
    if isinstance(content, str):
        return content
    blocks = [content] if isinstance(content, Mapping) else content
    if not isinstance(blocks, list | tuple):
        return Unreadable(f".{name}: expected a text or blocks, got {content!r:.60}")
    texts: list[str] = []
    unknown: list[str] = []
    for index, block in enumerate(blocks):
        text = _text_of_block(block)
        if text is None:
            unknown.append(f".{name}[{index}]: expected a block with a text, got {block!r:.60}")
        else:
            texts.append(text)
    if unknown and not any(texts):
        return Unreadable(unknown[0])
    return "".join(texts)


def _text_of_block(block: object) -> str | None:
    """The text of a block, empty where it is no answer; ``None`` where nobody can tell."""
    if isinstance(block, str):
        return block
    if not isinstance(block, Mapping):
        return None
    # Gemini marks parts that are thinking
    if block.get("type") in _SILENT or block.get("thought") is True:
        return ""
    text = block.get("text")
    if isinstance(text, Mapping):
        text = text.get("value")  # OpenAI's Assistants
    return text if isinstance(text, str) else None


class _MessagesToo:
    """Annotation: a text, or messages, of which the text is taken."""

    def __get_pydantic_core_schema__(self, _: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(Annotated[str, Strict(), AlsoAccepts(_Messages)])


_Messages = Annotated[
    list[dict[str, Any]],
    FailFast(),
    AfterValidator(text_of),
    Field(
        description="Chat messages as any of the usual APIs returns them. Of those of the "
        "assistant's last turn the text is taken; fields and blocks that are not known are left "
        "alone."
    ),
]
Completion = Annotated[str | Unreadable, _MessagesToo()]
