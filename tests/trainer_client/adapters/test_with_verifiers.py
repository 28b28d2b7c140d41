"""verifiers' own plug for rewards loads the adapter and scores traces by it, on a real service.

Runs where verifiers is installed (``make frameworks``). The model's message is put into the trace
instead of being sampled.
"""

from __future__ import annotations

import asyncio
from types import new_class
from typing import Any

import pytest
from pydantic import create_model

from .conftest import Json, Sample, parts_of

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code

vf = pytest.importorskip("verifiers.v1", reason="make frameworks installs it", exc_type=ImportError)
graph = pytest.importorskip("verifiers.v1.graph", exc_type=ImportError)
types = pytest.importorskip("verifiers.v1.types", exc_type=ImportError)
state = pytest.importorskip("verifiers.v1.state", exc_type=ImportError)
trace_of = pytest.importorskip("verifiers.v1.trace", exc_type=ImportError)


def traced(gold: Json, completion: str) -> Any:  # noqa: ANN401 - a class that mypy has not
    """The trace of a completion, scored by a task that knows the reward from its config alone."""

    # as `class MapData(vf.TaskData)` and `class MapTask(vf.Task[...])` of a taskset do
    data_of = create_model("MapData", __base__=vf.TaskData, gold=(dict[str, Any], ...))
    kinds = vf.Task[data_of, vf.State, vf.TaskConfig]
    task_of: Any = new_class("MapTask", (kinds,))
    fn = "trainer_client.adapters.verifiers:rewardmap"
    config = vf.TaskConfig(rewards={"rewardmap": {"fn": fn}})
    task = task_of(data_of(prompt="?", gold=gold), config)
    trace = vf.Trace(
        task=trace_of.TraceTask(type="x", data=task.data, key=task.key, hash=task.hash),
        state=state.state_cls(type(task))(),
        agent=vf.AgentInfo(config=vf.AgentConfig()),
    )
    asked = graph.MessageNode(message=types.UserMessage(content="?"))
    said = types.AssistantMessage(content=completion or None)
    trace.nodes += [asked, graph.MessageNode(parent=0, message=said, sampled=True)]
    asyncio.run(task.score(trace))
    return trace


def test_traces_have_the_rewards_of_score_and_their_parts(url: str, samples: list[Sample]) -> None:
    assert url
    for one in samples:
        trace = traced(one.gold, one.completion)
        assert trace.reward == one.result["reward"]
        assert list(trace.rewards) == ["rewardmap"]
        assert trace.metrics == parts_of(one.result)


def test_a_trace_that_cannot_be_scored_is_an_error_without_a_reward(url: str) -> None:
    assert url
    with pytest.raises(vf.TaskError, match="missing_gold"):
        traced({"task": "TorF1"}, "\\boxed{yes}")
