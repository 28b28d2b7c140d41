"""Wire models of the replies.

Replies are built as plain dictionaries; these types document them, for mypy and in
``openapi.json``, and the tests hold real replies to them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from .fields import closed
from .results import Group, Result


@closed
class ScoreReply(TypedDict):
    """The scores of a batch; ``results`` has the order of the items."""

    fingerprint: Annotated[
        str,
        Field(
            description="Of code, profile, loaded networks and libraries; inline networks travel "
            "with the request and are not in it."
        ),
    ]
    profile: str
    results: list[Result]
    groups: dict[str, Group]


@closed
class ProblemDetail(TypedDict):
    """One place of the body that is not as expected."""

    path: Annotated[str, Field(description="Such as `items[3].task`; empty: the whole body.")]
    message: str


@closed
class RequestError(TypedDict):
    """Why a request was refused as a whole."""

    kind: str
    message: str
    retryable: Annotated[bool, Field(description="Whether the same request may succeed later.")]
    details: Annotated[list[ProblemDetail], Field(description="The first problems of a body.")]


@closed
class ErrorReply(TypedDict):
    """The body of every reply that is not 200."""

    error: RequestError


@closed
class ProfileInfo(TypedDict):
    """A profile that requests can name. Of its source, what there is nothing to say of is empty."""

    name: str
    base: Annotated[str, Field(description="The built-in profile whose rules these are.")]
    version: str
    fingerprint: str
    constants: dict[str, dict[str, float]]
    paper: str
    source: Annotated[str, Field(description="The published code that it follows.")]
    layout: Annotated[str, Field(description="What the prompt asks a completion to be.")]
    formula: str
    left_out: Annotated[str, Field(description="What is not done as published, and why.")]


@closed
class TaskInfo(TypedDict):
    """A task of a profile."""

    gold: Annotated[dict[str, Any], Field(description="JSON schema of its items, by their fields.")]
    terms: Annotated[dict[str, str], Field(description="Term -> its rule.")]


@closed
class ProfileReply(TypedDict):
    """A profile with its tasks."""

    profile: ProfileInfo
    tasks: dict[str, TaskInfo]


@closed
class Limits(TypedDict):
    """What a request may not exceed."""

    body_bytes: int
    items: int
    completion_characters: int


@closed
class Metadata(TypedDict):
    """What this server scores, and how."""

    tasks: list[str]
    components: list[str]
    terms: Annotated[
        dict[str, list[str]], Field(description="Profile -> the names its terms can have.")
    ]
    default_profile: str
    profiles: list[ProfileInfo]
    networks: Annotated[dict[str, str], Field(description="Name -> digest of its content.")]
    limits: Limits
    versions: Annotated[
        dict[str, str],
        Field(
            description="Of the service and of what it uses; `core` is `compiled`, or, slower "
            "but with the same scores, `interpreted`."
        ),
    ]


@closed
class Health(TypedDict):
    """That the service is there."""

    status: Literal["ok"]
