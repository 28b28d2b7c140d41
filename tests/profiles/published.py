"""Scores one completion under a published profile: what the tests of the profiles share."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from reward_server.scorer import Scorer
from reward_server.wire.results import Result


class Scored(NamedTuple):
    """What an item got."""

    reward: float
    correct: bool
    parts: dict[str, float]
    """Of the item's task."""


@cache
def scorer(profile: str) -> Scorer:
    return Scorer(profile=profile)


def result(profile: str, task: str, completion: str, gold: dict[str, Any]) -> Result:
    item = {"task": task, "completion": completion, **gold}
    (one,) = scorer(profile).score([item], "full")
    return one


def scored(profile: str, task: str, completion: str, **gold: Any) -> Scored:  # noqa: ANN401 - of any task
    one = result(profile, task, completion, gold)
    assert one["error"] is None, one["error"]
    assert one["reward"] is not None
    assert one["correct"] is not None
    assert one["terms"] is not None
    parts = {name: value for name, value in one["terms"].items() if value is not None}
    return Scored(one["reward"], one["correct"], parts)


def refused(profile: str, task: str, completion: str, **gold: Any) -> str:  # noqa: ANN401 - of any task
    """The message of an item whose gold cannot be scored against."""
    one = result(profile, task, completion, gold)
    assert one["error"] is not None
    assert one["error"]["kind"] == "bad_gold"
    return one["error"]["message"]
