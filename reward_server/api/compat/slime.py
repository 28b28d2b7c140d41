"""``POST /slime``: what slime, and its fork miles, send with ``--rm-type remote_rm``.

Source: slime, ``slime/rollout/rm_hub/__init__.py``, ``remote_rm``. It sends one sample a request,
takes any JSON for its reward, and tries ten times, ever later, whatever the status; miles does not
try again. ``--reward-key`` picks the reward out of a dictionary, and
``--log-reward-category`` a key by whose values it logs fractions.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from reward_server.api.body import check, parse
from reward_server.core.model import FailureKind, ParseFailure
from reward_server.wire.completion import without_end_tokens
from reward_server.wire.fields import NotRead, Text, closed
from reward_server.wire.results import components_of

from .gold import GOLD_SCHEMA, Sample
from .scoring import REFUSALS, Score, Scored, body_of, others_too

router = APIRouter()


@others_too
class SlimeRequest(TypedDict):
    """A sample."""

    prompt: NotRead
    response: Text
    label: Annotated[Any, Field(json_schema_extra=GOLD_SCHEMA)]


@closed
class SlimeReply(TypedDict):
    """The reward of a sample and what came of it; the same keys for every task."""

    reward: Annotated[float, Field(description="`--reward-key reward`")]
    correct: bool
    category: Annotated[
        Literal["correct", "wrong"] | FailureKind,
        Field(
            description="`--log-reward-category category`: whether the answer is correct or "
            "wrong, or why none could be read."
        ),
    ]
    weight: float
    format: Annotated[float | None, Field(description="Null where the profile has none.")]
    correctness: float
    detail: Annotated[float | None, Field(description="Null where the task has none.")]
    signals: list[str]
    profile: str
    fingerprint: str


SLIME_REQUEST: TypeAdapter[SlimeRequest] = TypeAdapter(SlimeRequest)
_EXAMPLE = {
    "prompt": "Is it?",
    "response": "\\boxed{yes}<|im_end|>",
    "label": {"task": "TorF1", "answer": 1},
}


@router.post(
    "/slime",
    response_model=SlimeReply,
    responses=REFUSALS,
    openapi_extra=body_of("SlimeRequest", _EXAMPLE),
)
async def slime(scored: Scored) -> Response:
    """The wire format of slime's and miles' remote reward; set `--rm-url` to this route.

    The label is an item of `POST /score` without its completion, or its JSON; the completion is
    the response without the special tokens at its end. A sample that cannot be scored refuses the
    request.
    """
    return await scored.reply(_reply)


def _reply(body: bytes, score: Score) -> dict[str, Any]:
    sample = check(SLIME_REQUEST, parse(body))
    completion = without_end_tokens(sample["response"])
    (breakdown,) = score([Sample(completion, sample["label"], "label")])
    claim = breakdown.claim
    if breakdown.correct:
        category = "correct"
    else:
        category = claim.kind if isinstance(claim, ParseFailure) else "wrong"
    return {
        "reward": breakdown.reward,
        "correct": breakdown.correct,
        "category": category,
        "weight": breakdown.weight,
        **components_of(breakdown),
        "signals": sorted(breakdown.signals),
    }
