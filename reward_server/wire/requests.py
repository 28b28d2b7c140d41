"""Wire model of the body of ``POST /score``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from reward_server.networks.inline import InlineNetwork

from .fields import Integer, Text, closed
from .results import Verbosity

#: Inline networks of one request.
MANY_NETWORKS = 64


@closed
class ScoreRequest(TypedDict):
    """A batch of completions."""

    profile: Annotated[
        Text | None, Field(default=None, description="Absent or null: the server's default.")
    ]
    expect_fingerprint: Annotated[
        Text | None,
        Field(default=None, description="Answer 409 unless this is the profile's fingerprint."),
    ]
    verbosity: Annotated[
        Verbosity | None,
        Field(
            default=None,
            description="`components` where absent or null; `reward` leaves components out; "
            "`full` adds terms, segments and an explanation.",
        ),
    ]
    deadline_ms: Annotated[
        Annotated[Integer, Field(gt=0)] | None,
        Field(
            default=None,
            description="Milliseconds from the request's arrival, its waiting included: items that "
            "are not scored by then are in error, of kind `deadline`.",
        ),
    ]
    networks: Annotated[
        Annotated[dict[Text, InlineNetwork], Field(max_length=MANY_NETWORKS)] | None,
        Field(
            default=None,
            description="Cities of this request; they come before loaded ones of that name.",
        ),
    ]
    # which records these are depends on the profile: its ``Items`` checks them
    items: list[Any]


SCORE_REQUEST: TypeAdapter[ScoreRequest] = TypeAdapter(ScoreRequest)
