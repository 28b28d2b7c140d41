"""The routes of a NeMo Gym resources server, which verifiers calls too.

Source: NeMo Gym 0.4.0, ``nemo_gym/base_resources_server.py``, ``nemo_gym/reward_profile.py``;
verifiers 0.4.0, ``verifiers/v1/tasksets/nemo_gym/taskset.py``. ``POST /verify`` has a dataset's
row and the model's ``response`` (OpenAI's Responses format); all of it comes back beside the
reward, as clients delete it from the reply. A number at the top of the reply becomes a metric; a
status that is not 2xx fails the rollout in both.

The gold is the row's ``verifier_metadata``, as in many environments of Gym. At the top of a row it
would stand between fields that are others', so that a misspelt one could not be refused, and its
numbers would become metrics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, median, stdev
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    TypeAdapter,
    with_config,
)
from typing_extensions import TypedDict

from reward_server.api.body import check, parse
from reward_server.api.errors import malformed
from reward_server.api.score import ENCODING
from reward_server.api.state import Service
from reward_server.api.work import answer
from reward_server.wire.fields import FORM, AlsoAccepts, Text, closed
from reward_server.wire.problems import Problem
from reward_server.wire.replies import Health
from reward_server.wire.results import ComponentNumbers, component_numbers, components_of, numbers

from .gold import GOLD_SCHEMA, Sample
from .scoring import (
    REFUSALS,
    Score,
    Scored,
    body_of,
    count_one,
    others_too,
)

router = APIRouter()

Json = dict[str, Any]
_echoing = with_config(ConfigDict(extra="allow"))
#: Where Gym writes the number of a rollout's task, and that of the rollout among the task's.
_TASK = "_ng_task_index"
_INDICES = frozenset({_TASK, "_ng_rollout_index"})
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "mean": fmean,
    "max": max,
    "min": min,
    "median": median,
    "std": lambda column: stdev(column) if len(column) > 1 else 0.0,
}


@others_too
class OutputText(TypedDict):
    """A part of a message that the model wrote."""

    type: Literal["output_text"]
    text: Text


@others_too
class OtherPart(TypedDict):
    """Another part of a message, such as a refusal."""

    type: Text


def _form_of_part(part: object) -> str:
    is_text = isinstance(part, Mapping) and part.get("type") == "output_text"
    return f"{FORM}text" if is_text else f"{FORM}other"


def _join(parts: list[Mapping[str, str]]) -> str:
    return "".join(part["text"] for part in parts if part["type"] == "output_text")


Part = Annotated[
    Annotated[OutputText, Tag(f"{FORM}text")] | Annotated[OtherPart, Tag(f"{FORM}other")],
    Discriminator(_form_of_part),
]


@others_too
class Output(TypedDict):
    """A message of the model, its reasoning, a tool's call or result."""

    type: Text
    role: Annotated[Text | None, Field(default=None)]
    content: Annotated[
        Annotated[str, Strict(), AlsoAccepts(Annotated[list[Part], AfterValidator(_join)])] | None,
        Field(default=None),
    ]


@others_too
class ModelResponse(TypedDict):
    """What the model answered. Where the model failed there is nothing to score."""

    status: Annotated[Literal["completed", "incomplete"] | None, Field(default=None)]
    error: Annotated[None, Field(default=None)]
    output: list[Output]


@others_too
class VerifyRequest(TypedDict):
    """A dataset's row and the model's response."""

    responses_create_params: Json
    response: ModelResponse
    verifier_metadata: Annotated[Any, Field(json_schema_extra=GOLD_SCHEMA)]


@_echoing
class VerifyReply(TypedDict):
    """The whole request, and what came of it; the same numbers for every task."""

    responses_create_params: Json
    response: Json
    reward: float
    reward_components: ComponentNumbers
    correct: float
    weight: float
    format: float
    correctness: float
    detail: float
    profile: str
    fingerprint: str


@others_too
class AggregateMetricsRequest(TypedDict):
    """Replies of ``/verify``."""

    verify_responses: list[Json]


@closed
class AggregateMetrics(TypedDict):
    """Statistics of each number at the top of replies, as ``mean/reward``."""

    group_level_metrics: Annotated[
        list[dict[str, float]], Field(description="Of each task's replies.")
    ]
    agent_metrics: Annotated[dict[str, float], Field(description="Of all replies.")]
    key_metrics: Annotated[dict[str, float], Field(description="Of these the means.")]


@closed
class NoSession(TypedDict):
    """What a client needs to know of its session."""


