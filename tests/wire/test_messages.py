"""The text of chat messages as the usual APIs return them, and messages that nobody can read."""

from __future__ import annotations

from typing import Any

import pytest

from reward_server.scorer import Scorer
from reward_server.wire.messages import Unreadable, text_of

Json = dict[str, Any]


def said(content: object, **more: object) -> Json:
    return {"role": "assistant", "content": content, **more}


READ = {
    "a text": ([said("a")], "a"),
    "blocks": ([said([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])], "ab"),
    "OpenAI Responses": (
        [
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "t"}]},
            {
                "type": "message",
                **said([{"type": "output_text", "text": "a", "annotations": [], "logprobs": []}]),
            },
        ],
        "a",
    ),
    "OpenAI Assistants": (
        [said([{"type": "text", "text": {"value": "a", "annotations": []}}])],
        "a",
    ),
    "OpenRouter": ([said("a", reasoning="t", reasoning_details=[{"type": "reasoning.text"}])], "a"),
    "Anthropic": (
        [
            said(
                [
                    {"type": "thinking", "thinking": "t", "signature": "s"},
                    {"type": "redacted_thinking", "data": "s"},
                    {"type": "text", "text": "a", "citations": None},
                ]
            )
        ],
        "a",
    ),
    "Bedrock": (
        [said([{"reasoningContent": {"reasoningText": {"text": "t"}}}, {"text": "a"}])],
        "a",
    ),
    "Gemini": ([{"role": "model", "parts": [{"text": "t", "thought": True}, {"text": "a"}]}], "a"),
    "LiteLLM": ([said("a", provider_specific_fields={"citations": None}, images=[])], "a"),
    "a reasoning block with a text": ([said([{"type": "reasoning", "text": "t"}, "a"])], "a"),
    "one block": ([said({"type": "text", "text": "a"})], "a"),
    "a block of another name": ([said([{"type": "markdown", "text": "a"}])], "a"),
    "an unknown block beside": ([said([{"type": "text", "text": "a"}, {"type": "widget"}])], "a"),
    "no role": ([{"content": "a"}], "a"),
    # who has nothing to say says nothing
    "a tool's call": ([said(None, tool_calls=[{}])], ""),
    "a tool's call alone": ([{"role": "assistant", "tool_calls": [{}]}], ""),
    "no blocks": ([said([])], ""),
    "a refusal": ([said([{"type": "refusal", "refusal": "no"}])], ""),
    "thinking alone": ([said([{"type": "thinking", "thinking": "t"}])], ""),
}


@pytest.mark.parametrize(("messages", "text"), READ.values(), ids=READ)
def test_text_is_found_under_whatever_name_an_api_gives_it(messages: list[Json], text: str) -> None:
    assert text_of(messages) == text


UNREADABLE = {
    "no message": ([], "completion: expected a message of the role 'assistant'"),
    "nobody's": ([{"role": "user", "content": "a"}], "completion: expected a message"),
    "without content": (
        [{"role": "assistant"}],
        "completion[0]: expected content, got an object with 'role'",
    ),
    "under another field": (
        [said("a"), {"role": "assistant", "answer": "b"}],
        "completion[1]: expected content, got an object with 'role', 'answer'",
    ),
    "a number": ([said(5)], "completion[0].content: expected a text or blocks, got 5"),
    "an unknown block": (
        [said([{"type": "widget", "data": 1}])],
        "completion[0].content[0]: expected a block with a text, got {'type': 'widget', 'data': 1}",
    ),
    "a text block without text": (
        [said([{"type": "text"}])],
        "completion[0].content[0]: expected a block with a text, got {'type': 'text'}",
    ),
}


@pytest.mark.parametrize(("messages", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_message_whose_text_nobody_can_find_is_no_empty_one(
    messages: list[Json], why: str
) -> None:
    text = text_of(messages)
    assert isinstance(text, Unreadable)
    assert text.message.startswith(why)


@pytest.mark.parametrize("messages", [messages for messages, _ in UNREADABLE.values()])
def test_an_unreadable_message_is_an_error_of_its_item_alone(messages: list[Json]) -> None:
    item = {"task": "TorF1", "answer": 1}
    items = [item | {"completion": "\\boxed{yes}"}, item | {"completion": messages}]
    right, unreadable = Scorer().score(items)
    assert right["reward"] == 11.0
    assert unreadable["reward"] is None
    assert unreadable["error"] is not None
    assert unreadable["error"]["kind"] == "unreadable_completion"
    assert unreadable["error"]["retryable"] is False
