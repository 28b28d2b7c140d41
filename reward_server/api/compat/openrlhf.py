"""``POST /openrlhf``: what OpenRLHF sends to its ``--reward.remote_url``.

Source: OpenRLHF 0.11.2, ``openrlhf/utils/agent.py``, ``SingleTurnAgentExecutor``. It sends one
sample at a time, as lists of one (and, before that release, empty lists to each further URL), tries
five times a second apart whatever the status, and reads ``rewards``, ``scores`` (0 to 1, for
dynamic filtering) and ``extra_logs`` (numbers only).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from reward_server.api.body import check, parse
from reward_server.api.errors import malformed
from reward_server.wire.completion import after_prompt, without_end_tokens
from reward_server.wire.fields import Text, closed
from reward_server.wire.problems import Problem
from reward_server.wire.results import components_of, numbers

from .gold import GOLD_SCHEMA, Sample
from .scoring import REFUSALS, Score, Scored, body_of, others_too

router = APIRouter()


@others_too
class OpenRLHFRequest(TypedDict):
    """Samples, in lists of one length."""

    query: Annotated[
        list[Text],
        Field(description="Prompt and response as one text, with special tokens."),
    ]
    prompts: Annotated[list[Text], Field(description="The prompts of `query`.")]
    labels: Annotated[list[Any], Field(json_schema_extra={"items": GOLD_SCHEMA})]


Column = Annotated[
    float | list[float],
    Field(description="Of one sample a number; of none or several a list, in their order."),
]


@closed
class ExtraLogs(TypedDict):
    """What came of the samples; the same keys for every task.

    A component that task or profile do not have adds nothing to the reward, and is 0 here.
    """

    correct: Column
    weight: Column
    format: Column
    correctness: Column
    detail: Column


@closed
class OpenRLHFReply(TypedDict):
    """Rewards of samples."""

    rewards: Column
    scores: Annotated[Column, Field(description="1 correct, 0 not.")]
    extra_logs: ExtraLogs
    profile: str
    fingerprint: str


OPENRLHF_REQUEST: TypeAdapter[OpenRLHFRequest] = TypeAdapter(OpenRLHFRequest)
_EXAMPLE = {
    "query": ["<|im_start|>user\nIs it?<|im_end|>\n<|im_start|>assistant\n\\boxed{yes}<|im_end|>"],
    "prompts": ["<|im_start|>user\nIs it?<|im_end|>\n<|im_start|>assistant\n"],
    "labels": [{"task": "TorF1", "answer": 1}],
}


@router.post(
    "/openrlhf",
    response_model=OpenRLHFReply,
    responses=REFUSALS,
    openapi_extra=body_of("OpenRLHFRequest", _EXAMPLE),
)
async def openrlhf(scored: Scored) -> Response:
    """The wire format of OpenRLHF's remote reward; set `--reward.remote_url` to this route.

    A label is an item of `POST /score` without its completion, or its JSON; the completion is
    what follows the prompt, without the special tokens at its end. A sample that cannot be scored
    refuses the request.
    """
    return await scored.reply(_reply, lambda body: body.count(b'"task'))


def _reply(body: bytes, score: Score) -> dict[str, Any]:
    scored = score(_samples(check(OPENRLHF_REQUEST, parse(body))))
    rows: list[Mapping[str, Any]] = [
        numbers(breakdown.correct, breakdown.weight, components_of(breakdown))
        for breakdown in scored
    ]
    logs = {name: _column([row[name] for row in rows]) for name in ExtraLogs.__annotations__}
    return {
        "rewards": _column([breakdown.reward for breakdown in scored]),
        "scores": logs["correct"],
        "extra_logs": logs,
    }


def _column(values: list[float]) -> float | list[float]:
    """The value of one sample: OpenRLHF makes a tensor of [it], which is to have one dimension."""
    return values[0] if len(values) == 1 else values


def _samples(request: OpenRLHFRequest) -> list[Sample]:
    """The samples of a request. Raises ``MalformedError``."""
    query, prompts, labels = request["query"], request["prompts"], request["labels"]
    if not len(query) == len(prompts) == len(labels):
        lengths = f"{len(query)}, {len(prompts)} and {len(labels)}"
        message = f"query, prompts, labels: expected lists of one length, got {lengths}"
        raise malformed([Problem("", message)])
    samples: list[Sample] = []
    found: list[Problem] = []
    for index, (text, prompt, label) in enumerate(zip(query, prompts, labels, strict=True)):
        response = after_prompt(text, prompt)
        if response is None:
            message = f"expected prompts[{index}] and then the response; it is not there"
            found.append(Problem(f"query[{index}]", message))
        else:
            samples.append(Sample(without_end_tokens(response), label, f"labels[{index}]"))
    if found:
        raise malformed(found)
    return samples