VERIFY_REQUEST: TypeAdapter[VerifyRequest] = TypeAdapter(VerifyRequest)
AGGREGATE_METRICS_REQUEST: TypeAdapter[AggregateMetricsRequest] = TypeAdapter(
    AggregateMetricsRequest
)
_EXAMPLE = {
    "responses_create_params": {"input": [{"role": "user", "content": "Is it?"}]},
    "response": {
        "output": [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "\\boxed{yes}"}],
            }
        ]
    },
    "verifier_metadata": {"task": "TorF1", "answer": 1},
}
_ANY_BODY: Json = {
    "requestBody": {"required": False, "content": {"application/json": {"schema": {}}}},
    "parameters": [ENCODING],
}


@router.post(
    "/verify",
    response_model=VerifyReply,
    responses=REFUSALS,
    openapi_extra=body_of("VerifyRequest", _EXAMPLE),
)
async def verify(scored: Scored) -> Response:
    """The wire format of a NeMo Gym resources server, also called by verifiers' NeMoGymTask.

    The row's `verifier_metadata` is an item of `POST /score` without its completion, or its JSON;
    the completion is the text of the model's last turn in `response`. A rollout that cannot be
    scored refuses the request.
    """
    return await scored.reply(_reply)


@router.post("/seed_session", responses=REFUSALS, openapi_extra=_ANY_BODY)
async def seed_session(request: Request, service: Service) -> NoSession:
    """Keeps nothing: a rollout needs no session here."""
    # the body is taken, within the limits: it may be a row with its images
    await answer(request, service, lambda *_: b"", count_one)
    return {}


@router.post(
    "/aggregate_metrics",
    response_model=AggregateMetrics,
    responses=REFUSALS,
    openapi_extra=body_of("AggregateMetricsRequest", {"verify_responses": []}),
)
async def aggregate_metrics(request: Request, service: Service) -> Response:
    """Mean, max, min, median and standard deviation of the numbers at the top of replies."""
    return await answer(request, service, lambda body, _: _aggregate(body), count_one)


@router.get("/reverify_mode")
async def reverify_mode() -> Literal["stateless"]:
    """A saved rollout may be sent to `/verify` again: nothing else is needed to score it."""
    return "stateless"


@router.get("/")
async def liveness() -> Health:
    """The process answers; Gym asks here whether its servers do."""
    return {"status": "ok"}


def _reply(body: bytes, score: Score) -> Json:
    row: Any = parse(body)
    rollout = check(VERIFY_REQUEST, row)
    completion = _completion(rollout["response"]["output"])
    label = rollout["verifier_metadata"]
    (breakdown,) = score([Sample(completion, label, "verifier_metadata")])
    components = components_of(breakdown)
    return {
        **row,
        "reward": breakdown.reward,
        "reward_components": component_numbers(components),
        **numbers(breakdown.correct, breakdown.weight, components),
    }


def _completion(outputs: Sequence[Output]) -> str:
    """The text of the model's last turn.

    Empty where it wrote none, as when all went into its reasoning: that is its answer, not a fault.
    """
    turn: list[str] = []
    for output in reversed(outputs):
        if output["type"] == "message" and output["role"] == "assistant":
            turn.append(output["content"] or "")
        elif turn and output["type"] != "reasoning":
            break
    return "\n".join(reversed(turn))


def _aggregate(body: bytes) -> bytes:
    replies = check(AGGREGATE_METRICS_REQUEST, parse(body))["verify_responses"]
    tasks: dict[int, list[Json]] = defaultdict(list)
    for index, reply in enumerate(replies):
        task = reply.get(_TASK, 0)
        if not isinstance(task, int):
            path = f"verify_responses[{index}].{_TASK}"
            raise malformed([Problem(path, "expected an integer")])
        tasks[task].append(_metrics_of(reply))
    try:
        metrics = _statistics([one for of_task in tasks.values() for one in of_task])
        of_tasks = [{_TASK: task, **_statistics(tasks[task])} for task in sorted(tasks)]
    except OverflowError as error:
        raise malformed([Problem("verify_responses", "expected numbers below 1e300")]) from error
    aggregated: AggregateMetrics = {
        "group_level_metrics": of_tasks,
        "agent_metrics": metrics,
        "key_metrics": {name: one for name, one in metrics.items() if name.startswith("mean/")},
    }
    return orjson.dumps(aggregated)


def _metrics_of(reply: Json) -> dict[str, float]:
    """The numbers that Gym makes metrics of: those at the top, and the tokens used."""
    response = reply.get("response")
    usage = response.get("usage") if isinstance(response, dict) else None
    top = {**reply, **usage} if isinstance(usage, dict) else reply
    return {
        name: float(value)
        for name, value in top.items()
        if isinstance(value, bool | int | float) and name not in _INDICES
    }


def _statistics(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """``mean/reward`` and so on, for each metric that any row has."""
    columns: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            columns[name].append(value)
    return {
        f"{name}/{metric}": statistic(column)
        for name, statistic in _STATISTICS.items()
        for metric, column in columns.items()
    }
